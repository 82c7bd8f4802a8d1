/** Sample files of every format and of all families of layers, taken apart so that their JSON and their names can be changed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { ByteSink } from '../../lib/io/atomic';
import { Hdf5Dataset, Hdf5Writer, openHdf5, type AttributeInput, type Hdf5Group } from '../../lib/io/hdf5/index';
import { MemorySource } from '../../lib/io/source';
import { ZipReader, ZipWriter } from '../../lib/io/zip';
import type { DType } from '../../lib/core/tensor';
import { mutatedJson, type Random } from './json_mutations';

const { layers, Sequential, Model, Input, optimizers } = trae.keras;
type AnyModel = InstanceType<typeof Model>;
/** The files of one sample by name, changed; the first is the one to load. */
export interface Sample {
  name: string;
  kind: 'keras' | 'h5' | 'tfjs' | 'weights.h5' | 'npz' | 'safetensors' | 'sharded';
  /** Of weights alone: what they are loaded into. */
  model?: AnyModel;
  mutate(random: Random): Promise<Record<string, Buffer>>;
}

/** What `write` puts into a sink, in memory. */
async function written(write: (sink: ByteSink) => Promise<void>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const handle = {
    write(bytes: Uint8Array, at: number, length: number, position?: number): Promise<{ bytesWritten: number }> {
      const piece = Buffer.from(bytes.subarray(at, at + length));
      if (position === undefined) pieces.push(piece);
      else {
        const whole = Buffer.concat(pieces);
        piece.copy(whole, position);
        pieces.splice(0, Infinity, whole);
      }
      return Promise.resolve({ bytesWritten: length });
    },
  };
  const sink = new ByteSink(handle as never);
  await write(sink);
  await sink.drain();
  return Buffer.concat(pieces);
}

// ---- HDF5
interface Parts {
  attributes: { path: string; name: string; value: AttributeInput }[];
  datasets: { path: string; shape: number[]; dtype: DType; data: Float32Array }[];
}
async function takeApart(data: Buffer): Promise<Parts> {
  const out: Parts = { attributes: [], datasets: [] };
  const visit = async (group: Hdf5Group, at: string): Promise<void> => {
    for (const [name, value] of group.attributes)
      out.attributes.push({ path: at, name, value: value as AttributeInput });
    for (const key of group.keys()) {
      const child = group.get(key);
      const where = at ? `${at}/${key}` : key;
      if (child instanceof Hdf5Dataset) {
        if (child.dtype !== 'string')
          out.datasets.push({
            path: where,
            shape: [...child.shape],
            dtype: child.dtype,
            data: (await child.read()) as Float32Array,
          });
      } else if (child) await visit(child, where);
    }
  };
  await visit(openHdf5(new MemorySource('sample', data)), '');
  return out;
}
async function putTogether({ attributes, datasets }: Parts): Promise<Buffer> {
  const h5 = new Hdf5Writer();
  for (const { path: at, shape, dtype, data } of datasets)
    h5.dataset(at, { shape, dtype, data: () => Promise.resolve(data) });
  for (const { path: at, name, value } of attributes) h5.attribute(at, name, value);
  return written((sink) => h5.writeTo(sink));
}
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];
/** Groups, datasets and lists of names changed: gone, renamed, exchanged, of another shape or dtype. */
function mutatedParts(parts: Parts, random: Random): Parts {
  const out: Parts = {
    attributes: parts.attributes.map((a) => ({ ...a })),
    datasets: parts.datasets.map((d) => ({ ...d })),
  };
  for (let n = 1 + Math.floor(random() * 2); n > 0; n--) {
    const kind = random();
    const d = out.datasets.length ? pick(random, out.datasets) : null;
    const a = out.attributes.length ? pick(random, out.attributes) : null;
    if (kind < 0.15 && d) out.datasets.splice(out.datasets.indexOf(d), 1);
    else if (kind < 0.35 && d) {
      const shape = pick(random, [
        [0],
        [],
        [...d.shape].reverse(),
        [...d.shape, 1],
        [d.data.length],
        d.shape.map((x) => x + 1),
      ]);
      Object.assign(d, { shape, data: new Float32Array(shape.reduce((x, y) => x * y, 1)), dtype: 'float32' });
    } else if (kind < 0.45 && d) {
      const dtype = pick(random, ['float64', 'int32', 'uint8'] as const);
      Object.assign(d, {
        dtype,
        data: { float64: Float64Array, int32: Int32Array, uint8: Uint8Array }[dtype].from(Array.from(d.data, Number)),
      });
    } else if (kind < 0.6 && d) {
      const folder = d.path.split('/').slice(0, -1);
      const to = [...folder, pick(random, ['__proto__', 'constructor', '17', 'vars', 'größe', 'a'.repeat(1000)])].join(
        '/',
      );
      if (!out.datasets.some((o) => o.path === to || o.path.startsWith(`${to}/`))) d.path = to;
    } else if (kind < 0.75 && a) out.attributes.splice(out.attributes.indexOf(a), 1);
    else if (a) {
      const { value } = a;
      if (Array.isArray(value) && typeof value[0] === 'string')
        a.value = pick(random, [
          value.slice(1),
          [...value, ...value],
          value.map(() => '__proto__'),
          [...value].reverse(),
          [...value, 'nobody'],
          'text',
          [''],
        ] as AttributeInput[]);
      else
        a.value = pick(random, [
          '',
          'x',
          '3.0.0',
          '99999999999999999999',
          '-',
          '[]',
          '{}',
          'null',
          '\u{1f600}',
        ] as AttributeInput[]);
    }
  }
  return out;
}
const textOf = (value: AttributeInput): string => (Array.isArray(value) ? String(value[0]) : String(value));

