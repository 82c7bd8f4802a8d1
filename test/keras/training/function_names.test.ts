/** What losses and metrics that are functions are called in results, and how files hold them: names and records are those of Keras 3.15.1. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

const { layers, losses, metrics, models, saving, Sequential } = trae.keras;
const x = trae.ones([4, 4]);
const y = trae.ones([4, 2]);
const record = (config: string): object => ({
  module: 'builtins',
  class_name: 'function',
  config,
  registered_name: 'function',
});
function myMetric(a: trae.Tensor, b: trae.Tensor): trae.Tensor {
  return trae.ops.mean(trae.ops.abs(trae.ops.subtract(a, b)), { axis: -1 });
}
const myLoss = saving.registerKerasSerializable(
  'function_names',
  'my_loss',
)((a: trae.Tensor, b: trae.Tensor) => trae.ops.mean(trae.ops.square(trae.ops.subtract(a, b)), { axis: -1 }));

describe('functions as losses and metrics', () => {
  const folder = temporaryFolder();
  const make = (): InstanceType<typeof Sequential> => {
    const model = new Sequential([layers.Input([4]), new layers.Dense(2)]);
    model.compile({
      optimizer: 'adam',
      loss: losses.meanSquaredError,
      metrics: [
        'mse',
        'mean_squared_error',
        'MeanSquaredError',
        'accuracy',
        losses.meanAbsoluteError,
        metrics.binaryAccuracy,
        losses.logCosh,
        myMetric,
        new metrics.MeanMetricWrapper(losses.huber as never, { delta: 0.3, name: 'hub' }),
      ],
    });
    return model;
  };
  const names = [
    'MeanSquaredError',
    'accuracy',
    'binary_accuracy',
    'hub',
    'log_cosh',
    'loss',
    'mean_absolute_error',
    'mean_squared_error',
    'mse',
    'myMetric',
  ];
  it('are called as Keras calls them', async () => {
    const { history } = await make().fit(x, y, { verbose: 0 });
    assert.deepEqual(Object.keys(history).sort(), names);
    assert.match(new metrics.MeanMetricWrapper(myMetric).name, /^mean_metric_wrapper(_\d+)?$/);
    assert.match(new losses.LossFunctionWrapper(losses.huber as never).name, /^loss_function_wrapper(_\d+)?$/);
  });
  it('are written as records, as names in HDF5', () => {
    const config = make().getCompileConfig() as { loss: unknown; metrics: unknown[] };
    assert.deepEqual(config.loss, record('mean_squared_error'));
    assert.deepEqual(config.metrics.slice(0, 8), [
      'mse',
      'mean_squared_error',
      'MeanSquaredError',
      'accuracy',
      ...['mean_absolute_error', 'binary_accuracy', 'log_cosh', 'myMetric'].map(record),
    ]);
    assert.deepEqual(config.metrics[8], {
      module: 'keras.metrics',
      class_name: 'MeanMetricWrapper',
      config: { name: 'hub', dtype: 'float32', fn: record('huber'), delta: 0.3 },
      registered_name: null,
    });
  });
  for (const extension of ['.keras', '.h5'])
    it(`come back from ${extension}, under the same names and with the same results`, async () => {
      const model = make();
      const file = path.join(folder, `model${extension}`);
      await model.fit(x, y, { verbose: 0 });
      await model.save(file);
      const again = await models.loadModel(file, { customObjects: { myMetric } });
      assert.deepEqual(
        await again.evaluate(x, y, { verbose: 0, returnDict: true }),
        await model.evaluate(x, y, { verbose: 0, returnDict: true }),
      );
    });
  it('wrapped with options, registered ones and ones of the caller come back', () => {
    const wrapped = new losses.LossFunctionWrapper(losses.huber as never, { delta: 0.4, name: 'w' });
    const again = saving.deserializeKerasObject(
      JSON.parse(JSON.stringify(saving.serializeKerasObject(wrapped))),
    ) as typeof wrapped;
    assert.deepEqual(again.call([[3, 0]], [[0, 0]]).arraySync(), wrapped.call([[3, 0]], [[0, 0]]).arraySync());
    assert.ok(Math.abs(again.call([[3]], [[0]]).item() - (0.4 * 3 - 0.08)) < 1e-6);
    const registered = new metrics.MeanMetricWrapper(myLoss);
    const config = JSON.parse(JSON.stringify(saving.serializeKerasObject(registered))) as {
      config: { fn: { config: string } };
    };
    assert.equal(config.config.fn.config, 'function_names>my_loss');
    const copy = saving.deserializeKerasObject(config) as typeof registered;
    copy.updateState([[3, 0]], [[0, 0]]);
    assert.equal(copy.result().item(), 4.5);
  });
  it('that are not known are named', () => {
    const config = {
      module: 'keras.metrics',
      class_name: 'MeanMetricWrapper',
      config: { name: 'm', fn: 'no_such_function' },
      registered_name: null,
    };
    assert.throws(
      () => saving.deserializeKerasObject(config),
      /function 'no_such_function' is not known[^]*customObjects/,
    );
    assert.throws(
      () => new metrics.MeanMetricWrapper('mse' as never),
      /MeanMetricWrapper: fn must be a function \(yTrue, yPred\) => values\.\n {2}Received: 'mse'/,
    );
  });
});
