/** Options and calls that training refuses, with the whole text; and that a model goes on working after each error. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, throwsText, wave } from '../helpers';
import { refuses } from './refusals';

const { layers, Sequential } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const quiet = { verbose: 0 as const };
const FIT =
  'epochs, batchSize, validationSplit, validationData, shuffle, classWeight, sampleWeight, callbacks, verbose, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, signal';

describe('options that cannot be', () => {
  const model = classifier({});
  const fine = (): Promise<unknown> => model.evaluate(x, y, quiet);
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
  bad('epochs', () => model.fit(x, y, { epochs: 1.5 }), 'fit: epochs must be an integer >= 0.\n  Received: 1.5');
  bad('batchSize', () => model.fit(x, y, { batchSize: 0 }), 'fit: batchSize must be an integer >= 1.\n  Received: 0');
  bad(
    'stepsPerEpoch',
    () => model.fit(x, y, { stepsPerEpoch: -1 }),
    'fit: stepsPerEpoch must be an integer >= 1.\n  Received: -1',
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
  bad('layers of no size', () => new layers.Dense(0), 'Dense: units must be a positive integer.\n  Received: 0');
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
    const model = classifier();
    const first = model.fit(x, y, { epochs: 3, ...quiet });
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
