/** What training refuses, with the whole text; and that a model goes on working after each error. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, throwsText, wave, weightsOf } from '../helpers';

const { layers, Sequential, callbacks } = trae.keras;
const x = wave(20, 4),
  y = classesInTurn(20, 3),
  quiet = { verbose: 0 as const };
const FIT =
  'epochs, batchSize, validationSplit, validationData, shuffle, classWeight, sampleWeight, callbacks, verbose, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, signal';
const regression = (name = 'line'): trae.keras.Model => {
  const model = new Sequential([layers.Input([4]), new layers.Dense(2)], { name });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
};
/** Asserts the error, and that the model trains afterwards. */
async function refuses(
  model: trae.keras.Model,
  f: () => unknown,
  name: string,
  text: string,
  goesOn: () => Promise<unknown>,
): Promise<void> {
  await throwsText(f, name, text);
  await goesOn();
}

describe('data that cannot be trained on', () => {
  const model = classifier(),
    fine = (): Promise<unknown> => model.fit(x, y, quiet);
  const categorical = classifier({ loss: 'categorical_crossentropy' }),
    line = regression(),
    binary = new Sequential([layers.Input([4]), new layers.Dense(1, { activation: 'sigmoid' })]),
    custom = new Sequential([layers.Input([4]), new layers.Dense(2)]);
  binary.compile({ optimizer: 'sgd', loss: 'binary_crossentropy' });
  custom.compile({ optimizer: 'sgd', loss: (t: trae.Tensor, p: trae.Tensor) => t.subtract(p).square() });
  const inOutput = (m: trae.keras.Model): string => `\n  In output '${m.outputNames[0]}'.`;
  const bad = (what: string, f: () => unknown, text: string, name = 'ValueError'): void => {
    it(what, () => refuses(model, f, name, text, fine));
  };
  bad(
    'NaN labels',
    () =>
      regression().fit(
        x,
        trae.tensor(
          Float32Array.from({ length: 40 }, (_, i) => (i === 7 ? NaN : i)),
          [20, 2],
        ),
        quiet,
      ),
    'fit: the targets hold NaN.\n  Fix: remove these examples, or give them sampleWeight 0 and a number.',
  );
  bad(
    'empty data',
    () => model.fit(trae.zeros([0, 4]), trae.zeros([0]), quiet),
    'fit: the data are empty.\n  Received: x of shape (0, 4), y of shape (0,)',
  );
  bad('no data', () => model.fit(null as never, y, quiet), 'fit: x is missing.');
  bad(
    'mismatched lengths',
    () => model.fit(x, classesInTurn(19, 3), quiet),
    'fit: all data must have the same number of examples.\n  Received: x with 20, y with 19',
  );
  bad(
    'mismatched weights',
    () => model.fit(x, y, { sampleWeight: trae.ones([5]), ...quiet }),
    'fit: all data must have the same number of examples.\n  Received: x with 20, y with 20, sampleWeight with 5',
  );
  const tooLarge = trae.full([20], 3, { dtype: 'int32' }),
    nan = trae.full([20], NaN);
  bad(
    'class numbers that are too large, in validationData',
    () => model.fit(x, y, { validationData: [x, tooLarge], ...quiet }),
    `fit: validationData: class numbers must lie in 0..2, as output '${model.outputNames[0]}' has 3 units.\n  Received: 3\n  Fix: a last layer of 4 units, or classes numbered from 0.`,
  );
  bad(
    'class numbers that are too large, in the second batch',
    () =>
      model.fit(
        [
          [x, y],
          [x, tooLarge],
        ][Symbol.iterator](),
        quiet,
      ),
    `fit: class numbers must lie in 0..2, as output '${model.outputNames[0]}' has 3 units.\n  Received: 3\n  Fix: a last layer of 4 units, or classes numbered from 0.`,
  );
  bad(
    'NaN labels in batches to evaluate',
    () => model.evaluate([[x, nan]][Symbol.iterator](), quiet),
    'evaluate: the targets hold NaN.\n  Fix: remove these examples, or give them sampleWeight 0 and a number.',
  );
  bad(
    'a function that gives no batches',
    () => model.fit((() => 3) as never, quiet),
    'fit: a function that is given for data must return an iterable of batches.\n  Received: 3',
    'TypeError',
  );
  bad(
    'an async function',
    () => model.fit((() => Promise.resolve([[x, y]])) as never, quiet),
    'fit: a function that is given for data must return an iterable of batches.\n  Received: an instance of Promise\n  Fix: make it an async generator, async function* () { yield [x, y]; }.',
    'TypeError',
  );
  for (const [weights, text] of [
    [3, '3'],
    [{ a: 1 }, '{ a: 1 }'],
    [{ 0: NaN }, '{ 0: NaN }'],
  ] as const)
    bad(
      `classWeight ${text}`,
      () => model.fit(x, y, { classWeight: weights as never, ...quiet }),
      `fit: classWeight must give a number for class numbers, like { 0: 1, 1: 2.5 }.\n  Received: ${text}`,
    );
  bad(
    'a callback that is none',
    () => model.fit(x, y, { callbacks: [{}] as never, ...quiet }),
    'callbacks must be instances of Callback.\n  Received: {}',
    'TypeError',
  );
  bad(
    'the class of a callback',
    () => model.fit(x, y, { callbacks: [callbacks.EarlyStopping] as never, ...quiet }),
    'callbacks must be instances of Callback.\n  Received: function EarlyStopping\n  Fix: new EarlyStopping(...).',
    'TypeError',
  );
  it('a loss function that gives no tensor', async () => {
    const wrong = classifier();
    wrong.compile({ loss: (() => 3) as never });
    await throwsText(
      () => wrong.fit(x, y, quiet),
      'TypeError',
      "loss 'loss': the function must return a tensor, a loss for each example.\n  Received: 3",
    );
  });
  bad(
    'a scalar',
    () => model.fit(trae.tensor(3), y, quiet),
    'fit: x must have an axis of examples.\n  Received: a scalar',
  );
  bad(
    'text',
    () => model.fit('data' as never, y, quiet),
    "fit: x: tensors, typed arrays, nested numbers, or arrays or records of these are expected.\n  Received: 'data'",
    'TypeError',
  );
  bad(
    'class numbers that are too large',
    () => model.fit(x, trae.full([20], 3, { dtype: 'int32' }), quiet),
    `fit: class numbers must lie in 0..2, as output '${model.outputNames[0]}' has 3 units.\n  Received: 3\n  Fix: a last layer of 4 units, or classes numbered from 0.`,
  );
  bad(
    'class numbers below 0',
    () => model.evaluate(x, trae.full([20], -1, { dtype: 'int32' }), quiet),
    `evaluate: class numbers must lie in 0..2, as output '${model.outputNames[0]}' has 3 units.\n  Received: -1\n  Fix: number the classes from 0; ignoreClass of the loss leaves examples out.`,
  );
  bad(
    'one-hot targets for a sparse loss',
    () => model.fit(x, trae.keras.utils.toCategorical(y, 3), { batchSize: 10, ...quiet }),
    "sparseCategoricalCrossentropy: targets must be class numbers of shape (10,) for predictions of shape (10, 3).\n  Received: targets of shape (10, 3)\n  Fix: the loss 'categorical_crossentropy' for one-hot vectors." +
      inOutput(model),
  );
  bad(
    'class numbers for a categorical loss',
    () => categorical.fit(x, y, { batchSize: 10, ...quiet }),
    "categoricalCrossentropy: targets must have the shape of the predictions, (10, 3): one-hot vectors.\n  Received: targets of shape (10,)\n  Fix: utils.toCategorical(y, 3), or the loss 'sparse_categorical_crossentropy' for class numbers." +
      inOutput(categorical),
  );
  bad(
    'another number of classes',
    () => categorical.fit(x, wave(20, 4), { batchSize: 10, ...quiet }),
    'categoricalCrossentropy: targets must have the shape of the predictions, (10, 3): one-hot vectors.\n  Received: targets of shape (10, 4)\n  Fix: a last layer of 4 units, or targets for 3 classes.' +
      inOutput(categorical),
  );
  bad(
    'targets of another shape',
    () => line.fit(x, wave(20, 3), { batchSize: 10, ...quiet }),
    'meanSquaredError: targets of shape (10, 3) and predictions of shape (10, 2) do not match.\n  Fix: a last layer of 3 units, or targets of shape (10, 2).' +
      inOutput(line),
  );
  bad(
    'one-hot targets for one sigmoid unit',
    () => binary.fit(x, trae.keras.utils.toCategorical(y, 3), { batchSize: 10, ...quiet }),
    'binaryCrossentropy: targets of shape (10, 3) and predictions of shape (10, 1) do not match: there are 3 numbers for one unit.\n' +
      '  Fix: a last layer of 3 units for one-hot vectors or several labels; for one unit a number 0 or 1 for each example, as ops.argmax(y, { axis: -1 }) gives.' +
      inOutput(binary),
  );
  bad(
    'what a loss of the user refuses',
    () => custom.fit(x, wave(20, 3), { batchSize: 10, ...quiet }),
    'loss: targets of shape (10, 3) and predictions of shape (10, 2) do not go together.\n' +
      '  Received: subtract: shapes (10, 3) and (10, 2) cannot be broadcast together: axis -1 has sizes 3 and 2.' +
      inOutput(custom),
  );
  it('the wrong rank', () =>
    refuses(
      model,
      () => model.fit(wave(20, 4, 2), y, { batchSize: 10, ...quiet }),
      'ValueError',
      `model '${model.name}': input '${model.inputs[0].name}' must have shape (None, 4).\n  Received: shape (10, 4, 2)\n  In layer '${model.name}' (Sequential).`,
      fine,
    ));
  it('the wrong number of features', () =>
    refuses(
      model,
      () => model.predict(wave(20, 5), { batchSize: 10, ...quiet }),
      'ValueError',
      `model '${model.name}': input '${model.inputs[0].name}' must have shape (None, 4).\n  Received: shape (10, 5)\n  In layer '${model.name}' (Sequential).`,
      fine,
    ));
  it('whole numbers become floats where a model takes floats', async () => {
    const whole = trae.tensor(
        Int32Array.from({ length: 80 }, (_, i) => i % 5),
        [20, 4],
      ),
      a = (await model.predict(whole, quiet)) as trae.Tensor,
      b = (await model.predict(whole.cast('float32'), quiet)) as trae.Tensor;
    assert.deepEqual(a.dataSync(), b.dataSync());
    assert.equal((await model.fit(whole, y, quiet)).epoch.length, 1);
  });
  it('whole numbers are refused where floats are needed', async () => {
    await throwsText(
      () => trae.grad((t) => t.sum())(trae.tensor(Int32Array.of(1, 2))),
      'TypeError',
      'grad: argument 0 must be a floating-point tensor.\n  Received: dtype int32',
    );
    await throwsText(
      () => trae.random.dropout(trae.tensor(Int32Array.of(1, 2)), 0.5),
      'ValueError',
      'dropout: a floating-point tensor is expected.\n  Received: dtype int32',
    );
  });
  bad(
    'no targets',
    () => model.fit(x, null, { batchSize: 10, ...quiet }),
    `targets for output '${model.outputNames[0]}' are missing.\n  Fix: pass y.`,
  );
  bad(
    'batches of a wrong form',
    () =>
      model.fit(
        {
          *[Symbol.iterator]() {
            yield 'x' as never;
          },
        },
        quiet,
      ),
    'fit: an iterable must yield batches [x], [x, y] or [x, y, sampleWeight].\n  Received: x',
  );
  bad(
    'targets beside an iterable',
    () =>
      model.fit(
        {
          *[Symbol.iterator]() {
            yield [x, y];
          },
        },
        y,
        quiet,
      ),
    'fit: with an iterable of batches, targets and weights are part of the batches: yield [x, y, sampleWeight].',
  );
  bad(
    'an iterable without batches',
    () =>
      model.fit(
        {
          *[Symbol.iterator]() {
            /* nothing */
          },
        },
        quiet,
      ),
    'fit: epoch 1 has no batches.',
  );
  bad(
    'an iterable that is used up',
    () =>
      model.fit(
        (function* () {
          yield [x, y];
        })(),
        { epochs: 2, ...quiet },
      ),
    'fit: epoch 2 has no batches. The iterable is used up.\n  Fix: pass an object whose [Symbol.iterator] starts anew, or stepsPerEpoch with an endless one.',
  );
});

