/** Configs as text, letter by letter what Python's json.dumps makes of Keras' own objects (golden/golden_config_texts.py). */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { camelCase } from '../../../lib/keras/serialization/naming';
import { construct } from '../../../lib/keras/serialization/construct';
import { builtInClass } from '../../../lib/keras/serialization/registry';
import { fromPythonJson, pythonFloat } from '../../../lib/keras/serialization/python_json';
import { golden } from '../helpers';

const { keras } = trae;
interface Case {
  arguments: Record<string, unknown>;
  text: string;
}
const { numbers, ...table } = golden<
  Record<string, Record<string, Case[]>> & { numbers: { hex: string; text: string }[] }
>('config_texts.json') as unknown as {
  numbers: { hex: string; text: string }[];
} & Record<string, Record<string, Case[]>>;
/** Keys that Keras takes and forgets to write. */
const WRITTEN_HERE_ONLY: Record<string, RegExp> = {
  Huber: /, "delta": [\d.]+/,
  Identity: /"gain": [\d.]+/,
  MaxNumBoundingBoxes: /, "fill_value": -1/,
};
// The lower end of a range that was given by its upper end alone: Keras has 0, 0.0 and -0.0 there.
const comparable = (text: string): string => text.replace(/(factor|scale|sigma)": \[-?0(\.0)?,/g, '$1": [0.0,');
const textOf = (object: unknown, name: string): string =>
  comparable(keras.saving.kerasObjectToJson(object)).replace(WRITTEN_HERE_ONLY[name] ?? /$^/, '');

describe('configs as text', () => {
  for (const [kind, classes] of Object.entries(table))
    for (const [name, cases] of Object.entries(classes))
      it(`keras.${kind}.${name}`, () => {
        const cls = builtInClass(`keras.${kind}`, name);
        assert.ok(cls, `keras.${kind}.${name} is not known`);
        for (const { arguments: given, text } of cases) {
          keras.utils.clearSession();
          const revived = Object.fromEntries(
            Object.entries(given).map(([k, v]) => [camelCase(k), keras.saving.deserializeKerasObject(v)]),
          );
          const object: object = construct<object>(cls, revived);
          assert.equal(textOf(object, name), comparable(text));
          assert.equal(
            textOf(keras.saving.deserializeKerasObject(fromPythonJson(text)), name),
            comparable(text),
            'text -> object -> text',
          );
        }
      });
  it('numbers', () => {
    for (const { text } of numbers) assert.equal(pythonFloat(fromPythonJson(text) as number), text);
    assert.equal(numbers.length, 18);
  });
  it('indented, with letters beyond ASCII, without fractions where Keras has none', () => {
    const text = keras.saving.kerasObjectToJson(
      { optimizer: new keras.optimizers.SGD(1, { name: 'größe' }), list: [], none: null, 'a"b\n': [1, 0.5] },
      { indent: 2 },
    );
    assert.match(text, /^\{\n {2}"optimizer": \{\n {4}"module": "keras.optimizers",\n/);
    assert.match(text, /\n {6}"name": "gr\\u00f6\\u00dfe",\n {6}"learning_rate": 1\.0,\n/);
    assert.match(text, /\n {2}"list": \[\],\n {2}"none": null,\n {2}"a\\"b\\n": \[\n {4}1,\n {4}0\.5\n {2}\]\n\}$/);
  });
  it('user classes: own numbers stay as they are, those of the Keras class they extend are floats', () => {
    class Steps extends keras.optimizers.SGD {
      override getConfig() {
        return { ...super.getConfig(), every: 3 };
      }
    }
    keras.saving.registerKerasSerializable('texts')(Steps);
    const text = keras.saving.kerasObjectToJson(new Steps({ learningRate: 1 }));
    assert.match(
      text,
      /"learning_rate": 1\.0, .*"momentum": 0\.0, "nesterov": false, "every": 3\}, "registered_name": "texts>Steps"/,
    );
  });
  it('models: what they were compiled with, in .keras, .h5 and toJson', async () => {
    const model = new keras.Sequential([
      keras.Input([3]),
      new keras.layers.Dropout(0),
      new keras.layers.Dense(1, { kernelRegularizer: 'l2' }),
    ]);
    model.compile({
      optimizer: new keras.optimizers.LossScaleOptimizer(
        new keras.optimizers.SGD(new keras.optimizers.schedules.CosineDecay(1, 10), { clipnorm: 1 }),
      ),
      loss: 'mse',
      lossWeights: 1,
      metrics: [new keras.metrics.FBetaScore({ beta: 1 })],
    });
    assert.match(model.toJson(), /"rate": 0\.0,/);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'texts-'));
    try {
      await model.save(path.join(folder, 'm.keras'));
      await model.save(path.join(folder, 'm.h5'));
      for (const name of ['m.keras', 'm.h5']) {
        const bytes = fs.readFileSync(path.join(folder, name)).toString('latin1');
        for (const part of [
          '"initial_learning_rate": 1.0',
          '"clipnorm": 1.0',
          '"momentum": 0.0',
          '"initial_scale": 32768.0',
          '"loss_weights": 1.0',
          '"beta": 1.0',
          '"rate": 0.0',
          '"decay_steps": 10,',
        ])
          assert.ok(bytes.includes(part), `${name} lacks ${part}`);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
