/** Many short runs in a row: what each leaves behind for the next one. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as trae from '../../../lib/index';

const { layers, Sequential, Input } = trae.keras;

/** Adds the mean of its input to the loss. */
class Penalty extends layers.Layer {
  override call(x: trae.Tensor): trae.Tensor {
    this.addLoss(x.mean());
    return x;
  }
}

describe('short runs', () => {
  it('Ctrl+C is listened to while runs go on, and no longer', async () => {
    const model = new Sequential([Input([3]), new layers.Dense(2)]);
    const before = process.listenerCount('SIGINT');
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const pending = model.predict(trae.ones([1, 3]), { verbose: 0 });
      counts.push(process.listenerCount('SIGINT'));
      await pending;
    }
    assert.deepEqual(counts, [before || 1, before || 1, before || 1]);
    await setImmediate();
    await setImmediate();
    assert.equal(process.listenerCount('SIGINT'), before);
  });
  it('losses that a call outside added are not those of the next step', async () => {
    const model = new Sequential([Input([2]), new Penalty()]);
    const x = trae.full([4, 2], 3);
    const evaluate = async (): Promise<number> => (await model.evaluate(x, x, { verbose: 0 })) as number;
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    assert.equal(await evaluate(), 3);
    await model.predict(x, { verbose: 0 });
    for (let i = 0; i < 2; i++) {
      model.apply(trae.full([4, 2], 100));
      assert.deepEqual(
        model.losses.map((l) => l.item()),
        [100],
      );
      await model.predict(x, { verbose: 0 });
      assert.deepEqual(model.losses, [], 'a run leaves none');
      assert.equal(await evaluate(), 3);
    }
  });
  it('what has been computed can be asked for again, also beside what has not', async () => {
    const y = trae.ones([3]).add(1);
    assert.deepEqual(Array.from(await y.data(), Number), [2, 2, 2]);
    assert.deepEqual(Array.from(await y.data(), Number), [2, 2, 2]);
    const values = await Promise.all([y.data(), y.multiply(2).data(), y.data()]);
    assert.deepEqual(
      values.map((v) => Number(v[0])),
      [2, 4, 2],
    );
  });
});