describe('options that cannot be', () => {
  const model = classifier({}),
    fine = (): Promise<unknown> => model.evaluate(x, y, quiet);
  const bad = (what: string, f: () => unknown, text: string, name = 'ValueError'): void => {
    it(what, () => refuses(model, f, name, text, fine));
  };
  bad(
    'an unknown option of fit',
    () => model.fit(x, y, { epoch: 3 } as never),
    `fit: unknown option 'epoch'. Did you mean 'epochs'?\n  Known options: ${FIT}`,
    'TypeError',
  );
  bad(
    'an unknown option of evaluate',
    () => model.evaluate(x, y, { batchsize: 3 } as never),
    "evaluate: unknown option 'batchsize'. Did you mean 'batchSize'?\n  Known options: batchSize, verbose, sampleWeight, steps, callbacks, returnDict, signal",
    'TypeError',
  );
  bad(
    'an unknown option of predict',
    () => model.predict(x, { batch: 3 } as never),
    "predict: unknown option 'batch'.\n  Known options: batchSize, verbose, steps, callbacks, signal",
    'TypeError',
  );
  bad(
    'an unknown option of compile',
    () => model.compile({ optimiser: 'adam' } as never),
    "compile: unknown option 'optimiser'. Did you mean 'optimizer'?\n  Known options: optimizer, loss, lossWeights, metrics, weightedMetrics, runEagerly, stepsPerExecution, jitCompile, autoScaleLoss",
    'TypeError',
  );
  bad(
    'an unknown option of trainOnBatch',
    () => model.trainOnBatch(x, y, { weights: 1 } as never),
    "trainOnBatch: unknown option 'weights'.\n  Known options: sampleWeight, classWeight, returnDict, signal",
    'TypeError',
  );
  bad(
    'an unknown option of a layer',
    () => new layers.Dense(3, { activaton: 'relu' } as never),
    "Dense: unknown option 'activaton'. Did you mean 'activation'?\n  Known options: name, trainable, dtype, autocast, inputShape, batchInputShape, batchSize, inputDtype, activityRegularizer, weights, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint, quantizationConfig, loraRank, loraAlpha",
    'TypeError',
  );
  bad(
    'an unknown loss',
    () => model.compile({ loss: 'categorical_crossentrpy' as never }),
    "loss 'categorical_crossentrpy' is not known. Did you mean 'CategoricalCrossentropy'?",
  );
  bad(
    'an unknown metric',
    () => model.compile({ loss: 'mse', metrics: ['acuracy' as never] }),
    "metric 'acuracy' is not known. Did you mean 'Accuracy'?",
  );
  bad(
    'an unknown optimizer',
    () => model.compile({ optimizer: 'rmspropp' as never }),
    "optimizer 'rmspropp' is not known. Did you mean 'RMSprop'?",
  );
  bad(
    'an unknown activation',
    () => new layers.Dense(2, { activation: 'sigmod' as never }),
    "activation 'sigmod' is not known. Did you mean 'sigmoid'?",
  );
  bad(
    'an unknown initializer',
    () => new layers.Dense(2, { kernelInitializer: 'he_norml' as never }),
    "initializer 'he_norml' is not known. Did you mean 'HeNormal'?",
  );
  bad(
    'a name that is like none',
    () => model.compile({ loss: 'xyzzy_something' as never }),
    "loss 'xyzzy_something' is not known.",
  );
  bad('epochs', () => model.fit(x, y, { epochs: 1.5 }), 'fit: epochs must be a whole number >= 0.\n  Received: 1.5');
  bad(
    'batchSize',
    () => model.fit(x, y, { batchSize: 0 }),
    'fit: batchSize must be a whole number >= 1.\n  Received: 0',
  );
  bad(
    'stepsPerEpoch',
    () => model.fit(x, y, { stepsPerEpoch: -1 }),
    'fit: stepsPerEpoch must be a whole number >= 1.\n  Received: -1',
  );
  bad(
    'validationSplit',
    () => model.fit(x, y, { validationSplit: 1 }),
    'fit: validationSplit must lie in [0, 1).\n  Received: 1',
  );
  bad(
    'validationSplit that leaves nothing',
    () => model.fit(x, y, { validationSplit: 0.99 }),
    'fit: validationSplit 0.99 of 20 examples leaves 0 to train on and 20 to validate with.',
  );
  bad('verbose', () => model.fit(x, y, { verbose: 3 as never }), "verbose must be 'auto', 0, 1 or 2.\n  Received: 3");
  bad('layers of no size', () => new layers.Dense(0), 'Dense: units must be a positive whole number.\n  Received: 0');
  bad(
    'a Dropout of more than everything',
    () => new layers.Dropout(1.5),
    'Dropout: rate must lie between 0 and 1.\n  Received: 1.5',
  );
  bad(
    'an unknown padding',
    () => new layers.Conv2D(2, 3, { padding: 'sam' as never }),
    "Conv2D: padding must be 'valid' or 'same'.\n  Received: 'sam'",
  );
  bad(
    'strides and dilation together',
    () => new layers.Conv2D(2, 3, { strides: 2, dilationRate: 2 }),
    'Conv2D: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides (2, 2), dilationRate (2, 2)',
  );
  bad(
    'filters and groups',
    () => new layers.Conv2D(3, 3, { groups: 2 }),
    'Conv2D: filters (3) must be divisible by groups (2).',
  );
});

