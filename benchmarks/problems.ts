/** One line a problem: what is computed, how much work it is, and a check against plain JavaScript. */
import * as trae from '../lib/index';
import { tracePlan } from '../lib/compile';

/** A problem that can be timed. */
export interface Problem {
  name: string;
  /** Floating-point operations, or bytes that must move, of one run. */
  flops?: number;
  bytes?: number;
  /** Milliseconds of one run. */
  time(): Promise<number>;
  /** Throws when the result is wrong. */
  check(): Promise<void>;
  /** What the peer is asked for. */
  request: Record<string, unknown>;
}

const uniform = (shape: number[], seed: number): trae.Variable => trae.variable(trae.random.uniform(shape, { seed, minval: -1, maxval: 1 }), { trainable: false });
const near = (name: string, got: number, want: number, tolerance: number): void => {
  if (!(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)))) throw new Error(`${name}: ${got} instead of ${want}`);
};
/** How often a round runs `work` floating-point operations: about a tenth of a second, so that waking up does not count. */
const repeatsFor = (work: number): number => Math.max(3, Math.round(3e10 / work));
/** Runs a function of variables many times as one native plan: milliseconds of a run, on average. The peer does the same. */
function timed(f: () => trae.Tensor, repeats: number): () => Promise<number> {
  const { plan } = tracePlan(f, []);
  return async () => {
    await plan.runSteps({ data: [], batchSize: 1, start: 0, steps: 2 });
    const start = performance.now();
    await plan.runSteps({ data: [], batchSize: 1, start: 0, steps: repeats });
    return (performance.now() - start) / repeats;
  };
}

/** `matmul 1024x1024x1024` */
function matmul(name: string, [m, k, n]: number[]): Problem {
  const a = uniform([m, k], 1),
    b = uniform([k, n], 2),
    repeats = repeatsFor(2 * m * k * n);
  const f = (): trae.Tensor => trae.matmul(a, b);
  return {
    name,
    flops: 2 * m * k * n,
    time: timed(f, repeats),
    request: { kind: 'matmul', m, k, n, repeats },
    async check() {
      const x = await a.data(),
        y = await b.data(),
        z = await f().data();
      for (const [i, j] of [
        [0, 0],
        [m - 1, n - 1],
        [m >> 1, n >> 2],
      ]) {
        let sum = 0;
        for (let q = 0; q < k; q++) sum += Number(x[i * k + q]) * Number(y[q * n + j]);
        near(name, Number(z[i * n + j]), sum, 1e-4 * Math.sqrt(k));
      }
    },
  };
}

/** `conv forward 64x16x16x32 64 3`: batch, height, width, channels; filters; kernel size; same padding. */
function conv(name: string, direction: string, [n, h, w, c]: number[], o: number, k: number): Problem {
  const x = uniform([n, h, w, c], 3),
    kernel = uniform([k, k, c, o], 4),
    dy = uniform([n, h, w, o], 5);
  const y = (): trae.Tensor => trae.ops.conv(x, kernel, { padding: 'same' });
  const weighted = (): trae.Tensor => trae.sum(trae.multiply(y(), dy));
  const f = direction === 'forward' ? y : () => trae.variableGrads(weighted, [direction === 'data' ? x : kernel]).grads[0];
  const flops = 2 * n * h * w * c * o * k * k,
    repeats = repeatsFor(flops);
  return {
    name,
    flops,
    time: timed(f, repeats),
    request: { kind: 'conv', direction, n, h, w, c, o, k, repeats },
    async check() {
      const got = await f().data(),
        X = await x.data(),
        K = await kernel.data(),
        D = await dy.data();
      const at = (i: number, p: number, q: number): number => (p < 0 || q < 0 || p >= h || q >= w ? -1 : (i * h + p) * w + q),
        half = k >> 1;
      const taps = Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]);
      const [i, p, q, ci, co] = [n >> 1, h >> 1, w - 1, c - 1, o >> 1];
      let sum = 0;
      if (direction === 'forward')
        for (const [a, b] of taps) {
          const from = at(i, p + a - half, q + b - half);
          if (from >= 0) for (let m = 0; m < c; m++) sum += Number(X[from * c + m]) * Number(K[((a * k + b) * c + m) * o + co]);
        }
      else if (direction === 'data')
        for (const [a, b] of taps) {
          const from = at(i, p - a + half, q - b + half);
          if (from >= 0) for (let m = 0; m < o; m++) sum += Number(D[from * o + m]) * Number(K[((a * k + b) * c + ci) * o + m]);
        }
      else
        for (let image = 0; image < n; image++)
          for (let r = 0; r < h; r++)
            for (let s = 0; s < w; s++) {
              const from = at(image, r, s + 1 - half);
              if (from >= 0) sum += Number(X[from * c + ci]) * Number(D[((image * h + r) * w + s) * o + co]);
            }
      const index = direction === 'forward' ? at(i, p, q) * o + co : direction === 'data' ? at(i, p, q) * c + ci : ((half * k + 1) * c + ci) * o + co;
      near(name, Number(got[index]), sum, 2e-3);
    },
  };
}

