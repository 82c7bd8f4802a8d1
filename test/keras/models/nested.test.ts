/**
 * Models inside of models and models with records of inputs and outputs: files of both generations of Keras predict what
 * Keras predicted (golden/nested), and so do the files that are written of them.
 */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { writeAtomically } from '../../../lib/io/atomic';
import { Hdf5Writer } from '../../../lib/io/hdf5/index';
import { temporaryFolder } from '../../io/support';
import { close, golden, tensorOf, type Golden } from '../helpers';

type AnyModel = InstanceType<typeof trae.keras.Model>;
type Structure<T> = T | Structure<T>[] | { [key: string]: Structure<T> };
interface Case {
  x: Structure<Golden>;
  y: Golden[];
  paths: string[];
  layers: string[];
  weights: string[];
}
interface Legacy {
  config: object;
  weights: { name: string; weights: Golden[] }[];
}
const folder = path.join(__dirname, '..', 'golden', 'nested');
const cases = golden<Record<string, Case>>('nested/nested.json');
const legacy = golden<Record<string, Legacy>>('nested/nested_tf.json');
const { loadModel, cloneModel, modelFromJson } = trae.keras.models;

const isArray = (s: Structure<Golden>): s is Golden => 'dtype' in s && 'shape' in s;
const tensors = (s: Structure<Golden>): Structure<trae.Tensor> =>
  isArray(s)
    ? tensorOf(s)
    : Array.isArray(s)
      ? s.map(tensors)
      : Object.fromEntries(Object.entries(s).map(([k, v]) => [k, tensors(v)]));
const at = (y: unknown, where: string): trae.Tensor =>
  (where ? where.split('.').reduce((s, k) => (s as Record<string, unknown>)[k], y) : y) as trae.Tensor;

async function check(model: AnyModel, { x, y, paths }: Case, what: string): Promise<void> {
  const got = (await model.predict(tensors(x) as never, { verbose: 0 })) as unknown;
  paths.forEach((where, i) => close(at(got, where), y[i], `${what}: output ${where}`));
}
// As tf_keras/saving/hdf5_format.py lays a model out.
async function writeLegacy(file: string, { config, weights }: Legacy): Promise<void> {
  const h5 = new Hdf5Writer();
  h5.attribute('', 'keras_version', '2.15.0');
  h5.attribute('', 'backend', 'tensorflow');
  h5.attribute('', 'model_config', JSON.stringify(config));
  h5.group('model_weights');
  h5.attribute(
    'model_weights',
    'layer_names',
    weights.map((l) => l.name),
  );
  h5.attribute('model_weights', 'keras_version', '2.15.0');
  h5.attribute('model_weights', 'backend', 'tensorflow');
  for (const { name, weights: list } of weights) {
    const names = list.map((_, i) => `${name}/weight_${i}:0`);
    h5.group(`model_weights/${name}`);
    h5.attribute(`model_weights/${name}`, 'weight_names', names);
    list.forEach((a, i) =>
      h5.dataset(`model_weights/${name}/${names[i]}`, {
        shape: a.shape,
        dtype: 'float32',
        data: () => Promise.resolve(Float32Array.from(a.data, Number)),
      }),
    );
  }
  await writeAtomically(file, (sink) => h5.writeTo(sink));
}

describe('models in models, records of inputs and outputs', () => {
  const written = temporaryFolder();
  it('the table has models of both generations', () => {
    assert.ok(Object.keys(cases).length >= 35);
    assert.ok(Object.keys(legacy).length >= 30);
  });
  for (const [name, wanted] of Object.entries(cases)) {
    // Keras 3 cannot read its own file of a layer that two models share.
    if (name !== 'shared_by_inner_and_outer')
      it(`${name}: .keras of Keras 3, and what is written of it`, async () => {
        const model = await loadModel(path.join(folder, `${name}.keras`));
        assert.deepEqual(
          model.layers.map((l) => l.name),
          wanted.layers,
        );
        assert.equal(model.weights.length, wanted.weights.length);
        await check(model, wanted, 'read');
        for (const kind of ['.keras', '.h5']) {
          const file = path.join(written, `${name}${kind}`);
          await model.save(file);
          await check(await loadModel(file), wanted, `written as ${kind}`);
        }
        // JSON alone has no sharing: each place gets a layer.
        if (name === 'upon_the_inputs_of_another') return;
        const copy = modelFromJson(model.toJson());
        copy.setWeights(model.getWeights());
        await check(copy, wanted, 'by JSON');
        const cloned = cloneModel(model);
        cloned.setWeights(model.getWeights());
        await check(cloned, wanted, 'cloned');
      });
    if (name in legacy)
      it(`${name}: .h5 of tf.keras 2`, async () => {
        const file = path.join(written, `${name}_tf.h5`);
        await writeLegacy(file, legacy[name]);
        const model = await loadModel(file);
        await check(model, wanted, 'read');
        await model.save(file.replace('.h5', '.keras'));
        await check(await loadModel(file.replace('.h5', '.keras')), wanted, 'written again');
      });
  }
});
