/** The same class under each module that a Keras wrote it with: backends, versions, source trees; and groups as Windows names them. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { Hdf5Writer, openHdf5 } from '../../../lib/io/hdf5/index';
import { withFile } from '../../../lib/io/source';
import { writeAtomically } from '../../../lib/io/atomic';
import { builtInClasses } from '../../../lib/keras/serialization/registry';
import { temporaryFolder } from '../../io/support';

const { layers, saving, Sequential } = trae.keras;
const made = (module: string, className: string, config: object = {}): string =>
  (saving.deserializeKerasObject({ module, class_name: className, config, registered_name: className }) as object)
    .constructor.name;

describe('modules of classes', () => {
  it('optimizers of the torch backend', () => {
    for (const name of ['Adadelta', 'Adagrad', 'Adam', 'Adamax', 'AdamW', 'Lion', 'Nadam', 'RMSprop', 'SGD'])
      assert.equal(made(`keras.src.backend.torch.optimizers.torch_${name.toLowerCase()}`, name), name);
  });
  it('every optimizer, loss, metric, initializer, regularizer and constraint, in each tree', () => {
    let count = 0;
    for (const { module, name, cls } of builtInClasses()) {
      const kind = /^keras\.(optimizers|losses|metrics|initializers|regularizers|constraints)$/.exec(module)?.[1];
      if (!kind) continue;
      let config: object;
      try {
        config = (saving.serializeKerasObject(new cls() as object) as { config: object }).config;
      } catch {
        continue; // it has required options
      }
      for (const tree of [
        'keras.src',
        'tf_keras.src',
        'tf_keras',
        'keras_core.src',
        'keras_core',
        'tensorflow.python.keras',
        'tensorflow.keras',
        'keras.src.backend.jax',
      ])
        for (const file of [`${tree}.${kind}`, `${tree}.${kind}.${name.toLowerCase()}`]) {
          assert.equal(made(file, name, config), cls.name, file);
          count++;
        }
    }
    assert.ok(count > 1000);
  });
  it('models and layers by the file of their source', () => {
    for (const module of [
      'keras.engine.sequential',
      'keras.src.engine.sequential',
      'tf_keras.src.engine.sequential',
      'keras_core.src.models.sequential',
      'tensorflow.python.keras.engine.sequential',
    ])
      assert.equal(made(module, 'Sequential', { name: 's', layers: [] }), 'Sequential');
    for (const module of [
      'keras.layers.core.dense',
      'keras.src.layers.core.dense',
      'tf_keras.src.layers.core.dense',
      'keras_core.layers',
      'tensorflow.python.keras.layers.core',
    ])
      assert.equal(made(module, 'Dense', { units: 2 }), 'Dense');
    assert.equal(made('keras.optimizers.legacy', 'Adam', { learning_rate: 0.1 }), 'Adam');
    assert.equal(made('keras.src.optimizers', 'Custom>Adam', { learning_rate: 0.1 }), 'Adam');
    assert.equal(
      made('keras.src.optimizers.schedules.learning_rate_schedule', 'ExponentialDecay', {
        initial_learning_rate: 0.1,
        decay_steps: 2,
        decay_rate: 0.5,
      }),
      'ExponentialDecay',
    );
  });
});

describe('weights written on Windows', () => {
  const folder = temporaryFolder();
  const make = (): InstanceType<typeof Sequential> =>
    new Sequential([
      layers.Input([3, 2]),
      new layers.Bidirectional(new layers.LSTM(2), { name: 'both' }),
      new layers.Dense(2, { name: 'd' }),
    ]);
  for (const root of ['layers', '_layer_checkpoint_dependencies'])
    for (const byName of [false, true])
      it(`${root}${byName ? ', by name' : ''}`, async () => {
        const model = make();
        const plain = path.join(folder, 'plain.weights.h5');
        const windows = path.join(folder, `${root}.weights.h5`);
        await model.saveWeights(plain);
        await withFile(plain, async (source) => {
          const h5 = new Hdf5Writer();
          for (const [key, name] of [
            ['bidirectional', 'both'],
            ['dense', 'd'],
          ]) {
            h5.group(`${root}\\${key}/vars`);
            h5.attribute(`${root}\\${key}/vars`, 'name', name);
          }
          for (const dataset of openHdf5(source).datasets()) {
            const [at, index] = dataset.path.split('/vars/');
            const group = `${at.replace('layers/', `${root}/`).replaceAll('/', '\\')}/vars`;
            h5.group(group);
            const data = await dataset.read();
            h5.dataset(`${group}/${index}`, {
              shape: dataset.shape,
              dtype: dataset.dtype as 'float32',
              data: () => Promise.resolve(data as Float32Array),
            });
          }
          await writeAtomically(windows, (sink) => h5.writeTo(sink), null);
        });
        const other = make();
        await other.loadWeights(windows, { byName });
        assert.deepEqual(
          other.getWeights().map((w) => w.arraySync()),
          model.getWeights().map((w) => w.arraySync()),
        );
      });
});