const ELEMENTWISE: Record<string, { f: (x: trae.Variable) => trae.Tensor; writes: number; of: (row: Float64Array, j: number) => number }> = {
  add: { f: (x) => trae.add(x, x), writes: 1, of: (row, j) => 2 * row[j] },
  tanh: { f: (x) => trae.tanh(x), writes: 1, of: (row, j) => Math.tanh(row[j]) },
  gelu: { f: (x) => trae.gelu(x), writes: 1, of: (row, j) => 0.5 * row[j] * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (row[j] + 0.044715 * row[j] ** 3))) },
  softmax: { f: (x) => trae.softmax(x), writes: 1, of: (row, j) => Math.exp(row[j]) / row.reduce((s, v) => s + Math.exp(v), 0) },
  layer_norm: {
    f: (x) => trae.layerNormalization(x, { epsilon: 1e-5 }),
    writes: 1,
    of: (row, j) => {
      const mean = row.reduce((s, v) => s + v, 0) / row.length;
      return (row[j] - mean) / Math.sqrt(row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length + 1e-5);
    },
  },
  sum: { f: (x) => trae.sum(x), writes: 0, of: () => NaN },
};
/** `elementwise gelu 2048x1024` */
function elementwise(name: string, op: string, shape: number[]): Problem {
  const x = uniform(shape, 6),
    { f, writes, of } = ELEMENTWISE[op],
    size = shape.reduce((p, d) => p * d, 1),
    repeats = 100;
  return {
    name,
    bytes: 4 * size * (1 + writes),
    time: timed(() => f(x), repeats),
    request: { kind: 'elementwise', name: op, shape, repeats },
    async check() {
      const X = Float64Array.from(await x.data(), Number),
        got = await f(x).data(),
        columns = shape[shape.length - 1];
      if (op === 'sum')
        near(
          name,
          Number(got[0]),
          X.reduce((s, v) => s + v, 0),
          1e-2,
        );
      else
        for (const [r, j] of [
          [0, 0],
          [size / columns - 1, columns >> 1],
        ])
          near(name, Number(got[r * columns + j]), of(X.subarray(r * columns, (r + 1) * columns), j), 1e-4);
    },
  };
}

