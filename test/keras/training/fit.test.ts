/** compile, fit, evaluate, predict, steps on one batch: options, data in all forms, several outputs. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, close, throwsText, wave, weightsOf } from '../helpers';

const { layers, Sequential, Model, Input, callbacks } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const quiet = { verbose: 0 as const };
const rowsOf = (t: trae.Tensor, from: number, to: number): trae.Tensor =>
  trae.take(
    t,
    Array.from({ length: to - from }, (_, i) => from + i),
    { axis: 0 },
  );
/** An iterable that starts anew each time. */
const iterable = <T>(list: readonly T[]): Iterable<T> => ({
  *[Symbol.iterator]() {
    yield* list;
  },
});
/** [x, y] batches of 4 rows. */
const batches = (): trae.Tensor[][] =>
  Array.from({ length: 5 }, (_, i) => [rowsOf(x, 4 * i, 4 * i + 4), rowsOf(y, 4 * i, 4 * i + 4)]);

describe('fit', () => {
  it('gives a History by epoch', async () => {
    const history = await classifier().fit(x, y, { epochs: 3, validationSplit: 0.25, ...quiet });
    assert.ok(history instanceof callbacks.History);
    assert.deepEqual(history.epoch, [0, 1, 2]);
    assert.deepEqual(Object.keys(history.history), ['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    for (const values of Object.values(history.history)) assert.equal(values.length, 3);
  });
  it('takes arrays, typed arrays and tensors alike', async () => {
    const flat = x.dataSync() as Float32Array;
    const results: number[][][] = [];
    for (const [a, b] of [
      [x, y],
      [x.arraySync() as number[][], y.arraySync() as number[]],
      [Object.assign(Float32Array.from(flat), { shape: [20, 4] }), y.dataSync() as Int32Array],
      [trae.variable(x), y],
    ] as const) {
      const model = classifier();
      await model.fit(a, b, { epochs: 2, shuffle: false, ...quiet });
      results.push(weightsOf(model));
    }
    for (const r of results.slice(1)) assert.deepEqual(r, results[0]);
  });
  it('takes batches: a sync and an async iterable as often as wanted, a generator with stepsPerEpoch', async () => {
    const reference = classifier();
    const { history } = await reference.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false, ...quiet });
    const endless = (function* () {
      for (;;) yield* batches();
    })();
    const again = iterable(batches());
    const asynchronous = {
      async *[Symbol.asyncIterator]() {
        for (const b of batches()) {
          await null;
          yield b;
        }
      },
    };
    for (const [data, options] of [
      [again, {}],
      [asynchronous, {}],
      [endless, { stepsPerEpoch: 5 }],
    ] as const) {
      const model = classifier();
      const h = await model.fit(data, { epochs: 2, ...options, ...quiet });
      weightsOf(model).forEach((w, i) => close(w, weightsOf(reference)[i], 'weights'));
      close(h.history.loss, history.loss, 'loss');
    }
  });
  it('reads validation data from iterables too', async () => {
    const h = await classifier().fit(x, y, { validationData: iterable(batches()), ...quiet });
    const direct = await classifier().fit(x, y, { validationData: [x, y], ...quiet, shuffle: false });
    assert.equal(h.history.val_loss.length, direct.history.val_loss.length);
  });
  it('validationSplit holds out the last rows', async () => {
    const [a, b] = [classifier(), classifier()];
    const split = await a.fit(x, y, { validationSplit: 0.25, shuffle: false, ...quiet });
    const given = await b.fit(rowsOf(x, 0, 15), rowsOf(y, 0, 15), {
      validationData: [rowsOf(x, 15, 20), rowsOf(y, 15, 20)],
      shuffle: false,
      ...quiet,
    });
    for (const name of Object.keys(given.history)) close(split.history[name], given.history[name], name);
  });
  it('validationFreq, validationSteps, validationBatchSize', async () => {
    let seen = 0;
    const count = new callbacks.LambdaCallback({
      onTestBatchEnd: () => {
        seen++;
      },
    });
    const h = await classifier().fit(x, y, {
      epochs: 4,
      validationData: [x, y],
      validationFreq: 2,
      validationBatchSize: 5,
      validationSteps: 3,
      callbacks: [count],
      ...quiet,
    });
    assert.equal(h.history.val_loss.length, 2);
    assert.equal(seen, 6);
  });
  it('shuffles anew each epoch, and all rows', async () => {
    const rows = trae.tensor(
      Float32Array.from({ length: 12 }, (_, i) => i),
      [12, 1],
    );
    const seen: number[][] = [];
    class Spy extends layers.Layer {
      override call(t: trae.Tensor, o: trae.CallOptions = {}): trae.Tensor {
        if (o.training) seen.push(Array.from(t.dataSync() as Float32Array));
        return t.multiply(this.w);
      }
      w = this.addWeight({ initializer: 'ones' });
    }
    const model = new Sequential([new Spy()]);
    model.compile({ loss: 'mse', runEagerly: true });
    trae.setRandomSeed(5);
    await model.fit(rows, rows, { epochs: 2, batchSize: 12, ...quiet });
    assert.notDeepEqual(seen[0], seen[1]);
    for (const order of seen)
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        Array.from({ length: 12 }, (_, i) => i),
      );
  });
  it('sampleWeight 0 is as good as a missing row; classWeight weighs by class', async () => {
    const weights = Float32Array.from({ length: 20 }, (_, i) => (i < 10 ? 1 : 0));
    const sgd = (): object => ({
      optimizer: new trae.keras.optimizers.SGD(0.1),
      loss: new trae.keras.losses.SparseCategoricalCrossentropy({ reduction: 'sum' }),
    });
    const [a, b, c, d] = Array.from({ length: 4 }, () => classifier(sgd()));
    await a.fit(x, y, { sampleWeight: weights, shuffle: false, ...quiet });
    await b.fit(rowsOf(x, 0, 10), rowsOf(y, 0, 10), { shuffle: false, ...quiet });
    weightsOf(a).forEach((w, i) => close(w, weightsOf(b)[i], 'left out'));
    await c.fit(x, y, { classWeight: { 0: 2, 2: 0 }, shuffle: false, ...quiet });
    await d.fit(x, y, {
      sampleWeight: Float32Array.from(y.dataSync() as Int32Array, (k) => [2, 1, 0][k]),
      shuffle: false,
      ...quiet,
    });
    weightsOf(c).forEach((w, i) => close(w, weightsOf(d)[i], 'by class'));
  });
  it('eagerly equals compiled, for rows and for batches', async () => {
    const run = async (
      runEagerly: boolean,
      data: 'rows' | 'batches',
    ): Promise<[number[][], Record<string, number[]>]> => {
      const model = classifier({
        optimizer: 'adam',
        runEagerly,
        metrics: ['accuracy', 'sparse_top_k_categorical_accuracy'],
      });
      const h =
        data === 'rows'
          ? await model.fit(x, y, { epochs: 2, batchSize: 6, shuffle: false, validationSplit: 0.2, ...quiet })
          : await model.fit(iterable(batches()), { ...quiet });
      return [weightsOf(model), h.history];
    };
    for (const data of ['rows', 'batches'] as const) {
      const [a, ha] = await run(false, data);
      const [b, hb] = await run(true, data);
      a.forEach((w, i) => close(w, b[i], `weights ${i}`));
      for (const name of Object.keys(ha)) close(ha[name], hb[name], name);
    }
  });
  it('resumes: two fits are as good as one, with initialEpoch numbering the epochs', async () => {
    const [once, twice] = [classifier({ optimizer: 'adam' }), classifier({ optimizer: 'adam' })];
    await once.fit(x, y, { epochs: 4, shuffle: false, ...quiet });
    await twice.fit(x, y, { epochs: 2, shuffle: false, ...quiet });
    const h = await twice.fit(x, y, { initialEpoch: 2, epochs: 4, shuffle: false, ...quiet });
    assert.deepEqual(h.epoch, [2, 3]);
    assert.deepEqual(weightsOf(twice), weightsOf(once));
  });
  it('does not touch layers that are frozen, after compiling again', async () => {
    const model = classifier();
    model.layers[0].trainable = false;
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
    const before = weightsOf(model);
    await model.fit(x, y, quiet);
    assert.deepEqual(weightsOf(model).slice(0, 2), before.slice(0, 2));
    assert.notDeepEqual(weightsOf(model).slice(2), before.slice(2));
  });
  it('counts steps of a schedule over epochs', async () => {
    const schedule = new trae.keras.optimizers.schedules.PiecewiseConstantDecay([9], [0.1, 0.001]);
    const model = classifier({ optimizer: new trae.keras.optimizers.SGD(schedule) });
    await model.fit(x, y, { epochs: 2, batchSize: 4, ...quiet });
    assert.equal(Number(model.optimizer!.iterations.item()), 10);
    close(model.optimizer!.learningRate.item(), 0.001, 'rate');
  });
  it('with 0 epochs does nothing', async () => {
    const model = classifier();
    const before = weightsOf(model);
    const h = await model.fit(x, y, { epochs: 0, ...quiet });
    assert.deepEqual([h.epoch, weightsOf(model)], [[], before]);
  });
  it('keeps the average of the weights at the end: useEma', async () => {
    const model = classifier({ optimizer: new trae.keras.optimizers.SGD(0.5, { useEma: true, emaMomentum: 0.9 }) });
    const plain = classifier({ optimizer: new trae.keras.optimizers.SGD(0.5) });
    for (const m of [model, plain]) await m.fit(x, y, { epochs: 3, batchSize: 4, shuffle: false, ...quiet });
    assert.notDeepEqual(weightsOf(model), weightsOf(plain));
  });
});

