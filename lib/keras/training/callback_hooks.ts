/** What callbacks can hear of a run, and the list of those that hear it. */
import { expectKind } from '../../support/guard';
import type { Trainable } from './trainable';
import type { Logs } from './types';

/** What a callback knows of the run. */
export interface CallbackParams {
  /** 0: silent; 1: a bar for each epoch; 2: a line for each epoch. */
  verbose: number;
  /** Number of the last epoch. */
  epochs: number;
  /** Batches in an epoch; null where that is unknown. */
  steps: number | null;
}
type Maybe = void | Promise<void>;

/** What happens during training, evaluation and prediction, as far as it does not ask what a model is. */
export class CallbackHooks {
  params: CallbackParams = { verbose: 0, epochs: 1, steps: null };
  setModel(_model: unknown): void {
    return;
  }
  setParams(params: CallbackParams): void {
    this.params = params;
  }
  /* eslint-disable @typescript-eslint/no-unused-vars */
  onTrainBegin(logs?: Logs): Maybe {}
  onTrainEnd(logs?: Logs): Maybe {}
  onEpochBegin(epoch: number, logs?: Logs): Maybe {}
  onEpochEnd(epoch: number, logs?: Logs): Maybe {}
  onTrainBatchBegin(batch: number, logs?: Logs): Maybe {}
  onTrainBatchEnd(batch: number, logs?: Logs): Maybe {}
  onTestBegin(logs?: Logs): Maybe {}
  onTestEnd(logs?: Logs): Maybe {}
  onTestBatchBegin(batch: number, logs?: Logs): Maybe {}
  onTestBatchEnd(batch: number, logs?: Logs): Maybe {}
  onPredictBegin(logs?: Logs): Maybe {}
  onPredictEnd(logs?: Logs): Maybe {}
  onPredictBatchBegin(batch: number, logs?: Logs): Maybe {}
  onPredictBatchEnd(batch: number, logs?: Logs): Maybe {}
  /** @internal Steps done so far: at most every 50 ms, whatever the batches. */
  onProgress(kind: 'train' | 'test' | 'predict', done: number, logs: Logs): void {}
  /* eslint-enable @typescript-eslint/no-unused-vars */
}
/** @internal Runs the same method of several callbacks, in order. */
export class CallbackList {
  constructor(
    readonly callbacks: readonly CallbackHooks[],
    model: Trainable,
    params: CallbackParams,
  ) {
    expectKind('callbacks', 'they', callbacks, Array.isArray(callbacks), 'a list');
    for (const c of callbacks) {
      expectKind('callbacks', 'each', c, typeof (c as CallbackHooks | null)?.setModel === 'function', 'a Callback');
      c.setModel(model);
      c.setParams(params);
    }
  }
  /** A promise only where one of them gives one. */
  each(call: (c: CallbackHooks) => Maybe): Maybe {
    const goOn = (from: number): Maybe => {
      for (let i = from; i < this.callbacks.length; i++) {
        const pending = call(this.callbacks[i]);
        if (pending) return pending.then(() => goOn(i + 1));
      }
    };
    return goOn(0);
  }
  /** Whether some callback wants to hear of every batch. */
  wantsBatches(kind: 'Train' | 'Test' | 'Predict'): boolean {
    const names = [`on${kind}BatchBegin`, `on${kind}BatchEnd`] as ('onTrainBatchBegin' | 'onTrainBatchEnd')[];
    return this.callbacks.some((c) => names.some((n) => c[n] !== CallbackHooks.prototype[n]));
  }
  progress(kind: 'train' | 'test' | 'predict', done: number, logs: Logs): void {
    for (const c of this.callbacks) c.onProgress(kind, done, logs);
  }
}