function h5Sample(name: string, parts: Parts): Sample {
  return {
    name,
    kind: 'h5',
    async mutate(random) {
      const changed =
        random() < 0.15
          ? mutatedParts(parts, random)
          : { ...parts, attributes: parts.attributes.map((a) => ({ ...a })) };
      for (const a of changed.attributes) {
        const share = a.name === 'model_config' ? 0.85 : a.name === 'training_config' ? 0.25 : 0;
        if (random() < share)
          try {
            a.value = mutatedJson(JSON.parse(textOf(a.value)), random);
          } catch {
            // It is no JSON any more.
          }
      }
      return { 'm.h5': await putTogether(changed) };
    },
  };
}
function tfjsSample(name: string, parts: Parts): Sample {
  const of = (attribute: string): unknown => {
    const found = parts.attributes.find((a) => a.name === attribute);
    return found ? JSON.parse(textOf(found.value)) : undefined;
  };
  const weights = parts.datasets.filter((d) => d.path.startsWith('model_weights/') && d.dtype === 'float32');
  const shards = Buffer.concat(weights.map((d) => Buffer.from(d.data.buffer, d.data.byteOffset, d.data.byteLength)));
  const json = {
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.4.0',
      backend: 'tensorflow',
      model_config: of('model_config'),
      training_config: of('training_config'),
    },
    weightsManifest: [
      {
        paths: ['m.bin'],
        weights: weights.map((d) => ({
          name: d.path.split('/').slice(2).join('/').replace(/:0$/, ''),
          shape: d.shape,
          dtype: 'float32',
        })),
      },
    ],
  };
  return {
    name,
    kind: 'tfjs',
    mutate: (random) => Promise.resolve({ 'model.json': Buffer.from(mutatedJson(json, random)), 'm.bin': shards }),
  };
}

// ---- .keras
const zipped = (members: ReadonlyMap<string, Buffer>): Promise<Buffer> =>
  written(async (sink) => {
    const zip = new ZipWriter(sink);
    for (const [name, content] of members) await zip.add(name, (s) => s.write(content));
    await zip.finish();
  });
async function kerasSample(name: string, data: Buffer): Promise<Sample> {
  const zip = new ZipReader(new MemorySource(name, data));
  const members = new Map<string, Buffer>();
  for (const member of zip.names) if (!member.endsWith('/')) members.set(member, Buffer.from(await zip.read(member)));
  const json = (member: string): unknown => JSON.parse(members.get(member)!.toString('utf8'));
  const config = json('config.json');
  const metadata = members.has('metadata.json') ? json('metadata.json') : {};
  const weights = members.has('model.weights.h5') ? await takeApart(members.get('model.weights.h5')!) : null;
  return {
    name,
    kind: 'keras',
    async mutate(random) {
      const changed = new Map(members);
      const which = random();
      if (which < 0.85) changed.set('config.json', Buffer.from(mutatedJson(config, random)));
      else if (which < 0.88) changed.set('metadata.json', Buffer.from(mutatedJson(metadata, random)));
      else if (which < 0.97 && weights)
        changed.set('model.weights.h5', await putTogether(mutatedParts(weights, random)));
      else changed.delete(pick(random, [...changed.keys()]));
      return { 'm.keras': await zipped(changed) };
    },
  };
}