describe('calls at the wrong moment', () => {
  it('not compiled', async () => {
    const model = new Sequential([layers.Input([4]), new layers.Dense(3)], { name: 'bare' });
    for (const what of ['fit', 'evaluate', 'trainOnBatch', 'testOnBatch'] as const)
      await throwsText(
        () => model[what](x, y),
        'ValueError',
        `${what}: model 'bare' is not compiled.\n  Fix: call compile({ optimizer, loss }) first.`,
      );
  });
  it('without a loss', async () => {
    const model = new Sequential([layers.Input([4]), new layers.Dense(3)], { name: 'aimless' });
    model.compile();
    await throwsText(
      () => model.fit(x, y, quiet),
      'ValueError',
      "model 'aimless' has no loss to train on.\n  Fix: compile({ loss: ... }), or addLoss in a layer.",
    );
  });
  it('two fits at once', async () => {
    const model = classifier(),
      first = model.fit(x, y, { epochs: 3, ...quiet });
    const busy = `model '${model.name}' is busy with fit. Two at a time would mix up its weights and metrics.\n  Fix: await the first one, or use another model.`;
    await throwsText(() => model.fit(x, y, quiet), 'RuntimeError', `fit: ${busy}`);
    assert.equal((await first).epoch.length, 3);
    await model.fit(x, y, quiet);
  });
  it('a value read while a function is traced', async () => {
    class Peek extends layers.Layer {
      override call(t: trae.Tensor): trae.Tensor {
        return t.multiply(t.sum().item());
      }
    }
    await throwsText(
      () => new Peek({ name: 'peek' }).apply(trae.keras.Input([4])),
      'RuntimeError',
      "a value is read while a function is traced: this tensor stands for data to come and has no value.\n  Fix: express it with ops (where, maximum...), or read it outside; compile({ runEagerly: true }) is for debugging.\n  In layer 'peek' (Peek).",
    );
  });
});

