/** compile, fit, evaluate, predict: traces one plan for a step and runs epochs of it natively (keras.src.trainers). */
import { binding } from '../../binding';
import { variableGrads } from '../../autodiff';
import { tracePlan, signatureOf, type TracedPlan } from '../../compile';
import { RuntimeError, ValueError } from '../../errors';
import { flattenStructure, mapStructure } from '../../nest';
import { makeDefaultSeed } from '../../random';
import { convert, run, type Tensor } from '../../tensor';
import { CallbackList, type Callback } from '../callbacks/callback';
import { History } from '../callbacks/history';
import { ProgbarLogger } from '../callbacks/progbar';
import * as losses from '../losses';
import { Mean, type Metric } from '../metrics/metric';
import type { Model } from '../models/model';
import * as optimizers from '../optimizers/index';
import { checkOptions } from '../options';
import { CompileLoss } from './compile_loss';
import { CompileMetrics } from './compile_metrics';
import { arrayData, batchData, classWeights, isBatches, isTensor, rowsOf, shuffledRows, tensorsOf, type Examples } from './data';
import { Cancel } from './cancel';
import type { Batch, Data, Logs } from './types';

export interface CompileOptions {
  optimizer?: unknown;
  /** A name, a Loss, a function, or one for each output. */
  loss?: unknown;
  lossWeights?: unknown;
  metrics?: unknown;
  weightedMetrics?: unknown;
  /** Runs steps op by op, for debugging: values can be read inside of `call`. */
  runEagerly?: boolean;
  stepsPerExecution?: number;
  jitCompile?: unknown;
  autoScaleLoss?: boolean;
}
export type Verbose = 'auto' | 0 | 1 | 2;
interface RunOptions {
  batchSize?: number | null;
  verbose?: Verbose;
  callbacks?: readonly Callback[] | Callback | null;
  signal?: AbortSignal | null;
}
export interface FitOptions extends RunOptions {
  epochs?: number;
  validationSplit?: number;
  /** [x, y], [x, y, sampleWeight] or an iterable of batches. */
  validationData?: readonly unknown[] | Iterable<Batch> | AsyncIterable<Batch> | null;
  shuffle?: boolean;
  classWeight?: Readonly<Record<number, number>> | null;
  sampleWeight?: Data | null;
  initialEpoch?: number;
  stepsPerEpoch?: number | null;
  validationSteps?: number | null;
  validationBatchSize?: number | null;
  validationFreq?: number;
}
export interface EvaluateOptions extends RunOptions {
  sampleWeight?: Data | null;
  steps?: number | null;
  returnDict?: boolean;
}
export interface PredictOptions extends RunOptions {
  steps?: number | null;
}
type StepKind = 'train' | 'test' | 'predict';

const FIT = [
  'epochs',
  'batchSize',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'callbacks',
  'verbose',
  'initialEpoch',
  'stepsPerEpoch',
  'validationSteps',
  'validationBatchSize',
  'validationFreq',
  'signal',
];
const EVALUATE = ['batchSize', 'verbose', 'sampleWeight', 'steps', 'callbacks', 'returnDict', 'signal'];
const PREDICT = ['batchSize', 'verbose', 'steps', 'callbacks', 'signal'];

/** What a loop over batches goes through: rows of arrays, or an iterable. */
type Source =
  | { kind: 'rows'; data: Examples & { rows: number }; first: number; rows: number; plainWeight?: unknown }
  | { kind: 'batches'; next(): Promise<(Examples & { rows: number }) | null> };
interface LoopOptions {
  kind: StepKind;
  batchSize: number;
  steps: number | null;
  order: Int32Array | null;
  callbacks: CallbackList;
  cancel: Cancel;
  collect?: (outputs: Tensor[]) => void;
}

function wholeNumber(where: string, name: string, value: unknown, least: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw new ValueError(`${where}: ${name} must be a whole number >= ${least}.\n  Received: ${String(value)}`);
  return value;
}

