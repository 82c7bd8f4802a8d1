/** Values of options that their names do not allow: one rule for all of Keras, whoever takes the option. */
import * as trae from '../../lib/index';
import { throwsText } from './helpers';

const { keras } = trae;
const { layers, losses, metrics, optimizers, initializers, constraints, callbacks, Sequential } = keras;
const wrong = <T>(value: unknown): T => value as T;

describe('values of options', () => {
  const refusals: [() => unknown, 'TypeError' | 'ValueError', string][] = [
    [
      () => new layers.Dense(2, { useBias: wrong('no') }),
      'TypeError',
      "Dense: useBias must be true or false.\n  Received: 'no'",
    ],
    [
      () => new layers.Dense(2, { trainable: wrong(1) }),
      'TypeError',
      'Dense: trainable must be true or false.\n  Received: 1',
    ],
    [
      () => new layers.Dense(2, { name: wrong(['d']) }),
      'TypeError',
      "Dense: name must be a string.\n  Received: ['d']",
    ],
    [
      () => new layers.Dense(2 ** 40),
      'ValueError',
      'Dense: units must be a positive integer, 2147483647 at most.\n  Received: 1099511627776',
    ],
    [() => new layers.Dense(wrong('2')), 'ValueError', "Dense: units must be a positive integer.\n  Received: '2'"],
    [
      () => new layers.LSTM(2, { dropout: NaN }),
      'ValueError',
      'LSTMCell: dropout must lie between 0 and 1.\n  Received: NaN',
    ],
    [
      () => new layers.Dropout(0.5, { seed: 1.5 }),
      'ValueError',
      'Dropout: seed must be an integer >= 0 or a SeedGenerator.\n  Received: 1.5',
    ],
    [
      () => new layers.Dropout(0.5, { noiseShape: wrong(3) }),
      'TypeError',
      'Dropout: noiseShape must be a list of sizes.\n  Received: 3',
    ],
    [
      () => new layers.BatchNormalization({ momentum: wrong('0.9') }),
      'ValueError',
      "BatchNormalization: momentum must be a number.\n  Received: '0.9'",
    ],
    [() => new layers.Permute(wrong(21)), 'ValueError', 'Permute: dims must be an order of 1 to 1.\n  Received: (21,)'],
    [
      () => new layers.LayerNormalization({ axis: wrong('last') }),
      'TypeError',
      "LayerNormalization: axis must be a number or a list of them.\n  Received: 'last'",
    ],
    [
      () => new layers.MaxPooling2D({ padding: wrong(1) }),
      'ValueError',
      "MaxPooling2D: padding must be 'valid' or 'same'.\n  Received: '1'",
    ],
    [
      () => new layers.SpectralNormalization(new layers.Dense(1), { powerIterations: 1e9 }),
      'ValueError',
      'SpectralNormalization: powerIterations must be a positive integer, 1000 at most.\n  Received: 1000000000',
    ],
    [
      () => new losses.CategoricalCrossentropy({ labelSmoothing: wrong('a little') }),
      'ValueError',
      "CategoricalCrossentropy: labelSmoothing must be a number.\n  Received: 'a little'",
    ],
    [
      () => new losses.MeanSquaredError({ reduction: wrong(Symbol('sum')) }),
      'ValueError',
      "MeanSquaredError: reduction must be one of 'sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', 'null'.\n  Received: Symbol(sum)",
    ],
    [
      () => new metrics.AUC({ curve: wrong(2) }),
      'ValueError',
      "AUC: curve must be 'ROC', 'PR' or 'PRGAIN'.\n  Received: 2",
    ],
    [
      () => new metrics.MeanIoU(2 ** 40),
      'ValueError',
      'MeanIoU: numClasses must be an integer > 0.\n  Received: 1099511627776',
    ],
    [
      () => new metrics.Precision({ thresholds: wrong('0.5') }),
      'TypeError',
      "Precision: thresholds must be a number or a list of them.\n  Received: '0.5'",
    ],
    [() => new optimizers.Adam({ beta1: NaN }), 'ValueError', 'Adam: beta1 must be a number.\n  Received: NaN'],
    [
      () => new optimizers.SGD(0.1, { nesterov: wrong('yes') }),
      'TypeError',
      "SGD: nesterov must be true or false.\n  Received: 'yes'",
    ],
    [
      () => new optimizers.Adam({ emaOverwriteFrequency: 0 }),
      'ValueError',
      'Adam: emaOverwriteFrequency must be an integer >= 1.\n  Received: 0',
    ],
    [
      () => new initializers.GlorotUniform({ seed: -1 }),
      'ValueError',
      'GlorotUniform: seed must be an integer >= 0 or a SeedGenerator.\n  Received: -1',
    ],
    [
      () => new initializers.Zeros().call(wrong('ab')),
      'TypeError',
      "initializer: shape must be a number or a list of them.\n  Received: 'ab'",
    ],
    [
      () => new initializers.RandomNormal().call([2, -1]),
      'ValueError',
      'initializer: shape must hold integers >= 0.\n  Received: (2, -1)',
    ],
    [
      () => new constraints.MaxNorm({ maxValue: wrong('2') }),
      'ValueError',
      "MaxNorm: maxValue must be a number.\n  Received: '2'",
    ],
    [
      () => new constraints.MaxNorm({ axis: wrong(null) }).call(wrong({})),
      'TypeError',
      'tensor: values must be numbers, bigints or booleans.\n  Received: {}',
    ],

    [
      () => new callbacks.EarlyStopping({ patience: -1 }),
      'ValueError',
      'EarlyStopping: patience must be an integer >= 0.\n  Received: -1',
    ],
    [
      () => new callbacks.EarlyStopping({ monitor: wrong(['loss']) }),
      'TypeError',
      "EarlyStopping: monitor must be a string.\n  Received: ['loss']",
    ],
  ];
  for (const [f, kind, text] of refusals) it(text.split('\n')[0], () => throwsText(f, kind, text));

  it('the base class itself takes them too, and has its own name', () => {
    const layer = new (layers.Layer as unknown as new (options: object) => InstanceType<typeof layers.Layer>)({
      trainable: false,
    });
    if (!/^layer(_\d+)?$/.test(layer.name)) throw new Error(layer.name);
  });
  it('of fit, evaluate and predict', async () => {
    const model = new Sequential([layers.Input([2]), new layers.Dense(1)]);
    const x = trae.zeros([4, 2]);
    const y = trae.zeros([4, 1]);
    model.compile({ loss: 'mse' });
    await throwsText(
      () => model.fit(x, y, { signal: wrong(true) }),
      'TypeError',
      'fit: signal must be an AbortSignal.\n  Received: true',
    );
    await throwsText(
      () => model.fit(x, y, { validationSteps: 0 }),
      'ValueError',
      'fit: validationSteps must be an integer >= 1.\n  Received: 0',
    );
    await throwsText(
      () => model.evaluate(x, y, { steps: NaN }),
      'ValueError',
      'evaluate: steps must be an integer >= 1.\n  Received: NaN',
    );
    await throwsText(
      () => model.predict(x, { steps: -1 }),
      'ValueError',
      'predict: steps must be an integer >= 1.\n  Received: -1',
    );
    await throwsText(
      () => model.evaluate(x, y, { returnDict: wrong('yes') }),
      'TypeError',
      "evaluate: returnDict must be true or false.\n  Received: 'yes'",
    );
    assertUsable(await model.evaluate(x, y, { verbose: 0 }));
  });
});
function assertUsable(loss: unknown): void {
  if (typeof loss !== 'number' || !Number.isFinite(loss))
    throw new Error(`the model is not usable any more: ${String(loss)}`);
}
