/** Configs are checked before anything is built of them: kinds, depth, names, sizes. Errors name the key and what was received. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { attempt } from '../../fuzz/attempt';
import { samples } from '../../fuzz/samples';
import { temporaryFolder } from '../../io/support';

const { models, layers } = trae.keras;
type Config = Record<string, unknown>;
const dense = (name: string, from: string, more: Config = {}): Config => ({
  module: 'keras.layers',
  class_name: 'Dense',
  config: { name, units: 2 },
  registered_name: null,
  name,
  inbound_nodes: [
    {
      args: [
        { class_name: '__keras_tensor__', config: { shape: [null, 2], dtype: 'float32', keras_history: [from, 0, 0] } },
      ],
      kwargs: {},
    },
  ],
  ...more,
});
const input = {
  module: 'keras.layers',
  class_name: 'InputLayer',
  config: { batch_shape: [null, 2], name: 'in' },
  registered_name: null,
  name: 'in',
  inbound_nodes: [],
};
const functional = (list: unknown[], more: Config = {}): string =>
  JSON.stringify({
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: { name: 'f', layers: list, input_layers: ['in', 0, 0], output_layers: ['a', 0, 0], ...more },
    registered_name: 'Functional',
  });
const refused = (json: string, message: RegExp): void =>
  assert.throws(
    () => models.modelFromJson(json),
    (e: Error) => e instanceof trae.TraeError && (message.test(e.message) || assert.fail(e.message)),
  );

describe('configs that are no such', () => {
  it('names the key, what was received and what is expected', () => {
    refused(
      functional([input, dense('a', 'in', { module: 5 })]),
      /^fromConfig: model 'f': layer 'a': 'module' must be a text of at most 4096 characters, or null\.\n {2}Received: 5/,
    );
    refused(
      functional([input, dense('a', 'in', { inbound_nodes: 7 })]),
      /layer 'a': 'inbound_nodes' must be a list, or null\.\n {2}Received: 7/,
    );
    refused(
      functional([input, dense('a', 'in', { inbound_nodes: [{ args: 3 }] })]),
      /layer 'a', node 0: 'args' must be a list\.\n {2}Received: 3/,
    );
    refused(
      functional([
        input,
        dense('a', 'in', { inbound_nodes: [{ args: [{ class_name: '__keras_tensor__', config: {} }] }] }),
      ]),
      /'keras_history' of a tensor must be .*\n {2}Received: nothing/,
    );
    refused(functional([input, 'a']), /model 'f': layer 1 must be a record\.\n {2}Received: 'a'/);
    refused(functional({} as never), /model 'f': 'layers' must be a list of layers\.\n {2}Received: \{\}/);
    refused(
      functional([input, dense('a', 'in')], { output_layers: ['b', 0, 0] }),
      /'output_layers' names a layer 'b' that the model does not have/,
    );
    refused(functional([input, dense('a', 'in'), dense('a', 'in')]), /two layers have the name 'a'/);
    refused(
      JSON.stringify({ class_name: 'Sequential', module: 'keras', config: { name: 's', layers: 3 } }),
      /Sequential 's': 'layers' must be a list of layers\.\n {2}Received: 3/,
    );
  });
  it('names layers that depend on one another', () =>
    refused(functional([input, dense('a', 'b'), dense('b', 'a')]), /the layers 'a', 'b' depend on one another/));
  it('what a class cannot take is said of the object, with the fault itself as the cause', () => {
    assert.throws(
      () =>
        layers.deserialize({
          class_name: 'InputLayer',
          module: 'keras.layers',
          registered_name: null,
          config: { name: 'x', batch_shape: 5 },
        }),
      (e: Error) => e instanceof trae.TraeError && /'x'|InputLayer/.test(e.message),
    );
  });
  it('names that all objects have are no classes', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      assert.throws(() => layers.deserialize({ class_name: name, module: name, config: {}, registered_name: name }), {
        message: new RegExp(`^deserialize: class '${name}'.* is not known`),
      });
  });
  it('names of a million letters are refused, in short', () =>
    assert.throws(
      () => trae.keras.losses.get('x'.repeat(1e6)),
      (e: Error) => e.message.length < 200 && e instanceof trae.ValueError,
    ));
});

describe('depth and size', () => {
  it('depth is limited, and said', () => {
    const deep = (n: number): string =>
      `${'{"class_name":"Sequential","config":{"layers":['.repeat(n)}{"class_name":"Dense","config":{"units":1}}${']}}'.repeat(n)}`;
    refused(deep(100_000), /^deserialize: the config: it is nested more than 256 levels deep/);
    const circular: Config = { class_name: 'Dense', config: {} };
    circular.config = circular;
    assert.throws(() => layers.deserialize(circular), /nested more than 256 levels deep/);
    assert.equal(models.modelFromJson(deep(40)).layers.length, 1);
  });
  it('graphs of 5,000 layers in a row are built, run and described', () => {
    const list = [
      input,
      ...Array.from({ length: 5000 }, (_, i) => dense(i === 4999 ? 'a' : `d${i}`, i ? `d${i - 1}` : 'in')),
    ];
    assert.equal(models.modelFromJson(functional(list)).layers.length, 5001);
  });
  it('weights that no machine holds are refused before they are made', () =>
    assert.throws(() => new layers.Conv2D(2 ** 31 - 1, 3).build([null, 8, 8, 64]), {
      name: 'OutOfMemoryError',
      message:
        /^addWeight: weight 'kernel' of layer '.*' of shape \(3, 3, 64, 2147483647\) needs 4947802322688 bytes, and this machine has \d+/,
    }));
  it('a config whose weights cannot be in its file is refused before they are made', async () => {
    const folder = temporaryFolder();
    const model = new trae.keras.Sequential([layers.Input([3]), new layers.Dense(4, { name: 'wide' })]);
    const json = JSON.stringify({
      modelTopology: { model_config: JSON.parse(JSON.stringify(model)) as unknown },
      weightsManifest: [],
    }).replace('"units":4', '"units":99999999');
    fs.writeFileSync(path.join(folder, 'model.json'), json);
    await assert.rejects(
      models.loadModel(path.join(folder, 'model.json')),
      /model\.json is damaged: with weight 'kernel' of layer 'wide', of shape \(3, 99999999\)/,
    );
  });
});

describe('mutated files', () => {
  it('end in a model or in an error for the user', async () => {
    const folder = temporaryFolder();
    for (const sample of await samples(folder))
      for (let seed = 0; seed < 3; seed++) {
        const { kind, text } = await attempt(sample, seed, folder);
        assert.notEqual(kind, 'raw', `${sample.kind} ${sample.name}, seed ${seed}: ${text}`);
      }
  }).timeout(300_000);
});
