/** Layers refuse what Keras refuses, at the same moment: in the constructor or in `build`. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, throwsText } from '../helpers';

const { layers, activations } = trae.keras;

describe('layers refuse at once', () => {
  it('an axis that is no number', async () => {
    await throwsText(
      () => new layers.BatchNormalization({ axis: 'x' as never }),
      'ValueError',
      "BatchNormalization: axis must be an integer.\n  Received: 'x'",
    );
  });
  it('a mask value that is no number', async () => {
    await throwsText(
      () => new layers.Masking({ maskValue: 'x' as never }),
      'TypeError',
      "Masking: maskValue must be a number.\n  Received: 'x'",
    );
  });
  it('negative penalties', async () => {
    await throwsText(
      () => new layers.ActivityRegularization({ l1: -1 }),
      'ValueError',
      'regularizer: l1 must not be negative.\n  Received: -1',
    );
  });
  it('shapes of another rank, in build', async () => {
    const layer = new layers.Conv2D(4, 3, { name: 'conv' });
    await throwsText(
      () => layer.build([5, 5, 3]),
      'ValueError',
      "an input of rank 4 is expected.\n  Received: shape (5, 5, 3)\n  In layer 'conv' (Conv2D).",
    );
  });
  it('options that activations do not have', async () => {
    await throwsText(
      () => activations.relu([1], { slope: 2 } as never),
      'TypeError',
      "relu: unknown option 'slope'.\n  Known options: negativeSlope, maxValue, threshold",
    );
    await throwsText(
      () => activations.softmax([1], { axes: 0 } as never),
      'TypeError',
      "softmax: unknown option 'axes'. Did you mean 'axis'?\n  Known options: axis",
    );
  });
});

describe('what is built before it is called', () => {
  it('has no build_config, as in Keras', () => {
    const x = trae.ones([2, 3, 4]);
    for (const layer of [
      new layers.Identity(),
      new layers.MaxPooling1D(),
      new layers.GlobalMaxPooling1D(),
      new layers.Reshape([12]),
      new layers.ReLU(),
    ]) {
      assert.equal(layer.built, true);
      layer.apply(x);
      assert.equal('build_config' in (trae.keras.saving.serializeKerasObject(layer) as object), false);
    }
    for (const layer of [new layers.Rescaling(2), new layers.RandomFlip(), new layers.Flatten()]) {
      assert.equal(layer.built, false);
      layer.apply(x);
      assert.deepEqual((trae.keras.saving.serializeKerasObject(layer) as { build_config: object }).build_config, {
        input_shape: [2, 3, 4],
      });
    }
    assert.deepEqual(
      (
        trae.keras.saving.serializeKerasObject(new layers.IntegerLookup({ vocabulary: [1, 2] })) as {
          build_config: object;
        }
      ).build_config,
      {},
    );
  });
});

describe('configs without modules', () => {
  it('tell an op from the layer of the same name', async () => {
    const input = trae.keras.Input([6]);
    const model = new trae.keras.Model({
      inputs: input,
      outputs: trae.ops.reshape(new layers.Dense(4).apply(input) as trae.Tensor, [-1, 2, 2]) as never,
    });
    const json = JSON.parse(JSON.stringify(model)) as { config: { layers: { module?: string }[] } };
    for (const layer of json.config.layers) delete layer.module;
    const other = trae.keras.models.modelFromJson(JSON.stringify(json));
    other.setWeights(model.getWeights());
    const x = trae.random.normal([3, 6]);
    close(await other.predict(x, { verbose: 0 }), await model.predict(x, { verbose: 0 }), 'prediction');
  });
});
