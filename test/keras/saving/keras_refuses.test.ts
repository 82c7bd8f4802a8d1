/** What Keras 3 does not open is said: at the place of naming, and when a model of an old file is saved. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

const { layers, models, saving, Sequential, Input } = trae.keras;
const folder = temporaryFolder();
type AnyModel = InstanceType<typeof trae.keras.Model>;

async function saved(model: AnyModel, name: string): Promise<string[]> {
  const warn = console.warn;
  const said: string[] = [];
  console.warn = (text: string) => said.push(text);
  await model.save(path.join(folder, name)).finally(() => (console.warn = warn));
  return said;
}

describe('what Keras refuses', () => {
  it("names with '/' are refused where they are given, as Keras does", () => {
    for (const make of [
      () => new layers.Dense(2, { name: 'a/b' }),
      () => new Sequential([], { name: 'a/b' }),
      () => Input([2], { name: 'a/b' }),
    ])
      assert.throws(
        make,
        /^ValueError: \w+: name must be a string without '\/', which parts the paths of weights\.\n {2}Received: 'a\/b'$/,
      );
    assert.throws(() => new layers.Dense(2, { name: 3 as never }), /name must be a string[^]*Received: 3/);
  });
  it("names with '/' of old files stay, are copied, and are said when they are saved", async () => {
    const text = JSON.stringify({
      class_name: 'Sequential',
      keras_version: '2.4.0',
      config: {
        name: 's',
        layers: [{ class_name: 'Dense', config: { name: 'block/dense', units: 2, batch_input_shape: [null, 3] } }],
      },
    });
    const model = models.modelFromJson(text);
    assert.deepEqual(
      model.layers.map((l) => l.name),
      ['block/dense'],
    );
    assert.equal(models.cloneModel(model).layers.at(-1)!.name, 'block/dense');
    const said = await saved(model, 'slash.keras');
    assert.equal(said.length, 1);
    assert.match(
      said[0],
      /slash\.keras opens here, but not in Keras 3 as it is; it holds names with '\/' \('block\/dense'\), which it refuses\.$/,
    );
    const x = trae.ones([2, 3]);
    const copy = await models.loadModel(path.join(folder, 'slash.keras'));
    assert.deepEqual(
      ((await copy.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
      ((await model.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
    );
  });
  it('the hard sigmoid of Keras 2 is written as a function that Keras takes out of custom_objects', async () => {
    const model = models.modelFromJson(
      JSON.stringify({
        class_name: 'Sequential',
        keras_version: '2.4.0',
        config: {
          name: 's',
          layers: [
            {
              class_name: 'LSTM',
              config: {
                name: 'cells',
                units: 2,
                recurrent_activation: 'hard_sigmoid',
                batch_input_shape: [null, 3, 2],
              },
            },
            { class_name: 'Activation', config: { name: 'last', activation: 'hard_sigmoid' } },
          ],
        },
      }),
    );
    const record = {
      module: 'builtins',
      class_name: 'function',
      config: 'keras2_hard_sigmoid',
      registered_name: 'function',
    };
    const config = (name: string): Record<string, unknown> =>
      (saving.serializeKerasObject(model.getLayer(name)) as { config: Record<string, unknown> }).config;
    assert.deepEqual(config('cells').recurrent_activation, record);
    assert.deepEqual(config('last').activation, record);
    for (const extension of ['.keras', '.h5']) {
      const said = await saved(model, `sigmoid${extension}`);
      assert.match(
        said.join(),
        /the hard sigmoid of Keras 2 \('cells', 'lstm_cell', 'last'\), to be given to it as custom_objects=\{'keras2_hard_sigmoid': lambda x: keras\.ops\.clip/,
      );
      const x = trae.random.normal([2, 3, 2], { seed: 1 });
      const copy = await models.loadModel(path.join(folder, `sigmoid${extension}`));
      assert.deepEqual(
        ((await copy.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
        ((await model.predict(x, { verbose: 0 })) as trae.Tensor).arraySync(),
      );
    }
  });
  it('layers that Keras 3 has no more are named', async () => {
    const model = models.modelFromJson(
      JSON.stringify({
        class_name: 'Sequential',
        keras_version: '2.4.0',
        config: {
          name: 's',
          layers: [{ class_name: 'ThresholdedReLU', config: { name: 't', theta: 0.5, batch_input_shape: [null, 3] } }],
        },
      }),
    );
    assert.match((await saved(model, 'gone.keras')).join(), /layers that it has no more \(ThresholdedReLU\)/);
  });
  it('nothing is said of others', async () => {
    assert.deepEqual(
      await saved(
        new Sequential([layers.Input([2]), new layers.Dense(2, { activation: 'hard_sigmoid' })]),
        'plain.keras',
      ),
      [],
    );
  });
});
