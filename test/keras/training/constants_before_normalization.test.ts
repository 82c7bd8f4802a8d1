/** A bias in front of batch normalization changes nothing, so its gradient is exactly 0 in plans: an adaptive optimizer would make whole steps of rounding errors. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';

const { layers, Sequential, Input } = trae.keras;

const normalization = (): unknown => new layers.BatchNormalization();
const STACKS: Record<string, () => unknown[]> = {
  Dense: () => [new layers.Flatten(), new layers.Dense(5), normalization()],
  Conv2D: () => [new layers.Conv2D(5, 3), normalization()],
  'Conv2D of size 1 with strides': () => [new layers.Conv2D(5, 1, { strides: 2, padding: 'same' }), normalization()],
  'Conv2D and ReLU': () => [new layers.Conv2D(5, 3), normalization(), new layers.ReLU()],
  'Conv2D and LeakyReLU': () => [new layers.Conv2D(5, 3), normalization(), new layers.LeakyReLU()],
  'Conv2D, ReLU and pooling': () => [
    new layers.Conv2D(5, 3, { padding: 'same' }),
    normalization(),
    new layers.ReLU(),
    new layers.MaxPooling2D(2),
  ],
  DepthwiseConv2D: () => [new layers.DepthwiseConv2D(3), normalization()],
  SeparableConv2D: () => [new layers.SeparableConv2D(5, 3), normalization()],
  Conv2DTranspose: () => [new layers.Conv2DTranspose(5, 3), normalization()],
};

describe('constants before batch normalization', () => {
  for (const [name, stack] of Object.entries(STACKS))
    it(`the bias of ${name} stays what it was while the kernel learns`, async () => {
      const model = new Sequential([Input([8, 8, 3]), ...stack(), new layers.Flatten(), new layers.Dense(2)] as never);
      model.compile({ optimizer: 'adam', loss: 'mse' });
      const biased = model.layers.find((layer) => layer.weights.some((w) => w.name === 'bias'))!;
      const named = (ending: string): trae.Variable => biased.weights.find((w) => w.name.endsWith(ending))!;
      const bias = [0.5, -0.25, 1, 2, -3].slice(0, named('bias').shape[0]);
      named('bias').assign(trae.tensor(bias));
      const kernel = Array.from(named('kernel').value.dataSync() as Float32Array);
      await model.fit(trae.random.normal([24, 8, 8, 3], { seed: 1 }), trae.random.normal([24, 2], { seed: 2 }), {
        epochs: 2,
        batchSize: 8,
        verbose: 0,
      });
      assert.deepEqual(Array.from(named('bias').value.dataSync() as Float32Array), bias);
      assert.notDeepEqual(Array.from(named('kernel').value.dataSync() as Float32Array), kernel);
    });
});
