/** Saving and loading of models and weights: every format, exact resumption, errors. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { withFile } from '../../../lib/io/source';
import { openHdf5 } from '../../../lib/io/hdf5/index';
import { ZipReader } from '../../../lib/io/zip';
import { temporaryFolder } from '../../io/support';

const { layers, Sequential, Model } = trae.keras;
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const make = (units = 8): InstanceType<typeof Sequential> =>
  new Sequential([
    new layers.Dense(units, { activation: 'relu', inputShape: [4], name: 'first' }),
    new layers.Dropout(0.3),
    new layers.BatchNormalization(),
    new layers.Dense(3, { activation: 'softmax', name: 'last' }),
  ]);
const x = trae.random.normal([40, 4], { seed: 1 });
const y = trae.tensor(Int32Array.from({ length: 40 }, (_, i) => i % 3));
const predict = async (model: InstanceType<typeof Model>): Promise<number[]> =>
  Array.from((await ((await model.predict(x, { verbose: 0 })) as trae.Tensor).data()) as Float32Array);
const fit = { verbose: 0, shuffle: false, batchSize: 16 } as const;

describe('files of models', () => {
  before(() => trae.setRandomSeed(3));

  for (const optimizer of ['adam', 'sgd', 'rmsprop'] as const)
    it(`.keras: training resumes to the bit (${optimizer})`, async () => {
      const once = make();
      const file = at(`${optimizer}.keras`);
      once.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
      await once.fit(x, y, { ...fit, epochs: 2 });
      await once.save(file);
      const again = await trae.keras.models.loadModel(file);
      const a = await once.fit(x, y, { ...fit, epochs: 3 });
      const b = await again.fit(x, y, { ...fit, epochs: 3 });
      assert.deepEqual(b.history, a.history);
      assert.deepEqual(await predict(again), await predict(once));
      assert.equal(again.optimizer!.iterations.item(), 15);
    });

  it('a file of a model that Keras did not compile gives a model that is not compiled', () => {
    const config = JSON.parse(make().toJson()) as Record<string, unknown>;
    const model = trae.keras.models.modelFromJson(JSON.stringify({ ...config, compile_config: {} }));
    assert.equal(model.compiled, false);
    assert.equal(model.optimizer, null);
  });

  it('.keras holds what Keras expects, at its paths', async () => {
    const model = make();
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
    await model.fit(x, y, { ...fit, epochs: 1 });
    await model.save(at('paths.keras'));
    await withFile(at('paths.keras'), async (source) => {
      const zip = new ZipReader(source);
      assert.deepEqual(zip.names, ['metadata.json', 'config.json', 'model.weights.h5']);
      const config = JSON.parse(Buffer.from(await zip.read('config.json')).toString()) as Record<string, unknown>;
      assert.deepEqual(Object.keys(config).sort(), [
        'build_config',
        'class_name',
        'compile_config',
        'config',
        'module',
        'registered_name',
      ]);
      const root = openHdf5(await zip.open('model.weights.h5'));
      const paths = [...root.datasets()].map((d) => d.path);
      assert.deepEqual(
        paths.filter((p) => !p.startsWith('optimizer')),
        [
          'layers/dense/vars/0',
          'layers/dense/vars/1',
          'layers/dropout/seed_generator/vars/0',
          'layers/batch_normalization/vars/0',
          'layers/batch_normalization/vars/1',
          'layers/batch_normalization/vars/2',
          'layers/batch_normalization/vars/3',
          'layers/dense_1/vars/0',
          'layers/dense_1/vars/1',
        ],
      );
      assert.equal(paths.filter((p) => p.startsWith('optimizer/vars/')).length, 2 + 2 * 6);
      assert.equal(root.group('layers/dense/vars')!.attributes.get('name'), 'first');
    });
  });

  it('.h5 of Keras 2: model, compile options and optimizer', async () => {
    const model = make();
    model.compile({
      optimizer: new trae.keras.optimizers.Adam({ learningRate: 0.01 }),
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(x, y, { ...fit, epochs: 2 });
    await model.save(at('m.h5'));
    const again = await trae.keras.models.loadModel(at('m.h5'));
    assert.deepEqual(await predict(again), await predict(model));
    assert.equal(again.optimizer!.iterations.item(), 6);
    assert.ok(Math.abs((again.optimizer!.learningRate as trae.Variable).item() - 0.01) < 1e-9);
    assert.deepEqual(await again.evaluate(x, y, { verbose: 0 }), await model.evaluate(x, y, { verbose: 0 }));
    const plain = await trae.keras.models.loadModel(at('m.h5'), { compile: false });
    assert.equal(plain.compiled, false);
  });

  for (const name of ['w.weights.h5', 'w.h5', 'w.safetensors', 'w.npz', 'all.keras', 'all.h5'])
    it(`weights through ${name}`, async () => {
      const model = make();
      const other = make();
      await (name.startsWith('all') ? model.save(at(name)) : model.saveWeights(at(name)));
      const report = await other.loadWeights(at(name));
      assert.deepEqual(await predict(other), await predict(model));
      assert.deepEqual(report.skipped, []);
      assert.ok(report.loaded.includes(other.weights[0].path));
    });

  for (const name of ['x.weights.h5', 'x.h5', 'x.safetensors', 'x.npz'])
    it(`${name}: another shape is an error with both, or is skipped and reported`, async () => {
      await new Sequential([new layers.Dense(5, { inputShape: [4], name: 'a' }), new layers.Dense(3, { name: 'b' })], {
        name: 'm',
      }).saveWeights(at(name));
      const other = new Sequential(
        [new layers.Dense(5, { inputShape: [4], name: 'a' }), new layers.Dense(2, { name: 'b' })],
        { name: 'm' },
      );
      const before = await predict(other);
      await assert.rejects(other.loadWeights(at(name)), (error: Error) => {
        assert.equal(error.name, 'ValueError');
        assert.ok(
          error.message.startsWith(
            `${at(name)} does not fit model 'm': 2 difference(s).\n  weight 'm/b/kernel' has shape (5, 2) but '`,
          ),
          error.message,
        );
        assert.match(
          error.message,
          /in the file has shape \(5, 3\)\n {2}weight 'm\/b\/bias' has shape \(2,\) but '.*' in the file has shape \(3,\)\n {2}Fix: build the model/,
        );
        return true;
      });
      assert.deepEqual(await predict(other), before, 'nothing was loaded');
      const warn = console.warn;
      const said: string[] = [];
      console.warn = (text: string) => said.push(text);
      const report = await other.loadWeights(at(name), { skipMismatch: true }).finally(() => (console.warn = warn));
      assert.deepEqual(
        report.skipped.map((s) => [s.path, s.expected, s.found]),
        [
          ['m/b/kernel', [5, 2], [5, 3]],
          ['m/b/bias', [2], [3]],
        ],
      );
      assert.deepEqual(report.loaded, ['m/a/kernel', 'm/a/bias']);
      assert.equal(said.length, 1);
    });

  for (const name of ['n.weights.h5', 'n.h5'])
    it(`${name}: byName takes layers of equal names and says which were left`, async () => {
      const model = make();
      await model.saveWeights(at(name));
      const other = new Sequential([
        new layers.Dense(3, { name: 'other', inputShape: [8] }),
        new layers.Dense(8, { name: 'mine' }),
        new layers.Dense(3, { name: 'last' }),
      ]);
      const report = await other.loadWeights(at(name), { byName: true });
      const value = (m: InstanceType<typeof Model>): unknown => m.getLayer('last').weights[0].arraySync();
      assert.deepEqual(value(other), value(model));
      assert.equal(report.loaded.length, 2);
      assert.ok(report.skipped.some((s) => s.reason === "the file has no layer 'mine'"));
    });

  it('another number of layers is an error that names them', async () => {
    await make().saveWeights(at('count.h5'));
    const other = new Sequential([new layers.Dense(8, { inputShape: [4], name: 'only' })], { name: 'small' });
    await assert.rejects(other.loadWeights(at('count.h5')), {
      name: 'ValueError',
      message:
        /does not fit model 'small': the model has 1 layers with weights \(only\) but the file has 3 \(first, batch_normalization(_\d+)?, last\)\./,
    });
  });

  it('names of files, missing files, other files', async () => {
    const model = make();
    await assert.rejects(model.save(at('m.zip')), {
      name: 'ValueError',
      message: `save: the name of a model's file must end in '.keras' (or '.h5', the format of Keras 2).\n  Received: ${at('m.zip')}`,
    });
    await assert.rejects(model.save(at('m.weights.h5')), { message: /'\.weights\.h5' is for weights alone/ });
    await assert.rejects(model.saveWeights(at('m.txt')), {
      message: /must end in '\.weights\.h5', '\.h5', '\.safetensors' or '\.npz'/,
    });
    await assert.rejects(trae.keras.models.loadModel(at('none.keras')), {
      name: 'FileError',
      message: `${at('none.keras')} cannot be read: there is no such file.`,
    });
    await assert.rejects(model.save(at('nowhere/m.keras')), {
      name: 'FileError',
      message: `${at('nowhere/m.keras')} cannot be written: there is no folder ${at('nowhere')}.`,
    });
    fs.writeFileSync(at('text.keras'), 'hello, world');
    await assert.rejects(trae.keras.models.loadModel(at('text.keras')), {
      message: `loadModel: ${at('text.keras')} is neither a '.keras' archive nor HDF5: it starts with 68656c6c6f2c2077.`,
    });
    await model.saveWeights(at('only.h5'));
    await assert.rejects(trae.keras.models.loadModel(at('only.h5')), {
      message: /it holds weights but no model \('model_config' is missing\)/,
    });
    await assert.rejects(new Sequential([new layers.Dense(2)], { name: 'raw' }).saveWeights(at('raw.weights.h5')), {
      message:
        "saveWeights: model 'raw' is not built yet: it has no weights.\n  Fix: build it first, by build(inputShape) or by calling it on data.",
    });
    await model.save(at('twice.keras'));
    await assert.rejects(model.save(at('twice.keras'), { overwrite: false }), { message: /exists already/ });
    // @ts-expect-error unknown option
    await assert.rejects(model.save(at('m.keras'), { compres: true }), {
      name: 'TypeError',
      message: /unknown option 'compres'/,
    });
  });

  it('signals end saving and loading', async () => {
    const model = make();
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(model.save(at('abort.keras'), { signal }), /enough/);
    assert.ok(!fs.existsSync(at('abort.keras')));
    await model.save(at('whole.keras'));
    await assert.rejects(trae.keras.models.loadModel(at('whole.keras'), { signal }), /enough/);
    assert.deepEqual(
      fs.readdirSync(folder).filter((f) => f.endsWith('.tmp')),
      [],
    );
  });

  it('JSON of the architecture', async () => {
    const model = make();
    const json = model.toJson();
    const again = trae.keras.models.modelFromJson(json);
    again.setWeights(model.getWeights());
    assert.deepEqual(await predict(again), await predict(model));
    assert.equal(again.toJson(), json);
  });

  it('custom layers: by registration or customObjects, else an error with the line to add', async () => {
    class Scaled extends layers.Layer {
      static override options = ['factor'];
      readonly factor: number;
      constructor({ factor = 2, ...rest }: { factor?: number } & trae.LayerOptions = {}) {
        super(rest);
        this.factor = factor;
      }
      call(inputs: trae.Tensor): trae.Tensor {
        return inputs.multiply(this.factor);
      }
      override getConfig() {
        return { ...super.getConfig(), factor: this.factor };
      }
    }
    const model = new Sequential([new layers.Dense(3, { inputShape: [4] }), new Scaled({ factor: 3 })]);
    await model.save(at('custom.keras'));
    await assert.rejects(trae.keras.models.loadModel(at('custom.keras')), {
      name: 'TypeError',
      message:
        "deserialize: class 'Scaled' is not known.\n  Fix: pass it in customObjects: { customObjects: { 'Scaled': Scaled } }, or register it with registerKerasSerializable.",
    });
    assert.deepEqual(
      await predict(await trae.keras.models.loadModel(at('custom.keras'), { customObjects: { Scaled } })),
      await predict(model),
    );
  });

  it('ops and layers of one name get names that differ, in every format', async () => {
    trae.keras.utils.clearSession();
    const input = trae.keras.Input([4]);
    const layer = (name: string): InstanceType<typeof layers.Multiply> => new layers.Multiply({ name });
    let h = layer('multiply').apply([input.multiply(2).multiply(3), input]) as typeof input;
    h = layer('multiply_1').apply([h, input]) as typeof input;
    const model = new Model({ inputs: input, outputs: [h.square().multiply(2), layer('multiply_2').apply([h, h])] });
    const sums = (m: InstanceType<typeof Model>): unknown => (m.apply(x) as trae.Tensor[]).map((t) => t.sum().item());
    assert.equal(new Set(model.outputNames).size, 2);
    for (const file of [at('one_name.keras'), at('one_name.h5')]) {
      await model.save(file);
      const again = await trae.keras.models.loadModel(file);
      assert.deepEqual(sums(again), sums(model));
      assert.deepEqual(again.outputNames, model.outputNames);
    }
    assert.deepEqual(sums(trae.keras.models.modelFromJson(model.toJson())), sums(model));
  });

  it('functional models: several inputs and outputs, shared layers, ops, nested models', async () => {
    const a = trae.keras.Input([4], { name: 'a' });
    const b = trae.keras.Input([4], { name: 'b' });
    const shared = new layers.Dense(4, { activation: 'tanh' });
    const inner = new Sequential([new layers.Dense(4, { inputShape: [4] }), new layers.Dense(2)], { name: 'inner' });
    const sum = trae.add(shared.apply(a), trae.multiply(shared.apply(b), 2));
    const joined = trae.concatenate([sum, trae.expandDims(trae.mean(sum, { axis: 1 }), 1)], { axis: -1 });
    const out = trae.softmax(joined, { axis: -1 });
    const model = new Model({
      inputs: { a, b },
      outputs: { p: out as unknown as trae.KerasTensor, q: inner.apply(trae.subtract(1, sum)) as trae.KerasTensor },
    });
    await model.save(at('graph.keras'));
    const again = await trae.keras.models.loadModel(at('graph.keras'));
    const data = { a: trae.random.normal([5, 4], { seed: 1 }), b: trae.random.normal([5, 4], { seed: 2 }) };
    const one = (await model.predict(data, { verbose: 0 })) as Record<string, trae.Tensor>;
    const two = (await again.predict(data, { verbose: 0 })) as Record<string, trae.Tensor>;
    assert.deepEqual(Object.keys(two), ['p', 'q']);
    for (const k of Object.keys(one)) assert.deepEqual(two[k].arraySync(), one[k].arraySync());
    assert.equal(again.countParams(), model.countParams());
    assert.deepEqual(again.getConfig(), model.getConfig());
  });
});