describe('what throws inside of training', () => {
  const boom = new Error('boom');
  const thrower = (f: () => Promise<unknown>): Promise<void> => assert.rejects(f, (e) => e === boom);
  const then = async (model: trae.keras.Model): Promise<void> => {
    assert.equal((await model.fit(x, y, quiet)).epoch.length, 1);
    assert.ok(weightsOf(model).flat().every(Number.isFinite));
  };
  for (const hook of [
    'onTrainBegin',
    'onEpochBegin',
    'onTrainBatchBegin',
    'onTrainBatchEnd',
    'onTestBegin',
    'onTestBatchEnd',
    'onEpochEnd',
    'onTrainEnd',
  ] as const)
    it(`a callback's ${hook}, at once or later`, async () => {
      const model = classifier();
      await thrower(() =>
        model.fit(x, y, {
          validationSplit: 0.2,
          ...quiet,
          callbacks: [
            new callbacks.LambdaCallback({
              [hook]: () => {
                throw boom;
              },
            }),
          ],
        }),
      );
      await thrower(() =>
        model.fit(x, y, {
          validationSplit: 0.2,
          ...quiet,
          callbacks: [
            new callbacks.LambdaCallback({
              [hook]: async () => {
                await null;
                throw boom;
              },
            }),
          ],
        }),
      );
      await then(model);
    });
  for (const runEagerly of [false, true])
    it(`a layer${runEagerly ? ', eagerly' : ''}`, async () => {
      let isBad = false;
      class Fragile extends layers.Layer {
        override call(t: trae.Tensor): trae.Tensor {
          if (isBad) throw boom;
          return t;
        }
      }
      const model = new Sequential([layers.Input([4]), new Fragile(), new layers.Dense(3, { activation: 'softmax' })]);
      model.compile({ loss: 'sparse_categorical_crossentropy', runEagerly });
      isBad = true;
      await thrower(() => model.fit(x, y, quiet));
      isBad = false;
      await then(model);
    });
  it('an iterable: at the first batch, in the middle, asynchronously', async () => {
    const model = classifier();
    await thrower(() =>
      model.fit(
        {
          [Symbol.iterator]: () => {
            throw boom;
          },
        } as Iterable<never>,
        quiet,
      ),
    );
    await thrower(() =>
      model.fit(
        {
          *[Symbol.iterator]() {
            yield [x, y];
            throw boom;
          },
        },
        quiet,
      ),
    );
    await thrower(() =>
      model.fit(
        {
          async *[Symbol.asyncIterator]() {
            yield [x, y];
            await null;
            throw boom;
          },
        },
        quiet,
      ),
    );
    await then(model);
  });
  it('a loss and a metric', async () => {
    const model = classifier({
      loss: () => {
        throw boom;
      },
    });
    await thrower(() => model.fit(x, y, quiet));
    model.compile({
      loss: 'sparse_categorical_crossentropy',
      metrics: [
        () => {
          throw boom;
        },
      ],
    });
    await thrower(() => model.fit(x, y, quiet));
    model.compile({ loss: 'sparse_categorical_crossentropy' });
    await then(model);
  });
});