describe('evaluate, predict and single batches', () => {
  it('evaluate gives a number, an array, or a record', async () => {
    assert.equal(typeof (await classifier({ metrics: undefined }).evaluate(x, y, quiet)), 'number');
    const model = classifier();
    const list = await model.evaluate(x, y, { batchSize: 6, ...quiet });
    const record = await model.evaluate(x, y, { returnDict: true, ...quiet });
    close([record.loss, record.accuracy], list, 'the same');
    assert.deepEqual(model.metricsNames, ['loss', 'accuracy']);
    const perExample = trae.keras.losses
      .sparseCategoricalCrossentropy(y, model.apply(x) as trae.Tensor)
      .dataSync() as Float32Array;
    const weights = Float32Array.from({ length: 20 }, (_, i) => i % 3);
    close(record.loss, perExample.reduce((a, b) => a + b, 0) / 20, 'by hand');
    const weighted = await model.evaluate(x, y, { sampleWeight: weights, batchSize: 20, returnDict: true, ...quiet });
    close(weighted.loss, perExample.reduce((a, b, i) => a + b * weights[i], 0) / 20, 'weighted');
    const [first] = await model.evaluate(x, y, { batchSize: 5, steps: 2, ...quiet });
    close(first, perExample.slice(0, 10).reduce((a, b) => a + b, 0) / 10, 'two steps');
    close(await model.evaluate(iterable(batches()), null, quiet), list, 'batches');
  });
  it('predict equals apply, whatever the batches', async () => {
    const model = classifier();
    const want = model.apply(x) as trae.Tensor;
    for (const batchSize of [1, 3, 20, 64])
      close((await model.predict(x, { batchSize, ...quiet })) as trae.Tensor, want, `batches of ${batchSize}`);
    close(
      (await model.predict(
        batches()
          .map(([a]) => [a])
          .values() as Iterable<trae.Tensor[]>,
        quiet,
      )) as trae.Tensor,
      want,
      'iterable',
    );
    assert.deepEqual(
      [...((await model.predict(x, { batchSize: 4, steps: 2, ...quiet })) as trae.Tensor).shape],
      [8, 3],
    );
    close((await model.predictOnBatch(x)) as trae.Tensor, want, 'one batch');
    close(
      (await new Sequential([layers.Input([4]), new layers.Dense(2, { kernelInitializer: 'ones' })]).predict(
        trae.ones([3, 4]),
        quiet,
      )) as trae.Tensor,
      Array<number>(6).fill(4),
      'not compiled',
    );
  });
  it('trainOnBatch and testOnBatch are one step', async () => {
    const [a, b] = [classifier(), classifier()];
    const [loss, accuracy] = (await a.trainOnBatch(x, y)) as number[];
    const { history } = await b.fit(x, y, { batchSize: 20, shuffle: false, ...quiet });
    close([loss, accuracy], [history.loss[0], history.accuracy[0]], 'logs');
    weightsOf(a).forEach((w, i) => close(w, weightsOf(b)[i], 'weights'));
    a.resetMetrics();
    const before = weightsOf(a);
    const record = (await a.testOnBatch(x, y, { returnDict: true })) as trae.Logs;
    assert.deepEqual([Object.keys(record), weightsOf(a)], [['loss', 'accuracy'], before]);
    await b.trainOnBatch(x, y, { classWeight: { 0: 0, 1: 0, 2: 0 } });
    await b.trainOnBatch(x, y, { sampleWeight: trae.zeros([20]) });
    weightsOf(b).forEach((w, i) => close(w, before[i], 'weights of 0'));
  });
});

