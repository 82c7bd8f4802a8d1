/** compile, fit, evaluate, predict: runs of steps over data, with callbacks (keras.src.trainers). */
import { binding } from '../../core/binding';
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { flattenStructure, mapStructure } from '../../support/nest';
import { makeDefaultSeed } from '../../core/seed';
import { isTensor, type Tensor } from '../../core/tensor';
import * as ops from '../../ops/index';
import { CallbackHooks, CallbackList } from './callback_hooks';
import { isInteractiveLoggingEnabled } from '../utils/interactive';
import { isOfTexts, type Texts } from '../layers/preprocessing/values';
import { withTexts } from './texts';
import { textArrays } from './text_batches';
import type { Trainable } from './trainable';
import { checkOptions, kinds } from '../options';
import { refuseWhileRunning, Run, withRun, type RunKind } from '../runs';
import { Cancel } from './cancel';
import { CompileState } from './compile_state';
import { arrayData, checkClassWeight, classWeights, rowsOf } from './data';
import { shuffledRows } from '../utils/rows';
import { runLoop } from './loop';
import {
  COMPILE,
  EVALUATE,
  FIT,
  PREDICT,
  integerOption,
  type CompileOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
  type RunOptions,
  type Verbose,
} from './options';
import { RowOrder } from './row_order';
import { openInputs, openSource, stepsOf, type Source } from './sources';
import { Steps } from './steps';
import { checkTargets } from './targets';
import type { Data, Logs } from './types';

/** Options of `trainOnBatch`. */
export interface BatchOptions {
  /** Factor on the loss of each example. Default: 1 each. */
  sampleWeight?: Data | null;
  /** Factor on the loss of the examples of each class. Not beside `sampleWeight`. */
  classWeight?: Readonly<Record<number, number>> | null;
  /** Whether the results come as `{ loss, accuracy }` instead of `[loss, accuracy]`. Default false. */
  returnDict?: boolean;
  /** Ends the call: the promise is rejected. */
  signal?: AbortSignal | null;
}

/** @internal The callbacks that a run has by itself. */
export interface OwnCallbacks<History extends CallbackHooks> {
  /** What gathers the logs of epochs: `fit` returns it. */
  makeHistory(): History;
  /** What shows progress. */
  makeProgress(): CallbackHooks;
  /** Whether a callback that was given shows progress already. */
  isProgress(callback: CallbackHooks): boolean;
}

/** @internal Training of one model. */
export class Trainer<History extends CallbackHooks> {
  state: CompileState | null = null;
  stopTraining = false;
  /** Where `fit` begins instead of its own first epoch: set by a callback that restores a run. */
  initialEpoch: number | null = null;
  history: History | null = null;
  private steps: Steps;

  constructor(
    private readonly model: Trainable,
    private readonly own: OwnCallbacks<History>,
  ) {
    this.steps = new Steps(model, false, null);
  }
  compile(options: CompileOptions): void {
    checkOptions('compile', options, COMPILE);
    refuseWhileRunning('compile', this.model);
    this.state = new CompileState(this.model, options);
    this.forgetPlans();
  }
  /** Steps are traced anew: the model has changed. */
  forgetPlans(): void {
    this.steps = new Steps(this.model, this.state?.options.runEagerly ?? false, this.state?.trainable ?? null);
  }
  requireCompiled(what: string): CompileState {
    if (!this.state)
      throw new ValueError(
        `${what}: model '${this.model.name}' is not compiled.\n  Fix: call compile({ optimizer, loss }) first.`,
      );
    return this.state;
  }
  /** The plan of a training step. */
  trainPlan(x: Data, y: Data | null, { batchSize }: { batchSize?: number }) {
    this.requireCompiled('trainPlan');
    const data = arrayData('trainPlan', x, y, null);
    const rows = Math.min(batchSize ?? 32, data.rows);
    return this.steps.planFor(
      'train',
      { x: rowsOf(data.x, 0, rows), y: rowsOf(data.y, 0, rows), sampleWeight: null },
      { isShared: true },
    ).plan;
  }

