/** What `.h5` files of Keras 3's layout name by class alone comes back: learned vocabularies, registered classes, classes that Keras 3 has no more. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { openHdf5 } from '../../../lib/io/hdf5/index';
import { withFile } from '../../../lib/io/source';
import { temporaryFolder } from '../../io/support';

const { layers, models, saving, Sequential, Model, Input } = trae.keras;
const folder = temporaryFolder();
type AnyModel = InstanceType<typeof Model>;
const configOf = (file: string): Promise<string> =>
  withFile(file, (s) => Promise.resolve(String(openHdf5(s).attributes.get('model_config'))));
async function again(model: AnyModel, name: string): Promise<AnyModel> {
  const file = path.join(folder, `${name}.h5`);
  await model.save(file);
  return models.loadModel(file);
}

describe('learned vocabularies in .h5', () => {
  const numbers = [10, 20, 30, 20, 30, 30];
  for (const outputMode of ['int', 'multi_hot', 'count', 'tf_idf'] as const)
    it(`IntegerLookup, ${outputMode}`, async () => {
      const lookup = new layers.IntegerLookup({ outputMode });
      await lookup.adapt(trae.tensor(numbers, [6, 1], 'int64'));
      const model = new Sequential([layers.Input([1], { dtype: 'int64' }), lookup]);
      const x = trae.tensor([10, 30, 5], [3, 1], 'int64');
      const copy = await again(model, `integers_${outputMode}`);
      assert.deepEqual(
        ((await copy.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
        ((await model.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
      );
      assert.deepEqual((copy.layers.at(-1) as typeof lookup).getVocabulary(), lookup.getVocabulary());
    });
  it('a .keras file keeps them beside its config, as in Keras', async () => {
    const lookup = new layers.IntegerLookup();
    await lookup.adapt(trae.tensor(numbers, [6, 1], 'int64'));
    assert.equal((lookup.getConfig() as { vocabulary: unknown }).vocabulary, null);
  });
});

describe('classes in .h5', () => {
  it('registered ones stand there under the name of their package, as in Keras', async () => {
    const Scaled = saving.registerKerasSerializable('pkg_of_h5')(
      class Scaled extends layers.Layer {
        override call(x: trae.Tensor): trae.Tensor {
          return trae.ops.multiply(x, 2);
        }
      },
    );
    const copy = await again(new Sequential([layers.Input([2]), new Scaled()]), 'registered');
    assert.match(await configOf(path.join(folder, 'registered.h5')), /"class_name":\s*"pkg_of_h5>Scaled"/);
    assert.deepEqual(((await copy.predict(trae.ones([1, 2]), { verbose: 0 })) as trae.Tensor).arraySync(), [[2, 2]]);
  });
  it('GroupQueryAttention is GroupedQueryAttention, as in Keras', async () => {
    const q = Input([4, 6]);
    const model = new Model({
      inputs: q,
      outputs: new layers.GroupQueryAttention(3, 2, 1).apply([q, q]) as trae.KerasTensor,
    });
    const copy = await again(model, 'grouped');
    const x = trae.random.normal([2, 4, 6], { seed: 1 });
    assert.match(await configOf(path.join(folder, 'grouped.h5')), /"class_name":\s*"GroupedQueryAttention"/);
    assert.deepEqual(
      ((await copy.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
      ((await model.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
    );
  });
  const old = path.join(__dirname, '..', 'golden', 'legacy');
  for (const name of [
    'locally_connected1d_1',
    'locally_connected2d_1',
    'thresholded_relu',
    'random_sizes',
    'keras1_highway',
    'keras1_maxout',
    'keras1_srelu',
    'keras1_parametric_softplus',
    'fourier_features',
  ])
    it(`${name}: read, written and read again`, async () => {
      assert.ok(fs.existsSync(path.join(old, `${name}.h5`)));
      const model = await models.loadModel(path.join(old, `${name}.h5`));
      const copy = await again(model, name);
      assert.deepEqual(
        copy.layers.map((l) => l.constructor.name),
        model.layers.map((l) => l.constructor.name),
      );
      assert.deepEqual(
        copy.getWeights().map((w) => w.arraySync()),
        model.getWeights().map((w) => w.arraySync()),
      );
    });
});
