/** A model of one layer for each configuration of a layer in golden/, and for the few layers that have none there. */
import * as trae from '../../../lib/index';
import { LayerScale, StochasticDepth } from '../../../lib/keras/applications/convnext_layers';
import { CustomScaleLayer } from '../../../lib/keras/applications/custom_scale_layer';
import * as legacy from '../../../lib/keras/layers/legacy';
import { golden, goldenFiles, tensorOf, wave, type Config, type Golden } from '../helpers';
import { modelOf, targetsOf, type Given, type Layer, type Made, type ModelCase } from './model_case';

const { layers, losses, optimizers, Input, Model } = trae.keras;

interface GoldenCase {
  name: string;
  config: Config;
  inputs: unknown;
  weights?: Golden[];
  options?: Record<string, unknown>;
  adapt?: unknown;
}
const isGolden = (x: unknown): x is Golden => typeof x === 'object' && x !== null && 'data' in x;
// Keras computes in float32 whatever it is given.
const given = (x: unknown): Given =>
  isGolden(x)
    ? tensorOf({ ...x, dtype: x.dtype === 'float64' ? 'float32' : x.dtype })
    : Array.isArray(x) && isGolden(x[0])
      ? x.map(given)
      : (x as Given);
const inputsOf = (inputs: unknown): Given => {
  if (Array.isArray(inputs) && inputs.length === 1 && isGolden(inputs[0])) return given(inputs[0]);
  if (isGolden(inputs) || Array.isArray(inputs)) return given(inputs);
  const { images, boxes, labels } = inputs as Record<string, unknown>;
  return { images: given(images), bounding_boxes: { boxes: given(boxes), labels: given(labels) } };
};
/** Without build_config, so that the model builds the layer. */
const unbuilt = (config: Config): Config =>
  JSON.parse(JSON.stringify(config, (key, v: unknown) => (key === 'build_config' ? undefined : v))) as Config;

/** The model, compiled by an object, as Keras does not find 'mse' again in HDF5, with a state of the optimizer when it can be trained. */
export async function trained(model: trae.keras.Model, x: Given): Promise<Made> {
  const y = await targetsOf(model, x);
  if (!y) return { model, x };
  model.compile({ optimizer: new optimizers.SGD(0.001, { momentum: 0.5 }), loss: new losses.MeanSquaredError() });
  const isRandom = /"(rate|drop_path_rate|dropout|recurrent_dropout|stddev)":(?!0[,}])[\d.]+/.test(
    JSON.stringify(trae.keras.saving.serializeKerasObject(model)),
  );
  return { model, x, y, isRandom };
}
function ofGolden(file: string, c: GoldenCase): ModelCase {
  return {
    name: `${c.config.class_name}, ${c.name} (${file})`,
    make: async () => {
      const layer = layers.deserialize(unbuilt(c.config)) as Layer & { adapt(data: unknown): void };
      const x = inputsOf(c.inputs);
      if (c.adapt !== null && c.adapt !== undefined) layer.adapt(given(c.adapt));
      const options = Object.fromEntries(
        Object.entries(c.options ?? {})
          .filter(([, v]) => typeof v !== 'object')
          .map(([k, v]) => [k.replace(/_([a-z])/g, (_, l: string) => l.toUpperCase()), v]),
      );
      const model = modelOf(layer, x, { isStateful: c.config.config.stateful === true, options });
      if (c.weights) layer.setWeights(c.weights.map(tensorOf));
      // Scores have the shape of a mask that is not that of their losses, in Keras too.
      return options.returnAttentionScores ? { model, x } : trained(model, x);
    },
  };
}
/** Layers that look at numbers in JavaScript stand before a model, not in it; single texts are no batch. */
const standsBefore = (c: GoldenCase): boolean =>
  (c.config.class_name === 'HashedCrossing' && typeof (c.inputs as unknown[][])[0][0] === 'string') ||
  c.config.config.oov_method === 'farmhash' ||
  (/^Hash/.test(c.config.class_name) && (isGolden(c.inputs) || isGolden((c.inputs as unknown[])[0])));
/** Each configuration and shape once: masks are no part of a file. */
function goldenCases(): ModelCase[] {
  const seen = new Set<string>();
  return goldenFiles(/^(layers|preprocessing).*\.json$/).flatMap((file) =>
    golden<GoldenCase[]>(file).flatMap((c) => {
      const { name: _, ...config } = c.config.config;
      const key = JSON.stringify([
        c.config.class_name,
        config,
        c.options,
        JSON.stringify(c.inputs, (k, v: unknown) => (k === 'data' ? undefined : v)),
        c.adapt,
      ]);
      if (seen.has(key) || standsBefore(c)) return [];
      seen.add(key);
      return [ofGolden(file.replace('.json', ''), c)];
    }),
  );
}

