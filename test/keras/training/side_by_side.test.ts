/** Several calls on one model at a time: predictions beside one another, and beside training. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';

const { layers, Sequential } = trae.keras;
type Model = trae.keras.Model;
const quiet = { verbose: 0 } as const;
const rows = 24;
const x = trae.tensor(
  Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i)),
  [rows, 3],
);
const y = trae.tensor(
  Float32Array.from({ length: rows }, (_, i) => Math.cos(i)),
  [rows, 1],
);
function regressor(): Model {
  trae.setRandomSeed(3);
  const model = new Sequential([layers.Input([3]), new layers.Dense(4, { activation: 'tanh' }), new layers.Dense(1)]);
  model.compile({ optimizer: new trae.keras.optimizers.SGD(0.05), loss: 'mse', metrics: ['mae'] });
  return model;
}
const values = (t: trae.Tensor): number[] => [...(t.dataSync() as Float32Array)];
const weightsOf = (model: Model): number[][] => model.getWeights().map(values);
const predicted = async (model: Model, options: object = {}): Promise<number[]> =>
  values((await model.predict(x, { ...quiet, ...options })) as trae.Tensor);
/** What the model gives, computed by hand. */
function byHand(weights: number[][]): number[] {
  const [k1, b1, k2, b2] = weights;
  const input = values(x);
  return Array.from({ length: rows }, (_, r) => {
    let sum = b2[0];
    for (let j = 0; j < 4; j++) {
      let h = b1[j];
      for (let i = 0; i < 3; i++) h += input[3 * r + i] * k1[4 * i + j];
      sum += Math.tanh(h) * k2[j];
    }
    return sum;
  });
}
const near = (a: readonly number[], b: readonly number[]): void => {
  assert.equal(a.length, b.length);
  a.forEach((v, i) => assert.ok(Math.abs(v - b[i]) < 1e-5, `${i}: ${v}, ${b[i]}`));
};
class Hook extends trae.keras.callbacks.Callback {
  constructor(
    hooks: Partial<
      Pick<trae.keras.callbacks.Callback, 'onEpochEnd' | 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onTrainBegin'>
    >,
  ) {
    super();
    Object.assign(this, hooks);
  }
}

