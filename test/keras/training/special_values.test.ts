/** NaN and infinity in plans (predict, fit) are what they are in apply: no fused or vector path loses them. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';

const { layers, Sequential, Input } = trae.keras;
type Layers = ConstructorParameters<typeof Sequential>[0];

const SHAPES: Record<number, number[]> = { 1: [9, 3], 2: [6, 6, 3], 3: [5, 5, 5, 2] };
/** Small numbers, with `odd` at the beginning and in the middle of the first example. */
function inputWith(odd: number, shape: number[]): trae.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: 3 * size }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
  values[0] = values[Math.floor(size / 2)] = odd;
  return trae.tensor(values, [3, ...shape]);
}
async function sameAsApply(name: string, stack: Layers, shape: number[]): Promise<void> {
  const model = new Sequential([Input(shape), ...(stack as never[])] as never);
  for (const odd of [NaN, Infinity, -Infinity, 3e38, -3e38]) {
    const x = inputWith(odd, shape);
    const want = Array.from((model.apply(x) as trae.Tensor).dataSync() as Float32Array);
    const got = Array.from(((await model.predict(x, { verbose: 0 })) as trae.Tensor).dataSync() as Float32Array);
    want.forEach((w, i) =>
      assert.ok(
        Object.is(got[i], w) || Math.abs(got[i] - w) <= 1e-5 * Math.max(1, Math.abs(w)),
        `${name} with ${odd}, element ${i}: ${got[i]} instead of ${w}`,
      ),
    );
    if (Number.isNaN(odd)) assert.ok(want.some(Number.isNaN), `${name}: NaN reaches the result`);
  }
}

const ACTIVATIONS = [
  'relu',
  'relu6',
  'leaky_relu',
  'sigmoid',
  'tanh',
  'hard_sigmoid',
  'elu',
  'gelu',
  'softmax',
  'softplus',
] as const;
const same = { padding: 'same' as const };
const STACKS: Record<string, [number, (activation: trae.keras.ActivationName) => unknown]> = {
  Conv1D: [1, (activation) => new layers.Conv1D(4, 3, { activation })],
  Conv2D: [2, (activation) => new layers.Conv2D(4, 3, { activation, ...same })],
  'Conv2D without bias, strided, of size 1': [
    2,
    (activation) => new layers.Conv2D(4, 1, { activation, strides: 2, useBias: false }),
  ],
  Conv3D: [3, (activation) => new layers.Conv3D(4, 2, { activation })],
  DepthwiseConv2D: [2, (activation) => new layers.DepthwiseConv2D(3, { activation })],
  SeparableConv2D: [2, (activation) => new layers.SeparableConv2D(4, 3, { activation })],
  Conv2DTranspose: [2, (activation) => new layers.Conv2DTranspose(4, 3, { activation, strides: 2 })],
  Dense: [2, (activation) => new layers.Dense(4, { activation })],
};

describe('special values in plans', () => {
  for (const [name, [rank, make]] of Object.entries(STACKS))
    it(`${name} with each activation predicts what it applies`, async () => {
      for (const activation of ACTIVATIONS)
        await sameAsApply(`${name}, ${activation}`, [make(activation)] as never, SHAPES[rank]);
    });
  it('a convolution before ReLU layers, normalization and pooling', async () => {
    const conv = (): unknown => new layers.Conv2D(4, 3, same);
    const stacks: Record<string, unknown[]> = {
      ReLU: [conv(), new layers.ReLU()],
      LeakyReLU: [conv(), new layers.LeakyReLU()],
      BatchNormalization: [conv(), new layers.BatchNormalization(), new layers.ReLU()],
      MaxPooling2D: [conv(), new layers.ReLU(), new layers.MaxPooling2D(2)],
      AveragePooling2D: [conv(), new layers.ReLU(), new layers.AveragePooling2D(2)],
      GlobalMaxPooling2D: [conv(), new layers.ReLU(), new layers.GlobalMaxPooling2D()],
      LayerNormalization: [conv(), new layers.LayerNormalization(), new layers.ReLU()],
    };
    for (const [name, stack] of Object.entries(stacks)) await sameAsApply(name, stack as never, SHAPES[2]);
  });
  it('the loss of NaN images is NaN, and so are the weights that saw them', async () => {
    const stacks: Record<string, unknown[]> = {
      relu: [new layers.Conv2D(2, 3, { activation: 'relu' })],
      ReLU: [new layers.Conv2D(2, 3), new layers.ReLU()],
      normalized: [
        new layers.Conv2D(2, 3),
        new layers.BatchNormalization(),
        new layers.ReLU(),
        new layers.MaxPooling2D(2),
      ],
    };
    for (const [name, stack] of Object.entries(stacks)) {
      const first = new Sequential([Input([4, 4, 1]), ...stack, new layers.Flatten(), new layers.Dense(1)] as never);
      const ends: boolean[][] = [];
      for (const runEagerly of [false, true]) {
        const model = trae.keras.models.cloneModel(first);
        model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
        const { history } = await model.fit(trae.multiply(trae.ones([8, 4, 4, 1]), NaN), trae.ones([8, 1]), {
          epochs: 2,
          batchSize: 4,
          verbose: 0,
        });
        assert.ok((history.loss as number[]).every(Number.isNaN), `${name}: losses ${String(history.loss)}`);
        ends.push(model.weights.map((w) => Array.from(w.value.dataSync() as Float32Array).every(Number.isNaN)));
      }
      assert.deepEqual(ends[0], ends[1], `${name}: the weights that are NaN`);
      assert.ok(ends[0][0], `${name}: the kernel is NaN`);
    }
  });
  it('sign of -0 is 0, relu of -0 is -0, eager and compiled', () => {
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
      const x = trae.tensor(new Array(37).fill(-0) as number[], null, dtype);
      const both = (f: (t: trae.Tensor) => trae.Tensor): number[][] =>
        [f(x), trae.compile(f)(x)].map((t) => Array.from(trae.cast(t, 'float64').dataSync() as Float64Array));
      for (const signs of both((t) => trae.sign(t)))
        assert.ok(
          signs.every((v) => Object.is(v, 0)),
          `sign, ${dtype}`,
        );
      for (const rectified of both((t) => trae.relu(t)))
        assert.ok(
          rectified.every((v) => Object.is(v, -0)),
          `relu, ${dtype}`,
        );
    }
  });
});
