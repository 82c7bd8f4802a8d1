/** Data that come in batches: by number, from functions and slow iterators; epochs that go on; who hears of batches. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classifier, classesInTurn, close, wave } from '../helpers';

const { callbacks } = trae.keras;
const quiet = { verbose: 0 as const };
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const batch = (i: number): [trae.Tensor, trae.Tensor] => [x.slice([4 * i, 0], [4, 4]), y.slice([4 * i], [4])];

describe('batches by number', () => {
  class Five {
    readonly numBatches = 5;
    readonly asked: number[] = [];
    readonly events: string[] = [];
    async getItem(index: number): Promise<[trae.Tensor, trae.Tensor]> {
      this.asked.push(index);
      return Promise.resolve(batch(index));
    }
    onEpochBegin(): void {
      this.events.push('begin');
    }
    onEpochEnd(): void {
      this.events.push('end');
    }
  }
  it('train as arrays do, in order or shuffled, and hear of epochs', async () => {
    const data = new Five();
    const model = classifier();
    const same = classifier();
    const { history } = await model.fit(data, { epochs: 2, shuffle: false, ...quiet });
    const expected = await same.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, ...quiet });
    close(history.loss, expected.history.loss, 'loss');
    assert.deepEqual(
      [data.asked, data.events],
      [
        [0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
        ['begin', 'end', 'begin', 'end'],
      ],
    );
    const mixed = new Five();
    await classifier().fit(mixed, quiet);
    assert.notDeepEqual(mixed.asked, [0, 1, 2, 3, 4]);
    assert.deepEqual([...mixed.asked].sort(), [0, 1, 2, 3, 4]);
    const [loss] = await model.evaluate(new Five(), null, quiet);
    close(loss, (await model.evaluate(x, y, { batchSize: 4, ...quiet }))[0], 'evaluate');
    assert.deepEqual([...((await model.predict(new Five(), quiet)) as trae.Tensor).shape], [20, 3]);
  });
});

describe('iterables', () => {
  it('from a function start anew for each epoch, and for validation', async () => {
    let calls = 0;
    const make = function* (): Generator<[trae.Tensor, trae.Tensor]> {
      calls++;
      for (let i = 0; i < 5; i++) yield batch(i);
    };
    const { history } = await classifier().fit(make, {
      epochs: 3,
      validationData: make as never,
      validationFreq: [2],
      ...quiet,
    });
    assert.equal(calls, 4);
    assert.deepEqual([history.loss.length, history.val_loss.length], [3, 1]);
  });
  it('that are a tensor or a record alone are inputs without targets, as in Keras', async () => {
    class Shrinks extends trae.keras.layers.Layer {
      override call(t: trae.Tensor): trae.Tensor {
        this.addLoss(t.square().mean());
        return t;
      }
    }
    const input = trae.keras.Input([2], { name: 'named' });
    const dense = new trae.keras.layers.Dense(2, { useBias: false, kernelInitializer: 'ones' });
    const model = new trae.keras.Model({
      inputs: { named: input },
      outputs: new Shrinks().apply(dense.apply(input)) as trae.KerasTensor,
    });
    const batches: (trae.Tensor | { named: trae.Tensor })[] = [trae.ones([3, 2]), { named: trae.ones([2, 2]) }];
    model.compile({ optimizer: new trae.keras.optimizers.SGD(0) });
    const { history } = await model.fit(() => batches, null, { epochs: 2, verbose: 0 });
    assert.deepEqual(history.loss, [4, 4]); // every output is 1 + 1
    assert.deepEqual(((await model.predict(() => batches, { verbose: 0 })) as trae.Tensor).shape, [5, 2]);
  });
  it('that never come are left when the signal says so', async () => {
    const never = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<[trae.Tensor, trae.Tensor]>>(() => undefined),
      }),
    };
    const model = classifier();
    await assert.rejects(model.fit(never, { signal: AbortSignal.timeout(60), ...quiet }), { name: 'TimeoutError' });
    await model.fit(x, y, quiet); // usable again
    const aborted = AbortSignal.abort();
    for (const f of [
      () => model.trainOnBatch(x, y, { signal: aborted }),
      () => model.testOnBatch(x, y, { signal: aborted }),
      () => model.predictOnBatch(x, { signal: aborted }),
    ])
      await assert.rejects(f, { name: 'AbortError' });
  });
});

describe('epochs', () => {
  it('with stepsPerEpoch go on where the last one ended', async () => {
    const short = classifier();
    const whole = classifier();
    const options = { batchSize: 4, shuffle: false, ...quiet };
    await short.fit(x, y, { ...options, epochs: 5, stepsPerEpoch: 1 });
    await whole.fit(x, y, { ...options, epochs: 1 });
    short.weights.forEach((w, i) => close(w, whole.weights[i], w.path));
  });
  it('tell callbacks of every stepsPerExecution-th batch', async () => {
    const heard: string[] = [];
    class Spy extends callbacks.Callback {
      override onTrainBatchBegin(n: number): void {
        heard.push(`begin ${n}`);
      }
      override onTrainBatchEnd(n: number): void {
        heard.push(`end ${n}`);
      }
    }
    const expected = ['begin 0', 'end 1', 'begin 2', 'end 3', 'begin 4', 'end 4'];
    await classifier({ stepsPerExecution: 2 }).fit(x, y, { batchSize: 4, callbacks: [new Spy()], ...quiet });
    assert.deepEqual(heard, expected);
    heard.length = 0;
    await classifier({ stepsPerExecution: 2, runEagerly: true }).fit(x, y, {
      batchSize: 4,
      callbacks: [new Spy()],
      ...quiet,
    });
    assert.deepEqual(heard, expected);
  });
});