/** `lstm forward 64x100x16 64`, `gru training ...`: batch, steps, features; units. Training: forward, and the gradients of the weights. */
function recurrent(name: string, cell: 'lstm' | 'gru', direction: string, [batch, steps, n]: number[], units: number): Problem {
  const gates = cell === 'lstm' ? 4 : 3,
    x = uniform([batch, steps, n], 1),
    kernel = uniform([n, gates * units], 2),
    recurrentKernel = trae.variable(trae.random.uniform([units, gates * units], { seed: 3, minval: -0.1, maxval: 0.1 })),
    bias = uniform(cell === 'lstm' ? [4 * units] : [2, 3 * units], 4),
    zeros = trae.zeros([batch, units]);
  const last = (): trae.Tensor => (cell === 'lstm' ? trae.lstm(x, kernel, recurrentKernel, bias, zeros, zeros)[1] : trae.gru(x, kernel, recurrentKernel, bias, zeros)[1]);
  const training = (): trae.Tensor => trae.variableGrads(() => trae.sum(trae.square(last())), [kernel, recurrentKernel, bias]).grads[1];
  const f = direction === 'forward' ? last : training,
    products = 2 * batch * steps * gates * units,
    flops = products * (direction === 'forward' ? n + units : 2 * n + 3 * units),
    repeats = repeatsFor(flops);
  return {
    name,
    flops,
    time: timed(f, repeats),
    request: { kind: 'recurrent', cell, direction, batch, steps, n, units, repeats },
    async check() {
      const got = await last().data();
      if (!got.every((v) => Math.abs(Number(v)) <= 1)) throw new Error(`${name}: |h| > 1`);
    },
  };
}

const { layers, Sequential } = trae.keras;
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
/** A model and its data; `vocabulary`: inputs are whole numbers below it. One output is a yes or no. */
interface Model {
  input: number[];
  rows: number;
  vocabulary?: number;
  outputs: number;
  build: () => InstanceType<typeof Sequential>;
}
const sequences = (cell: 'LSTM' | 'GRU'): Model => ({
  input: [100, 16],
  rows: 3200,
  outputs: 10,
  build: () => new Sequential([layers.Input([100, 16]), new layers[cell](64), new layers.Dense(10, { activation: 'softmax' })]),
});
const texts = (cell: 'LSTM' | 'GRU'): Model => ({
  input: [80],
  rows: 1600,
  vocabulary: 20000,
  outputs: 1,
  build: () => new Sequential([layers.Input([80]), new layers.Embedding(20000, 128), new layers[cell](128), new layers.Dense(1, { activation: 'sigmoid' })]),
});
/** The seed's models, and recurrent ones. */
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
};
/** `model cnn 64`: whole epochs of fit, shuffled, with accuracy; a run is a step. */
function model(name: string, which: string, batch: number): Problem {
  const { input, rows, outputs, vocabulary, build } = MODELS[which],
    m = build();
  m.compile({ optimizer: 'adam', loss: outputs > 1 ? 'sparse_categorical_crossentropy' : 'binary_crossentropy', metrics: ['accuracy'] });
  const x = vocabulary ? trae.random.randint([rows, ...input], 0, vocabulary, { seed: 7 }) : trae.random.uniform([rows, ...input], { seed: 7 }),
    y = trae.random.randint([rows], 0, Math.max(2, outputs), { seed: 8 });
  const fit = (): Promise<{ history: Record<string, number[]> }> => m.fit(x, y, { epochs: 1, batchSize: batch, verbose: 0 });
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

/** Makes a problem from its line. */
export function parseProblem(line: string): Problem {
  const [kind, ...rest] = line.split(' '),
    sizes = (s: string): number[] => s.split('x').map(Number);
  if (kind === 'matmul') return matmul(line, sizes(rest[0]));
  if (kind === 'conv') return conv(line, rest[0], sizes(rest[1]), Number(rest[2]), Number(rest[3]));
  if (kind === 'elementwise') return elementwise(line, rest[0], sizes(rest[1]));
  if (kind === 'lstm' || kind === 'gru') return recurrent(line, kind, rest[0], sizes(rest[1]), Number(rest[2]));
  if (kind === 'model') return model(line, rest[0], Number(rest[1]));
  throw new Error(`unknown problem '${line}': matmul MxKxN, conv DIRECTION NxHxWxC FILTERS SIZE, elementwise OP SHAPE, lstm|gru forward|training NxTxC UNITS, model NAME BATCH`);
}
