/** summary, plot, convert and inspect on files of every format. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as trae from '../../lib/index';
import { ROOT } from '../packaging/consumer';
import { valuesOf, Workplace, writeClassifier } from './program';

const ROWS = [
  [1, 2, 3, 4],
  [-1, 0, 0.5, 2],
];
interface Inspected {
  kind: string;
  model: {
    class: string;
    name: string;
    layers: { name: string; class: string }[];
    compiled: { optimizer: string; loss: string } | null;
  } | null;
  tensors: { name: string; shape: number[]; dtype: string; bytes: number; isOptimizer: boolean; note: string | null }[];
  totals: { weights: { tensors: number; parameters: number; bytes: number }; optimizer: { tensors: number } };
  facts: Record<string, string>;
  parts: { name: string; bytes: number | null }[];
  problems: string[];
}
/** A layers model of TensorFlow.js with one kernel, quantized. */
const TFJS = {
  format: 'layers-model',
  generatedBy: 'keras v2.11.0',
  modelTopology: {
    keras_version: '2.11.0',
    backend: 'tensorflow',
    model_config: {
      class_name: 'Sequential',
      config: {
        name: 'small',
        layers: [
          { class_name: 'Dense', config: { name: 'dense', units: 2, use_bias: false, batch_input_shape: [null, 2] } },
        ],
      },
    },
  },
  weightsManifest: [
    {
      paths: ['shard1.bin'],
      weights: [
        {
          name: 'dense/kernel',
          shape: [2, 2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
        },
      ],
    },
  ],
};

describe('trae-node', function () {
  this.timeout(600_000);
  const place = new Workplace();
  let model: trae.keras.Sequential, values: number[][];
  before(async () => {
    ({ model, values } = await writeClassifier(place, ROWS));
    await model.save(place.at('model.h5'));
    for (const name of ['w.weights.h5', 'w.safetensors', 'w.npz']) await model.saveWeights(place.at(name));
    await model.saveWeights(place.at('w.weights.json'), { maxShardSize: 1e-7 });
    place.write('architecture.json', model.toJson());
    place.write('tfjs.json', JSON.stringify(TFJS));
    place.write('shard1.bin', Uint8Array.from([0, 2, 4, 6]));
  });
  after(() => place.remove());
  const loaded = async (file: string): Promise<number[][]> =>
    valuesOf(await trae.keras.models.loadModel(place.at(file)), ROWS);

  describe('summary', () => {
    it('prints the table that model.summary prints', async () => {
      let expected = '';
      model.summary({ lineLength: 88, printFn: (t) => (expected += `${t}\n`) });
      assert.equal(await place.printed('summary', 'model.keras'), expected);
    });
    it('reads every format that holds a model', async () => {
      for (const file of ['model.h5', 'architecture.json', 'tfjs.json']) {
        const { layers, trainable } = await place.json<{
          layers: { class: string }[];
          trainable: { parameters: number };
        }>('summary', file);
        assert.equal(trainable.parameters, file === 'tfjs.json' ? 4 : 43, file);
        assert.equal(layers.at(-1)!.class, 'Dense');
      }
    });
    it('gives JSON with shapes, numbers and connections', async () => {
      const found = await place.json('summary', 'model.keras');
      assert.deepEqual(found.inputs, [{ name: 'features', shape: [null, 4], dtype: 'float32' }]);
      assert.deepEqual(found.layers, [
        {
          name: 'hidden',
          class: 'Dense',
          outputShape: [null, 5],
          parameters: 25,
          trainable: true,
          inputs: ['features'],
        },
        {
          name: 'classes',
          class: 'Dense',
          outputShape: [null, 3],
          parameters: 18,
          trainable: true,
          inputs: ['hidden'],
        },
      ]);
      assert.deepEqual(found.trainable, { parameters: 43, bytes: 172 });
      assert.deepEqual(found.optimizer, { class: 'Adam', parameters: 88, bytes: 356 });
    });
    it('says of other files what they are', async () => {
      assert.equal(
        await place.refused(1, 'summary', 'w.safetensors'),
        'w.safetensors: it holds no model: it is safetensors.\n  Fix: name the model; `npx trae-node inspect w.safetensors` shows what is in the file.',
      );
      assert.equal(
        await place.refused(1, 'summary', 'nowhere.keras'),
        'nowhere.keras cannot be read: there is no such file.',
      );
    });
  });

  describe('plot', () => {
    it('draws what plotModel draws', async () => {
      const expected = await trae.keras.utils.plotModel(model, { toFile: null, showShapes: true });
      assert.match(await place.printed('plot', 'model.keras', '--show-shapes'), /^wrote model\.svg \([\d.]+ KB\)\n$/);
      assert.equal(fs.readFileSync(place.at('model.svg'), 'utf8'), expected);
      assert.deepEqual(await place.json('plot', 'model.keras', '--out', 'p.png'), {
        file: 'model.keras',
        out: 'p.png',
        bytes: fs.statSync(place.at('p.png')).size,
      });
      assert.equal(fs.readFileSync(place.at('p.png')).toString('latin1', 1, 4), 'PNG');
    });
    it('refuses other names and folders that are not there', async () => {
      assert.match(
        await place.refused(2, 'plot', 'model.keras', '--out', 'p.jpg'),
        /^--out must end in \.svg, \.png or \.dot, not 'p\.jpg'\.\nFix: /,
      );
      assert.equal(
        await place.refused(1, 'plot', 'model.keras', '-o', 'no/p.svg'),
        `no/p.svg cannot be written: there is no folder ${place.at('no')}.`,
      );
      assert.match(
        await place.refused(2, 'plot', 'model.keras', '--rankdir', 'UP'),
        /^--rankdir takes TB, LR, BT or RL, not 'UP'\./,
      );
    });
  });

  describe('inspect', () => {
    const names = ['layers/dense/vars/0', 'layers/dense/vars/1', 'layers/dense_1/vars/0', 'layers/dense_1/vars/1'];
    const shapes = [[4, 5], [5], [5, 3], [3]];
    const check = (found: Inspected, kind: string, optimizer: number): void => {
      assert.equal(found.kind, kind);
      assert.deepEqual(found.totals.weights, { tensors: 4, parameters: 43, bytes: 172 });
      assert.equal(found.totals.optimizer.tensors, optimizer);
      const weights = found.tensors.filter((t) => !t.isOptimizer);
      assert.deepEqual(weights.map((t) => JSON.stringify(t.shape)).sort(), shapes.map((s) => JSON.stringify(s)).sort());
      assert.ok(weights.every((t) => t.dtype === 'float32'));
      assert.deepEqual(found.problems, []);
    };
    it('shows a .keras archive: configuration, versions, members, tensors', async () => {
      const found = await place.json<Inspected>('inspect', 'model.keras');
      check(found, 'keras', 10);
      assert.deepEqual(
        found.tensors
          .filter((t) => !t.isOptimizer)
          .map((t) => t.name)
          .sort(),
        [...names].sort(),
      );
      assert.equal(found.facts.keras_version, '3.15.1');
      assert.deepEqual(
        found.parts.map((p) => p.name),
        ['metadata.json', 'config.json', 'model.weights.h5'],
      );
      assert.deepEqual(found.model, {
        name: 'classifier',
        class: 'Sequential',
        layers: [
          { name: 'features', class: 'InputLayer' },
          { name: 'hidden', class: 'Dense' },
          { name: 'classes', class: 'Dense' },
        ],
        compiled: { optimizer: 'Adam', loss: 'sparse_categorical_crossentropy', metrics: 'accuracy' },
      });
    });
    it('shows HDF5 of both kinds, shards, safetensors and npz', async () => {
      const old = await place.json<Inspected>('inspect', 'model.h5');
      check(old, 'h5-model', 10);
      assert.equal(old.model!.compiled!.optimizer, 'Adam');
      check(await place.json('inspect', 'w.weights.h5'), 'weights.h5', 10);
      const shards = await place.json<Inspected>('inspect', 'w.weights.json');
      check(shards, 'weights.json', 10);
      assert.ok(shards.parts.length > 1 && shards.parts.every((p) => p.bytes === fs.statSync(place.at(p.name)).size));
      check(await place.json('inspect', 'w.safetensors'), 'safetensors', 0);
      check(await place.json('inspect', 'w.npz'), 'npz', 0);
    });
    it('shows TensorFlow.js and architectures', async () => {
      const found = await place.json<Inspected>('inspect', 'tfjs.json');
      assert.equal(found.kind, 'tfjs');
      assert.equal(found.facts.generatedBy, 'keras v2.11.0');
      assert.deepEqual(found.tensors, [
        {
          name: 'dense/kernel',
          shape: [2, 2],
          dtype: 'float32',
          stored: 'uint8',
          bytes: 4,
          isOptimizer: false,
          note: 'quantized: value * 0.5 + -1',
        },
      ]);
      assert.deepEqual(found.parts, [{ name: 'shard1.bin', bytes: 4, note: null }]);
      assert.equal((await place.json<Inspected>('inspect', 'architecture.json')).model!.layers.length, 3);
    });
    it('prints lines for people', async () => {
      const text = await place.printed('inspect', 'w.safetensors');
      assert.match(
        text,
        /^file: {3}w\.safetensors\nkind: {3}safetensors\nbytes: {2}\d+\nformat: keras\n\nweights: 4 tensors, 43 numbers, 172 bytes\n/,
      );
      assert.match(text, /^ {2}classifier\/hidden\/kernel {3}\(4, 5\) {2}float32 {2}80 bytes$/m);
      const config = JSON.parse(await place.printed('inspect', 'model.keras', '--config')) as { class_name: string };
      assert.equal(config.class_name, 'Sequential');
    });
    it('needs neither the classes of a model nor its weights whole', async () => {
      const config = {
        class_name: 'Their>Model',
        config: { name: 'x', layers: [{ class_name: 'Their>Layer', config: { name: 'y' } }] },
      };
      place.write('custom.json', JSON.stringify(config));
      assert.equal((await place.json<Inspected>('inspect', 'custom.json')).model!.layers[0].class, 'Their>Layer');
      // A byte of the weights is wrong: loading compares checksums, looking at headers does not.
      const bytes = fs.readFileSync(place.at('model.keras'));
      const at = bytes.lastIndexOf(
        Buffer.from(Float32Array.from((model.weights[3].value.arraySync() as number[]).slice(0, 2)).buffer),
      );
      assert.ok(at > 0);
      bytes[at] ^= 1;
      place.write('flipped.keras', bytes);
      assert.equal((await place.json<Inspected>('inspect', 'flipped.keras')).totals.weights.tensors, 4);
      assert.match(
        await place.refused(1, 'summary', 'flipped.keras'),
        /flipped\.keras: member 'model\.weights\.h5' is damaged: its checksum is wrong\./,
      );
    });
    it('shows what a shard that is missing leaves', async () => {
      fs.mkdirSync(place.at('partial'));
      fs.copyFileSync(place.at('w.weights.json'), place.at('partial', 'w.weights.json'));
      fs.copyFileSync(place.at('w_00000.weights.h5'), place.at('partial', 'w_00000.weights.h5'));
      const found = await place.json<Inspected>('inspect', 'partial/w.weights.json');
      assert.ok(found.tensors.length > 0 && found.problems.length > 0);
      assert.ok(
        found.problems[0].includes('w_00001.weights.h5 cannot be read: there is no such file'),
        found.problems[0],
      );
    });
    it('says of files that are not read what they are', async () => {
      place.write('a.onnx', Uint8Array.from([8, 7, 18, 5, 107, 101, 114, 97, 115]));
      place.write('a.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));
      place.write('a.pkl', Uint8Array.from([0x80, 4, 0x95, 0]));
      place.write('empty.h5', '');
      place.write('cut.keras', fs.readFileSync(place.at('model.keras')).subarray(0, 3000));
      place.write('a.json', '{"a": 1}');
      fs.mkdirSync(place.at('saved'));
      place.write('saved/saved_model.pb', 'x');
      assert.equal(
        await place.refused(1, 'inspect', 'a.onnx'),
        'a.onnx: it is no file of a model or of weights: it starts with 080712056b657261.',
      );
      assert.match(await place.refused(1, 'inspect', 'a.png'), /^a\.png: it is an image, which is not read\./);
      assert.match(
        await place.refused(1, 'inspect', 'a.pkl'),
        /^a\.pkl: it is a pickle of Python, which can hold a program, which is not read\./,
      );
      assert.equal(await place.refused(1, 'inspect', 'empty.h5'), 'empty.h5: the file is empty.');
      assert.match(
        await place.refused(1, 'inspect', 'cut.keras'),
        /^cut\.keras: it is not a valid zip archive: its directory is missing/,
      );
      assert.match(
        await place.refused(1, 'inspect', 'a.json'),
        /it has neither 'class_name' nor 'modelTopology' nor 'weight_map'\.$/,
      );
      assert.match(
        await place.refused(1, 'inspect', 'saved'),
        /^saved: it is a SavedModel of TensorFlow, which is not read\.\n {2}Fix: open it in Keras/,
      );
    });
  });

  describe('convert', () => {
    it('writes models in both formats, predictions and optimizer kept', async () => {
      const { leftOut } = await place.json<{ leftOut: string[] }>('convert', 'model.keras', 'new.h5');
      assert.deepEqual(leftOut, []);
      await place.printed('convert', 'new.h5', 'again.keras');
      assert.deepEqual(await loaded('again.keras'), values);
      const again = await trae.keras.models.loadModel(place.at('again.keras'));
      assert.equal(again.optimizer!.iterations.value.item(), 1);
    });
    it('leaves out what --no-compile and the target leave out, and says so', async () => {
      await place.printed('convert', 'model.keras', 'bare.keras', '--no-compile');
      assert.equal((await trae.keras.models.loadModel(place.at('bare.keras'))).optimizer ?? null, null);
      assert.equal(
        await place.printed('convert', 'model.keras', 'out.safetensors'),
        'wrote out.safetensors: 4 tensors, 172 bytes\nleft out: the configuration of the model, the optimizer and its state\n',
      );
    });
    it('reads TensorFlow.js', async () => {
      await place.printed('convert', 'tfjs.json', 'small.keras');
      const small = await trae.keras.models.loadModel(place.at('small.keras'));
      assert.deepEqual(await valuesOf(small, [[1, 2]]), [[1, 4]]);
    });
    it('makes arrays of weights without a model, which load again', async () => {
      for (const from of ['w.weights.h5', 'w.weights.json', 'w.npz', 'w.safetensors'])
        for (const to of ['.npz', '.safetensors']) {
          if (from.endsWith(to)) continue;
          const name = `from${from.replace(/\W/g, '_')}${to}`;
          await place.printed('convert', from, name);
          const fresh = await trae.keras.models.loadModel(place.at('model.keras'));
          for (const w of fresh.weights) w.assign(trae.zeros(w.shape));
          const report = await fresh.loadWeights(place.at(name));
          assert.equal(report.loaded.length, 4, name);
          assert.deepEqual(report.skipped, []);
          assert.deepEqual(await valuesOf(fresh, ROWS), values, name);
        }
    });
    it('puts weights into a model given by --model', async () => {
      await place.printed('convert', 'w.npz', 'with.keras', '--model', 'architecture.json');
      assert.deepEqual(await loaded('with.keras'), values);
    });
    it('names what cannot be made of what, and why', async () => {
      assert.equal(
        await place.refused(1, 'convert', 'w.npz', 'x.keras'),
        'w.npz: it holds weights alone (an archive of NumPy arrays); a model cannot be made of them.\n  Fix: name the model that they belong to: --model MODEL.',
      );
      assert.match(
        await place.refused(1, 'convert', 'w.npz', 'x.weights.h5'),
        /\.weights\.h5 follows the layers of a model\.\n {2}Fix: .*--model MODEL\.$/,
      );
      assert.match(
        await place.refused(1, 'convert', 'architecture.json', 'x.keras'),
        /^architecture\.json: it is an architecture without weights/,
      );
      assert.match(
        await place.refused(2, 'convert', 'model.keras', 'x.json'),
        /models of TensorFlow\.js are read and not written/,
      );
      assert.match(await place.refused(2, 'convert', 'model.keras', 'x.onnx'), /ONNX is neither read nor written/);
      assert.match(await place.refused(2, 'convert', 'model.keras', 'x.pt'), /files of PyTorch are not written/);
      assert.match(await place.refused(2, 'convert', 'model.keras', 'x'), /the name says no format/);
      assert.match(await place.refused(2, 'convert', 'model.keras', './model.keras'), /are the same file\./);
      assert.match(
        await place.refused(2, 'convert', 'model.keras', 'x.keras', '--by-name'),
        /^--by-name goes with --model\./,
      );
    });
    it('leaves no half file and nothing beside it when it fails', async () => {
      place.write('kept.keras', 'what was there');
      const other = new trae.keras.Sequential([trae.keras.layers.Input([4]), new trae.keras.layers.Dense(9)]);
      place.write('other.json', other.toJson());
      const before = fs.readdirSync(place.folder);
      await place.refused(1, 'convert', 'w.safetensors', 'kept.keras', '--model', 'other.json');
      assert.equal(fs.readFileSync(place.at('kept.keras'), 'utf8'), 'what was there');
      assert.deepEqual(fs.readdirSync(place.folder), before);
    });
  });

  it('reads models with classes of their own by --custom-objects', async () => {
    class Doubled extends trae.keras.layers.Layer {
      override call(x: trae.Tensor): trae.Tensor {
        return x.multiply(2);
      }
    }
    const own = new trae.keras.Sequential([trae.keras.layers.Input([2]), new Doubled({ name: 'doubled' })]);
    await own.save(place.at('own.keras'));
    place.write(
      'own.cjs',
      `const { keras } = require(${JSON.stringify(ROOT)});\nexports.Doubled = class Doubled extends keras.layers.Layer { call(x) { return x.multiply(2); } };\n`,
    );
    place.write('x.csv', '1,2\n');
    assert.match(await place.refused(1, 'predict', 'own.keras', 'x.csv'), /Doubled/);
    assert.equal(await place.printed('predict', 'own.keras', 'x.csv', '--custom-objects', 'own.cjs'), '2,4\n');
    assert.match(
      await place.refused(1, 'predict', 'own.keras', 'x.csv', '--custom-objects', 'none.cjs'),
      /^none\.cjs cannot be run: there is no such file\./,
    );
  });
});
