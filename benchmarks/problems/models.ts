/** Whole models: training epochs, and single predictions. */
import * as trae from '../../lib/index';
import { near, type Problem } from './problem';

const { layers, Sequential, Model: FunctionalModel } = trae.keras;
type AnyModel = InstanceType<typeof FunctionalModel>;
class ConvBlock extends layers.Layer {
  private readonly conv;
  private readonly norm;
  private readonly relu;
  constructor(filters: number) {
    super();
    this.conv = new layers.Conv2D(filters, 3, { padding: 'same' });
    this.norm = new layers.BatchNormalization();
    this.relu = new layers.ReLU();
  }
  override call(x: trae.Tensor): trae.Tensor {
    return this.relu.apply(this.norm.apply(this.conv.apply(x))) as trae.Tensor;
  }
}
/** A model and its data; `vocabulary`: inputs are integers below it. One output is a yes or no. */
interface Model {
  input: number[];
  rows: number;
  vocabulary?: number;
  outputs: number;
  build: () => AnyModel;
}
const sequences = (cell: 'LSTM' | 'GRU'): Model => ({
  input: [100, 16],
  rows: 3200,
  outputs: 10,
  build: () =>
    new Sequential([layers.Input([100, 16]), new layers[cell](64), new layers.Dense(10, { activation: 'softmax' })]),
});
const texts = (cell: 'LSTM' | 'GRU'): Model => ({
  input: [80],
  rows: 1600,
  vocabulary: 20000,
  outputs: 1,
  build: () =>
    new Sequential([
      layers.Input([80]),
      new layers.Embedding(20000, 128),
      new layers[cell](128),
      new layers.Dense(1, { activation: 'sigmoid' }),
    ]),
});
/** Two pre-norm blocks of attention and a small network each, then the mean over time. */
function transformer(): AnyModel {
  const input = layers.Input([128]);
  let x = new layers.Embedding(8000, 128).apply(input);
  for (let block = 0; block < 2; block++) {
    const y = new layers.LayerNormalization().apply(x);
    x = new layers.Add().apply([x, new layers.MultiHeadAttention(4, 32).apply([y, y])]);
    const hidden = new layers.Dense(512, { activation: 'gelu' }).apply(new layers.LayerNormalization().apply(x));
    x = new layers.Add().apply([x, new layers.Dense(128).apply(hidden)]);
  }
  const output = new layers.Dense(2, { activation: 'softmax' }).apply(new layers.GlobalAveragePooling1D().apply(x));
  return new FunctionalModel({ inputs: input, outputs: output });
}
/** A convolution and six pairs of a depthwise and a pointwise one, each with batch normalization and ReLU6. */
function mobile(): AnyModel {
  const stack = [layers.Input([64, 64, 3])] as unknown[];
  const add = (layer: unknown): void =>
    void stack.push(layer, new layers.BatchNormalization(), new layers.ReLU({ maxValue: 6 }));
  add(new layers.Conv2D(32, 3, { strides: 2, padding: 'same', useBias: false }));
  for (const [filters, strides] of [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
  ]) {
    add(new layers.DepthwiseConv2D(3, { strides, padding: 'same', useBias: false }));
    add(new layers.Conv2D(filters, 1, { useBias: false }));
  }
  stack.push(new layers.GlobalAveragePooling2D(), new layers.Dense(10, { activation: 'softmax' }));
  return new Sequential(stack as ConstructorParameters<typeof Sequential>[0]);
}
/** The seed's models, recurrent ones, a transformer and a network for telephones. */
export const MODELS: Record<string, Model> = {
  mlp: {
    input: [20],
    rows: 64000,
    outputs: 10,
    build: () =>
      new Sequential([
        new layers.Dense(64, { activation: 'relu', inputShape: [20] }),
        new layers.Dropout(0.5),
        new layers.BatchNormalization(),
        new layers.Dense(32, { activation: 'relu' }),
        new layers.Dense(10, { activation: 'softmax' }),
      ]),
  },
  cnn: {
    input: [32, 32, 3],
    rows: 6400,
    outputs: 10,
    build: () =>
      new Sequential([
        layers.Input([32, 32, 3]),
        new ConvBlock(32),
        new layers.MaxPooling2D(2),
        new ConvBlock(64),
        new layers.MaxPooling2D(2),
        new layers.Flatten(),
        new layers.Dense(128, { activation: 'relu' }),
        new layers.Dropout(0.5),
        new layers.Dense(10, { activation: 'softmax' }),
      ]),
  },
  lstm: sequences('LSTM'),
  gru: sequences('GRU'),
  embedding_lstm: texts('LSTM'),
  embedding_gru: texts('GRU'),
  transformer: { input: [128], rows: 640, vocabulary: 8000, outputs: 2, build: transformer },
  mobile: { input: [64, 64, 3], rows: 640, outputs: 10, build: mobile },
};
const inputsOf = ({ input, vocabulary }: Model, rows: number): trae.Tensor =>
  vocabulary
    ? trae.random.randint([rows, ...input], 0, vocabulary, { seed: 7 })
    : trae.random.uniform([rows, ...input], { seed: 7 });
