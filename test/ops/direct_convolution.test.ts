/** Convolutions and their gradients against the plain loops in float64, in the sizes that the products of pixel rows take: bands, remainders, padding. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

interface Case {
  x: number[];
  filters: number;
  kernel: number[];
  isDepthwise?: boolean;
  options?: { padding?: 'same' | 'valid'; strides?: number | number[]; dilationRate?: number | number[] };
}
const CASES: Case[] = [
  { x: [2, 16, 16, 16], filters: 16, kernel: [3, 3] },
  { x: [3, 13, 17, 19], filters: 21, kernel: [3, 3] },
  { x: [1, 40, 40, 32], filters: 48, kernel: [3, 3] },
  { x: [1, 14, 100, 64], filters: 8, kernel: [5, 5] },
  { x: [2, 15, 12, 16], filters: 65, kernel: [2, 4] },
  { x: [4, 12, 12, 17], filters: 10, kernel: [3, 3], options: { padding: 'valid' } },
  { x: [2, 30, 29, 16], filters: 33, kernel: [3, 3], options: { strides: 2 } },
  { x: [2, 31, 30, 16], filters: 16, kernel: [4, 3], options: { strides: [1, 2], padding: 'valid' } },
  { x: [2, 20, 20, 16], filters: 9, kernel: [3, 3], options: { dilationRate: 2 } },
  { x: [1, 24, 26, 18], filters: 16, kernel: [3, 2], options: { dilationRate: [3, 1], padding: 'valid' } },
  { x: [2, 32, 32, 3], filters: 32, kernel: [3, 3] },
  { x: [2, 40, 40, 3], filters: 16, kernel: [7, 7], options: { strides: 2 } },
  { x: [6, 28, 28, 1], filters: 8, kernel: [5, 5] },
  { x: [5, 8, 8, 32], filters: 10, kernel: [3, 3] },
  { x: [9, 50, 16], filters: 24, kernel: [5] },
  { x: [9, 64, 20], filters: 16, kernel: [3], options: { dilationRate: 4 } },
  { x: [2, 12, 12, 300], filters: 40, kernel: [3, 3] },
  { x: [2, 32, 32, 32], filters: 64, kernel: [1, 1] },
  { x: [3, 7, 11, 19], filters: 21, kernel: [1, 1] },
  { x: [1, 4, 4, 256], filters: 512, kernel: [1, 1], options: { padding: 'valid' } },
  { x: [1, 1, 1, 40], filters: 9, kernel: [1, 1] },
  { x: [5, 8, 8, 6], filters: 24, kernel: [1, 1], options: { dilationRate: 3 } },
  { x: [3, 77, 40], filters: 17, kernel: [1] },
  { x: [2, 5, 6, 7, 24], filters: 33, kernel: [1, 1, 1] },
  { x: [2, 13, 13, 16], filters: 32, kernel: [1, 1], options: { strides: 2 } },
];
/** A kernel for each channel. */
const DEPTHWISE: Case[] = [
  { x: [2, 16, 16, 32], filters: 32, kernel: [3, 3] },
  { x: [3, 9, 11, 21], filters: 21, kernel: [3, 3], options: { strides: 2 } },
  { x: [2, 12, 10, 40], filters: 40, kernel: [5, 2], options: { padding: 'valid' } },
  { x: [2, 13, 14, 16], filters: 16, kernel: [3, 4], options: { dilationRate: [2, 3] } },
  { x: [2, 2, 3, 17], filters: 17, kernel: [7, 7] },
  { x: [1, 15, 14, 24], filters: 24, kernel: [2, 7], options: { strides: [3, 2], padding: 'valid' } },
  { x: [5, 4, 4, 16], filters: 16, kernel: [1, 1] },
  { x: [3, 33, 20], filters: 20, kernel: [4] },
  { x: [2, 8, 8, 16], filters: 32, kernel: [3, 3] },
  { x: [2, 8, 8, 5], filters: 5, kernel: [3, 3] },
  { x: [1, 4, 5, 6, 16], filters: 16, kernel: [2, 3, 3] },
].map((c) => ({ ...c, isDepthwise: true }) as Case);
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
/** Numbers of float32, the same in both types. */
const wave = (shape: readonly number[], seed: number, dtype: trae.DType): trae.Tensor =>
  trae
    .tensor(
      Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(0.7 * i + 0.0137 * i * (i % 97) + seed)),
      shape,
    )
    .cast(dtype);

