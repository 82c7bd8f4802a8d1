/** What console.log shows of models, layers and the rest of Keras. */
import * as assert from 'node:assert/strict';
import { inspect } from 'node:util';
import * as trae from '../../lib/index';

const { keras } = trae;
const { layers } = keras;

describe('console.log of Keras objects is one line', () => {
  const model = new keras.Sequential(
    [layers.Input([4]), new layers.Dense(3, { name: 'first' }), new layers.Dropout(0.5)],
    { name: 'small' },
  );
  it('models and layers: class, name, shapes, parameters', () => {
    assert.equal(inspect(model), '<Sequential name=small, layers=2, input=(None, 4), output=(None, 3), parameters=15>');
    assert.equal(inspect(model.layers[0]), '<Dense name=first, input=(None, 4), output=(None, 3), parameters=15>');
    assert.equal(inspect(new layers.Dense(2, { name: 'bare' })), '<Dense name=bare, built=false>');
    const a = keras.Input([2]);
    const b = keras.Input([5]);
    const two = new keras.Model({
      inputs: [a, b],
      outputs: new layers.Concatenate().apply([a, b]) as trae.KerasTensor,
      name: 'two',
    });
    assert.equal(
      inspect(two),
      '<Functional name=two, layers=3, input=[(None, 2), (None, 5)], output=(None, 7), parameters=0>'.replace(
        'Functional',
        two.constructor.name,
      ),
    );
    class Mine extends keras.Model {}
    assert.equal(inspect(new Mine({ name: 'mine' })), '<Mine name=mine, layers=0, built=false>');
  });
  it('losses, metrics, optimizers, initializers, regularizers, constraints, callbacks: class and settings', async () => {
    assert.equal(
      inspect(new keras.losses.MeanSquaredError()),
      '<MeanSquaredError name=mean_squared_error, reduction=sum_over_batch_size>',
    );
    assert.match(inspect(new keras.metrics.Mean({ name: 'm' })), /^<Mean name=m, dtype=float32>$/);
    assert.match(inspect(new keras.optimizers.SGD(0.5)), /^<SGD name=\w+, learningRate=0.5, .*>$/);
    assert.match(inspect(keras.initializers.get('glorot_uniform')), /^<GlorotUniform.*>$/);
    assert.match(inspect(keras.regularizers.l2(0.5)), /^<L2 l2=0.5>$/);
    assert.match(inspect(new keras.constraints.MaxNorm()), /^<MaxNorm .*>$/);
    assert.match(inspect(new keras.callbacks.EarlyStopping({ monitor: 'loss' })), /^<EarlyStopping monitor=loss, .*>$/);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const history = await model.fit(trae.zeros([4, 4]), trae.zeros([4, 3]), { epochs: 2, verbose: 0 });
    assert.match(inspect(history), /^<History epochs=2, loss=0>$/);
    for (const object of [model, model.optimizer, history]) assert.ok(!inspect({ object }).includes('WeakMap'));
  });
});

describe('errors of data that hold nothing', () => {
  it('predict, fit and evaluate of an empty array', async () => {
    const model = new keras.Sequential([layers.Input([1]), new layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    const message = (what: string): object => ({
      name: 'ValueError',
      message: `${what}: x holds no data.\n  Received: []`,
    });
    await assert.rejects(model.predict([]), message('predict'));
    await assert.rejects(model.predictOnBatch([]), message('predictOnBatch'));
    await assert.rejects(model.fit([], []), message('fit'));
    await assert.rejects(model.evaluate([], [1]), message('evaluate'));
    await assert.rejects(model.trainOnBatch([], []), message('trainOnBatch'));
  });
});
