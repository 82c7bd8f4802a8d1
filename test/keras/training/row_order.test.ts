/** The order in which fit and datasets take rows. */
import { strict as assert } from 'node:assert';
import * as trae from '../../../lib/index';
import { shuffledRows, shuffledRowsSync } from '../../../lib/keras/utils/rows';

const { keras } = trae;

describe('order of rows', () => {
  it('is a permutation that the seed decides: the one of random.shuffle', async () => {
    for (const rows of [0, 1, 2, 7, 1000]) {
      const order = await shuffledRows(rows, 4000000001);
      const numbers = Int32Array.from({ length: rows }, (_, i) => i);
      assert.deepEqual(order.toSorted(), numbers);
      assert.deepEqual(shuffledRowsSync(rows, 4000000001), order);
      assert.deepEqual(await trae.random.shuffle(trae.tensor(numbers), { seed: 4000000001 }).data(), order);
    }
    assert.notDeepEqual(await shuffledRows(1000, 1), await shuffledRows(1000, 2));
  });
  it('leaves no tensor behind', async () => {
    const before = trae.memory().tensors;
    await shuffledRows(100, 1);
    shuffledRowsSync(100, 1);
    assert.equal(trae.memory().tensors, before);
  });
  it('of each epoch of fit is one of its own, which the global seed decides', async () => {
    const rows = 12;
    const numbers = Array.from({ length: rows }, (_, i) => i);
    const model = new keras.Sequential([keras.layers.Input([1]), new keras.layers.Dense(1, { useBias: false })]);
    // With this learning rate a step sets the weight to the target of its row.
    model.compile({ optimizer: new keras.optimizers.SGD(0.5), loss: 'mse' });
    const orders = async (shuffle: boolean): Promise<number[][]> => {
      const seen: number[] = [];
      keras.utils.setRandomSeed(3);
      await model.fit(trae.ones([rows, 1]), trae.tensor(numbers, [rows, 1]), {
        batchSize: 1,
        epochs: 2,
        shuffle,
        verbose: 0,
        callbacks: [
          new keras.callbacks.LambdaCallback({
            onTrainBatchEnd: () => void seen.push(Number(model.getWeights()[0].dataSync()[0])),
          }),
        ],
      });
      return [seen.slice(0, rows), seen.slice(rows)];
    };
    const [first, second] = await orders(true);
    for (const order of [first, second])
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        numbers,
      );
    assert.notDeepEqual(first, second);
    assert.notDeepEqual(first, numbers);
    assert.deepEqual(await orders(true), [first, second]);
    assert.deepEqual(await orders(false), [numbers, numbers]);
  });
});
