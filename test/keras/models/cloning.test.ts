/** cloneModel: the same layers with weights of their own. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, throwsText, wave } from '../helpers';

const { layers, Sequential, Model, Input, models } = trae.keras;

describe('cloneModel', () => {
  const branched = (): trae.keras.Model => {
    const x = Input([4], { name: 'x' });
    const shared = new layers.Dense(4, { name: 'shared', activation: 'tanh' });
    const y = shared.apply(shared.apply(x)) as trae.KerasTensor;
    return new Model({ inputs: x, outputs: new layers.Add({ name: 'sum' }).apply([y, x]), name: 'branched' });
  };
  it('of a functional model keeps sharing, with new weights', () => {
    const model = branched();
    const copy = models.cloneModel(model);
    const x = wave(3, 4);
    assert.deepEqual(
      copy.layers.map((l) => l.name),
      model.layers.map((l) => l.name),
    );
    assert.equal(copy.weights.length, 2);
    assert.ok(copy.weights.every((w) => !model.weights.includes(w)));
    copy.setWeights(model.getWeights());
    close(copy.apply(x) as trae.Tensor, model.apply(x) as trae.Tensor, 'outputs');
  });
  it('of a Sequential is compiled when the model is; layers that occur twice are cloned once', async () => {
    const shared = new layers.Dense(3, { name: 'again' });
    const model = new Sequential([layers.Input([3]), shared, shared, new layers.Dropout(0.1)], { name: 'chain' });
    model.compile({ optimizer: new trae.keras.optimizers.Adam(0.5), loss: 'mse' });
    const copy = models.cloneModel(model);
    assert.ok(copy instanceof Sequential);
    assert.deepEqual([copy.name, copy.weights.length, copy.compiled], ['chain', 2, true]);
    close((copy.optimizer!.learningRate as trae.Variable).item(), 0.5, 'rate');
    assert.notEqual(copy.optimizer, model.optimizer);
    copy.setWeights(model.getWeights());
    close(copy.apply(wave(2, 3)) as trae.Tensor, model.apply(wave(2, 3)) as trae.Tensor, 'outputs');
    await copy.trainOnBatch(wave(2, 3), wave(2, 3));
  });
  it('takes functions that make and call layers, and tensors to build upon', () => {
    const model = branched();
    const input = Input([4], { name: 'other' });
    const copy = models.cloneModel(model, {
      inputTensors: input,
      cloneFunction: (layer) => layer, // the same layers, so the same weights
      callFunction: (layer, x: unknown, options?: trae.CallOptions) => {
        const y = layer.apply(x, options) as trae.KerasTensor;
        return layer instanceof layers.Dense ? new layers.Rescaling(2).apply(y) : y;
      },
    });
    assert.equal(copy.inputs[0], input);
    assert.deepEqual(copy.weights, model.weights);
    const { kernel, bias } = model.getLayer('shared') as InstanceType<typeof layers.Dense>;
    const x = wave(2, 4);
    const step = (t: trae.Tensor): trae.Tensor => t.matmul(kernel).add(bias!).tanh().multiply(2);
    close(copy.apply(x) as trae.Tensor, step(step(x)).add(x), 'outputs');
  });
  it('reaches into models inside, recursively', () => {
    const inner = new Sequential([layers.Input([4]), new layers.Dense(4, { name: 'deep' })], { name: 'inner' });
    const x = Input([4]);
    const model = new Model({ inputs: x, outputs: inner.apply(x) });
    const seen: string[] = [];
    models.cloneModel(model, {
      recursive: true,
      cloneFunction: (layer) => {
        seen.push(layer.name);
        return new layers.Dense(4, { name: `${layer.name}_copy` });
      },
    });
    assert.deepEqual(seen, ['deep']);
  });
  it('refuses what it cannot do', async () => {
    class Own extends Model {
      override call(x: unknown): unknown {
        return x;
      }
    }
    await throwsText(
      () => models.cloneModel(new Own({ name: 'own' }), { cloneFunction: (l) => l }),
      'ValueError',
      "cloneModel: cloneFunction, inputTensors and callFunction are for Sequential and functional models.\n  Received: 'own', of class Own",
    );
    await throwsText(
      () =>
        models.cloneModel(new Sequential([new layers.Dense(1)], { name: 'chain' }), {
          callFunction: (l, x) => l.apply(x) as unknown,
        }),
      'ValueError',
      "cloneModel: callFunction is for functional models; 'chain' is a Sequential, whose layers are not called one by one.",
    );
    await throwsText(
      () => models.cloneModel(branched(), { inputTensors: [Input([4]), Input([4])] }),
      'ValueError',
      "cloneModel: model 'branched' has 1 input(s) but inputTensors are 2.",
    );
  });
});
