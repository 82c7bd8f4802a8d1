/** SavedModels that take texts: each operation, tables, models of Keras 3 with text layers, against what TensorFlow computed. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { arraysOf, fileOf, same, tensorOf } from './helpers';

const { hub, keras } = trae;
type Results = Record<string, unknown>;
const load = (name: string, options = {}): Promise<trae.hub.KerasLayer> =>
  hub.KerasLayer.load(fileOf(`${name}.tar.gz`), options);
const textsOf = (name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(fileOf(`${name}.json`), 'utf8')) as Record<string, unknown>;
/** Inputs x0, x1, ...: texts or tensors. */
async function inputsOf(name: string): Promise<unknown[]> {
  const texts = textsOf(name);
  const arrays = await arraysOf(name);
  const list: unknown[] = [];
  for (let i = 0; `x${i}` in texts || `x${i}` in arrays; i++) list.push(texts[`x${i}`] ?? tensorOf(arrays[`x${i}`]));
  return list;
}
/** Compares all results with those of TensorFlow. */
async function check(name: string, results: Results): Promise<void> {
  const texts = textsOf(name);
  const arrays = await arraysOf(name);
  const expected = { ...texts, ...arrays };
  const keys = Object.keys(expected).filter((k) => k.startsWith('y/'));
  assert.deepEqual(Object.keys(results).sort(), keys.map((k) => k.slice(2)).sort());
  const wrong: string[] = [];
  for (const key of keys) {
    const got = results[key.slice(2)];
    try {
      if (key in texts) assert.deepEqual(got, texts[key], key);
      else await same(key, got as trae.Tensor, arrays[key]);
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  assert.deepEqual(wrong, []);
}

describe('SavedModels of texts', () => {
  for (const name of ['texts', 'ragged', 'tables'])
    it(`computes what TensorFlow computes: ${name}`, async () => {
      const inputs = await inputsOf(name);
      const layer = await load(name);
      await check(name, layer.apply(inputs.length === 1 ? inputs[0] : inputs) as Results);
    });
  it('predicts as a Keras 3 model of texts and categories does', async () => {
    const { y } = await arraysOf('export_texts');
    const arrays = await arraysOf('export_texts');
    const { text, city } = textsOf('export_texts');
    const layer = await load('export_texts');
    await same('y', layer.apply({ text, city, age: tensorOf(arrays.age) }) as trae.Tensor, y);
    // In any order of the keys, and integers as a plain array.
    const age = await tensorOf(arrays.age).array();
    await same('y', layer.apply({ age, text, city }) as trae.Tensor, y);
  });
  it('predicts as a Sequential of Keras 3 whose first layer makes vectors of texts does', async () => {
    const [x] = (await inputsOf('export_frequencies')) as [string[]];
    const { y } = await arraysOf('export_frequencies');
    const layer = await load('export_frequencies');
    await same('y', layer.apply(x) as trae.Tensor, y);
    const model = new keras.Sequential([layer]);
    await same('predict', (await model.predict(x, { batchSize: 2, verbose: 0 })) as trae.Tensor, y);
  });
  it('computes with tables that a session of TensorFlow 1 filled', async () => {
    const [x] = (await inputsOf('session_tables')) as [string[]];
    const { y } = await arraysOf('session_tables');
    const layer = await load('session_tables');
    for (const l of [layer, keras.layers.deserialize(keras.layers.serialize(layer) as never) as trae.hub.KerasLayer]) {
      l.setWeights(layer.getWeights());
      await same('y', l.apply(x) as trae.Tensor, y);
    }
  });
  /** A head on the model of texts and categories. */
  async function classifier(trainable: boolean): Promise<{ model: trae.keras.Model; x: Results; y: trae.Tensor }> {
    trae.setRandomSeed(1);
    const { text, city } = textsOf('export_texts');
    const arrays = await arraysOf('export_texts');
    const inputs = {
      text: keras.Input([1], { dtype: 'string' as never, name: 'text' }),
      city: keras.Input([1], { dtype: 'string' as never, name: 'city' }),
      age: keras.Input([1], { dtype: 'int64', name: 'age' }),
    };
    const features = (await load('export_texts', { trainable })).apply(inputs) as trae.keras.KerasTensor;
    const model = new keras.Model({ inputs, outputs: new keras.layers.Dense(1).apply(features) as never });
    model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: 'mean_squared_error' });
    return { model, x: { text, city, age: tensorOf(arrays.age) }, y: trae.tensor([[1], [0], [1], [0], [1], [0]]) };
  }
  it('trains a head on it, and is saved with its tables', async () => {
    const { model, x, y } = await classifier(false);
    const { history } = await model.fit(x as never, y, { epochs: 10, batchSize: 6, verbose: 0 });
    assert.ok(history.loss.at(-1)! < history.loss[0], `${history.loss}`);
    const before = await ((await model.predict(x as never, { verbose: 0 })) as trae.Tensor).data();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-texts-'));
    try {
      for (const name of ['m.keras', 'm.h5']) {
        await model.save(path.join(folder, name));
        const again = await keras.models.loadModel(path.join(folder, name));
        assert.deepEqual(await ((await again.predict(x as never, { verbose: 0 })) as trae.Tensor).data(), before, name);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
  it('trains the weights behind its texts, as the layers that were exported are trained', async () => {
    const { model, x, y } = await classifier(true);
    const layer = model.layers.find((l) => l instanceof hub.KerasLayer)!;
    const before = await Promise.all(layer.weights.map((w) => w.data()));
    const predicted = await ((await model.predict(x as never, { verbose: 0 })) as trae.Tensor).data();
    // Before a step the same is computed as all at once.
    assert.deepEqual(predicted, await (model.apply(x as never) as trae.Tensor).data());
    const { history } = await model.fit(x as never, y, { epochs: 10, batchSize: 6, verbose: 0 });
    assert.ok(history.loss.at(-1)! < history.loss[0], `${history.loss}`);
    for (const [i, w] of layer.trainableWeights.entries())
      assert.notDeepEqual(await w.data(), before[layer.weights.indexOf(layer.trainableWeights[i])], w.path);
  });
  it('has the gradients behind texts that the whole graph has', async () => {
    const [x] = (await inputsOf('export_frequencies')) as [string[]];
    const y = trae.tensor(x.map((_, i) => [i % 2, 1]));
    const layer = await load('export_frequencies', { trainable: true });
    const { grads } = trae.variableGrads(
      () => (layer.apply(x) as trae.Tensor).sub(y).square().mean(),
      layer.trainableWeights.map((w) => w),
    );
    const expected = layer.trainableWeights.map((w, i) => w.value.sub(grads[i].mul(0.1)));
    const values = await Promise.all(expected.map((t) => t.data()));
    const model = new keras.Sequential([layer]);
    model.compile({ optimizer: new keras.optimizers.SGD(0.1), loss: 'mean_squared_error' });
    await model.fit(x as never, y, { epochs: 1, batchSize: 6, verbose: 0 });
    for (const [i, w] of layer.trainableWeights.entries())
      (await w.data()).forEach((v, k) => assert.ok(Math.abs(Number(v) - Number(values[i][k])) < 1e-6, w.path));
  });
  it('keeps files of the model and entries of the checkpoint in its config', async () => {
    const inputs = await inputsOf('tables');
    const layer = await load('tables');
    const again = keras.layers.deserialize(
      JSON.parse(JSON.stringify(keras.layers.serialize(layer))) as never,
    ) as trae.hub.KerasLayer;
    again.setWeights(layer.getWeights());
    await check('tables', again.apply(inputs) as Results);
  });
  it('looks numbers up inside of a step', async () => {
    const [texts, numbers] = (await inputsOf('tables')) as [string[], trae.Tensor];
    const layer = await load('tables', { outputKey: 'numbers' });
    const f = trae.compile((n: trae.Tensor) => layer.apply([texts, n]) as trae.Tensor);
    await same('numbers', f(numbers), (await arraysOf('tables'))['y/numbers']);
  });
  it('says what it takes', async () => {
    const layer = await load('tables');
    const [texts, numbers] = (await inputsOf('tables')) as [string[], trae.Tensor];
    assert.throws(() => layer.apply([numbers, numbers]) as unknown, /input 'text' takes texts\.\n {2}Received: /);
    assert.throws(() => layer.apply([texts, texts]) as unknown, /input 'number' takes numbers\.\n {2}Received: texts/);
    assert.throws(
      () => layer.apply([[texts, texts], numbers]) as unknown,
      /'text' must have shape \(None,\)\.\n {2}Received: texts of shape \(2, 6\)/,
    );
    assert.throws(
      () => layer.apply([[['a'], ['a', 'b']], numbers]) as unknown,
      /rows of axis 1 differ in length: 1 and 2/,
    );
    assert.throws(() => layer.apply(texts) as unknown, /takes 2 inputs \(text, number\) but is given 1/);
  });
});