describe('a model that is asked again while it predicts', () => {
  it('100 predictions at once, of equal and of different batch sizes', async () => {
    const model = regressor();
    const alone = byHand(weightsOf(model));
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) => predicted(model, { batchSize: i % 2 ? 8 : 1 + (i % 7) })),
    );
    for (const one of all) near(one, alone);
  });
  it('predict, predictOnBatch, evaluate, testOnBatch, apply and save together', async () => {
    const model = regressor();
    const folder = mkdtempSync(path.join(tmpdir(), 'side-'));
    try {
      const loss = await model.evaluate(x, y, quiet);
      const [a, b, c, d] = await Promise.all([
        predicted(model),
        model.predictOnBatch(x) as Promise<trae.Tensor>,
        model.evaluate(x, y, quiet),
        model.evaluate(x, y, { ...quiet, batchSize: 5 }),
        model.testOnBatch(x, y),
        model.save(path.join(folder, 'm.keras')),
        model.saveWeights(path.join(folder, 'w.safetensors')),
        (model.apply(x) as trae.Tensor).data(),
      ]);
      near(a, byHand(weightsOf(model)));
      near(values(b), a);
      assert.deepEqual(c, loss);
      near(d, loss);
      near(await predicted((await trae.keras.models.loadModel(path.join(folder, 'm.keras'))) as Model), a);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  for (const runEagerly of [false, true])
    it(`evaluations at once give what one gives, where their first batches make the metrics (runEagerly ${runEagerly})`, async () => {
      const fresh = (): Model => {
        const model = regressor();
        model.compile({
          optimizer: 'sgd',
          loss: 'mse',
          metrics: ['mae', new trae.keras.metrics.RootMeanSquaredError()],
          runEagerly,
        });
        return model;
      };
      const alone = await fresh().evaluate(x, y, { ...quiet, batchSize: 5 });
      const model = fresh();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          i % 3 ? model.evaluate(x, y, { ...quiet, batchSize: 5 }) : predicted(model, { batchSize: 1 + i }),
        ),
      );
      all.forEach((one, i) => i % 3 && assert.deepEqual(one, alone, `evaluation ${i}`));
    });
  it('an abort and an error end their own call alone', async () => {
    const model = regressor();
    const ended = new AbortController();
    const slow = async function* (): AsyncGenerator<[trae.Tensor]> {
      yield [x];
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended.abort();
      yield [x];
    };
    const [aborted, failed, ...fine] = await Promise.allSettled([
      model.predict(slow, { ...quiet, signal: ended.signal }),
      model.predict(trae.zeros([4, 7]), quiet),
      predicted(model),
      model.evaluate(x, y, quiet),
    ]);
    assert.equal(aborted.status, 'rejected');
    assert.equal((aborted.reason as Error).name, 'AbortError');
    assert.equal(failed.status, 'rejected');
    for (const f of fine) assert.equal(f.status, 'fulfilled');
    near(await predicted(model), byHand(weightsOf(model)));
  });
  it('states of a recurrent layer go through one call at a time, in the order of the calls', async () => {
    const make = (): Model => {
      trae.setRandomSeed(5);
      return new Sequential([layers.Input([2, 3], { batchSize: 4 }), new layers.SimpleRNN(3, { stateful: true })]);
    };
    const data = trae.reshape(x, [12, 2, 3]);
    const ask = async (m: Model): Promise<number[]> =>
      values((await m.predict(data, { ...quiet, batchSize: 4 })) as trae.Tensor);
    const one = make();
    const two = make();
    const inTurn = [await ask(one), await ask(one), await ask(one)];
    assert.notDeepEqual(inTurn[0], inTurn[1]);
    assert.deepEqual(await Promise.all([ask(two), ask(two), ask(two)]), inTurn);
  });
});