// ---- weights alone
function weightSamples(name: string, model: AnyModel, files: Record<string, Buffer>, parts: Parts): Sample[] {
  const safetensors = files['w.safetensors'];
  const length = Number(safetensors.readBigUInt64LE(0));
  const header: unknown = JSON.parse(safetensors.subarray(8, 8 + length).toString('utf8'));
  const npz = new ZipReader(new MemorySource(name, files['w.npz']));
  return [
    {
      name,
      kind: 'weights.h5',
      model,
      mutate: async (random) => ({ 'w.weights.h5': await putTogether(mutatedParts(parts, random)) }),
    },
    {
      name,
      kind: 'safetensors',
      model,
      mutate(random) {
        const text = Buffer.from(mutatedJson(header, random));
        const size = Buffer.alloc(8);
        size.writeBigUInt64LE(BigInt(random() < 0.9 ? text.length : Math.floor(random() * 2 ** 40)));
        return Promise.resolve({ 'w.safetensors': Buffer.concat([size, text, safetensors.subarray(8 + length)]) });
      },
    },
    {
      name,
      kind: 'npz',
      model,
      async mutate(random) {
        const changed = pick(random, npz.names);
        const members = new Map<string, Buffer>();
        for (const member of npz.names) {
          let content = Buffer.from(await npz.read(member));
          let as = member;
          if (member === changed) {
            const kind = random();
            if (kind < 0.2) continue;
            if (kind < 0.4)
              as = pick(random, ['__proto__.npy', 'constructor.npy', 'arr_0.npy', 'x', `${'a'.repeat(1000)}.npy`]);
            else if (kind < 0.7) {
              // Within the header, whose length stays.
              const text = content.subarray(10, 118).toString('latin1');
              const [from, to] = pick(random, [
                ["'<f4'", "'|O8'"],
                ["'<f4'", "'<f8'"],
                ['False', 'True '],
                ['(', '('],
                ['shape', 'shap_'],
                [',)', 'e9'],
                ["{'descr'", '((((((((('],
              ] as const);
              content = Buffer.concat([
                content.subarray(0, 10),
                Buffer.from(text.replace(from, to), 'latin1'),
                content.subarray(118),
              ]);
            } else content = content.subarray(0, Math.floor(random() * content.length));
          }
          members.set(as, content);
        }
        return { 'w.npz': await zipped(members) };
      },
    },
  ];
}

/** An index and its shards: the index changed, or what one shard holds. */
async function shardedSample(name: string, model: AnyModel, files: Record<string, Buffer>): Promise<Sample> {
  const [index, ...shards] = Object.keys(files);
  const json: unknown = JSON.parse(files[index].toString('utf8'));
  const parts = new Map<string, Parts>();
  for (const shard of shards) parts.set(shard, await takeApart(files[shard]));
  return {
    name,
    kind: 'sharded',
    model,
    async mutate(random) {
      const changed = { ...files };
      if (random() < 0.6) changed[index] = Buffer.from(mutatedJson(json, random));
      else {
        const shard = pick(random, shards);
        if (random() < 0.7) changed[shard] = await putTogether(mutatedParts(parts.get(shard)!, random));
        else changed[shard] = files[shard].subarray(0, Math.floor(random() * files[shard].length));
      }
      return changed;
    },
  };
}

// ---- models made here, for what no fixture holds
type AnyLayer = InstanceType<typeof layers.Layer>;
const all = layers as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;
const make = (name: string, ...args: unknown[]): AnyLayer => new all[name](...args);
const apply = (layer: AnyLayer, x: unknown, options = {}): trae.KerasTensor =>
  layer.apply(x, options) as trae.KerasTensor;
