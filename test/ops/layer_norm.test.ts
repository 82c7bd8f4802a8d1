/** The vector loops of layer normalization against their plain twin in float64: widths off the lanes, more rows than a block, threads. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

const wave = (shape: number[], seed: number, dtype: trae.DType): trae.Tensor =>
  trae
    .tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        Math.sin(0.7 * i + 0.013 * i * i + seed),
      ),
      shape,
    )
    .cast(dtype);
const values = (t: trae.Tensor): number[] => Array.from(t.dataSync() as Float32Array);

/** The output and the gradients of x, gamma and beta under a cotangent. */
function run(shape: number[], isRms: boolean, dtype: trae.DType): number[][] {
  const n = shape.at(-1)!;
  const x = wave(shape, 1, dtype).multiply(3).add(5);
  const gamma = wave([n], 2, dtype).add(2);
  const beta = wave([n], 3, dtype);
  const dy = wave(shape, 4, dtype);
  const f = (a: trae.Tensor, g: trae.Tensor, b: trae.Tensor): trae.Tensor =>
    isRms
      ? trae.rmsNormalization(a, { scale: g, epsilon: 1e-3 }).add(b)
      : trae.layerNormalization(a, { gamma: g, beta: b, epsilon: 1e-3 });
  const { grads } = trae.valueAndGrad((a: trae.Tensor, g: trae.Tensor, b: trae.Tensor) =>
    f(a, g, b).multiply(dy).sum(),
  )(x, gamma, beta);
  return [f(x, gamma, beta), ...grads].map(values);
}
describe('layer normalization of rows', () => {
  for (const shape of [
    [1, 1],
    [3, 16],
    [5, 33],
    [7, 15],
    [130, 70],
    [700, 65],
    [2, 2100],
    [64, 1024],
    [2, 3, 40],
    [0, 5],
    [3000, 16],
  ])
    for (const isRms of [false, true])
      it(`${isRms ? 'rms' : 'centered'}, shape (${shape})`, () => {
        const got = run(shape, isRms, 'float32');
        const want = run(shape, isRms, 'float64');
        got.forEach((list, k) => {
          const scale = Math.max(0.1, ...want[k].map(Math.abs));
          list.forEach((v, i) =>
            assert.ok(
              Math.abs(v - want[k][i]) <= 2e-5 * scale,
              `${['y', 'dx', 'dgamma', 'dbeta'][k]}[${i}]: ${v} instead of ${want[k][i]}`,
            ),
          );
        });
        assert.deepEqual(run(shape, isRms, 'float32'), got, 'the same each time');
      });
  it('keeps its digits far from zero', () => {
    const y = trae.layerNormalization(trae.tensor([1e4, 1e4 + 1, 1e4 + 2, 1e4 + 3], [1, 4]), { epsilon: 0 });
    values(y).forEach((v, i) => assert.ok(Math.abs(v - (i - 1.5) / Math.sqrt(1.25)) < 1e-4, `${v}`));
  });
  it('NaN and infinities stay in their row', () => {
    const y = values(trae.layerNormalization(trae.tensor([NaN, 1, 2, 3, Infinity, 1], [3, 2]), { epsilon: 1e-3 }));
    assert.deepEqual(
      y.map((v) => Number.isNaN(v)),
      [true, true, false, false, true, true],
    );
  });
  it('half precision is computed in float32', () => {
    for (const dtype of ['bfloat16', 'float16'] as const) {
      const y = trae.layerNormalization(wave([4, 50], 1, dtype), { epsilon: 1e-3 });
      const want = trae.layerNormalization(wave([4, 50], 1, dtype).cast('float32'), { epsilon: 1e-3 }).cast(dtype);
      assert.equal(y.dtype, dtype);
      assert.deepEqual(values(y), values(want));
    }
  });
});
