/** SavedModels as layers: each operation, training, weights, files, against what TensorFlow computed. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { arraysOf, fileOf, inputsOf, same, tensorOf } from './helpers';

const { hub, keras } = trae;
type Results = Record<string, trae.Tensor>;
const load = (name: string, options: Parameters<typeof hub.KerasLayer.load>[1] = {}): Promise<trae.hub.KerasLayer> =>
  hub.KerasLayer.load(fileOf(`${name}.tar.gz`), options);

describe('operations of SavedModels', () => {
  for (const family of ['elementwise', 'shapes', 'reductions', 'images', 'padded', 'signals', 'control'])
    describe(family, () => {
      let arrays: Awaited<ReturnType<typeof arraysOf>>, eager: Results, compiled: Results;
      before(async () => {
        arrays = await arraysOf(family);
        const layer = await load(family);
        const inputs = inputsOf(arrays);
        eager = layer.apply(inputs) as Results;
        compiled = trae.compile((x: typeof inputs) => layer.apply(x) as Results)(inputs);
      });
      // One test for all: the list of operations is that of the file.
      it('computes what TensorFlow computes, each operation', async () => {
        const keys = Object.keys(arrays).filter((k) => k.startsWith('y/'));
        assert.deepEqual(Object.keys(eager).sort(), keys.map((k) => k.slice(2)).sort());
        const wrong: string[] = [];
        for (const key of keys)
          for (const results of [eager, compiled])
            await same(key, results[key.slice(2)], arrays[key]).catch((e: Error) => wrong.push(e.message));
        assert.deepEqual(wrong, []);
      });
    });
});

describe('hub.KerasLayer', () => {
  for (const name of ['export_convolutions', 'export_sequences'])
    it(`predicts as ${name} of Keras 3 does`, async () => {
      const arrays = await arraysOf(name);
      const y = (await load(name)).apply(inputsOf(arrays)) as trae.Tensor | trae.Tensor[];
      const list = Array.isArray(y) ? y : [y];
      for (const [i, t] of list.entries()) await same(`y${i}`, t, arrays[Array.isArray(y) ? `y/${i}` : 'y'], 1e-4);
    });
  describe('of a reusable SavedModel', () => {
    let arrays: Awaited<ReturnType<typeof arraysOf>>;
    before(async () => {
      arrays = await arraysOf('reusable');
    });
    it('has the weights by scopes, in the order of the graph', async () => {
      const layer = await load('reusable', { trainable: true });
      assert.deepEqual(
        layer.layers.map((l) => [l.name, l.weights.map((w) => `${w.path} ${w.dtype}`)]),
        [
          ['block1', ['keras_layer/block1/kernel float32', 'keras_layer/block1/moving_mean float32']],
          ['block2', ['keras_layer/block2/half float16', 'keras_layer/block2/brain bfloat16']],
          ['block3', ['keras_layer/block3/double float64', 'keras_layer/block3/steps int64']],
        ],
      );
      assert.deepEqual(
        layer.nonTrainableWeights.map((w) => w.path),
        ['keras_layer/block1/moving_mean', 'keras_layer/block3/steps'],
      );
    });
    it('computes in inference, with other arguments, and by its signature', async () => {
      const x = tensorOf(arrays.x0);
      const plain = (await load('reusable')).apply(x) as Results;
      const scaled = (await load('reusable', { arguments: { scale: 2 } })).apply(x) as Results;
      const signed = (await load('reusable', { signature: 'serving_default', outputKey: 'features' })).apply(
        x,
      ) as trae.Tensor;
      for (const key of ['features', 'last']) {
        await same(key, plain[key], arrays[`y/${key}`], 2e-3); // products of halves
        await same(key, scaled[key], arrays[`scaled/${key}`], 2e-3);
      }
      await same('signature', signed, arrays['scaled/features'], 2e-3);
    });
    it('computes in training, and updates its statistics', async () => {
      const layer = await load('reusable', { trainable: true });
      const y = layer.apply(tensorOf(arrays.x0), { training: true }) as Results;
      for (const key of ['features', 'last']) await same(key, y[key], arrays[`training/${key}`], 2e-3);
      const weight = (path: string): trae.Tensor => layer.weights.find((w) => w.path === `keras_layer/${path}`)!.value;
      await same('mean', weight('block1/moving_mean'), arrays.mean);
      assert.deepEqual(await weight('block3/steps').data(), arrays.steps.data);
    });
    it('computes in inference while it is frozen, whatever is asked for', async () => {
      const layer = await load('reusable');
      const y = layer.apply(tensorOf(arrays.x0), { training: true }) as Results;
      await same('features', y.features, arrays['y/features'], 2e-3);
      assert.equal(layer.trainableWeights.length, 0);
    });
    it('adds its penalties to the loss', async () => {
      const layer = await load('reusable');
      layer.apply(tensorOf(arrays.x0));
      const kernel = (await layer.weights.find((w) => w.path === 'keras_layer/block1/kernel')!.data()) as Float32Array;
      const expected = 0.01 * kernel.reduce((sum, v) => sum + v * v, 0);
      assert.equal(layer.losses.length, 1);
      assert.ok(Math.abs(layer.losses[0].item() - expected) < 1e-5 * expected);
    });
    it('refuses a signature, a result and arguments that are not there', async () => {
      await assert.rejects(
        load('reusable', { signature: 'predict' }),
        /no signature 'predict'; there is 'serving_default'/,
      );
      await assert.rejects(load('reusable', { arguments: { scale: 3 } }), /not saved for these arguments/);
      const layer = await load('reusable', { outputKey: 'other' });
      assert.throws(() => layer.apply(tensorOf(arrays.x0)) as unknown, /no result 'other'; there is features, last/);
      await assert.rejects(load('reusable', { arguments: 3 as never }), /arguments must be a record/);
      await assert.rejects(
        load('reusable', { arguments: { size: 3 } }),
        /has no argument 'size' beside tensors; it has 'training', 'scale'/,
      );
    });
    it('refuses inputs of another shape, with both', async () => {
      const layer = await load('reusable');
      assert.throws(
        () => layer.apply(trae.zeros([2, 5])) as unknown,
        /must have shape \(None, 4\)[^]*Received: shape \(2, 5\)/,
      );
    });
  });
  it('draws random numbers anew at each step of training, none in inference', async () => {
    const layer = await load('dropping', { trainable: true });
    const x = trae.ones([1, 1000]);
    const step = trae.compile((t: trae.Tensor) => layer.apply(t, { training: true }) as trae.Tensor);
    const [first, second] = [await step(x).data(), await step(x).data()] as Float32Array[];
    for (const y of [first, second]) {
      const kept = y.filter((v) => v !== 0);
      assert.ok(kept.every((v) => Math.abs(v - 1 / 0.75) < 1e-6));
      assert.ok(Math.abs(kept.length - 750) < 70, `${kept.length} of 1000 are kept`); // 5 standard deviations
    }
    assert.notDeepEqual(first, second);
    assert.deepEqual(await (layer.apply(x) as trae.Tensor).data(), await x.data());
  });
  it('is trained as a part of a model: all, or the layers that are not frozen', async () => {
    const layer = await load('export_convolutions', { trainable: true, inputShape: [10, 10, 3] });
    const model = new keras.Sequential([layer, new keras.layers.Dense(1)]);
    for (const l of layer.layers.slice(0, -1)) l.trainable = false;
    model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: 'mean_squared_error' });
    const before = await Promise.all(layer.weights.map((w) => w.data()));
    const x = trae.random.normal([8, 10, 10, 3], { seed: 1 });
    const history = await model.fit(x, trae.ones([8, 1]), { epochs: 3, verbose: 0 });
    const losses = history.history.loss;
    assert.ok(losses[2] < losses[0], `${losses}`);
    const last = new Set(layer.layers.at(-1)!.weights);
    for (const [i, w] of layer.weights.entries()) {
      const isSame = Buffer.from(before[i].buffer).equals(Buffer.from((await w.data()).buffer));
      assert.equal(isSame, !last.has(w), w.path);
    }
  });
  it('is saved with its graph, its weights and what is frozen', async () => {
    const layer = await load('export_convolutions', { trainable: true, inputShape: [10, 10, 3] });
    const model = new keras.Sequential([layer, new keras.layers.Dense(1)]);
    const x = trae.random.normal([3, 10, 10, 3], { seed: 2 });
    layer.layers[0].trainable = false;
    const y = await (model.predict(x, { verbose: 0 }) as Promise<trae.Tensor>).then((t) => t.data());
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-hub-test-'));
    try {
      for (const name of ['m.keras', 'm.h5']) {
        const file = path.join(folder, name);
        await model.save(file);
        const again = await keras.models.loadModel(file);
        assert.deepEqual(
          await (again.predict(x, { verbose: 0 }) as Promise<trae.Tensor>).then((t) => t.data()),
          y,
          name,
        );
        assert.deepEqual(
          again.trainableWeights.map((w) => w.name),
          model.trainableWeights.map((w) => w.name),
          name,
        );
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
