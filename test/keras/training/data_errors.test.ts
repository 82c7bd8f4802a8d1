/** Data that training refuses, with the whole text; and that a model goes on working after each error. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, throwsText, wave } from '../helpers';
import { refuses, regression } from './refusals';

const { layers, Sequential, callbacks } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const quiet = { verbose: 0 as const };

describe('data that cannot be trained on', () => {
  const model = classifier();
  const fine = (): Promise<unknown> => model.fit(x, y, quiet);
  const categorical = classifier({ loss: 'categorical_crossentropy' });
  const line = regression();
  const binary = new Sequential([layers.Input([4]), new layers.Dense(1, { activation: 'sigmoid' })]);
  const custom = new Sequential([layers.Input([4]), new layers.Dense(2)]);
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
  const tooLarge = trae.full([20], 3, { dtype: 'int32' });
  const nan = trae.full([20], NaN);
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
  it('integers become floats where a model takes floats', async () => {
    const whole = trae.tensor(
      Int32Array.from({ length: 80 }, (_, i) => i % 5),
      [20, 4],
    );
    const a = (await model.predict(whole, quiet)) as trae.Tensor;
    const b = (await model.predict(whole.cast('float32'), quiet)) as trae.Tensor;
    assert.deepEqual(a.dataSync(), b.dataSync());
    assert.equal((await model.fit(whole, y, quiet)).epoch.length, 1);
  });
  it('integers are refused where floats are needed', async () => {
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