  /** One call of a method of the model. @param gathersMetrics - whether it needs their state to itself. */
  private async during<T>(
    what: string,
    kind: RunKind,
    gathersMetrics: boolean,
    signal: AbortSignal | null | undefined,
    f: (cancel: Cancel, run: Run) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { model } = this;
    const metrics = gathersMetrics ? () => model.metrics : undefined;
    return withRun(new Run(what, kind, model, metrics), async (run) => {
      const cancel = new Cancel(signal ?? null);
      try {
        return await f(cancel, run);
      } finally {
        cancel.release();
        model.clearLosses();
      }
    });
  }
  /** Metrics start anew for this call. */
  private resetMetrics(run: Run): void {
    run.resetMetrics(() => this.model.resetMetrics());
  }
  private callbacks(
    given: RunOptions['callbacks'],
    verbose: Verbose | undefined,
    params: { epochs: number; steps: number | null },
    history?: History,
  ): CallbackList {
    const level =
      verbose === undefined || verbose === 'auto'
        ? process.stdout.isTTY && isInteractiveLoggingEnabled()
          ? 1
          : 2
        : verbose;
    if (![0, 1, 2].includes(level))
      throw new ValueError(`verbose must be 'auto', 0, 1 or 2.\n  Received: ${describe(verbose)}`);
    const list: CallbackHooks[] = given
      ? Array.isArray(given)
        ? [...(given as CallbackHooks[])]
        : [given as CallbackHooks]
      : [];
    for (const c of list as unknown[])
      if (typeof (c as CallbackHooks | null)?.setModel !== 'function')
        throw new TypeError(
          `callbacks must be instances of Callback.\n  Received: ${describe(c)}${typeof c === 'function' && c.prototype instanceof CallbackHooks ? `\n  Fix: new ${c.name}(...).` : ''}`,
        );
    if (level && !list.some((c) => this.own.isProgress(c))) list.push(this.own.makeProgress());
    if (history) list.push(history);
    return new CallbackList(list, this.model, { verbose: level, ...params });
  }
  private checkTargets(where: string, source: Source): Promise<void> {
    const output = this.model.graph?.outputs[0] ?? null;
    const check = (y: unknown): Promise<void> =>
      checkTargets(
        where,
        y,
        this.state!.options.loss,
        output && { name: this.model.outputNames?.[0] ?? output.name, units: output.shape.at(-1) },
      );
    if (source.kind === 'rows') return check(source.data.y);
    source.check = check;
    return Promise.resolve();
  }

