/**
 * Writes models of many kinds, with inputs and what they predict, for scripts/check_in_keras.py:
 *   npx tsx scripts/write_models_for_keras.ts FOLDER
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../lib/index';
import { writeAtomically } from '../lib/io/atomic';
import { writeNpz } from '../lib/io/npz';

const { layers, Sequential, Model, Input } = trae.keras;
type AnyModel = InstanceType<typeof Model>;
type Symbolic = trae.KerasTensor;
const all = layers as unknown as Record<string, new (...args: never[]) => InstanceType<typeof layers.Layer>>;
const make = (name: string, ...args: unknown[]): InstanceType<typeof layers.Layer> =>
  new (all[name] as unknown as new (...a: unknown[]) => InstanceType<typeof layers.Layer>)(...args);
const chain = (shape: number[], ...rest: InstanceType<typeof layers.Layer>[]): AnyModel => new Sequential([layers.Input(shape), ...rest]);
const apply = (layer: InstanceType<typeof layers.Layer>, x: unknown, options = {}): Symbolic => layer.apply(x, options) as Symbolic;

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
  batch_normalization: () => chain([6], make('BatchNormalization'), make('Dense', 4), make('BatchNormalization', { scale: false })),
  layer_normalization: () => chain([5, 6], make('LayerNormalization'), make('Dense', 4)),
  regularized: () => chain([6], make('Dense', 8, { kernelRegularizer: trae.keras.regularizers.l2(0.01), kernelConstraint: new trae.keras.constraints.MaxNorm({ maxValue: 2 }) })),
  conv1d: () => chain([12, 3], make('Conv1D', 4, 3, { padding: 'causal', dilationRate: 2 }), make('GlobalAveragePooling1D')),
  conv2d: () => chain([10, 10, 3], make('Conv2D', 4, 3, { strides: 2, padding: 'same', activation: 'relu' }), make('MaxPooling2D', 2), make('Flatten'), make('Dense', 3)),
  conv2d_groups: () => chain([8, 8, 4], make('Conv2D', 8, 3, { groups: 2 }), make('AveragePooling2D', 2), make('GlobalMaxPooling2D')),
  conv3d: () => chain([6, 6, 6, 2], make('Conv3D', 3, 2), make('GlobalAveragePooling3D')),
  transposed: () => chain([4, 4, 3], make('Conv2DTranspose', 5, 3, { strides: 2, padding: 'same' })),
  depthwise: () => chain([8, 8, 3], make('DepthwiseConv2D', 3, { depthMultiplier: 2 })),
  separable: () => chain([8, 8, 3], make('SeparableConv2D', 6, 3, { activation: 'gelu' })),
  padding: () => chain([5, 5, 2], make('ZeroPadding2D', 1), make('Cropping2D', 1), make('UpSampling2D', 2)),
  reshaping: () => chain([12], make('Reshape', [3, 4]), make('Permute', [2, 1]), make('Flatten'), make('RepeatVector', 2)),
  activations: () => chain([6], make('Dense', 6, { activation: 'silu' }), make('LeakyReLU'), make('PReLU'), make('ELU'), make('Softmax')),
  lstm: () => chain([7, 5], make('LSTM', 6, { returnSequences: true }), make('LSTM', 4)),
  gru: () => chain([7, 5], make('GRU', 6, { resetAfter: false, returnSequences: true }), make('GRU', 4)),
  simple_rnn: () => chain([7, 5], make('SimpleRNN', 6)),
  bidirectional: () =>
    chain([7, 5], make('Bidirectional', make('LSTM', 4, { returnSequences: true }), { mergeMode: 'concat' }), make('Bidirectional', make('GRU', 3), { mergeMode: 'sum' })),
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
    const a = Input([6]),
      b = Input([6]),
      shared = inner(6, 4);
    return new Model({ inputs: [a, b], outputs: [apply(shared, b), apply(make('Dense', 2), apply(shared, a))] });
  },
  models_of_three_levels: () => {
    const a = Input([6]),
      middle = new Model({ inputs: a, outputs: apply(inner(6, 6), apply(inner(6, 6), a)) }),
      b = Input([6]);
    return new Model({ inputs: b, outputs: apply(middle, apply(middle, b)) });
  },
  merging: () => {
    const a = Input([5]),
      b = Input([5]);
    const x = make('Dense', 4),
      y = make('Dense', 4);
    const sum = apply(make('Add'), [apply(x, a), apply(y, b)]);
    const product = apply(make('Multiply'), [sum, apply(x, b)]);
    return new Model({ inputs: [a, b], outputs: apply(make('Concatenate'), [sum, product, apply(make('Maximum'), [sum, product])]) });
  },
  two_outputs: () => {
    const a = Input([5]),
      h = apply(make('Dense', 6, { activation: 'tanh' }), a);
    return new Model({ inputs: a, outputs: [apply(make('Dense', 2), h), apply(make('Dense', 3), h)] });
  },
  ops: () => {
    const a = Input([6]),
      h = apply(make('Dense', 6), a);
    const scaled = trae.add(trae.multiply(h as never, 2), 1) as unknown as Symbolic;
    const mean = trae.mean(scaled as never, { axis: 1, keepdims: true }) as unknown as Symbolic;
    return new Model({ inputs: a, outputs: trae.softmax(trae.subtract(scaled as never, mean as never), { axis: -1 }) as unknown as Symbolic });
  },
  attention: () => {
    const a = Input([7, 8]);
    const y = apply(make('MultiHeadAttention', 2, 4), [a, a]);
    return new Model({ inputs: a, outputs: apply(make('LayerNormalization'), apply(make('Add'), [a, y])) });
  },
  dot_attention: () => {
    const a = Input([7, 8]),
      b = Input([5, 8]);
    return new Model({ inputs: [a, b], outputs: apply(make('Attention', { useScale: true }), [a, b]) });
  },
  initial_state: () => {
    const a = Input([7, 5]),
      s = Input([4]);
    return new Model({ inputs: [a, s], outputs: apply(make('GRU', 4), a, { initialState: s }) });
  },
  normalization: () => chain([6], adapted('Normalization', {}), make('Dense', 3)),
  discretization: () => chain([6], adapted('Discretization', { numBins: 4 }), make('Embedding', 5, 3), make('Flatten'), make('Dense', 2)),
  integer_lookup: () => {
    const lookup = make('IntegerLookup', { numOovIndices: 2 }) as unknown as Adaptable;
    lookup.adapt(trae.tensor([0, 1, 1, 3, 3, 3], [6], 'int64'));
    return chain([6], adapted('Discretization', { numBins: 5 }), lookup, make('Embedding', 6, 3), make('Flatten'), make('Dense', 2));
  },
  category_encoding: () => chain([6], adapted('Discretization', { numBins: 4 }), make('CategoryEncoding', { numTokens: 5, outputMode: 'multi_hot' }), make('Dense', 2)),
  spectral_normalization: () => chain([6], make('SpectralNormalization', make('Dense', 5), { powerIterations: 2 }), make('Dense', 2)),
  attention_dropout: () => {
    const a = Input([7, 8]);
    return new Model({ inputs: a, outputs: apply(make('MultiHeadAttention', 2, 4, { dropout: 0.3, seed: 2 }), [a, a]) });
  },
  random_layers: () => chain([6], make('Dense', 5), make('GaussianDropout', 0.3), make('AlphaDropout', 0.2), make('Dense', 2)),
  mixed: () => chain([6], make('Dense', 8, { dtype: 'mixed_bfloat16' }), make('Dense', 2)),
  many: () => chain([4], ...Array.from({ length: 30 }, () => make('Dense', 4, { activation: 'tanh' }))),
};

async function main(): Promise<void> {
  const folder = process.argv[2];
  if (!folder) throw new Error('usage: npx tsx scripts/write_models_for_keras.ts FOLDER');
  fs.mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  for (const [name, build] of Object.entries(builders)) {
    try {
      trae.setRandomSeed(written.length + 1);
      const model = build(),
        inputs = model.inputs.map((t, i) => trae.random.normal([6, ...t.shape.slice(1).map((d) => d ?? 4)], { seed: i + 1 }));
      const x = inputs.length > 1 ? inputs : inputs[0],
        shapes = model.outputs.map((t) => [6, ...t.shape.slice(1).map((d) => d ?? 4)]);
      model.compile({ optimizer: new trae.keras.optimizers.Adam({ learningRate: 0.003 }), loss: 'mse', metrics: model.outputs.length > 1 ? undefined : ['mae'] });
      const y = shapes.map((s, i) => trae.random.normal(s, { seed: 10 + i }));
      await model.fit(x as never, (y.length > 1 ? y : y[0]) as never, { epochs: 2, batchSize: 3, verbose: 0 });
      const predicted = (await model.predict(x as never, { verbose: 0 })) as trae.Tensor | trae.Tensor[];
      const arrays = [
        ...inputs.map((t, i) => ({ name: `x${i}`, t })),
        ...[predicted].flat().map((t, i) => ({ name: `y${i}`, t: t.dtype === 'bfloat16' ? trae.cast(t, 'float32') : t })),
      ];
      await writeAtomically(path.join(folder, `${name}.npz`), (sink) =>
        writeNpz(
          sink,
          arrays.map(({ name: n, t }) => ({ name: n, shape: t.shape, dtype: t.dtype, data: () => t.data() })),
        ),
      );
      await model.save(path.join(folder, `${name}.keras`));
      await model.save(path.join(folder, `${name}.h5`));
      await model.saveWeights(path.join(folder, `${name}.weights.h5`));
      written.push(name);
    } catch (error) {
      console.log(`${name}: not written: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  fs.writeFileSync(path.join(folder, 'models.json'), JSON.stringify(written));
  console.log(`${written.length} models in ${folder}`);
}
void main();
