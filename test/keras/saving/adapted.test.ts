/** LoRA and sharded weights in files: what Keras wrote (golden/golden_adapted.py), and what is written here. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { golden } from '../helpers';

const { keras } = trae;
const { layers } = keras;
type Adapted = InstanceType<typeof layers.Dense>;
const folder = path.join(__dirname, '../golden/adapted');
const predictions =
  golden<Record<string, { x: number[][]; y: number[][]; merged?: number[][] }>>('adapted/predictions.json');
const texts = (): trae.keras.Sequential =>
  new keras.Sequential([
    keras.Input([6], { dtype: 'int32' }),
    new layers.Embedding(9, 7),
    new layers.EinsumDense('abc,cd->abd', [null, 8], { biasAxes: 'd', activation: 'relu' }),
    new layers.Conv1D(5, 3),
    new layers.GlobalAveragePooling1D(),
    new layers.Dense(3),
  ]);
const adaptable = (model: trae.keras.Model): Adapted[] => model.layers.filter((l) => 'enableLora' in l) as Adapted[];
async function differenceOf(model: trae.keras.Model, x: trae.Tensor, y: trae.TensorLike): Promise<number> {
  const got = (await model.predict(x, { verbose: 0 })) as trae.Tensor;
  return trae.max(trae.abs(trae.subtract(got, y))).item() as number;
}
const inFolder = async (f: (at: (name: string) => string) => Promise<void>): Promise<void> => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'adapted-'));
  try {
    await f((name) => path.join(made, name));
  } finally {
    fs.rmSync(made, { recursive: true });
  }
};

describe('LoRA in files', () => {
  const { x, y } = predictions.lora;
  const ids = trae.tensor(x, null, 'int32');
  for (const file of ['lora.keras', 'lora.h5'])
    it(`${file} of Keras predicts what it predicted there`, async () => {
      const model = await keras.models.loadModel(path.join(folder, file));
      assert.ok((await differenceOf(model, ids, y)) < 1e-5);
      for (const layer of adaptable(model)) {
        assert.equal(layer.lora.rank, 2);
        const largest = layer.lora.factors.map((v) => trae.max(trae.abs(v.value)).item() as number);
        if (file.endsWith('.keras')) assert.deepEqual(largest, [0, 0], 'merged into the kernel');
        else
          assert.ok(
            largest.every((v) => v > 0),
            'kept beside the kernel',
          );
      }
    });
  it('.weights.h5 of Keras goes into the model with and without LoRA', async () => {
    for (const isAdapted of [true, false]) {
      const model = texts();
      if (isAdapted) for (const layer of adaptable(model)) layer.enableLora(2, { bInitializer: 'ones' });
      await model.loadWeights(path.join(folder, 'lora.weights.h5'));
      assert.ok((await differenceOf(model, ids, y)) < 1e-5, `adapted: ${isAdapted}`);
    }
  });
  const kinds: Record<string, () => trae.keras.Sequential> = {
    Dense: () => new keras.Sequential([keras.Input([5]), new layers.Dense(4)]),
    EinsumDense: () =>
      new keras.Sequential([
        keras.Input([3, 5]),
        new layers.EinsumDense('abc,cde->abde', [null, 2, 3], { biasAxes: 'e' }),
      ]),
    Embedding: () => new keras.Sequential([keras.Input([5]), new layers.Embedding(7, 4)]),
    ReversibleEmbedding: () => new keras.Sequential([keras.Input([5]), new layers.ReversibleEmbedding(7, 4)]),
    Conv1D: () => new keras.Sequential([keras.Input([8, 3]), new layers.Conv1D(4, 3)]),
    Conv2D: () => new keras.Sequential([keras.Input([6, 6, 4]), new layers.Conv2D(4, 3, { groups: 2 })]),
    Conv3D: () => new keras.Sequential([keras.Input([4, 4, 4, 2]), new layers.Conv3D(3, 2, { useBias: false })]),
  };
  for (const [name, make] of Object.entries(kinds))
    it(`${name}: trained, saved in every format, the same predictions and state of the optimizer`, () =>
      inFolder(async (at) => {
        const model = make();
        const layer = adaptable(model)[0];
        const ints = name.includes('Embedding');
        layer.enableLora(2, { loraAlpha: 5, aInitializer: 'ones', bInitializer: 'he_uniform' });
        const data = ints
          ? trae.mod(trae.arange(10), 7).reshape([2, 5])
          : trae.random.normal([2, ...model.inputs[0].shape.slice(1).map(Number)], { seed: 1 });
        model.compile({ optimizer: 'adam', loss: 'mse' });
        const first = (await model.predict(data, { verbose: 0 })) as trae.Tensor;
        await model.fit(data, first.add(1), { epochs: 2, verbose: 0 });
        const want = ((await model.predict(data, { verbose: 0 })) as trae.Tensor).arraySync() as number[];
        for (const file of ['m.keras', 'm.h5']) {
          await model.save(at(file));
          const copy = await keras.models.loadModel(at(file));
          assert.ok((await differenceOf(copy, data, want)) < 1e-5, file);
          assert.equal(copy.optimizer!.iterations.item(), 2);
          assert.equal(copy.optimizer!.variables.length, model.optimizer!.variables.length);
        }
        await model.saveWeights(at('m.weights.h5'));
        const plain = make();
        await plain.loadWeights(at('m.weights.h5'));
        assert.ok((await differenceOf(plain, data, want)) < 1e-5, 'without LoRA');
        assert.ok(
          layer.lora.factors.every((v) => trae.any(trae.notEqual(v.value, 0)).item()),
          'saving leaves the factors alone',
        );
      }));
});

describe('sharded weights', () => {
  const { x, y } = predictions.sharded;
  const ids = trae.tensor(x, null, 'int32');
  const index = path.join(folder, 'sharded.weights.json');
  const copied = (at: (name: string) => string): void => {
    for (const name of fs.readdirSync(folder))
      if (name.startsWith('sharded')) fs.copyFileSync(path.join(folder, name), at(name));
  };
  const fails = (model: trae.keras.Model, file: string, pattern: RegExp): Promise<void> =>
    assert.rejects(
      model.loadWeights(file),
      (error: Error) => error.name === 'FileError' && pattern.test(error.message),
    );
  it('of Keras: variables of one layer in several files', async () => {
    const model = texts();
    const { loaded, skipped } = await model.loadWeights(index);
    assert.equal(loaded.length, 7);
    assert.deepEqual(skipped, []);
    assert.ok((await differenceOf(model, ids, y)) < 1e-5);
  });
  it('written as Keras writes them: the same index, files of bounded size', () =>
    inFolder(async (at) => {
      const model = texts();
      await model.loadWeights(index);
      await model.saveWeights(at('sharded.weights.h5'), { maxShardSize: 500 / 1024 ** 3 });
      const read = (file: string): { metadata: unknown; weight_map: Record<string, string | string[]> } =>
        JSON.parse(fs.readFileSync(file, 'utf8')) as never;
      const plain = (map: Record<string, string | string[]>): Record<string, string[]> =>
        Object.fromEntries(Object.entries(map).map(([k, v]) => [k, [v].flat()]));
      assert.deepEqual(read(at('sharded.weights.json')).metadata, read(index).metadata);
      assert.deepEqual(plain(read(at('sharded.weights.json')).weight_map), plain(read(index).weight_map));
      assert.deepEqual(fs.readdirSync(at('')).sort(), [
        'sharded.weights.json',
        ...[0, 1, 2, 3].map((i) => `sharded_0000${i}.weights.h5`),
      ]);
      for (const name of ['sharded.weights.json', 'sharded.weights.h5']) {
        const copy = texts();
        await copy.loadWeights(at(name));
        assert.ok((await differenceOf(copy, ids, y)) < 1e-5, name);
      }
    }));
  it('by name, and with the state of the optimizer', () =>
    inFolder(async (at) => {
      const model = texts();
      model.compile({ optimizer: 'adam', loss: 'mse' });
      await model.fit(ids, trae.tensor(y), { verbose: 0 });
      await model.saveWeights(at('w.weights.json'), { maxShardSize: 1000 / 1024 ** 3 });
      const copy = texts();
      copy.compile({ optimizer: 'adam', loss: 'mse' });
      copy.optimizer!.build(copy.trainableVariables);
      await copy.loadWeights(at('w.weights.json'));
      assert.equal(copy.optimizer!.iterations.item(), 1);
      const report = await texts().loadWeights(at('w.weights.json'), { byName: true });
      assert.equal(report.loaded.length + report.skipped.length > 0, true);
    }));
  it('a shard that is missing, damaged, another one, or elsewhere', () =>
    inFolder(async (at) => {
      const model = texts();
      copied(at);
      const file = at('sharded.weights.json');
      const text = fs.readFileSync(file, 'utf8');
      for (const evil of ['../sharded_00000.weights.h5', '/etc/passwd', 'a\\\\b', '..', 'C:x']) {
        fs.writeFileSync(file, text.replaceAll('sharded_00000.weights.h5', evil));
        await fails(model, file, /does not lie beside it; such paths are not opened/);
      }
      fs.writeFileSync(file, text.replaceAll('sharded_00002', 'sharded_00003'));
      await fails(
        model,
        file,
        /it says that 'sharded_00003.weights.h5' holds 'layers\/conv1d\/vars', which is not there/,
      );
      fs.writeFileSync(file, text.replaceAll('"sharded_00002.weights.h5"', '7'));
      await fails(model, file, /the shard of '\/layers\/conv1d\/vars' must be the name of a file\.\n {2}Received: 7/);
      fs.writeFileSync(file, '{"metadata": {}}');
      await fails(model, file, /it is no index of sharded weights: 'weight_map' is missing/);
      fs.writeFileSync(file, text);
      fs.writeFileSync(at('sharded_00001.weights.h5'), 'no HDF5');
      await fails(model, file, /its shard 'sharded_00001.weights.h5' is no HDF5 file/);
      fs.rmSync(at('sharded_00001.weights.h5'));
      await fails(model, file, /its shard 'sharded_00001.weights.h5' cannot be read/);
    }));
  it('sizes and names that do not do', () =>
    inFolder(async (at) => {
      const model = texts();
      const refused = (options: object, name: string, pattern: RegExp): Promise<void> =>
        assert.rejects(model.saveWeights(at(name), options), pattern);
      await refused(
        { maxShardSize: 100 / 1024 ** 3 },
        'w.weights.json',
        /'layers\/embedding\/vars\/0' of shape \(9, 7\) has 252 bytes, and a shard at most 100/,
      );
      await refused(
        { maxShardSize: 0 },
        'w.weights.json',
        /maxShardSize must be a positive number of gigabytes\.\n {2}Received: 0/,
      );
      await refused({ maxShardSize: 1 }, 'w.npz', /must end in '\.weights\.json'/);
      await refused({}, 'w.weights.json', /pass \{ maxShardSize: gigabytes \}/);
      assert.deepEqual(fs.readdirSync(at('')), []);
    }));
});

describe('quantized models of Keras', () => {
  for (const name of [
    'int8_texts',
    'int8_attention',
    'int4_texts',
    'int4_channel_texts',
    'int4_block_texts',
    'int4_attention',
    'int4_channel_attention',
    'int4_block_attention',
  ])
    it(`${name}: predicts what Keras predicts, and again when it is saved here`, () =>
      inFolder(async (at) => {
        const { x, y } = predictions[name];
        const ids = trae.tensor(x, null, 'int32');
        const model = await keras.models.loadModel(path.join(folder, `${name}.keras`));
        assert.ok((await differenceOf(model, ids, y)) < 2e-6, `${await differenceOf(model, ids, y)}`);
        for (const file of ['m.keras', 'm.h5']) {
          await model.save(at(file));
          const copy = await keras.models.loadModel(at(file));
          assert.ok((await differenceOf(copy, ids, y)) < 2e-6, file);
          assert.deepEqual(
            copy.weights.map((v) => [v.dtype, v.shape.join()]),
            model.weights.map((v) => [v.dtype, v.shape.join()]),
          );
        }
      }));
  for (const name of ['int8_lora', 'int4_channel_lora', 'int4_block_lora'])
    it(`${name}: numbers and factors from .h5, their sum from .keras, and the same sum when it is written here`, () =>
      inFolder(async (at) => {
        const { x, y, merged } = predictions[name];
        const ids = trae.tensor(x, null, 'int32');
        const sum = await keras.models.loadModel(path.join(folder, `${name}.keras`));
        const parts = await keras.models.loadModel(path.join(folder, `${name}.h5`));
        assert.ok((await differenceOf(sum, ids, merged!)) < 5e-6, 'sum');
        assert.ok((await differenceOf(parts, ids, y)) < 5e-6, 'parts');
        for (const [model, file, want] of [
          [parts, 'sum.keras', merged!],
          [parts, 'parts.h5', y],
          [sum, 'unchanged.keras', merged!],
        ] as const) {
          await model.save(at(file));
          assert.ok((await differenceOf(await keras.models.loadModel(at(file)), ids, want)) < 5e-6, file);
        }
        await parts.saveWeights(at('w.weights.h5'));
        await sum.loadWeights(at('w.weights.h5'));
        assert.ok((await differenceOf(sum, ids, merged!)) < 5e-6, 'weights');
      }));
  it('factors train beside quantized weights, and before them', async () => {
    const model = await keras.models.loadModel(path.join(folder, 'int8_lora.h5'));
    const { x } = predictions.int8_lora;
    const ids = trae.tensor(x, null, 'int32');
    const target = trae.ones([2, 3]);
    const before = model.weights.map((v) => v.value);
    model.compile({ optimizer: new keras.optimizers.Adam(0.02), loss: 'mse' });
    const { loss } = (await model.fit(ids, target, { epochs: 20, verbose: 0 })).history as { loss: number[] };
    assert.ok(loss.at(-1)! < 0.5 * loss[0], `${loss[0]} ${loss.at(-1)}`);
    model.weights.forEach((v, i) => {
      const isChanged = Boolean(trae.any(trae.notEqual(v.value, before[i])).item());
      assert.equal(isChanged, v.trainable, v.path);
    });
  });
  it('the gradient goes through rounded inputs as through the inputs', () => {
    const dense = new layers.Dense(3, { dtype: 'int8_from_float32', useBias: false });
    const x = trae.random.normal([2, 4], { seed: 3 });
    dense.build([2, 4]);
    const [kernel, scale] = dense.savedVariables;
    kernel.assign(trae.cast(trae.subtract(trae.multiply(trae.arange(12), 9), 50).reshape([4, 3]), 'int8'));
    scale.assign(trae.tensor([10, 20, 30]));
    const got = trae.grad((t: trae.Tensor) => trae.sum(dense.apply(t) as trae.Tensor))(x) as trae.Tensor;
    const want = trae.sum(trae.divide(trae.cast(kernel.value, 'float32'), scale.value), { axis: 1 });
    assert.ok((trae.max(trae.abs(trae.subtract(got, want))).item() as number) < 1e-5);
  });
  it('int8 in EinsumDense: every order of axes', () => {
    const kernels: [string, number[], number[], (number | null)[]][] = [
      ['abc,cde->abde', [1, 1, 2, 3], [2, 5, 4], [null, 2, 3]],
      ['abc,dc->adb', [1, 3, 1], [2, 5, 4], [3, null]],
      ['abc,cde->aebd', [1, 3, 1, 2], [2, 5, 4], [3, null, 2]],
    ];
    for (const [equation, scaleShape, inputShape, outputShape] of kernels) {
      const layer = new layers.EinsumDense(equation, outputShape, { dtype: 'int8_from_float32' });
      const x = trae.random.normal(inputShape, { seed: 3 });
      layer.build(inputShape);
      const [kernel, scale] = layer.savedVariables;
      assert.equal(kernel.dtype, 'int8');
      assert.deepEqual([...scale.shape], scaleShape, equation);
      kernel.assign(
        trae.cast(trae.subtract(trae.mod(trae.arange(kernel.size), 255), 127).reshape([...kernel.shape]), 'int8'),
      );
      const scales = trae.add(trae.arange(scale.size), 10).reshape(scaleShape);
      scale.assign(scales);
      // Keras' formula: integers of the input times the kernel, divided by both scales.
      const s = trae.divide(127, trae.add(trae.max(trae.abs(x), { axis: 2, keepdims: true }), 1e-7));
      const q = trae.round(trae.multiply(x, s));
      const product = trae.einsum(equation, q, trae.cast(kernel.value, 'float32'));
      const places = equation.split('->')[1];
      const row = s.reshape([...places].map((l) => (l === 'a' ? inputShape[0] : l === 'b' ? inputShape[1] : 1)));
      const want = trae.divide(product, trae.multiply(row, scales));
      assert.ok(
        (trae.max(trae.abs(trae.subtract(layer.apply(x) as trae.Tensor, want))).item() as number) < 1e-4,
        equation,
      );
    }
  });
  it('modes that are not read are named, with the layer', async () => {
    await assert.rejects(
      keras.models.loadModel(path.join(folder, 'float8.keras')),
      /layer 'eight' \(Dense\) is quantized to float8 \('float8_from_float32'\), which is not read/,
    );
    for (const mode of ['gptq/4/128', 'awq/4/128'])
      assert.throws(
        () => new layers.Dense(2, { name: 'd', dtype: `${mode}_from_float32` as never }),
        new RegExp(`layer 'd' \\(Dense\\) is quantized to ${mode.slice(0, mode.indexOf('/'))} `),
      );
    assert.throws(
      () => new layers.Conv1D(2, 3, { name: 'c', dtype: 'int8_from_float32' }),
      /layer 'c' \(Conv1D\) is quantized to int8/,
    );
    const dense = new layers.Dense(2, { dtype: 'int8_from_float32' });
    dense.build([null, 3]);
    assert.equal(
      keras.saving.kerasObjectToJson(dense.dtypePolicy),
      '{"module": "keras.dtype_policies", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}, "registered_name": null}',
    );
  });
});
