/** What callbacks, layers, data and losses of the user throw inside of training reaches the caller; the model stays usable. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, wave, weightsOf } from '../helpers';

const { layers, Sequential, callbacks } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const quiet = { verbose: 0 as const };

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