function run({ x, filters, kernel, isDepthwise, options = {} }: Case, dtype: trae.DType): Record<string, number[]> {
  const w = [...kernel, isDepthwise ? 1 : x.at(-1)!, filters];
  const convolve = (a: trae.Tensor, b: trae.Tensor): trae.Tensor =>
    trae.ops.conv(a, b, { padding: 'same', ...options });
  const input = wave(x, 1, dtype);
  const weights = wave(w, 2, dtype);
  const y = convolve(input, weights);
  const dy = wave(y.shape, 3, dtype);
  const { grads } = trae.valueAndGrad((a: trae.Tensor, b: trae.Tensor) => convolve(a, b).multiply(dy).sum())(
    input,
    weights,
  );
  return Object.fromEntries(
    [y, ...grads].map((t, i) => [['y', 'dx', 'dw'][i], Array.from(t.dataSync() as Float32Array)]),
  );
}
/** Within 1e-5 of each number, or of the numbers around it where it is smaller. */
function compare(got: Record<string, number[]>, want: Record<string, number[]>): void {
  for (const [name, list] of Object.entries(want)) {
    const scale = Math.sqrt(list.reduce((s, v) => s + v * v, 0) / list.length);
    assert.equal(got[name].length, list.length);
    list.forEach((v, i) =>
      assert.ok(
        Math.abs(got[name][i] - v) <= 1e-5 * Math.max(scale, Math.abs(v)),
        `${name}[${i}]: ${got[name][i]} instead of ${v}`,
      ),
    );
  }
}

describe('convolutions as products of pixel rows', () => {
  for (const c of [...CASES, ...DEPTHWISE])
    it(`${c.x.join('x')}, ${c.filters} filters of ${c.kernel.join('x')}${c.isDepthwise ? ', by channel' : ''} ${JSON.stringify(c.options ?? {})}`, () => {
      const got = run(c, 'float32');
      compare(got, run(c, 'float64'));
      assert.deepEqual(run(c, 'float32'), got, 'the same each time');
    });

  it('with bias and ReLU in a plan; the bias has its gradient', async () => {
    const { layers, Sequential } = trae.keras;
    const model = new Sequential([
      layers.Input([14, 15, 16]),
      new layers.Conv2D(19, 3, { activation: 'relu', padding: 'same' }),
    ]);
    const [kernel, bias] = [wave([3, 3, 16, 19], 4, 'float32'), wave([19], 5, 'float32')];
    model.setWeights([kernel, bias]);
    const x = wave([3, 14, 15, 16], 6, 'float32');
    const y = (await model.predict(x, { verbose: 0 })) as trae.Tensor;
    const plain = trae.relu(
      trae.ops.conv(x.cast('float64'), kernel.cast('float64'), { padding: 'same' }).add(bias.cast('float64')),
    );
    compare({ y: Array.from(y.dataSync() as Float32Array) }, { y: Array.from(plain.dataSync() as Float64Array) });

    model.compile({ optimizer: new trae.keras.optimizers.SGD(1), loss: 'mse' });
    const target = wave(y.shape, 7, 'float32');
    const { grads } = trae.valueAndGrad((w: trae.Tensor, b: trae.Tensor) =>
      trae.mean(
        trae.square(
          trae.relu(trae.ops.conv(x.cast('float64'), w, { padding: 'same' }).add(b)).subtract(target.cast('float64')),
        ),
      ),
    )(kernel.cast('float64'), bias.cast('float64'));
    await model.fit(x, target, { epochs: 1, batchSize: 3, verbose: 0, shuffle: false });
    model.getWeights().forEach((w, i) => {
      const before = [kernel, bias][i].dataSync() as Float32Array;
      const gradient = grads[i].dataSync() as Float64Array;
      Array.from(w.dataSync() as Float32Array).forEach((v, k) =>
        assert.ok(Math.abs(before[k] - gradient[k] - v) < 2e-6, `weight ${i}[${k}]`),
      );
    });
  });

  it('ReLU keeps NaN in the pixels whose window holds one', async () => {
    const { layers, Sequential } = trae.keras;
    const model = new Sequential([layers.Input([14, 14, 16]), new layers.Conv2D(8, 3, { activation: 'relu' })]);
    const values = new Float32Array(4 * 14 * 14 * 16).fill(1);
    values[(5 * 14 + 6) * 16 + 3] = NaN;
    const y = (await model.predict(trae.tensor(values, [4, 14, 14, 16]), { verbose: 0 })) as trae.Tensor;
    const got = Array.from(y.dataSync() as Float32Array);
    got.forEach((v, i) => {
      const image = Math.floor(i / (144 * 8));
      const row = Math.floor(i / (12 * 8)) % 12;
      const column = Math.floor(i / 8) % 12;
      assert.equal(
        Number.isNaN(v),
        image === 0 && row >= 3 && row <= 5 && column >= 4 && column <= 6,
        `image ${image}, row ${row}, column ${column}`,
      );
    });
  });
});
