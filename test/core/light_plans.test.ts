/** Plans of a few microseconds run where they are asked for: in their turn, with the same numbers, and not to the event loop's cost. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import * as trae from '../../lib/index';

const sumOfProduct = trae.compile((x: trae.Tensor, y: trae.Tensor): trae.Tensor => trae.sum(trae.matmul(x, y)));

describe('light plans', () => {
  it('see what heavier ones before them wrote, and the other way round', async () => {
    const v = trae.variable(trae.zeros([]), { trainable: false });
    const assigned = (value: trae.Tensor): trae.Tensor => {
      v.assign(value);
      return trae.multiply(value, 1);
    };
    const heavy = trae.compile((x: trae.Tensor) =>
      assigned(trae.add(v, trae.multiply(trae.sum(trae.matmul(x, x)), 1 / 300 ** 3))),
    );
    const light = trae.compile((x: trae.Tensor) => assigned(trae.multiply(v, x)));
    const ones = trae.ones([300, 300]);
    const two = trae.tensor(2);
    const seen: trae.Tensor[] = [];
    let want = 0;
    for (let i = 0; i < 12; i++) {
      heavy(ones);
      seen.push(light(two));
      want = (want + 1) * 2;
      if (i % 5 === 4) await seen[i].data();
    }
    assert.equal(v.value.item(), want);
    assert.deepEqual(
      seen.map((t) => Math.round(t.item())),
      seen.map((_, i) => 2 ** (i + 2) - 2),
    );
  });
  it('take inputs that are still to be computed', () => {
    const slow = trae.mean(trae.matmul(trae.ones([400, 400]), trae.ones([400, 400])));
    assert.equal(
      trae
        .compile((x: trae.Tensor) => trae.add(x, 1))(slow)
        .item(),
      401,
    );
  });
  it('count denormals as zero, as heavier ones do', () => {
    const halved = trae.compile((x: trae.Tensor) => trae.multiply(x, 0.5));
    const tiny = 1.2e-38;
    assert.equal(halved(trae.full([4], tiny)).dataSync()[0], halved(trae.full([400000], tiny)).dataSync()[0]);
    assert.notEqual(Math.fround(tiny) * 0.5, 0, 'JavaScript keeps them');
  });
  it('give the same numbers beside workers that compute', async () => {
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       require(workerData.tsx);
       const trae = require(workerData.index);
       const f = trae.compile((x) => trae.sum(trae.matmul(x, x)));
       const x = trae.ones([200, 200]);
       let sum = 0;
       for (let i = 0; i < 200; i++) sum += f(x).item();
       parentPort.postMessage(sum);`,
      { eval: true, workerData: { index: require.resolve('../../lib/index'), tsx: require.resolve('tsx/cjs') } },
    );
    const answer = new Promise<unknown>((done, fail) => worker.once('message', done).once('error', fail));
    let isDone = false;
    void answer.finally(() => (isDone = true));
    const x = trae.ones([3, 4]);
    const y = trae.ones([4, 5]);
    for (let i = 0; i < 500 || !isDone; i++) assert.equal((await sumOfProduct(x, y).data())[0], 60);
    assert.equal(await answer, 200 * 200 ** 3);
    await worker.terminate();
  });
  it('let timers and other events have their turn', async () => {
    const x = trae.ones([3, 4]);
    const y = trae.ones([4, 5]);
    const model = new trae.keras.Sequential([trae.keras.layers.Input([4]), new trae.keras.layers.Dense(2)]);
    await model.predict(x, { verbose: 0 });
    for (const call of [() => sumOfProduct(x, y).data(), () => model.predict(x, { verbose: 0 })]) {
      let isOver = false;
      void pause(20).then(() => (isOver = true));
      for (let i = 0; !isOver; i++) {
        await call();
        assert.ok(i < 1e6, 'the timer never fired');
      }
    }
  });
  it('an AbortSignal by a timer ends a loop of predictions', async () => {
    const model = new trae.keras.Sequential([trae.keras.layers.Input([4]), new trae.keras.layers.Dense(2)]);
    const signal = AbortSignal.timeout(30);
    await assert.rejects(
      async () => {
        for (let i = 0; i < 1e6; i++) await model.predict(trae.ones([1, 4]), { verbose: 0, signal });
      },
      { name: 'TimeoutError' },
    );
  });
});
