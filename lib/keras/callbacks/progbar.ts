/** Progress of training, evaluation and prediction on a line of the terminal (keras.src.callbacks.progbar_logger). */
import type { Logs } from '../training/types';
import { Progbar, type ProgbarStream } from '../utils/progbar';
import { Callback } from './callback';

/** Shows progress of training, evaluation and prediction. */
export class ProgbarLogger extends Callback {
  private bar: Progbar | null = null;
  private done = 0;
  private latest: Logs = {};
  private isTraining = false;
  constructor(private readonly stream: ProgbarStream = process.stdout) {
    super();
  }
  private begin(): void {
    this.bar = this.params.verbose ? new Progbar(this.params.steps, this.params.verbose, this.stream) : null;
    this.done = 0;
    this.latest = {};
  }
  private end(logs: Logs): void {
    this.bar?.update(this.params.steps ?? this.done, logs, true);
    this.bar = null;
  }
  override onTrainBegin(): void {
    this.isTraining = true;
  }
  override onTrainEnd(): void {
    this.isTraining = false;
  }
  override onEpochBegin(epoch: number): void {
    if (this.params.verbose && this.params.epochs > 1) this.stream.write(`Epoch ${epoch + 1}/${this.params.epochs}\n`);
    this.begin();
  }
  override onEpochEnd(_epoch: number, logs: Logs = {}): void {
    this.end(logs);
  }
  override onTestBegin(): void {
    if (!this.isTraining) this.begin();
  }
  override onTestEnd(logs: Logs = {}): void {
    if (!this.isTraining) this.end(logs);
  }
  override onPredictBegin(): void {
    this.begin();
  }
  override onPredictEnd(): void {
    this.end({});
  }
  override onProgress(kind: 'train' | 'test' | 'predict', done: number, logs: Logs): void {
    if (this.isTraining && kind !== 'train') return;
    this.done = done;
    this.latest = logs;
    // The last step is drawn at the end, with validation.
    if (this.params.verbose === 1)
      this.bar?.update(this.params.steps === null ? done : Math.min(done, this.params.steps), this.latest, false);
  }
}
