/** Models of several layers: chains, branches, models in models, records of inputs and outputs, LoRA, and all that Keras wrote for other tests. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { distillationRows } from '../config_rows/distillation';
import { golden, tensorOf, type Golden } from '../helpers';
import { trained } from './layers';
import { type AnyModel, type Given, type Made, type ModelCase } from './model_case';

const { layers, Sequential, Model, Input } = trae.keras;
type Symbolic = trae.KerasTensor;
const all = layers as unknown as Record<string, new (...args: never[]) => InstanceType<typeof layers.Layer>>;
const make = (name: string, ...args: unknown[]): InstanceType<typeof layers.Layer> =>
  new (all[name] as unknown as new (...a: unknown[]) => InstanceType<typeof layers.Layer>)(...args);
const chain = (shape: number[], ...rest: InstanceType<typeof layers.Layer>[]): AnyModel =>
  new Sequential([layers.Input(shape), ...rest]);
const apply = (layer: InstanceType<typeof layers.Layer>, x: unknown, options = {}): Symbolic =>
  layer.apply(x, options) as Symbolic;

type Adaptable = InstanceType<typeof layers.Layer> & { adapt(data: unknown): void };
function adapted(name: string, options: object): InstanceType<typeof layers.Layer> {
  const layer = make(name, options) as Adaptable;
  layer.adapt(trae.random.normal([50, 6], { seed: 5 }));
  return layer;
}

function inner(from: number, to: number): AnyModel {
  const a = Input([from]);
  return new Model({ inputs: a, outputs: apply(make('Dense', to, { activation: 'tanh' }), a) });
}

const builders: Record<string, () => AnyModel> = {
  dense: () => chain([6], make('Dense', 8, { activation: 'relu' }), make('Dense', 3, { activation: 'softmax' })),
  dropout: () => chain([6], make('Dense', 8), make('Dropout', 0.5), make('Dense', 2)),
  batch_normalization: () =>
    chain([6], make('BatchNormalization'), make('Dense', 4), make('BatchNormalization', { scale: false })),
  layer_normalization: () => chain([5, 6], make('LayerNormalization'), make('Dense', 4)),
  regularized: () =>
    chain(
      [6],
      make('Dense', 8, {
        kernelRegularizer: trae.keras.regularizers.l2(0.01),
        kernelConstraint: new trae.keras.constraints.MaxNorm({ maxValue: 2 }),
      }),
    ),
  conv1d: () =>
    chain([12, 3], make('Conv1D', 4, 3, { padding: 'causal', dilationRate: 2 }), make('GlobalAveragePooling1D')),
  conv2d: () =>
    chain(
      [10, 10, 3],
      make('Conv2D', 4, 3, { strides: 2, padding: 'same', activation: 'relu' }),
      make('MaxPooling2D', 2),
      make('Flatten'),
      make('Dense', 3),
    ),
  conv2d_groups: () =>
    chain([8, 8, 4], make('Conv2D', 8, 3, { groups: 2 }), make('AveragePooling2D', 2), make('GlobalMaxPooling2D')),
  conv3d: () => chain([6, 6, 6, 2], make('Conv3D', 3, 2), make('GlobalAveragePooling3D')),
  transposed: () => chain([4, 4, 3], make('Conv2DTranspose', 5, 3, { strides: 2, padding: 'same' })),
  depthwise: () => chain([8, 8, 3], make('DepthwiseConv2D', 3, { depthMultiplier: 2 })),
  separable: () => chain([8, 8, 3], make('SeparableConv2D', 6, 3, { activation: 'gelu' })),
  padding: () => chain([5, 5, 2], make('ZeroPadding2D', 1), make('Cropping2D', 1), make('UpSampling2D', 2)),
  reshaping: () =>
    chain([12], make('Reshape', [3, 4]), make('Permute', [2, 1]), make('Flatten'), make('RepeatVector', 2)),
  activations: () =>
    chain(
      [6],
      make('Dense', 6, { activation: 'silu' }),
      make('LeakyReLU'),
      make('PReLU'),
      make('ELU'),
      make('Softmax'),
    ),
  lstm: () => chain([7, 5], make('LSTM', 6, { returnSequences: true }), make('LSTM', 4)),
  gru: () => chain([7, 5], make('GRU', 6, { resetAfter: false, returnSequences: true }), make('GRU', 4)),
  simple_rnn: () => chain([7, 5], make('SimpleRNN', 6)),
  bidirectional: () =>
    chain(
      [7, 5],
      make('Bidirectional', make('LSTM', 4, { returnSequences: true }), { mergeMode: 'concat' }),
      make('Bidirectional', make('GRU', 3), { mergeMode: 'sum' }),
    ),
  time_distributed: () => chain([7, 5], make('TimeDistributed', make('Dense', 3)), make('GlobalMaxPooling1D')),
  conv_lstm: () => chain([3, 6, 6, 2], make('ConvLSTM2D', 4, 3)),
  group_normalization: () => chain([6, 8], make('GroupNormalization', { groups: 4 })),
  unit_normalization: () => chain([6], make('Dense', 5), make('UnitNormalization')),
  einsum: () => chain([6, 5], make('EinsumDense', 'abc,cd->abd', [null, 7], { biasAxes: 'd' })),
  rescaling: () => chain([4, 4, 3], make('Rescaling', 1 / 255, { offset: 0.5 }), make('Flatten'), make('Dense', 2)),
  noise: () => chain([6], make('GaussianNoise', 0.1), make('Dense', 2)),
  nested: () => chain([6], chain([6], make('Dense', 5), make('Dense', 4)), make('Dense', 2)),
  autoencoder: () => {
    const a = Input([6]);
    return new Model({ inputs: a, outputs: apply(inner(3, 6), apply(inner(6, 3), a)) });
  },
  model_called_twice: () => {
    const a = Input([6]);
    const b = Input([6]);
    const shared = inner(6, 4);
    return new Model({ inputs: [a, b], outputs: [apply(shared, b), apply(make('Dense', 2), apply(shared, a))] });
  },
  models_of_three_levels: () => {
    const a = Input([6]);
    const middle = new Model({ inputs: a, outputs: apply(inner(6, 6), apply(inner(6, 6), a)) });
    const b = Input([6]);
    return new Model({ inputs: b, outputs: apply(middle, apply(middle, b)) });
  },
  merging: () => {
    const a = Input([5]);
    const b = Input([5]);
    const x = make('Dense', 4);
    const y = make('Dense', 4);
    const sum = apply(make('Add'), [apply(x, a), apply(y, b)]);
    const product = apply(make('Multiply'), [sum, apply(x, b)]);
    return new Model({
      inputs: [a, b],
      outputs: apply(make('Concatenate'), [sum, product, apply(make('Maximum'), [sum, product])]),
    });
  },
  two_outputs: () => {
    const a = Input([5]);
    const h = apply(make('Dense', 6, { activation: 'tanh' }), a);
    return new Model({ inputs: a, outputs: [apply(make('Dense', 2), h), apply(make('Dense', 3), h)] });
  },
  ops: () => {
    const a = Input([6]);
    const h = apply(make('Dense', 6), a);
    const scaled = trae.add(trae.multiply(h as never, 2), 1) as unknown as Symbolic;
    const mean = trae.mean(scaled as never, { axis: 1, keepdims: true }) as unknown as Symbolic;
    return new Model({
      inputs: a,
      outputs: trae.softmax(trae.subtract(scaled as never, mean as never), { axis: -1 }) as unknown as Symbolic,
    });
  },
  attention: () => {
    const a = Input([7, 8]);
    const y = apply(make('MultiHeadAttention', 2, 4), [a, a]);
    return new Model({ inputs: a, outputs: apply(make('LayerNormalization'), apply(make('Add'), [a, y])) });
  },
  dot_attention: () => {
    const a = Input([7, 8]);
    const b = Input([5, 8]);
    return new Model({ inputs: [a, b], outputs: apply(make('Attention', { useScale: true }), [a, b]) });
  },
  initial_state: () => {
    const a = Input([7, 5]);
    const s = Input([4]);
    return new Model({ inputs: [a, s], outputs: apply(make('GRU', 4), a, { initialState: s }) });
  },
  normalization: () => chain([6], adapted('Normalization', {}), make('Dense', 3)),
  discretization: () =>
    chain([6], adapted('Discretization', { numBins: 4 }), make('Embedding', 5, 3), make('Flatten'), make('Dense', 2)),
  integer_lookup: () => {
    const lookup = make('IntegerLookup', { numOovIndices: 2 }) as unknown as Adaptable;
    lookup.adapt(trae.tensor([0, 1, 1, 3, 3, 3], [6], 'int64'));
    return chain(
      [6],
      adapted('Discretization', { numBins: 5 }),
      lookup,
      make('Embedding', 6, 3),
      make('Flatten'),
      make('Dense', 2),
    );
  },
  category_encoding: () =>
    chain(
      [6],
      adapted('Discretization', { numBins: 4 }),
      make('CategoryEncoding', { numTokens: 5, outputMode: 'multi_hot' }),
      make('Dense', 2),
    ),
  spectral_normalization: () =>
    chain([6], make('SpectralNormalization', make('Dense', 5), { powerIterations: 2 }), make('Dense', 2)),
  attention_dropout: () => {
    const a = Input([7, 8]);
    return new Model({
      inputs: a,
      outputs: apply(make('MultiHeadAttention', 2, 4, { dropout: 0.3, seed: 2 }), [a, a]),
    });
  },
  random_layers: () =>
    chain([6], make('Dense', 5), make('GaussianDropout', 0.3), make('AlphaDropout', 0.2), make('Dense', 2)),
  mixed: () => chain([6], make('Dense', 8, { dtype: 'mixed_bfloat16' }), make('Dense', 2)),
  many: () => chain([4], ...Array.from({ length: 30 }, () => make('Dense', 4, { activation: 'tanh' }))),
};

type Adaptive = InstanceType<typeof layers.Dense>;
/** The model with LoRA in each layer that can have it. */
function withLora(model: AnyModel, loraAlpha?: number): AnyModel {
  for (const layer of model.flattenLayers())
    if ('enableLora' in layer && !('graph' in layer))
      (layer as Adaptive).enableLora(2, { ...(loraAlpha ? { loraAlpha } : {}), bInitializer: 'he_uniform' });
  return model;
}
const lora: Record<string, () => AnyModel> = {
  Dense: () => withLora(chain([5], make('Dense', 4, { activation: 'relu' }), make('Dense', 3))),
  'Dense of another alpha': () => withLora(chain([5], make('Dense', 4)), 5),
  EinsumDense: () => withLora(chain([3, 5], make('EinsumDense', 'abc,cde->abde', [null, 2, 3], { biasAxes: 'e' }))),
  Conv1D: () => withLora(chain([8, 3], make('Conv1D', 4, 3))),
  Conv2D: () => withLora(chain([6, 6, 4], make('Conv2D', 4, 3, { groups: 2 }))),
  Conv3D: () => withLora(chain([4, 4, 4, 2], make('Conv3D', 3, 2, { useBias: false }))),
  'a nested model': () => withLora(chain([6], chain([6], make('Dense', 5), make('Dense', 4)), make('Dense', 2))),
  'a layer used twice': () => {
    const a = Input([5]);
    const shared = make('Dense', 5);
    return withLora(new Model({ inputs: a, outputs: apply(shared, apply(shared, a)) }));
  },
  'a layer inside of another': () => {
    const inner = make('Dense', 3);
    const model = chain([4, 5], make('TimeDistributed', inner));
    (inner as Adaptive).enableLora(2, { bInitializer: 'he_uniform' });
    return model;
  },
};