describe('AbortSignal', () => {
  it('ends fit at a batch boundary, with the model usable', async () => {
    for (const watched of [true, false]) {
      const model = classifier(),
        control = new AbortController(),
        reason = new Error('enough');
      let batches = 0;
      const onTrainBatchEnd = (): void => {
        if (++batches === 3) control.abort(reason);
      };
      if (!watched) setTimeout(() => control.abort(reason), 20);
      await assert.rejects(
        () =>
          model.fit(x, y, {
            epochs: watched ? 10 : 1e6,
            batchSize: 4,
            shuffle: false,
            signal: control.signal,
            ...quiet,
            callbacks: watched ? [new callbacks.LambdaCallback({ onTrainBatchEnd })] : [],
          }),
        (e) => e === reason,
      );
      if (watched) {
        const same = classifier();
        await same.fit(x, y, { batchSize: 4, stepsPerEpoch: 3, shuffle: false, ...quiet });
        assert.deepEqual(weightsOf(model), weightsOf(same), 'exactly three steps are done');
      }
      await model.fit(x, y, quiet);
    }
  });
  it('given up before: nothing happens', async () => {
    const model = classifier(),
      before = weightsOf(model),
      signal = AbortSignal.abort(new Error('early'));
    for (const what of ['fit', 'evaluate'] as const)
      await assert.rejects(() => model[what](x, y, { signal, ...quiet }) as Promise<unknown>, { message: 'early' });
    await assert.rejects(() => model.predict(x, { signal, ...quiet }), { message: 'early' });
    assert.deepEqual(weightsOf(model), before);
  });
  it('ends evaluate and predict', async () => {
    const model = classifier(),
      rows = wave(4000, 4);
    for (const kind of ['Test', 'Predict'] as const) {
      const control = new AbortController(),
        stop = new callbacks.LambdaCallback({
          [`on${kind}BatchEnd`]: (batch: number) => {
            if (batch === 1) control.abort(new Error(kind));
          },
        });
      const options = { batchSize: 4, signal: control.signal, callbacks: [stop], ...quiet };
      await assert.rejects(
        () =>
          (kind === 'Test'
            ? model.evaluate(rows, classesInTurn(4000, 3), options)
            : model.predict(rows, options)) as Promise<unknown>,
        { message: kind },
      );
    }
    await model.evaluate(x, y, quiet);
  });
});