describe('what compile is told', () => {
  it("'accuracy' and 'crossentropy' are resolved by the shapes", async () => {
    const named = async (
      units: number,
      target: trae.Tensor,
      activation: trae.keras.ActivationName,
    ): Promise<string[]> => {
      const model = new Sequential([layers.Input([4]), new layers.Dense(units, { activation })]);
      model.compile({ loss: 'crossentropy', metrics: ['accuracy', 'acc'] });
      await model.trainOnBatch(x, target);
      return model.metrics.slice(1).map((m) => m.constructor.name);
    };
    assert.deepEqual(await named(1, y.cast('float32').minimum(1), 'sigmoid'), ['BinaryAccuracy', 'BinaryAccuracy']);
    assert.deepEqual(await named(3, y, 'softmax'), ['SparseCategoricalAccuracy', 'SparseCategoricalAccuracy']);
    assert.deepEqual(await named(3, trae.keras.utils.toCategorical(y, 3), 'softmax'), [
      'CategoricalAccuracy',
      'CategoricalAccuracy',
    ]);
  });
  const two = (): trae.keras.Model => {
    const input = Input([4]);
    const h = new layers.Dense(3, { kernelInitializer: 'ones', activation: 'tanh' }).apply(input);
    return new Model({
      inputs: input,
      outputs: [
        new layers.Dense(1, { name: 'value', kernelInitializer: 'ones' }).apply(h),
        new layers.Dense(3, { name: 'kind', activation: 'softmax', kernelInitializer: 'ones' }).apply(h),
      ],
    });
  };
  const targets = [wave(20, 1), y];
  it('losses, weights and metrics of several outputs, by order and by name, are the same', async () => {
    const runs: trae.CompileOptions[] = [
      { loss: ['mse', 'sparse_categorical_crossentropy'], lossWeights: [2, 0.5], metrics: [['mae'], ['accuracy']] },
      {
        loss: { kind: 'sparse_categorical_crossentropy', value: 'mse' },
        lossWeights: { value: 2, kind: 0.5 },
        metrics: { value: 'mae', kind: ['accuracy'] },
      },
    ];
    const logs = [];
    for (const options of runs) {
      const model = two();
      model.compile({ optimizer: new trae.keras.optimizers.SGD(0), ...options });
      logs.push(
        await model.evaluate(x, targets, { returnDict: true, ...quiet }),
        await model.evaluate(x, { value: targets[0], kind: targets[1] }, { returnDict: true, ...quiet }),
      );
    }
    assert.deepEqual(Object.keys(logs[0]).sort(), ['kind_accuracy', 'kind_loss', 'loss', 'value_loss', 'value_mae']);
    for (const l of logs.slice(1)) assert.deepEqual(l, logs[0]);
    close(logs[0].loss, 2 * logs[0].value_loss + 0.5 * logs[0].kind_loss, 'sum');
  });
  it('an output without a loss is not trained on', async () => {
    const model = two();
    model.compile({ optimizer: 'sgd', loss: ['mse', null] });
    const before = weightsOf(model);
    await model.fit(x, targets, quiet);
    assert.deepEqual(weightsOf(model.getLayer('kind')), before.slice(4));
  });
  it('weightedMetrics use the weights, metrics do not', async () => {
    const model = classifier({
      metrics: ['accuracy'],
      weightedMetrics: [new trae.keras.metrics.SparseCategoricalAccuracy({ name: 'weighted' })],
    });
    const p = (model.apply(x) as trae.Tensor).argmax({ axis: -1 }).dataSync() as Int32Array;
    const t = y.dataSync() as Int32Array;
    const hits = Array.from(t, (k, i) => (k === p[i] ? 1 : 0));
    const weights = Float32Array.from({ length: 20 }, (_, i) => 1 + (i % 4));
    const logs = await model.evaluate(x, y, { sampleWeight: weights, returnDict: true, ...quiet });
    close(logs.accuracy, hits.reduce<number>((a, b) => a + b, 0) / 20, 'plain');
    close(
      logs.weighted,
      hits.reduce<number>((a, b, i) => a + b * weights[i], 0) / weights.reduce((a, b) => a + b, 0),
      'weighted',
    );
  });
  it('functions are losses and metrics', async () => {
    const model = classifier({
      loss: (t: trae.Tensor, p: trae.Tensor) =>
        p
          .square()
          .mean({ axis: -1 })
          .add(t.cast('float32').multiply(0).reshape([-1])),
      metrics: [
        function largest(_t: trae.Tensor, p: trae.Tensor) {
          return p.max({ axis: -1 });
        },
      ],
    });
    const logs = await model.evaluate(x, y, { returnDict: true, ...quiet });
    const p = model.apply(x) as trae.Tensor;
    close([logs.loss, logs.largest], [p.square().mean().item(), p.max({ axis: -1 }).mean().item()], 'own');
  });
  it('regularizers and addLoss add to the loss', async () => {
    const model = new Sequential([
      layers.Input([2]),
      new layers.Dense(1, { kernelInitializer: 'ones', kernelRegularizer: trae.keras.regularizers.l2(0.5) }),
    ]);
    model.compile({ loss: 'mse', optimizer: new trae.keras.optimizers.SGD(0) });
    close(await model.evaluate(trae.zeros([4, 2]), trae.zeros([4, 1]), quiet), 1, 'penalty alone');
  });
  it('refuses what does not fit the outputs', async () => {
    const model = two();
    model.compile({ loss: ['mse'] });
    await throwsText(
      () => model.trainOnBatch(x, targets),
      'ValueError',
      'compile: loss has 1 entries but the model has 2 outputs: value, kind.',
    );
    model.compile({ loss: { vale: 'mse' } });
    await throwsText(
      () => model.trainOnBatch(x, targets),
      'ValueError',
      "compile: loss names output 'vale' but the model's outputs are 'value', 'kind'.",
    );
    model.compile({ loss: ['mse', 'sparse_categorical_crossentropy'], metrics: ['mae'] });
    await throwsText(
      () => model.trainOnBatch(x, targets),
      'ValueError',
      'compile: metrics must have an entry for each of the 2 outputs (value, kind), or be a record by output name.\n  Received: 1 entries',
    );
    await throwsText(
      () => model.compile({ loss: 'mse', metrics: 'accuracy' as never }),
      'TypeError',
      "compile: metrics must be an array, or a record by output name.\n  Received: 'accuracy'\n  Fix: metrics: ['accuracy']",
    );
    await throwsText(
      () => model.trainOnBatch(x, targets[0]),
      'ValueError',
      'the model has 2 outputs (value, kind) but 1 targets are given.\n  Received: shapes (20, 1)\n  Fix: an array with one for each output, or a record by their names.',
    );
  });
});
