/** Weights in the layouts of kernels: packed once while they stay the same, anew when they change, counted by memory(). */
import { strict as assert } from 'node:assert';
import * as trae from '../../lib/index';
import { collectGarbage } from '../helpers/collect';

const { layers, Sequential, optimizers } = trae.keras;
const numbers = (t: unknown): number[] => Array.from((t as trae.Tensor).dataSync(), Number);

/** Layers of which every processor packs the weights of some. */
const build = (): trae.keras.Sequential =>
  new Sequential([
    layers.Input([9, 9, 3]),
    new layers.Conv2D(7, 3, { activation: 'relu' }),
    new layers.Conv2D(16, 3, { strides: 2, padding: 'same' }),
    new layers.DepthwiseConv2D(3),
    new layers.Conv2DTranspose(5, 3),
    new layers.Flatten(),
    new layers.Dense(10),
    new layers.Dense(3),
  ]);

/** The same computation in float64, which has loops of its own and packs nothing. */
async function widened(model: trae.keras.Sequential, x: trae.Tensor): Promise<number[]> {
  const twin = trae.keras.models.cloneModel(model, {
    cloneFunction: (layer) => {
      const config = { ...layer.getConfig(), dtype: 'float64' };
      return (layer.constructor as unknown as { fromConfig(c: unknown): typeof layer }).fromConfig(config);
    },
  });
  twin.setWeights(model.getWeights().map((w) => w.cast('float64')));
  return numbers(await twin.predict(x.cast('float64'), { verbose: 0 }));
}

describe('packed weights', () => {
  it('predictions follow weights that change, in place or not', async () => {
    trae.setRandomSeed(3);
    const model = build();
    const x = trae.random.normal([2, 9, 9, 3], { seed: 1 });
    const y = trae.random.normal([2, 3], { seed: 2 });
    model.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1 }), loss: 'mse' });
    const compiled = trae.compile((t: trae.Tensor) => model.call(t) as trae.Tensor);
    const seen: number[] = [];
    const expectTrue = async (when: string): Promise<void> => {
      const want = await widened(model, x);
      const ways = {
        predict: await model.predict(x, { batchSize: 1, verbose: 0 }),
        compiled: compiled(x),
        eager: model.apply(x),
      };
      for (const [way, got] of Object.entries(ways))
        numbers(got).forEach((v, i) =>
          assert.ok(Math.abs(v - want[i]) < 1e-4, `${when}, ${way}: ${v} instead of ${want[i]}`),
        );
      assert.ok(!seen.includes(want[0]), `${when} the weights are those of before`);
      seen.push(want[0]);
    };
    const predictAgain = async (): Promise<void> => {
      const twice = [await model.predict(x, { verbose: 0 }), await model.predict(x, { verbose: 0 })].map(numbers);
      assert.deepEqual(twice[0], twice[1]);
    };
    await expectTrue('at first');
    await predictAgain();
    for (let epoch = 0; epoch < 2; epoch++) {
      await model.fit(x, y, { epochs: 1, batchSize: 2, verbose: 0, shuffle: false });
      await expectTrue(`after epoch ${epoch}`);
    }
    await model.trainOnBatch(x, y);
    await expectTrue('after trainOnBatch');
    model.setWeights(model.getWeights().map((w) => w.multiply(-0.5)));
    await expectTrue('after setWeights');
    for (const v of model.variables) v.assign(v.value.multiply(0.5));
    await expectTrue('after assign');
    await predictAgain();
  });

  it('reorders counts the copies of every run: none of weights that the plan only reads', () => {
    const weights = trae.variable(trae.random.normal([32, 10], { seed: 1 }));
    const constant = trae.random.normal([32, 10], { seed: 1 });
    const x = trae.ones([1, 32]);
    const reads = trae.compile((v: trae.Tensor) => trae.ops.matmul(v, weights)).planFor(x);
    assert.equal(reads.statistics.reorders, 0);
    const closes = trae.compile((v: trae.Tensor) => trae.ops.matmul(v, constant)).planFor(x);
    assert.equal(closes.statistics.reorders, 0);
    const takes = trae
      .compile((v: trae.Tensor, w: trae.Tensor) => trae.ops.matmul(v, w))
      .planFor(x, trae.ones([32, 10]));
    assert.equal(takes.statistics.reorders, 1);
    const writes = trae
      .compile((v: trae.Tensor) => {
        const y = trae.ops.matmul(v, weights);
        weights.assign(weights.value.multiply(2));
        return y;
      })
      .planFor(x);
    assert.equal(writes.statistics.reorders, 1);
  });

  it('a function that changes its weights packs them in each run', () => {
    const weights = trae.variable(trae.ones([3, 5]));
    const f = trae.compile((v: trae.Tensor) => {
      const y = trae.ops.matmul(v, weights);
      weights.assign(weights.value.multiply(2));
      return y;
    });
    const x = trae.ones([1, 3]);
    for (const want of [3, 6, 12, 24]) assert.deepEqual(numbers(f(x)), Array(5).fill(want));
    const reads = trae.compile((v: trae.Tensor) => trae.ops.matmul(v, weights));
    assert.deepEqual(numbers(reads(x)), Array(5).fill(48));
    f(x);
    assert.deepEqual(numbers(reads(x)), Array(5).fill(96));
  });

  it('memory() counts what a plan packs, until the plan goes', async () => {
    const weights = trae.variable(trae.random.normal([1000, 10], { seed: 1 }));
    const x = trae.ones([1, 1000]);
    const compileOne = () => {
      // prettier-ignore
      const f = trae.compile((v: trae.Tensor) => trae.ops.matmul(v, weights));
      trae.tidy(() => f(x).dataSync());
      return f.planFor(x);
    };
    const first = compileOne();
    await collectGarbage();
    const before = trae.memory().bytesInUse;
    const second = compileOne();
    await collectGarbage();
    // 1000 rows of 10 columns, padded to 16, in a block of the pool.
    assert.equal(trae.memory().bytesInUse - before, 65536);
    second.dispose();
    await collectGarbage();
    assert.equal(trae.memory().bytesInUse, before);
    first.dispose();
  });
});
