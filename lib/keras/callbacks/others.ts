/** LambdaCallback, LearningRateScheduler, TerminateOnNaN, CSVLogger. */
import * as fs from 'node:fs';
import { ValueError } from '../../errors';
import { checkOptions } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

const HOOKS = [
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBegin',
  'onTrainEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onPredictBegin',
  'onPredictEnd',
  'onPredictBatchBegin',
  'onPredictBatchEnd',
] as const;
/** Functions for the events of a callback: `new LambdaCallback({ onEpochEnd: (epoch, logs) => ... })`. */
export class LambdaCallback extends Callback {
  constructor(functions: Partial<Pick<Callback, (typeof HOOKS)[number]>>) {
    super();
    checkOptions('LambdaCallback', functions, HOOKS);
    for (const [name, f] of Object.entries(functions)) if (f) (this as unknown as Record<string, unknown>)[name] = f;
  }
}
/** Sets the learning rate before each epoch to `schedule(epoch, rate)`. */
export class LearningRateScheduler extends Callback {
  private readonly verbose: number;
  constructor(
    private readonly schedule: (epoch: number, rate: number) => number,
    options: { verbose?: number } = {},
  ) {
    super();
    checkOptions('LearningRateScheduler', options, ['verbose']);
    if (typeof schedule !== 'function') throw new ValueError(`LearningRateScheduler: schedule must be a function of the epoch and the rate.\n  Received: ${typeof schedule}`);
    this.verbose = options.verbose ?? 0;
  }
  override onEpochBegin(epoch: number): void {
    const optimizer = this.model.optimizer!,
      rate = this.schedule(epoch, optimizer.learningRate.item());
    if (typeof rate !== 'number') throw new ValueError(`LearningRateScheduler: the schedule must return a number.\n  Received: ${String(rate)}`);
    optimizer.learningRate = rate;
    if (this.verbose > 0) console.log(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`);
  }
  override onEpochEnd(_epoch: number, logs: Logs = {}): void {
    logs.learning_rate = this.model.optimizer!.learningRate.item();
  }
}
/** Ends training when the loss is NaN or infinite. */
export class TerminateOnNaN extends Callback {
  override onTrainBatchEnd(batch: number, logs: Logs = {}): void {
    if (logs.loss === undefined || Number.isFinite(logs.loss)) return;
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}
/** Writes a line of loss and metrics for each epoch to a CSV file. */
export class CSVLogger extends Callback {
  private readonly separator: string;
  private readonly append: boolean;
  private keys: string[] | null = null;
  private file: number | null = null;
  private hasHeader = false;
  constructor(
    private readonly filename: string,
    options: { separator?: string; append?: boolean } = {},
  ) {
    super();
    checkOptions('CSVLogger', options, ['separator', 'append']);
    this.separator = options.separator ?? ',';
    this.append = options.append ?? false;
  }
  private write(values: readonly (string | number)[]): void {
    const quote = (v: string | number): string => (/["\n\r]/.test(String(v)) || String(v).includes(this.separator) ? `"${String(v).replace(/"/g, '""')}"` : String(v));
    fs.writeSync(this.file!, `${values.map(quote).join(this.separator)}\n`);
  }
  override onTrainBegin(): void {
    this.hasHeader = this.append && fs.existsSync(this.filename) && fs.statSync(this.filename).size > 0;
    this.file = fs.openSync(this.filename, this.append ? 'a' : 'w');
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    if (!this.keys) {
      this.keys = Object.keys(logs).sort();
      if (!this.hasHeader) this.write(['epoch', ...this.keys]);
    }
    this.write([epoch, ...this.keys.map((k) => logs[k] ?? 'NA')]);
  }
  override onTrainEnd(): void {
    if (this.file !== null) fs.closeSync(this.file);
    this.file = null;
    this.keys = null;
  }
}