/** @internal Training of one model. */
export class Trainer {
  compiled = false;
  optimizer: optimizers.Optimizer | null = null;
  lossOption: unknown = null;
  stopTraining = false;
  private runEagerly = false;
  private loss: CompileLoss | null = null;
  private compileMetrics: CompileMetrics[] = [];
  private readonly lossTracker = new Mean({ name: 'loss' });
  private plans = new Map<string, TracedPlan & { names: string[] }>();
  private running: string | null = null;

  constructor(private readonly model: Model) {}

  compile(options: CompileOptions): void {
    checkOptions('compile', options, ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics', 'runEagerly', 'stepsPerExecution', 'jitCompile', 'autoScaleLoss']);
    this.optimizer = optimizers.get(options.optimizer ?? 'rmsprop');
    this.loss = new CompileLoss(options.loss, options.lossWeights);
    this.lossOption = options.loss ?? null;
    this.compileMetrics = [new CompileMetrics(options.metrics, false), new CompileMetrics(options.weightedMetrics, true)];
    this.runEagerly = options.runEagerly ?? false;
    this.plans.clear();
    this.compiled = true;
  }
  get metrics(): Metric[] {
    return this.compiled ? [this.lossTracker, ...(this.loss?.trackers ?? []), ...this.compileMetrics.flatMap((m) => m.all)] : [];
  }
  private get outputNames(): string[] | null {
    return this.model.graph ? this.model.outputNames : null;
  }
  private results(): { name: string; metric: Metric }[] {
    return [
      { name: 'loss', metric: this.lossTracker },
      ...(this.loss?.trackers ?? []).map((metric) => ({ name: metric.name, metric })),
      ...this.compileMetrics.flatMap((m) => m.results()),
    ];
  }
  private resetMetrics(): void {
    for (const m of this.metrics) m.resetState();
  }
  private requireCompiled(what: string): void {
    if (!this.compiled) throw new ValueError(`${what}: model '${this.model.name}' is not compiled.\n  Fix: call compile({ optimizer, loss }) first.`);
  }

  // ---- steps
  /** Loss of the outputs plus what layers added. */
  computeLoss(y: unknown, yPred: unknown, sampleWeight: unknown): Tensor {
    const added = this.model.losses.map((l) => run('reshape', [l], { shape: [] })),
      own = this.loss?.call(y, yPred, sampleWeight, this.outputNames) ?? null;
    const all = own ? [own, ...added] : added;
    if (!all.length) throw new ValueError(`model '${this.model.name}' has no loss to train on.\n  Fix: compile({ loss: ... }), or addLoss in a layer.`);
    return all.reduce((a, b) => run('add', [a, b.dtype === a.dtype ? b : run('cast', [b], { dtype: a.dtype })]));
  }
  private step(kind: StepKind, { x, y, sampleWeight }: Examples): unknown {
    const { model } = this,
      training = kind === 'train';
    if (kind === 'predict') return model.apply(x, { training: false }) as unknown;
    let yPred: unknown, loss!: Tensor;
    const forward = (): Tensor => {
      yPred = model.apply(x, { training }) as unknown;
      loss = model.computeLoss({ x, y, yPred, sampleWeight, training });
      return training ? this.optimizer!.scaleLoss(loss) : loss;
    };
    if (training) {
      // Layers are built by their first call, which makes the variables to differentiate by.
      if (!model.built) model.apply(x, { training: false });
      const trained = model.trainableVariables;
      if (trained.length) {
        const { grads } = variableGrads(forward, trained);
        this.optimizer!.apply(grads, trained);
      } else forward();
    } else forward();
    const rows = flattenStructure(x, isTensor)[0].shape[0];
    this.lossTracker.updateState(loss, { sampleWeight: convert(rows, loss) });
    for (const m of this.compileMetrics) m.update(y, yPred, sampleWeight, this.outputNames);
    model.clearLosses();
    return this.results().map(({ metric }) => metric.result());
  }
  private planFor(kind: StepKind, batch: Examples): TracedPlan & { names: string[] } {
    const key = `${kind} ${signatureOf([batch.x, batch.y, batch.sampleWeight])}`;
    let plan = this.plans.get(key);
    if (!plan) {
      const traced = tracePlan(
        (x: unknown, y: unknown, sampleWeight: unknown) => this.step(kind, { x, y, sampleWeight }),
        [batch.x, batch.y, batch.sampleWeight],
        `${this.model.name} ${kind}`,
      );
      plan = Object.assign(traced, { names: kind === 'predict' ? [] : this.results().map((r) => r.name) });
      this.plans.set(key, plan);
    }
    return plan;
  }
  /** The plan of a training step. */
  trainPlan(x: Data, y: Data | null, { batchSize }: { batchSize?: number }) {
    this.requireCompiled('trainPlan');
    const data = arrayData('trainPlan', x, y, null),
      rows = Math.min(batchSize ?? 32, data.rows);
    return this.planFor('train', { x: rowsOf(data.x, 0, rows), y: rowsOf(data.y, 0, rows), sampleWeight: null }).plan;
  }
  private async runBatch(kind: StepKind, batch: Examples): Promise<{ logs: Logs; outputs: Tensor[]; pack: (o: Tensor[]) => unknown }> {
    if (this.runEagerly) {
      const result = this.step(kind, batch),
        outputs = flattenStructure(result, isTensor);
      await binding.evaluate([...outputs, ...this.model.variables.map((v) => v.value)]);
      let i = 0;
      const names = this.results().map((r) => r.name);
      return { logs: kind === 'predict' ? {} : Object.fromEntries(outputs.map((t) => [names[i++], t.item()])), outputs, pack: () => result };
    }
    const { plan, names, pack } = this.planFor(kind, batch),
      outputs = plan.run(tensorsOf(batch)) as Tensor[];
    await binding.evaluate(outputs);
    return { logs: kind === 'predict' ? {} : Object.fromEntries(names.map((n, i) => [n, outputs[i].item()])), outputs, pack };
  }

  // ---- loops
  private async loop(source: Source, o: LoopOptions): Promise<{ logs: Logs; steps: number; pack: ((t: Tensor[]) => unknown) | null }> {
    const name = o.kind === 'train' ? 'Train' : o.kind === 'test' ? 'Test' : 'Predict';
    const wants = o.callbacks.wantsBatches(name);
    let logs: Logs = {},
      done = 0,
      pack: ((t: Tensor[]) => unknown) | null = null;
    const begin = (): Promise<void> => o.callbacks.each((c) => c[`on${name}BatchBegin`](done, {}));
    const end = (): Promise<void> => o.callbacks.each((c) => c[`on${name}BatchEnd`](done, logs));
    const isOver = (): boolean => (o.kind === 'train' && this.stopTraining) || (o.steps !== null && done >= o.steps);
    if (source.kind === 'batches') {
      let pending: ReturnType<typeof source.next> | null = source.next();
      for (;;) {
        if (isOver()) {
          await pending?.catch(() => undefined);
          break;
        }
        o.cancel.throwIfRequested();
        const batch = await pending;
        if (!batch) break;
        // Read ahead while this one is computed, but not past the last step: the next epoch goes on from there.
        pending = o.steps !== null && done + 1 >= o.steps ? null : source.next();
        pending?.catch(() => undefined); // thrown when it is awaited
        if (wants) await begin();
        const result = await this.runBatch(o.kind, batch);
        ({ logs, pack } = result);
        o.collect?.(result.outputs);
        if (wants) await end();
        o.callbacks.progress(o.kind, ++done, logs);
      }
      return { logs, steps: done, pack };
    }
    const { data, first, rows } = source,
      full = Math.floor(rows / o.batchSize),
      rest = rows % o.batchSize;
    const count = Math.min(o.steps ?? Infinity, full + (rest ? 1 : 0));
    while (done < count && !isOver()) {
      o.cancel.throwIfRequested();
      const isRest = done >= full,
        size = isRest ? rest : o.batchSize,
        offset = first + done * o.batchSize;
      if (this.runEagerly) {
        if (wants) await begin();
        const at = o.order ? convert(o.order.slice(done * o.batchSize, done * o.batchSize + size)) : null;
        const batch = Object.fromEntries(
          Object.entries(data)
            .filter(([k]) => k !== 'rows')
            .map(([k, v]) => [k, mapRows(v, at, offset, size)]),
        ) as unknown as Examples;
        const result = await this.runBatch(o.kind, batch);
        ({ logs, pack } = result);
        o.collect?.(result.outputs);
        if (wants) await end();
        o.callbacks.progress(o.kind, ++done, logs);
        continue;
      }
      const plan = this.planFor(o.kind, standIns(data, size));
      pack = (t) => plan.pack(t);
      const steps = wants ? 1 : isRest ? 1 : Math.min(full, count) - done,
        before = done;
      const toLogs = (values: Float64Array): Logs => Object.fromEntries(plan.names.map((n, i) => [n, values[i]]));
      if (wants) await begin();
      const result = await plan.plan.runSteps({
        data: tensorsOf(data),
        indices: o.order ?? undefined,
        batchSize: size,
        start: o.order ? done * o.batchSize : offset,
        steps,
        collect: !!o.collect,
        cancel: o.cancel.flag,
        onProgress: (n, values) => {
          if (!o.collect) logs = toLogs(values);
          o.callbacks.progress(o.kind, before + n, logs);
        },
      });
      o.collect?.(result.outputs as Tensor[]);
      done += result.done;
      if (wants) {
        done--;
        await end();
        done++;
      }
      if (result.done < steps) break;
    }
    o.cancel.throwIfRequested();
    return { logs, steps: done, pack };
  }
  private async source(where: string, x: Data, y: Data | null, sampleWeight: Data | null, classWeight: Readonly<Record<number, number>> | null): Promise<Source> {
    if (isBatches(x)) {
      if (y !== null || sampleWeight !== null)
        throw new ValueError(`${where}: with an iterable of batches, targets and weights are part of the batches: yield [x, y, sampleWeight].`);
      const iterator = batchIterator(x);
      return {
        kind: 'batches',
        next: async () => {
          const { value, done } = await iterator();
          if (done) return null;
          const batch = batchData(where, value as Batch);
          return classWeight ? { ...batch, sampleWeight: await classWeights(batch.y, classWeight, batch.sampleWeight) } : batch;
        },
      };
    }
    const data = arrayData(where, x, y, sampleWeight);
    const plainWeight = data.sampleWeight;
    if (classWeight) data.sampleWeight = await classWeights(data.y, classWeight, data.sampleWeight);
    await this.checkTargets(where, data.y);
    return { kind: 'rows', data, first: 0, rows: data.rows, plainWeight };
  }
  // What would silently train nonsense: NaN targets, class numbers that no output stands for.
  private async checkTargets(where: string, y: unknown): Promise<void> {
    for (const t of flattenStructure(y, isTensor)) {
      if (!t.dtype.includes('float')) continue;
      if ((await run('any', [run('isnan', [t])]).data())[0])
        throw new ValueError(`${where}: the targets hold NaN.\n  Fix: remove these examples, or give them sampleWeight 0 and a number.`);
    }
    const units = this.model.graph?.outputs[0].shape.at(-1);
    const loss = losses.get(singleLoss(this.lossOption));
    if (!isTensor(y) || !(loss instanceof losses.SparseCategoricalCrossentropy) || loss.settings.ignoreClass !== null || units == null || !y.size) return;
    const [low] = await run('min', [y]).data(),
      [high] = await run('max', [y]).data();
    if (Number(low) < 0 || Number(high) >= units)
      throw new ValueError(`${where}: class numbers must lie in 0..${units - 1}, as the model has ${units} outputs.\n  Received: ${Number(low) < 0 ? low : high}`);
  }
  private async exclusively<T>(what: string, f: () => Promise<T>): Promise<T> {
    if (this.running)
      throw new RuntimeError(
        `${what}: model '${this.model.name}' is busy with ${this.running}. Two at a time would mix up its weights and metrics.\n  Fix: await the first one, or use another model.`,
      );
    this.running = what;
    try {
      return await f();
    } finally {
      this.running = null;
      this.model.clearLosses();
    }
  }
  private callbacks(given: RunOptions['callbacks'], verbose: Verbose | undefined, params: { epochs: number; steps: number | null }, history?: History): CallbackList {
    const level = verbose === undefined || verbose === 'auto' ? (process.stdout.isTTY ? 1 : 2) : verbose;
    if (![0, 1, 2].includes(level)) throw new ValueError(`verbose must be 'auto', 0, 1 or 2.\n  Received: ${String(verbose)}`);
    const list: Callback[] = given ? (Array.isArray(given) ? [...(given as Callback[])] : [given as Callback]) : [];
    if (level && !list.some((c) => c instanceof ProgbarLogger)) list.push(new ProgbarLogger());
    if (history) list.push(history);
    return new CallbackList(list, this.model, { verbose: level, ...params });
  }

  async fit(x: Data, y: Data | null, options: FitOptions): Promise<History> {
    checkOptions('fit', options, FIT);
    this.requireCompiled('fit');
    const epochs = wholeNumber('fit', 'epochs', options.epochs ?? 1, 0),
      initialEpoch = wholeNumber('fit', 'initialEpoch', options.initialEpoch ?? 0, 0);
    const batchSize = wholeNumber('fit', 'batchSize', options.batchSize ?? 32, 1),
      split = options.validationSplit ?? 0;
    const stepsPerEpoch = options.stepsPerEpoch == null ? null : wholeNumber('fit', 'stepsPerEpoch', options.stepsPerEpoch, 1);
    if (!(split >= 0 && split < 1)) throw new ValueError(`fit: validationSplit must lie in [0, 1).\n  Received: ${String(split)}`);
    options.signal?.throwIfAborted();
    return this.exclusively('fit', async () => {
      const source = await this.source('fit', x, y, options.sampleWeight ?? null, options.classWeight ?? null);
      let validation: (() => Promise<Source>) | null = null;
      const given = options.validationData;
      if (given)
        validation = () =>
          isBatches(given)
            ? this.source('fit: validationData', given, null, null, null)
            : this.source('fit: validationData', given[0] as Data, (given[1] ?? null) as Data | null, (given[2] ?? null) as Data | null, null);
      else if (split) {
        if (source.kind !== 'rows') throw new ValueError('fit: validationSplit is for arrays; with an iterable of batches use validationData.');
        const at = Math.floor(source.data.rows * (1 - split));
        if (!at || at === source.data.rows)
          throw new ValueError(`fit: validationSplit ${split} of ${source.data.rows} examples leaves ${at} to train on and ${source.data.rows - at} to validate with.`);
        source.rows = at;
        // Weights of classes are for training only.
        const data = { ...source.data, sampleWeight: source.plainWeight };
        validation = () => Promise.resolve({ kind: 'rows', data, first: at, rows: data.rows - at });
      }
      const all = source.kind === 'rows' ? Math.ceil(source.rows / batchSize) : null,
        steps = stepsPerEpoch === null ? all : all === null ? stepsPerEpoch : Math.min(all, stepsPerEpoch);
      const history = new History(),
        callbacks = this.callbacks(options.callbacks, options.verbose, { epochs, steps }, history);
      const cancel = new Cancel(options.signal ?? null);
      const shuffle = options.shuffle ?? true,
        seed = makeDefaultSeed();
      this.stopTraining = false;
      try {
        await callbacks.each((c) => c.onTrainBegin({}));
        let logs: Logs = {},
          current = source;
        for (let epoch = initialEpoch; epoch < epochs && !this.stopTraining; epoch++) {
          this.resetMetrics();
          await callbacks.each((c) => c.onEpochBegin(epoch, {}));
          const order = source.kind === 'rows' && shuffle ? shuffledRows(source.rows, (seed + epoch * 0x9e3779b9) >>> 0) : null;
          if (epoch > initialEpoch && source.kind === 'batches' && (stepsPerEpoch === null || !isOneShot(x)))
            current = await this.source('fit', x, null, null, options.classWeight ?? null);
          const result = await this.loop(current, { kind: 'train', batchSize, steps, order, callbacks, cancel });
          if (!result.steps)
            throw new ValueError(
              `fit: epoch ${epoch + 1} has no batches.${epoch ? ' The iterable is used up.\n  Fix: pass an object whose [Symbol.iterator] starts anew, or stepsPerEpoch with an endless one.' : ''}`,
            );
          logs = { ...result.logs };
          if (validation && (epoch + 1) % (options.validationFreq ?? 1) === 0) {
            this.resetMetrics();
            const val = await this.test(await validation(), options.validationBatchSize ?? batchSize, options.validationSteps ?? null, callbacks, cancel);
            for (const [name, value] of Object.entries(val)) logs[`val_${name}`] = value;
          }
          const sorted = Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
          await callbacks.each((c) => c.onEpochEnd(epoch, sorted));
          logs = sorted;
        }
        this.optimizer!.finalizeVariableValues(this.optimizer!.built ? undefined : []);
        await callbacks.each((c) => c.onTrainEnd(logs));
      } finally {
        cancel.release();
      }
      return history;
    });
  }
  private async test(source: Source, batchSize: number, steps: number | null, callbacks: CallbackList, cancel: Cancel): Promise<Logs> {
    await callbacks.each((c) => c.onTestBegin({}));
    const { logs, steps: done } = await this.loop(source, { kind: 'test', batchSize, steps, order: null, callbacks, cancel });
    if (!done) throw new ValueError('evaluate: there are no batches.');
    await callbacks.each((c) => c.onTestEnd(logs));
    return logs;
  }
  async evaluate(x: Data, y: Data | null, options: EvaluateOptions): Promise<unknown> {
    checkOptions('evaluate', options, EVALUATE);
    this.requireCompiled('evaluate');
    const batchSize = wholeNumber('evaluate', 'batchSize', options.batchSize ?? 32, 1);
    options.signal?.throwIfAborted();
    return this.exclusively('evaluate', async () => {
      const source = await this.source('evaluate', x, y ?? null, options.sampleWeight ?? null, null);
      const steps = options.steps ?? (source.kind === 'rows' ? Math.ceil(source.rows / batchSize) : null);
      const callbacks = this.callbacks(options.callbacks, options.verbose, { epochs: 1, steps }),
        cancel = new Cancel(options.signal ?? null);
      try {
        this.resetMetrics();
        const logs = await this.test(source, batchSize, options.steps ?? null, callbacks, cancel);
        if (options.returnDict) return logs;
        const values = this.results().map((r) => logs[r.name]);
        return values.length === 1 ? values[0] : values;
      } finally {
        cancel.release();
      }
    });
  }
  async predict(x: Data, options: PredictOptions): Promise<unknown> {
    checkOptions('predict', options, PREDICT);
    const batchSize = wholeNumber('predict', 'batchSize', options.batchSize ?? 32, 1);
    options.signal?.throwIfAborted();
    return this.exclusively('predict', async () => {
      let source: Source;
      if (isBatches(x)) {
        const iterator = batchIterator(x);
        source = {
          kind: 'batches',
          next: async () => {
            const { value, done } = await iterator();
            return done ? null : arrayData('predict', (Array.isArray(value) ? value[0] : value) as Data, null, null);
          },
        };
      } else {
        const data = arrayData('predict', x, null, null);
        source = { kind: 'rows', data, first: 0, rows: data.rows };
      }
      const steps = options.steps ?? (source.kind === 'rows' ? Math.ceil(source.rows / batchSize) : null);
      const callbacks = this.callbacks(options.callbacks, options.verbose, { epochs: 1, steps }),
        cancel = new Cancel(options.signal ?? null),
        parts: Tensor[][] = [];
      try {
        await callbacks.each((c) => c.onPredictBegin({}));
        const { pack } = await this.loop(source, {
          kind: 'predict',
          batchSize,
          steps: options.steps ?? null,
          order: null,
          callbacks,
          cancel,
          collect: (outputs) => parts.push(outputs),
        });
        if (!pack) throw new ValueError('predict: there are no batches.');
        const joined = parts[0].map((t, i) =>
          parts.length === 1
            ? t
            : run(
                'concatenate',
                parts.map((p) => p[i]),
                { axis: 0 },
              ),
        );
        await binding.evaluate(joined);
        await callbacks.each((c) => c.onPredictEnd({}));
        return this.runEagerly ? (joined.length === 1 ? joined[0] : joined) : pack(joined);
      } finally {
        cancel.release();
      }
    });
  }
  async onBatch(
    kind: 'train' | 'test',
    x: Data,
    y: Data | null,
    options: { sampleWeight?: Data | null; classWeight?: Readonly<Record<number, number>>; returnDict?: boolean },
  ): Promise<unknown> {
    const where = `${kind}OnBatch`;
    checkOptions(where, options, ['sampleWeight', 'classWeight', 'returnDict']);
    this.requireCompiled(where);
    return this.exclusively(where, async () => {
      const data = arrayData(where, x, y, options.sampleWeight ?? null);
      if (options.classWeight) data.sampleWeight = await classWeights(data.y, options.classWeight, data.sampleWeight);
      await this.checkTargets(where, data.y);
      const { logs } = await this.runBatch(kind, data);
      if (options.returnDict) return logs;
      const values = Object.values(logs);
      return values.length === 1 ? values[0] : values;
    });
  }
  async predictOnBatch(x: Data): Promise<unknown> {
    return this.exclusively('predictOnBatch', async () => {
      const { outputs, pack } = await this.runBatch('predict', arrayData('predictOnBatch', x, null, null));
      return pack(outputs);
    });
  }
}
const singleLoss = (option: unknown): unknown =>
  (typeof option === 'string' && option !== 'crossentropy' && option !== 'ce') || typeof option === 'function' || option instanceof losses.Loss ? option : null;
const isOneShot = (x: unknown): boolean => typeof x === 'object' && x !== null && 'next' in x;
function batchIterator(x: Iterable<Batch> | AsyncIterable<Batch>): () => Promise<IteratorResult<unknown>> {
  const iterator = Symbol.asyncIterator in x ? x[Symbol.asyncIterator]() : x[Symbol.iterator]();
  return async () => iterator.next();
}
// A batch of another size with the shapes of the data: only shapes and dtypes are looked at.
function standIns(data: Examples, size: number): Examples {
  const like = (s: unknown): unknown => mapTensors(s, (t) => binding.placeholder([size, ...t.shape.slice(1)], t.dtype) as Tensor);
  return { x: like(data.x), y: like(data.y), sampleWeight: like(data.sampleWeight) };
}
const mapTensors = (s: unknown, f: (t: Tensor) => Tensor): unknown => mapStructure(s, isTensor, f);
function mapRows(s: unknown, at: Tensor | null, offset: number, size: number): unknown {
  return at ? mapTensors(s, (t) => run('take', [t, at], { axis: 0 })) : rowsOf(s, offset, offset + size);
}
