/**
 * Random programs of models: built, compiled, trained, evaluated and asked with data, options and callbacks of which some
 * are wrong; the seed decides them. Errors that are not this library's, and texts that help nobody, are findings.
 */
import * as trae from '../../lib/index';
import { anything } from './hostile_values';
import { Random } from './random';

const { layers, Sequential, Model, Input, callbacks } = trae.keras;
type AnyModel = InstanceType<typeof Model>;
type AnyLayer = InstanceType<typeof layers.Layer>;
/** Thrown by functions of the program itself: these come back as they are. */
class OwnError extends Error {}

export interface Finding {
  seed: number;
  step: string;
  message: string;
  where: string;
}
/** Texts of JavaScript's own errors, and of values that nobody put into words. */
const RAW =
  /is not a function|is not iterable|is not a constructor|Cannot (read|set|convert|destructure|mix)|Maximum call stack|Reduce of empty|\[object |internal error|undefined tensor|NaN bytes/;

// ---- models
const number = (r: Random): number => r.pick([0, 1, 2, 3, 5]);
/** Once in `times` anything at all; else what is expected. */
const mostly = <T>(r: Random, times: number, value: () => T): T =>
  r.integer(0, times) ? value() : (anything(r)[1] as T);
const all = layers as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;
function someLayer(r: Random): AnyLayer {
  const units = (): number => mostly(r, 40, () => r.integer(1, 5));
  const make = (name: string, ...args: unknown[]): AnyLayer => new all[name](...args);
  return r.pick<() => AnyLayer>([
    () => make('Dense', units(), { activation: mostly(r, 30, () => r.pick([null, 'relu', 'softmax', 'sigmoid'])) }),
    () => make('Dense', units()),
    () => make('Flatten'),
    () => make('Dropout', 0.5),
    () => make('BatchNormalization'),
    () => make('LayerNormalization'),
    () => make('Activation', 'tanh'),
    () => make('Conv1D', units(), r.integer(1, 4), { padding: r.pick(['same', 'valid']) }),
    () => make('Conv2D', units(), r.integer(1, 4), { padding: r.pick(['same', 'valid']) }),
    () => make('MaxPooling1D', r.integer(1, 4)),
    () => make('GlobalAveragePooling1D'),
    () => make('GlobalAveragePooling2D'),
    () => make('LSTM', units(), { returnSequences: r.next() < 0.5 }),
    () => make('GRU', units(), { stateful: r.next() < 0.1 }),
    () => make('SimpleRNN', units(), { returnSequences: r.next() < 0.5 }),
    () => make('Bidirectional', make('LSTM', units())),
    () => make('TimeDistributed', make('Dense', units())),
    () => make('Embedding', r.integer(1, 9), units(), { maskZero: r.next() < 0.3 }),
    () => make('Masking'),
    () => make('Reshape', [r.integer(1, 4), -1]),
    () => make('Permute', [2, 1]),
    () => make('RepeatVector', r.integer(1, 4)),
    () => make('Softmax'),
    () => make('UnitNormalization'),
    () => make('ActivityRegularization', { l2: 0.1 }),
    () => make('GaussianNoise', 0.1),
  ])();
}
function inputShape(r: Random): (number | null)[] {
  return r.pick<(number | null)[]>([[3], [4, 3], [5, 4, 2], [null, 3], [], [1], [null, null, 2], [0, 3]]);
}
class Subclassed extends Model {
  private readonly dense = new layers.Dense(2);
  override call(x: trae.Tensor): trae.Tensor {
    return this.dense.apply(x) as trae.Tensor;
  }
}
function build(r: Random): AnyModel {
  const kind = r.next();
  if (kind < 0.55) {
    const list = Array.from({ length: r.integer(1, 5) }, () => someLayer(r));
    return new Sequential(
      r.next() < 0.8
        ? [layers.Input(inputShape(r) as number[], { dtype: r.next() < 0.9 ? undefined : 'int32' }), ...list]
        : list,
    );
  }
  if (kind < 0.65) return new Subclassed();
  const a = Input(inputShape(r) as number[], { name: 'a' });
  const b = Input(inputShape(r) as number[], { name: 'b' });
  const one = someLayer(r).apply(a) as trae.KerasTensor;
  const two = someLayer(r).apply(b) as trae.KerasTensor;
  if (kind < 0.75) return new Model({ inputs: a, outputs: someLayer(r).apply(one) as trae.KerasTensor });
  const merged = kind < 0.85 ? ([one, two] as const) : null;
  const outputs = merged
    ? (new layers.Concatenate().apply([...merged]) as trae.KerasTensor)
    : r.next() < 0.5
      ? [one, two]
      : { price: one, area: two };
  return new Model({ inputs: (r.next() < 0.5 ? [a, b] : { a, b }) as never, outputs: outputs as never });
}

// ---- what models are compiled with
const LOSSES = [
  'mse',
  'mae',
  'binary_crossentropy',
  'categorical_crossentropy',
  'sparse_categorical_crossentropy',
  'huber',
  'hinge',
  'kl_divergence',
  'cosine_similarity',
  'poisson',
  'crossentropy',
  'ctc',
  'dice',
  'no_such_loss',
] as const;
const METRICS = [
  'accuracy',
  'mae',
  'auc',
  'precision',
  'AUC',
  'top_k_categorical_accuracy',
  'sparse_categorical_accuracy',
  'mean_io_u',
  'f1_score',
  'no_such_metric',
] as const;
function options(r: Random): Record<string, unknown> {
  const loss = (): unknown =>
    r.pick<() => unknown>([
      () => r.pick(LOSSES),
      () => r.pick(LOSSES),
      () => r.pick(LOSSES),
      () => [r.pick(LOSSES), r.pick(LOSSES)],
      () => ({ price: r.pick(LOSSES), area: r.pick(LOSSES) }),
      () => new trae.keras.losses.CategoricalCrossentropy({ fromLogits: true }),
      () => (y: trae.Tensor, p: trae.Tensor) => p.subtract(y).square(),
      () => () => 1,
      () => () => {
        throw new OwnError('loss');
      },
      () => null,
    ])();
  const metrics = (): unknown =>
    r.pick<() => unknown>([
      () => [r.pick(METRICS)],
      () => [r.pick(METRICS), r.pick(METRICS)],
      () => undefined,
      () => ({ price: [r.pick(METRICS)] }),
      () => [(y: trae.Tensor) => y],
    ])();
  const out: Record<string, unknown> = {
    optimizer: mostly(r, 20, () =>
      r.pick<unknown>([
        'adam',
        'sgd',
        'rmsprop',
        'nadam',
        'lion',
        'ftrl',
        new trae.keras.optimizers.SGD({ learningRate: 0.1, momentum: 0.9 }),
        'no_such_optimizer',
      ]),
    ),
    loss: mostly(r, 20, loss),
    metrics: mostly(r, 20, metrics),
  };
  if (r.next() < 0.1) out.weightedMetrics = mostly(r, 3, metrics);
  if (r.next() < 0.1) out.lossWeights = mostly(r, 3, () => r.pick<unknown>([[1, 2], { price: 1 }, 1]));
  if (r.next() < 0.15) out.runEagerly = true;
  if (r.next() < 0.1) out.stepsPerExecution = mostly(r, 3, () => 2);
  if (r.next() < 0.05) out.noSuchOption = 1;
  return out;
}

// ---- data
function tensorFor(r: Random, shape: readonly (number | null)[], rows: number): unknown {
  const sizes = [rows, ...shape.slice(1).map((d) => d ?? r.integer(1, 5))];
  if (r.next() < 0.08) sizes[r.integer(0, sizes.length)] += 1;
  if (r.next() < 0.05) sizes.push(1);
  if (r.next() < 0.05) sizes.pop();
  const dtype = r.next() < 0.8 ? 'float32' : r.pick(['int32', 'int64', 'uint8', 'bool', 'float16', 'float64'] as const);
  const size = sizes.reduce((a, b) => a * b, 1);
  const t = trae
    .tensor(
      Array.from({ length: size }, () => r.integer(-1, 4)),
      sizes,
      'float32',
    )
    .cast(dtype);
  if (r.next() < 0.15) return t.arraySync();
  if (r.next() < 0.02) t.dispose();
  return t;
}
const shapesOf = (list: readonly trae.KerasTensor[]): (readonly (number | null)[])[] =>
  list.length ? list.map((t) => t.shape) : [[null, 3]];
function data(r: Random, tensors: readonly trae.KerasTensor[], rows: number, keys: readonly string[]): unknown {
  return mostly(r, 25, () => {
    const list = shapesOf(tensors).map((s) => tensorFor(r, s, rows));
    if (r.next() < 0.05) list.push(tensorFor(r, [null, 1], rows));
    if (list.length === 1 && r.next() < 0.9) return list[0];
    return r.next() < 0.5 ? list : Object.fromEntries(list.map((t, i) => [keys[i] ?? `more_${i}`, t]));
  });
}
function targets(r: Random, model: AnyModel, rows: number): unknown {
  const kind = r.next();
  if (kind < 0.1)
    return trae.tensor(
      Array.from({ length: rows }, () => r.integer(-1, 5)),
      [rows],
      r.pick(['int32', 'float32', 'int64'] as const),
    );
  if (kind < 0.15) return trae.keras.utils.toCategorical(Array.from({ length: rows }, () => r.integer(0, 3)));
  return data(r, model.outputs ?? [], rows, ['price', 'area']);
}
function batches(r: Random, model: AnyModel): unknown {
  const batch = (): unknown =>
    mostly(r, 20, () => {
      const [x, y] = [data(r, model.inputs ?? [], 2, ['a', 'b']), targets(r, model, 2)];
      return r.pick<unknown>([[x, y], [x, y], [x, y, trae.ones([2])], [x], x]);
    });
  const count = r.integer(0, 4);
  const fails = r.next() < 0.1;
  function* generator(): Generator<unknown> {
    for (let i = 0; i < count; i++) {
      if (fails && i === 1) throw new OwnError('generator');
      yield batch();
    }
  }
  return r.pick<() => unknown>([
    () => generator(),
    () => generator,
    () =>
      (async function* () {
        for (const b of generator()) yield await Promise.resolve(b);
      })(),
    () => ({
      numBatches: count,
      getItem: (i: number) => (fails && i ? Promise.reject(new OwnError('item')) : batch()),
    }),
    () => Array.from({ length: count }, batch),
    () => new trae.keras.utils.Dataset({ open: () => generator() as never } as never),
  ])();
}
function someCallbacks(r: Random): unknown {
  const failing = (event: string): unknown => {
    const c = new callbacks.Callback();
    (c as unknown as Record<string, () => void>)[event] = () => {
      throw new OwnError(event);
    };
    return c;
  };
  const list = (): unknown =>
    r.pick<() => unknown>([
      () =>
        new callbacks.EarlyStopping({
          monitor: r.pick(['loss', 'val_loss', 'nothing']),
          patience: 0,
          restoreBestWeights: true,
        }),
      () => new callbacks.ReduceLROnPlateau({ monitor: 'loss', patience: 0 }),
      () => new callbacks.TerminateOnNaN(),
      () => new callbacks.LambdaCallback({ onEpochEnd: () => undefined }),
      () => new callbacks.LearningRateScheduler(((e: number) => mostly(r, 3, () => 0.1 / (e + 1))) as never),
      () => new callbacks.History(),
      () =>
        failing(
          r.pick(['onTrainBegin', 'onEpochEnd', 'onTrainBatchEnd', 'onTestBegin', 'onPredictBatchBegin', 'setModel']),
        ),
      () => callbacks.EarlyStopping,
      () => ({}),
    ])();
  return mostly(r, 10, () => (r.next() < 0.8 ? [list()] : list()));
}

// ---- programs
/** All of them ended; the first error that is none of ours, else the first one. */
async function together(calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors = (await Promise.allSettled(calls.map((call) => call()))).flatMap((c) =>
    c.status === 'rejected' ? [c.reason as Error] : [],
  );
  const raw = errors.find((e) => !(e instanceof trae.TraeError) && !(e instanceof OwnError));
  if (errors.length) throw raw ?? errors[0];
}
interface Step {
  text: string;
  run(): unknown;
}
function action(r: Random, model: AnyModel): Step {
  const rows = r.pick([0, 1, 3, 4, 7]);
  const x = (): unknown => (r.next() < 0.2 ? batches(r, model) : data(r, model.inputs ?? [], rows, ['a', 'b']));
  const y = (): unknown => (r.next() < 0.05 ? undefined : targets(r, model, rows));
  const common = (): Record<string, unknown> => {
    const o: Record<string, unknown> = { verbose: 0 };
    if (r.next() < 0.4) o.batchSize = mostly(r, 6, () => r.integer(1, 4));
    if (r.next() < 0.2) o.steps = mostly(r, 4, () => r.integer(1, 4));
    if (r.next() < 0.2) o.callbacks = someCallbacks(r);
    if (r.next() < 0.1) o.sampleWeight = mostly(r, 3, () => trae.ones([rows]));
    if (r.next() < 0.03) o.noSuchOption = 1;
    return o;
  };
  const training = (): Record<string, unknown> => {
    const o = common();
    if ('steps' in o) {
      o.stepsPerEpoch = o.steps;
      delete o.steps;
    }
    if (r.next() < 0.3) o.epochs = mostly(r, 6, () => r.integer(1, 3));
    if (r.next() < 0.2) o.validationSplit = mostly(r, 4, () => r.pick([0.2, 0.5]));
    if (r.next() < 0.2) o.validationData = mostly(r, 4, () => [x(), y()]);
    if (r.next() < 0.1) o.classWeight = mostly(r, 3, () => ({ 0: 1, 1: 2 }));
    if (r.next() < 0.1) o.shuffle = mostly(r, 3, () => false);
    if (r.next() < 0.1) o.initialEpoch = mostly(r, 3, () => 0);
    if (r.next() < 0.1) o.validationFreq = mostly(r, 3, () => 2);
    // Whatever was asked for ends: no epochs without number, no batches without end.
    if (typeof o.epochs === 'number' && !(o.epochs <= 5)) o.epochs = 2;
    return o;
  };
  const m = model as unknown as Record<string, (...args: unknown[]) => unknown>;
  return r.pick<() => Step>([
    () => ({ text: 'fit', run: () => m.fit(x(), y(), training()) }),
    () => ({ text: 'fit', run: () => m.fit(x(), y(), training()) }),
    () => ({ text: 'evaluate', run: () => m.evaluate(x(), y(), common()) }),
    () => ({ text: 'predict', run: () => m.predict(x(), common()) }),
    () => ({
      text: 'trainOnBatch',
      run: () => m.trainOnBatch(x(), y(), r.next() < 0.3 ? { sampleWeight: trae.ones([rows]) } : {}),
    }),
    () => ({ text: 'testOnBatch', run: () => m.testOnBatch(x(), y()) }),
    () => ({ text: 'predictOnBatch', run: () => m.predictOnBatch(x()) }),
    () => ({
      text: 'apply',
      run: () =>
        m.apply(
          x(),
          mostly(r, 4, () => ({ training: true })),
        ),
    }),
    () => ({ text: 'setWeights', run: () => m.setWeights(mostly(r, 3, () => model.getWeights().reverse())) }),
    () => ({ text: 'getLayer', run: () => m.getLayer(mostly(r, 2, () => number(r))) }),
    () => ({ text: 'summary', run: () => m.summary({ printFn: () => undefined }) }),
    () => ({ text: 'toJson', run: () => trae.keras.models.modelFromJson(model.toJson()) }),
    () => ({ text: 'clone', run: () => trae.keras.models.cloneModel(model) }),
    () => ({ text: 'trainable', run: () => ((model as { trainable: unknown }).trainable = mostly(r, 2, () => false)) }),
    () => ({ text: 'compile', run: () => m.compile(options(r)) }),
    () => ({
      text: 'together',
      run: () =>
        together(
          [
            [m.predict, x(), common()],
            [m.fit, x(), y(), training()],
            [m.evaluate, x(), y(), common()],
          ].map(
            ([f, ...args]) =>
              async () =>
                (f as typeof m.fit).apply(m, args),
          ),
        ),
    }),
  ])();
}
/** The finding of one attempt; undefined for a result or an error that is one of ours, or of the program's own. */
async function attempt(seed: number, step: string, f: () => unknown): Promise<Finding | 'refused' | undefined> {
  try {
    await f();
    return undefined;
  } catch (e) {
    if (e instanceof OwnError) return 'refused';
    const error = e as Error;
    if (error instanceof trae.TraeError && !(error instanceof trae.InternalError) && !RAW.test(error.message))
      return 'refused';
    if (error instanceof Error && /hostile_values/.test(error.stack?.split('\n').find((l) => /^\s+at /.test(l)) ?? ''))
      return 'refused';
    const where =
      error?.stack?.split('\n').find((line) => /\/lib\//.test(line)) ??
      String((error?.cause as Error | undefined)?.stack?.split('\n').find((line) => /\/lib\//.test(line)) ?? '');
    return { seed, step, message: `${error?.name}: ${error?.message}`, where: where.trim() };
  }
}
/** Runs the program of a seed. @param note - told the text of each step before it runs. */
export async function runProgram(
  seed: number,
  note: (text: string) => void = () => undefined,
): Promise<{ findings: Finding[]; steps: number; refused: number }> {
  const r = new Random(seed * 2654435761 + 17);
  const findings: Finding[] = [];
  let steps = 0;
  let refused = 0;
  const take = (outcome: Finding | 'refused' | undefined): void => {
    steps++;
    if (outcome === 'refused') refused++;
    else if (outcome) findings.push(outcome);
  };
  const { warn } = console;
  console.warn = () => undefined;
  try {
    let model: AnyModel | null = null;
    note('build');
    take(await attempt(seed, 'build', () => (model = build(r))));
    if (!model) return { findings, steps, refused };
    note('compile');
    take(await attempt(seed, 'compile', () => model!.compile(options(r) as never)));
    for (let i = r.integer(1, 4); i > 0; i--) {
      const step = action(r, model);
      note(step.text);
      take(await attempt(seed, step.text, step.run));
    }
  } finally {
    console.warn = warn;
    trae.keras.utils.clearSession();
  }
  return { findings, steps, refused };
}