/** What Keras wrote, read here: it is written again. */
const keras = path.join(__dirname, '..', 'golden');
const read = (file: string): Promise<AnyModel> => trae.keras.models.loadModel(path.join(keras, file));
const given = (x: unknown): Given => {
  if (typeof x === 'object' && x !== null && 'dtype' in x) return tensorOf(x as Golden);
  return Array.isArray(x)
    ? x.map(given)
    : (Object.fromEntries(Object.entries(x as object).map(([k, v]) => [k, given(v)])) as Given);
};
function ofKeras(): ModelCase[] {
  const nested = Object.entries(golden<Record<string, { x: unknown }>>('nested/nested.json'))
    .filter(([name]) => fs.existsSync(path.join(keras, 'nested', `${name}.keras`)))
    .map(([name, { x }]) => ({
      name: `nested/${name}`,
      make: async () => trained(await read(`nested/${name}.keras`), given(x)),
    }));
  const adapted = Object.entries(golden<Record<string, { x: number[][] }>>('adapted/predictions.json'))
    .filter(([name]) => name !== 'float8' && fs.existsSync(path.join(keras, 'adapted', `${name}.keras`)))
    .map(([name, { x }]) => ({
      name: `adapted/${name}`,
      make: async () => ({ model: await read(`adapted/${name}.keras`), x: trae.tensor(x, null, 'int32') }),
    }));
  const lookups = Object.entries(golden<Record<string, { x: unknown }>>('lookups/lookups.json')).map(
    ([name, { x }]) => ({
      name: `lookups/${name}`,
      make: async () => ({
        model: await read(`lookups/${name}.keras`),
        x: name.startsWith('integer') ? trae.tensor(x as number[][], null, 'int64') : (x as string[]),
      }),
    }),
  );
  const texts = {
    name: 'texts/several',
    make: async () => {
      const { texts: t, kinds, x } = golden<{ texts: string[]; kinds: string[]; x: number[][] }>('texts/texts.json');
      return trained(await read('texts/several.keras'), [trae.tensor(x), t.map((s) => [s]), kinds.map((s) => [s])]);
    },
  };
  return [...nested, ...adapted, ...lookups, texts];
}