/** What a model's bench row trains on. */
export function trainingData(which: string): [x: trae.Tensor, y: trae.Tensor] {
  const { rows, outputs } = MODELS[which];
  return [inputsOf(MODELS[which], rows), trae.random.randint([rows], 0, Math.max(2, outputs), { seed: 8 })];
}
/** `model cnn 64`: whole epochs of fit, shuffled, with accuracy; a run is a step. */
export function model(
  name: string,
  which: string,
  batch: number,
  listeners: InstanceType<typeof trae.keras.callbacks.Callback>[] = [],
): Problem {
  const { rows, outputs, build } = MODELS[which];
  const m = build();
  m.compile({
    optimizer: 'adam',
    loss: outputs > 1 ? 'sparse_categorical_crossentropy' : 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  const [x, y] = trainingData(which);
  const fit = (): Promise<{ history: Record<string, number[]> }> =>
    m.fit(x, y, { epochs: 1, batchSize: batch, callbacks: listeners, verbose: 0 });
  return {
    name,
    request: { kind: 'model', name: which, batch, rows },
    async time() {
      const start = performance.now();
      await fit();
      return (performance.now() - start) / (rows / batch);
    },
    async check() {
      const { history } = await fit();
      if (!(history.loss[0] > 0 && history.loss[0] < 5)) throw new Error(`${name}: a loss of ${history.loss[0]}`);
    },
  };
}

/** `callbacks mlp 64`: as `model mlp 64`, with a callback that hears of each batch. */
export function callbacks(name: string, which: string, batch: number): Problem {
  let heard = 0;
  const listener = new trae.keras.callbacks.LambdaCallback({ onTrainBatchEnd: () => void heard++ });
  const problem = model(name, which, batch, [listener]);
  return {
    ...problem,
    async check() {
      await problem.check();
      near(name, heard, Math.ceil(MODELS[which].rows / batch), 0);
    },
  };
}

/** `predict mlp 1`: `model.predict` and the values read; `compiled mlp 1`: the same of a compiled call of the model. A run is one call. */
export function prediction(name: string, kind: string, which: string, rows: number): Problem {
  const m = MODELS[which].build();
  const x = inputsOf(MODELS[which], rows);
  const call = trae.compile((v: trae.Tensor) => m.apply(v) as trae.Tensor);
  const calls = which === 'mlp' ? 2000 : 100;
  const once = async (): Promise<ArrayLike<number | bigint>> =>
    (kind === 'predict' ? ((await m.predict(x, { verbose: 0 })) as trae.Tensor) : call(x)).data();
  return {
    name,
    request: { kind: 'predict', name: which, rows, calls },
    async time() {
      const start = performance.now();
      for (let i = 0; i < calls; i++) await once();
      return (performance.now() - start) / calls;
    },
    async check() {
      const got = Array.from(await once(), Number);
      near(
        name,
        got.reduce((s, v) => s + v, 0),
        MODELS[which].outputs > 1 ? rows : NaN,
        1e-4,
      );
    },
  };
}