/** A function that a Lambda names. */
export function doubled(x: trae.Tensor): trae.Tensor {
  return x.multiply(2);
}
trae.keras.saving.registerKerasSerializable('every_class')(doubled);
/** A layer that its author has registered. */
export class Scaled extends layers.Layer {
  static override options = ['times'];
  readonly times: number;
  scale!: trae.Variable;
  constructor({ times = 2, ...options }: trae.LayerOptions & { times?: number } = {}) {
    super(options);
    this.times = times;
  }
  override build(shape: trae.Shape): void {
    this.scale = this.addWeight({ name: 'scale', shape: [shape.at(-1)!], initializer: 'ones' });
    super.build(shape);
  }
  override call(x: trae.Tensor): trae.Tensor {
    return x.multiply(this.scale.value).multiply(this.times);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), times: this.times };
  }
}
trae.keras.saving.registerKerasSerializable('every_class')(Scaled);

const cell = (c: object): Layer => new layers.RNN(c as never);
const steps = wave(2, 5, 3);
const rows = wave(4, 5);
const others: Record<string, () => [Layer, Given]> = {
  InputLayer: () => [new layers.Identity(), rows],
  Lambda: () => [new layers.Lambda(doubled), rows],
  Wrapper: () => [new layers.Wrapper(new layers.Dense(2)), rows],
  'registered by its author': () => [new Scaled({ times: 3 }), rows],
  SimpleRNNCell: () => [cell(new layers.SimpleRNNCell(3, { activation: 'relu' })), steps],
  GRUCell: () => [cell(new layers.GRUCell(3, { resetAfter: false })), steps],
  LSTMCell: () => [cell(new layers.LSTMCell(3, { unitForgetBias: false })), steps],
  StackedRNNCells: () => [
    cell(new layers.StackedRNNCells([new layers.LSTMCell(3), new layers.GRUCell(2), new layers.SimpleRNNCell(4)])),
    steps,
  ],
  CustomScaleLayer: () => [new CustomScaleLayer(0.5), [wave(2, 3), wave(2, 3).add(1)]],
  LayerScale: () => [new LayerScale(0.5, 5), rows],
  StochasticDepth: () => [new StochasticDepth(0.5), rows],
  CosineMerge: () => [new legacy.CosineMerge(), [wave(2, 3), wave(2, 3).add(1)]],
  Highway: () => [new legacy.Highway({ transformBias: -1, activation: 'relu' }), rows],
  LocallyConnected1D: () => [new legacy.LocallyConnected1D(3, 2, { strides: 2, activation: 'tanh' }), steps],
  'LocallyConnected1D, sparse': () => [new legacy.LocallyConnected1D(3, 2, { implementation: 3 }), steps],
  LocallyConnected2D: () => [new legacy.LocallyConnected2D(2, [2, 1]), wave(2, 4, 3, 2)],
  'LocallyConnected2D, dense': () => [
    new legacy.LocallyConnected2D(2, 2, { implementation: 2, useBias: false }),
    wave(2, 4, 3, 2),
  ],
  MaxoutDense: () => [new legacy.MaxoutDense(3, { nbFeature: 2 }), rows],
  ModeBatchNormalization: () => [new legacy.ModeBatchNormalization({ mode: 2, axis: 1 }), rows],
  ParametricSoftplus: () => [new legacy.ParametricSoftplus({ alphaInit: 0.1, betaInit: 2 }), rows],
  RandomFourierFeatures: () => [new legacy.RandomFourierFeatures(4, { scale: 2, trainable: true }), rows],
  RandomHeight: () => [new legacy.RandomHeight(0.2, { seed: 1 }), wave(2, 4, 3, 2)],
  RandomWidth: () => [new legacy.RandomWidth([-0.1, 0.2], { seed: 2 }), wave(2, 4, 3, 2)],
  SReLU: () => [new legacy.SReLU({ sharedAxes: [1] }), steps],
  ThresholdedReLU: () => [new legacy.ThresholdedReLU({ theta: 0.3 }), rows],
};
const otherCases = (): ModelCase[] =>
  Object.entries(others).map(([name, make]) => ({
    name,
    make: async () => {
      const [layer, x] = make();
      return trained(modelOf(layer, x), x);
    },
  }));

/** A layer that a model holds twice in a chain, and a model as a layer. */
const held: ModelCase = {
  name: 'Model and Sequential',
  make: async () => {
    const a = Input([5]);
    const inner = new trae.keras.Sequential([Input([5]), new layers.Dense(5, { activation: 'tanh' })]);
    return trained(new Model({ inputs: a, outputs: inner.apply(inner.apply(a)) as trae.KerasTensor }), rows);
  },
};
export const layerCases = (): ModelCase[] => [...goldenCases(), ...otherCases(), held];