class Doubled extends layers.Layer {
  override call(x: trae.Tensor): trae.Tensor {
    return x.multiply(2);
  }
}
/** What the samples need in order to load. */
export const customObjects = { Doubled };
const builders: Record<string, () => AnyModel> = {
  records: () => {
    const a = Input([3], { name: 'a' });
    const b = Input([3], { name: 'b' });
    const joined = apply(make('Concatenate'), [apply(make('Dense', 2), a), apply(make('Dense', 2), b)]);
    return new Model({
      inputs: { a, b },
      outputs: { price: apply(make('Dense', 1), joined), area: [apply(make('Dense', 1), joined)] } as never,
    });
  },
  nested: () => {
    const inner = new Sequential([layers.Input([4]), make('Dense', 3), new Sequential([make('Dense', 4)])]);
    const x = Input([4]);
    return new Model({ inputs: x, outputs: apply(inner, apply(inner, x)) });
  },
  recurrent: () =>
    new Sequential([
      layers.Input([5]),
      make('Embedding', 7, 4, { maskZero: true }),
      make('Bidirectional', make('LSTM', 3, { returnSequences: true })),
      make('RNN', [make('GRUCell', 3), make('SimpleRNNCell', 2)], { returnSequences: true }),
      make('TimeDistributed', make('Dense', 2)),
      make('GRU', 2),
    ]),
  attention: () => {
    const x = Input([5, 8]);
    const y = apply(make('MultiHeadAttention', 2, 4), [x, x]);
    const z = apply(make('Attention'), [y, x]);
    return new Model({
      inputs: x,
      outputs: apply(make('GroupQueryAttention', 4, 4, 2), [
        apply(make('LayerNormalization'), apply(make('Add'), [y, z])),
        x,
      ]),
    });
  },
  convolutions: () =>
    new Sequential([
      layers.Input([8, 8, 4]),
      make('Conv2D', 4, 3, {
        padding: 'same',
        activation: 'relu',
        kernelRegularizer: 'l2',
        kernelConstraint: 'max_norm',
      }),
      make('BatchNormalization'),
      make('MaxPooling2D', 2),
      make('DepthwiseConv2D', 3, { padding: 'same' }),
      make('SeparableConv2D', 3, 2),
      make('Conv2DTranspose', 2, 2),
      make('UpSampling2D', 2),
      make('ZeroPadding2D', 1),
      make('Cropping2D', 1),
      make('GroupNormalization', { groups: 2 }),
      make('GlobalAveragePooling2D'),
    ]),
  sequences: () =>
    new Sequential([
      layers.Input([12, 3]),
      make('Conv1D', 4, 3),
      make('PReLU'),
      make('Dropout', 0.2),
      make('SpatialDropout1D', 0.2),
      make('GaussianNoise', 0.1),
      make('Permute', [2, 1]),
      make('EinsumDense', 'abc,cd->abd', [null, 3], { biasAxes: 'd' }),
      make('Reshape', [-1]),
      make('SpectralNormalization', make('Dense', 3)),
      make('Activation', 'tanh'),
      make('ActivityRegularization', { l2: 0.1 }),
    ]),
  lora: () => {
    const dense = make('Dense', 4) as AnyLayer & { enableLora(rank: number): void };
    const model = new Sequential([layers.Input([4]), dense, make('Dense', 2)]);
    dense.enableLora(2);
    return model;
  },
  preprocessing: () => {
    const normalization = make('Normalization') as AnyLayer & { adapt(x: unknown): void };
    const buckets = make('Discretization', { binBoundaries: [0, 1, 2] });
    normalization.adapt(trae.random.normal([20, 3], { seed: 1 }));
    return new Sequential([
      layers.Input([3]),
      normalization,
      buckets,
      make('CategoryEncoding', { numTokens: 4, outputMode: 'multi_hot' }),
      make('Rescaling', 0.5),
      make('Dense', 2),
    ]);
  },
  lookups: () => {
    const lookup = make('IntegerLookup', { vocabulary: [10, 20, 30] });
    return new Sequential([
      layers.Input([3], { dtype: 'int64' }),
      lookup,
      make('Embedding', 4, 2),
      make('Flatten'),
      make('Dense', 1),
    ]);
  },
  ops: () => {
    const x = Input([6]);
    const h = apply(make('Dense', 6), x) as never;
    const y = trae.add(trae.multiply(h, 2), 1);
    return new Model({
      inputs: x,
      outputs: trae.softmax(trae.subtract(y, trae.mean(y, { axis: 1, keepdims: true }))) as never,
    });
  },
  custom: () => new Sequential([layers.Input([3]), new Doubled(), make('Dense', 2)]),
  schedules: () => {
    const model = new Sequential([layers.Input([3]), make('Dense', 2, { dtype: 'mixed_bfloat16' })]);
    model.compile({
      optimizer: new optimizers.SGD({
        learningRate: new optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01]),
        momentum: 0.9,
      }),
      loss: 'huber',
      metrics: ['mae', 'mse'],
    });
    return model;
  },
};
async function fit(model: AnyModel): Promise<void> {
  if (!model.compiled)
    model.compile({ optimizer: 'adam', loss: 'mse', metrics: model.outputs.length > 1 ? undefined : ['mae'] });
  const data = (list: trae.KerasTensor[]): trae.Tensor | trae.Tensor[] => {
    const made = list.map((t) => trae.zeros([2, ...t.shape.slice(1).map((d) => d ?? 3)], { dtype: t.dtype }));
    return made.length > 1 ? made : made[0];
  };
  if (!Array.isArray(data(model.outputs)))
    await model.fit(data(model.inputs) as never, data(model.outputs) as never, { verbose: 0 });
}