  // Texts are no tensors: what the first layers make of them takes their place.
  private taking(x: Data): Data {
    this.model.prepareFor(x);
    return withTexts(this.model.graph, x) as Data;
  }
  // The same arrays in batches, where texts of a batch decide how long its rows are.
  private inTextBatches(
    where: string,
    x: Data,
    y: Data | null,
    sampleWeight: Data | null,
    batchSize: number,
  ): [Data, Data | null, Data | null] {
    const texts = textArrays(where, this.model.graph, x, y, sampleWeight);
    return texts ? [texts.batches(0, texts.rows, batchSize, null), null, null] : [x, y, sampleWeight];
  }
  async fit(x: Data, y: Data | null, options: FitOptions): Promise<History> {
    checkOptions('fit', options, FIT);
    const state = this.requireCompiled('fit');
    this.model.prepareFor(x);
    const texts = textArrays('fit', this.model.graph, x, y, options.sampleWeight ?? null);
    if (texts) {
      const { validationSplit: split = 0, shuffle = true } = options;
      const size = integerOption('fit', 'batchSize', options.batchSize ?? 32, 1);
      const at = split > 0 && split < 1 && !options.validationData ? Math.floor(texts.rows * (1 - split)) : texts.rows;
      if (!at)
        throw new ValueError(
          `fit: validationSplit ${split} of ${texts.rows} examples leaves 0 to train on and ${texts.rows} to validate with.`,
        );
      const validationData =
        at < texts.rows
          ? texts.batches(at, texts.rows, options.validationBatchSize ?? size, null)
          : options.validationData;
      return this.fit(texts.batches(0, at, size, shuffle ? makeDefaultSeed() : null), null, {
        ...options,
        sampleWeight: null,
        shuffle: false,
        validationSplit: at < texts.rows ? 0 : split,
        validationData: validationData as FitOptions['validationData'],
      });
    }
    const epochs = integerOption('fit', 'epochs', options.epochs ?? 1, 0);
    const initialEpoch = integerOption('fit', 'initialEpoch', options.initialEpoch ?? 0, 0);
    const batchSize = integerOption('fit', 'batchSize', options.batchSize ?? 32, 1);
    const stepsPerEpoch =
      options.stepsPerEpoch == null ? null : integerOption('fit', 'stepsPerEpoch', options.stepsPerEpoch, 1);
    const isDue = validationEpochs(options.validationFreq ?? 1);
    return this.during('fit', 'train', true, options.signal, async (cancel, run) => {
      state.trainable.warn();
      const shuffle = options.shuffle ?? true;
      const seed = makeDefaultSeed();
      checkClassWeight('fit', options.classWeight);
      const source = await openSource(
        'fit',
        this.taking(x),
        y,
        options.sampleWeight ?? null,
        options.classWeight ?? null,
        shuffle ? seed : null,
      );
      await this.checkTargets('fit', source);
      const validation = await this.validationSource(source, options, options.validationBatchSize ?? batchSize);
      const all = stepsOf(source, batchSize);
      const steps = stepsPerEpoch === null ? all : all === null ? stepsPerEpoch : Math.min(all, stepsPerEpoch);
      const history = (this.history = this.own.makeHistory());
      const callbacks = this.callbacks(options.callbacks, options.verbose, { epochs, steps }, history);
      this.stopTraining = false;
      this.initialEpoch = null;
      try {
        await callbacks.each((c) => c.onTrainBegin({}));
        let logs: Logs = {};
        let order: RowOrder | null = null;
        let taken = 0; // with stepsPerEpoch, epochs go on where the last one ended
        for (let epoch = this.initialEpoch ?? initialEpoch; epoch < epochs && !this.stopTraining; epoch++) {
          this.resetMetrics(run);
          await callbacks.each((c) => c.onEpochBegin(epoch, {}));
          if (source.kind === 'batches') await source.begin(stepsPerEpoch !== null);
          else if (taken === 0)
            order = shuffle
              ? new RowOrder(await shuffledRows(source.rows, (seed + epoch * 0x9e3779b9) >>> 0), source.rows)
              : null;
          const result = await runLoop(this.steps, source, {
            kind: 'train',
            batchSize,
            steps: stepsPerEpoch,
            order,
            skip: taken,
            callbacks,
            cancel,
            run,
            stepsPerCall: state.stepsPerCall,
            isStopped: () => this.stopTraining,
          });
          if (!result.steps)
            throw new ValueError(
              `fit: epoch ${epoch + 1} has no batches.${epoch ? ' The iterable is used up.\n  Fix: pass an object whose [Symbol.iterator] starts anew, or stepsPerEpoch with an endless one.' : ''}`,
            );
          if (stepsPerEpoch !== null && all !== null && source.kind === 'rows')
            taken = taken + result.steps >= all ? 0 : taken + result.steps;
          logs = { ...result.logs };
          if (validation && isDue(epoch + 1)) {
            this.resetMetrics(run);
            const val = await this.test(
              'fit: validationData',
              validation,
              options.validationBatchSize ?? batchSize,
              options.validationSteps ?? null,
              callbacks,
              cancel,
              run,
            );
            for (const [name, value] of Object.entries(val)) logs[`val_${name}`] = value;
          }
          logs = Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));
          await callbacks.each((c) => c.onEpochEnd(epoch, logs));
        }
        state.optimizer.finalizeVariableValues(state.optimizer.built ? undefined : []);
        await callbacks.each((c) => c.onTrainEnd(logs));
      } finally {
        await closeAll([source, validation], cancel);
      }
      return history;
    });
  }
  private async validationSource(
    source: Source,
    { validationData: given, validationSplit: split = 0 }: FitOptions,
    batchSize: number,
  ): Promise<Source | null> {
    if (!(split >= 0 && split < 1))
      throw new ValueError(`fit: validationSplit must lie in [0, 1).\n  Received: ${describe(split)}`);
    if (given) {
      const where = 'fit: validationData';
      const [inputs, targets, weights] = (Array.isArray(given) ? given : [given]) as Data[];
      const [x, y, weight] = this.inTextBatches(where, inputs, targets ?? null, weights ?? null, batchSize);
      const own = await openSource(where, this.taking(x), y ?? null, weight ?? null, null);
      await this.checkTargets(where, own);
      return own;
    }
    if (!split) return null;
    if (source.kind !== 'rows')
      throw new ValueError('fit: validationSplit is for arrays; with an iterable of batches use validationData.');
    const { rows } = source.data;
    const at = Math.floor(rows * (1 - split));
    if (!at || at === rows)
      throw new ValueError(
        `fit: validationSplit ${split} of ${rows} examples leaves ${at} to train on and ${rows - at} to validate with.`,
      );
    source.rows = at;
    // Weights of classes are for training only.
    return { ...source, data: { ...source.data, sampleWeight: source.plainWeight }, first: at, rows: rows - at };
  }
  private async test(
    where: string,
    source: Source,
    batchSize: number,
    steps: number | null,
    callbacks: CallbackList,
    cancel: Cancel,
    run: Run,
  ): Promise<Logs> {
    await callbacks.each((c) => c.onTestBegin({}));
    if (source.kind === 'batches') await source.begin(steps !== null);
    const { logs, steps: done } = await runLoop(this.steps, source, {
      kind: 'test',
      batchSize,
      steps,
      callbacks,
      cancel,
      run,
      stepsPerCall: this.state!.stepsPerCall,
    });
    if (!done) throw new ValueError(`${where}: there are no batches.`);
    await callbacks.each((c) => c.onTestEnd(logs));
    return logs;
  }

  async evaluate(x: Data, y: Data | null, options: EvaluateOptions): Promise<unknown> {
    checkOptions('evaluate', options, EVALUATE);
    const state = this.requireCompiled('evaluate');
    const batchSize = integerOption('evaluate', 'batchSize', options.batchSize ?? 32, 1);
    return this.during('evaluate', 'read', true, options.signal, async (cancel, run) => {
      state.trainable.warn();
      this.model.prepareFor(x);
      const [inputs, targets, weights] = this.inTextBatches(
        'evaluate',
        x,
        y ?? null,
        options.sampleWeight ?? null,
        batchSize,
      );
      const source = await openSource('evaluate', this.taking(inputs), targets, weights, null);
      await this.checkTargets('evaluate', source);
      const callbacks = this.callbacks(options.callbacks, options.verbose, {
        epochs: 1,
        steps: options.steps ?? stepsOf(source, batchSize),
      });
      this.resetMetrics(run);
      const logs = await this.test(
        'evaluate',
        source,
        batchSize,
        options.steps ?? null,
        callbacks,
        cancel,
        run,
      ).finally(() => closeAll([source], cancel));
      return options.returnDict ? logs : this.inOrder(logs);
    });
  }
  async predict(x: Data, options: PredictOptions): Promise<unknown> {
    checkOptions('predict', options, PREDICT);
    const batchSize = integerOption('predict', 'batchSize', options.batchSize ?? 32, 1);
    if (isOfTexts(x) && (this.model.graph?.inputs.length ?? 1) === 1) return this.predictTexts(x, batchSize, options);
    return this.during('predict', 'read', false, options.signal, async (cancel, run) => {
      this.model.prepareFor(x);
      const source = openInputs(this.taking(this.inTextBatches('predict', x, null, null, batchSize)[0]));
      const callbacks = this.callbacks(options.callbacks, options.verbose, {
        epochs: 1,
        steps: options.steps ?? stepsOf(source, batchSize),
      });
      const parts: Tensor[][] = [];
      await callbacks.each((c) => c.onPredictBegin({}));
      if (source.kind === 'batches') await source.begin(false);
      const { pack } = await runLoop(this.steps, source, {
        kind: 'predict',
        batchSize,
        steps: options.steps ?? null,
        callbacks,
        cancel,
        run,
        collect: (outputs) => parts.push(outputs),
      }).finally(() => closeAll([source], cancel));
      if (!pack) throw new ValueError('predict: there are no batches.');
      const joined = await joinRows(parts);
      await callbacks.each((c) => c.onPredictEnd({}));
      return pack(joined);
    });
  }
  // Texts are no tensors: the model's first layer makes numbers of them, batch by batch.
  private predictTexts(x: readonly Texts[], batchSize: number, options: PredictOptions): Promise<unknown> {
    return this.during('predict', 'read', false, options.signal, async (cancel) => {
      const steps = Math.min(options.steps ?? Infinity, Math.ceil(x.length / batchSize));
      const callbacks = this.callbacks(options.callbacks, options.verbose, { epochs: 1, steps });
      const parts: Tensor[][] = [];
      let result: unknown;
      await callbacks.each((c) => c.onPredictBegin({}));
      for (let step = 0; step < steps; step++) {
        cancel.throwIfRequested();
        await callbacks.each((c) => c.onPredictBatchBegin(step, {}));
        result = this.model.apply(x.slice(step * batchSize, (step + 1) * batchSize), { training: false });
        const outputs = flattenStructure(result, isTensor);
        await binding.evaluate(outputs);
        parts.push(outputs);
        await callbacks.each((c) => c.onPredictBatchEnd(step, {}));
      }
      const joined = await joinRows(parts);
      await callbacks.each((c) => c.onPredictEnd({}));
      return mapStructure(result, isTensor, () => joined.shift()!);
    });
  }
  async onBatch(kind: 'train' | 'test', x: Data, y: Data | null, options: BatchOptions): Promise<unknown> {
    const where = `${kind}OnBatch`;
    checkOptions(where, options, {
      sampleWeight: kinds.any,
      ...(kind === 'train' ? { classWeight: kinds.any } : {}),
      returnDict: kinds.boolean,
      signal: kinds.signal,
    });
    const state = this.requireCompiled(where);
    return this.during(where, kind === 'train' ? 'train' : 'read', true, options.signal, async (_, run) => {
      state.trainable.warn();
      const data = arrayData(where, this.taking(x), y, options.sampleWeight ?? null);
      checkClassWeight(where, options.classWeight);
      if (options.classWeight) data.sampleWeight = await classWeights(data.y, options.classWeight, data.sampleWeight);
      await this.checkTargets(where, { kind: 'rows', data, first: 0, rows: data.rows, plainWeight: null });
      this.resetMetrics(run);
      const { logs } = await this.steps.run(kind, data, run);
      return options.returnDict ? logs : this.inOrder(logs);
    });
  }
  async predictOnBatch(x: Data, { signal }: { signal?: AbortSignal | null } = {}): Promise<unknown> {
    return this.during('predictOnBatch', 'read', false, signal, async (_, run) => {
      const { outputs, pack } = await this.steps.run(
        'predict',
        arrayData('predictOnBatch', this.taking(x), null, null),
        run,
      );
      return pack(outputs);
    });
  }
  // Values in the order of the metrics, then what has other names, by name; one alone as it is. Metrics of the same name give
  // the first one's value each, as in Keras.
  private inOrder(logs: Logs): number | number[] {
    const known = this.model.metrics.map((m) => m.name).filter((n) => n in logs);
    const names = [
      ...known,
      ...Object.keys(logs)
        .filter((n) => !known.includes(n))
        .sort(),
    ];
    return names.length === 1 ? logs[names[0]] : names.map((n) => logs[n]);
  }
}
async function joinRows(parts: readonly Tensor[][]): Promise<Tensor[]> {
  if (parts.length === 1) return parts[0]; // computed
  const joined = parts[0].map((_, i) =>
    ops.concatenate(
      parts.map((p) => p[i]),
      { axis: 0 },
    ),
  );
  await binding.evaluate(joined);
  return joined;
}
// An interrupted run does not wait for data that may never come.
async function closeAll(list: readonly (Source | null)[], cancel: Cancel): Promise<void> {
  for (const s of list) {
    if (s?.kind !== 'batches') continue;
    const closed = s.close();
    if (cancel.flag[0]) closed.catch(() => undefined);
    else await closed;
  }
}
function validationEpochs(given: number | readonly number[]): (epoch: number) => boolean {
  if (Array.isArray(given)) return (epoch) => (given as readonly number[]).includes(epoch);
  const every = integerOption('fit', 'validationFreq', given, 1);
  return (epoch) => epoch % every === 0;
}