/** A student taught by another model: the model that is written predicts what the student predicts. */
async function distilled(): Promise<Made> {
  const model = distillationRows.Distiller() as unknown as AnyModel;
  const x = trae.random.normal([6, 4], { seed: 1 });
  model.compile({ optimizer: new trae.keras.optimizers.SGD(0.01), loss: new trae.keras.losses.MeanSquaredError() });
  await model.fit(x as never, trae.zeros([6, 3]) as never, { batchSize: 6, verbose: 0 });
  return { model, x, y: trae.zeros([6, 3]) };
}
async function ofBuilder(model: AnyModel): Promise<Made> {
  const inputs = model.inputs.map((t, i) =>
    trae.random.normal([6, ...t.shape.slice(1).map((d) => d ?? 4)], { seed: i + 1 }),
  );
  const out = await trained(model, inputs.length > 1 ? inputs : inputs[0]);
  if (out.y) await model.fit(out.x as never, out.y as never, { epochs: 2, batchSize: 3, verbose: 0 });
  return out;
}
export const structureCases = (): ModelCase[] => [
  ...Object.entries(builders).map(([name, build], i) => ({
    name,
    make: () => {
      trae.setRandomSeed(i + 1);
      return ofBuilder(build());
    },
  })),
  // .keras files hold the weight with its factors merged in: what is trained on is another one.
  ...Object.entries(lora).map(([name, build]) => ({
    name: `LoRA of ${name}`,
    make: async () => ({ ...(await ofBuilder(build())), isRandom: true }),
  })),
  { name: 'Distiller', make: distilled },
  ...ofKeras(),
];