/** All samples. @param folder - for files on the way. */
export async function samples(folder: string): Promise<Sample[]> {
  const out: Sample[] = [];
  const tests = path.join(__dirname, '..');
  for (const [name, build] of Object.entries(builders)) {
    trae.setRandomSeed(1);
    const model = build();
    await fit(model);
    const file = (ending: string): string => path.join(folder, `${name}${ending}`);
    const saved = async (ending: string, save: (f: string) => Promise<void>): Promise<Buffer> => {
      await save(file(ending));
      return fs.readFileSync(file(ending));
    };
    out.push(await kerasSample(name, await saved('.keras', (f) => model.save(f))));
    const parts = await takeApart(await saved('.h5', (f) => model.save(f)));
    out.push(h5Sample(name, parts), tfjsSample(name, parts));
    const files = {
      'w.npz': await saved('.npz', (f) => model.saveWeights(f)),
      'w.safetensors': await saved('.safetensors', (f) => model.saveWeights(f)),
    };
    out.push(
      ...weightSamples(name, model, files, await takeApart(await saved('.weights.h5', (f) => model.saveWeights(f)))),
    );
  }
  const sharded = new Sequential([
    layers.Input([6], { dtype: 'int32' }),
    make('Embedding', 9, 7),
    make('Flatten'),
    make('Dense', 5),
    make('Dense', 2),
  ]);
  const shards = path.join(folder, 'shards');
  fs.mkdirSync(shards, { recursive: true });
  await sharded.saveWeights(path.join(shards, 'w.weights.json'), { maxShardSize: 900 / 1024 ** 3 });
  const names = fs.readdirSync(shards).sort((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')));
  out.push(
    await shardedSample(
      'sharded',
      sharded,
      Object.fromEntries(names.map((n) => [n, fs.readFileSync(path.join(shards, n))])),
    ),
  );
  const read = (...parts: string[]): Buffer => fs.readFileSync(path.join(tests, ...parts));
  const lookups = ['integer_int', 'string_multi_hot', 'text_tf_idf', 'text_classifier'].map(
    (n) => `keras/golden/lookups/${n}.keras`,
  );
  const golden = ['000', '002', '007', '010', '014', '017', '023', '030', '036', '044'].map(
    (n) => `golden/cases/models/model_${n}.trained.keras`,
  );
  const quantized = [
    'int8_texts',
    'int4_texts',
    'int4_block_attention',
    'int8_attention',
    'int8_lora',
    'int4_block_lora',
  ].map((n) => `keras/golden/adapted/${n}.keras`);
  for (const file of [...lookups, ...golden, ...quantized]) out.push(await kerasSample(file, read(file)));
  const legacy = `cudnn_gru hard_sigmoid keras1_bn_mode1 keras1_gru keras1_merge_concat keras1_merge_first keras1_srelu locally_connected2d_1 random_sizes
    resume_adam resume_legacy_sgd_momentum resume_numbered_adam tf_functions tf_operations`;
  for (const name of legacy.split(/\s+/)) {
    const parts = await takeApart(read('keras', 'golden', 'legacy', `${name}.h5`));
    out.push(h5Sample(name, parts), tfjsSample(name, parts));
  }
  for (const name of ['int8_lora', 'int4_block_lora'])
    out.push(h5Sample(name, await takeApart(read('keras', 'golden', 'adapted', `${name}.h5`))));
  return out;
}