describe('a model that is asked while it is trained', () => {
  it('callbacks of epochs and batches see the weights of that moment, and change nothing', async () => {
    const plain = regressor();
    const asked = regressor();
    const epochs = (await plain.fit(x, y, { epochs: 3, batchSize: 5, shuffle: false, ...quiet })).history;
    let count = 0;
    const ask = async (): Promise<void> => {
      count++;
      near(await predicted(asked, { batchSize: 7 }), byHand(weightsOf(asked)));
      await Promise.all([asked.evaluate(x, y, { batchSize: 3, ...quiet }), asked.testOnBatch(x, y)]);
    };
    const history = await asked.fit(x, y, {
      epochs: 3,
      batchSize: 5,
      shuffle: false,
      callbacks: [new Hook({ onTrainBatchEnd: ask, onEpochEnd: ask })],
      ...quiet,
    });
    assert.equal(count, 18);
    for (const [name, list] of Object.entries(epochs)) near(history.history[name] as number[], list as number[]);
    assert.deepEqual(weightsOf(asked), weightsOf(plain));
  });
  it('generators of fit may wait for predictions, and those of evaluate too', async () => {
    const model = regressor();
    const batches = async function* (): AsyncGenerator<[trae.Tensor, trae.Tensor]> {
      for (let i = 0; i < 3; i++) yield [x, (await model.predict(x, quiet)) as trae.Tensor];
    };
    const { loss } = (await model.fit(batches, undefined, { epochs: 2, ...quiet })).history;
    assert.equal(loss.length, 2);
    near([(loss as number[])[0]], [0]); // its own predictions are learned by heart
    near([(await model.evaluate(batches, undefined, { returnDict: true, ...quiet })).loss], [0]);
  });
  it('from outside, a prediction of several batches sees one state of the weights, and training comes out the same', async () => {
    const plain = regressor();
    const model = regressor();
    await plain.fit(x, y, { epochs: 40, batchSize: 4, shuffle: false, ...quiet });
    const states: number[][][] = [weightsOf(model)];
    const answers: number[][] = [];
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    // However slow the machine: training waits for an answer now and then.
    const onEpochEnd = async (epoch: number): Promise<void> => {
      const before = answers.length;
      while (epoch % 10 === 0 && answers.length === before) await turn();
    };
    const hook = new Hook({ onTrainBatchEnd: () => void states.push(weightsOf(model)), onEpochEnd });
    const training = model.fit(x, y, { epochs: 40, batchSize: 4, shuffle: false, callbacks: [hook], ...quiet });
    let isOver = false;
    void training.then(() => (isOver = true));
    while (!isOver) {
      answers.push(await predicted(model, { batchSize: 5 }));
      await turn();
    }
    await training;
    assert.ok(answers.length >= 4);
    const known = states.map(byHand);
    for (const a of answers) assert.ok(known.some((k) => k.every((v, i) => Math.abs(v - a[i]) < 1e-5)));
    assert.deepEqual(weightsOf(model), weightsOf(plain));
  });
  it('a save that is not waited for holds the weights of its moment', async () => {
    const model = regressor();
    const folder = mkdtempSync(path.join(tmpdir(), 'side-'));
    const pending: Promise<void>[] = [];
    const states: number[][][] = [];
    try {
      const save = (epoch: number): void => {
        states.push(weightsOf(model));
        pending.push(
          model.save(path.join(folder, `${epoch}.keras`)),
          model.saveWeights(path.join(folder, `${epoch}.weights.h5`)),
        );
      };
      await model.fit(x, y, { epochs: 4, batchSize: 4, callbacks: [new Hook({ onEpochEnd: save })], ...quiet });
      await Promise.all(pending);
      for (let i = 0; i < 4; i++) {
        assert.deepEqual(
          weightsOf((await trae.keras.models.loadModel(path.join(folder, `${i}.keras`))) as Model),
          states[i],
        );
        await model.loadWeights(path.join(folder, `${i}.weights.h5`));
        assert.deepEqual(weightsOf(model), states[i]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('a prediction that began before weights are set sees the old ones', async () => {
    const model = regressor();
    const before = byHand(weightsOf(model));
    const batches = async function* (): AsyncGenerator<[trae.Tensor]> {
      yield [x];
      await Promise.resolve();
      yield [x];
    };
    const pending = model.predict(batches, quiet) as Promise<trae.Tensor>;
    model.setWeights(model.getWeights().map((w) => trae.zerosLike(w)));
    near(values(await pending), [...before, ...before]);
    near(await predicted(model), Array<number>(rows).fill(0));
  });
  it('two calls that write exclude one another', async () => {
    const model = regressor();
    const training = model.fit(x, y, { epochs: 3, ...quiet });
    const text = (what: string): RegExp => new RegExp(`^${what}: model '${model.name}' is busy with fit`);
    await assert.rejects(model.fit(x, y, quiet), { name: 'RuntimeError', message: text('fit') });
    await assert.rejects(model.trainOnBatch(x, y), { name: 'RuntimeError', message: text('trainOnBatch') });
    await assert.rejects(model.loadWeights('none.weights.h5'), { name: 'RuntimeError', message: text('loadWeights') });
    assert.throws(() => model.setWeights(model.getWeights()), { name: 'RuntimeError', message: text('setWeights') });
    assert.throws(() => model.compile({ loss: 'mse' }), { name: 'RuntimeError', message: text('compile') });
    const around = new Sequential([layers.Input([3]), model]);
    around.compile({ optimizer: 'sgd', loss: 'mse' });
    await assert.rejects(around.fit(x, y, quiet), {
      name: 'RuntimeError',
      message: /shares weights with model .*, which is busy with fit/,
    });
    assert.equal(values((await around.predict(x, quiet)) as trae.Tensor).length, rows);
    await training;
    await around.fit(x, y, quiet);
  });
  it('callbacks may set weights', async () => {
    const model = regressor();
    const first = model.getWeights();
    await model.fit(x, y, {
      epochs: 2,
      ...quiet,
      callbacks: [new Hook({ onEpochEnd: () => model.setWeights(first) })],
    });
    assert.deepEqual(weightsOf(model), first.map(values));
  });
});
