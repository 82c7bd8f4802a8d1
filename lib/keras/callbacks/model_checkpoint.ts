/** ModelCheckpoint. */
import { describe } from '../../support/describe';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writing } from '../../io/source';
import { ValueError } from '../../support/errors';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { formatPath } from './file_path';
import { MonitorCallback } from './monitor_callback';
import type { MonitorMode, MonitorName } from './monitor_callback';

export interface ModelCheckpointOptions {
  /** Name in the logs of what is watched. Default 'val_loss'. */
  monitor?: MonitorName;
  /** 1 prints what is saved and why. Default 0. */
  verbose?: 0 | 1;
  /** Whether only what is better than all before is saved. Default false. */
  saveBestOnly?: boolean;
  /** Whether files hold the weights alone. Default false. */
  saveWeightsOnly?: boolean;
  /** Whether less ('min') or more ('max') is better; 'auto' (default) asks the metric. */
  mode?: MonitorMode;
  /** 'epoch', or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Only what is better than this is saved. */
  initialValueThreshold?: number | null;
}
/**
 * Saves the model, or its weights, after each epoch or every `saveFreq` batches; with `saveBestOnly` when the metric got
 * better. The path may hold places for epoch, batch, loss and metrics: `model-{epoch:02d}-{val_loss:.2f}.keras`.
 * Defaults: monitor 'val_loss', saveFreq 'epoch'.
 */
export class ModelCheckpoint extends MonitorCallback {
  static positional = ['filepath'];
  static options: OptionKinds = {
    monitor: kinds.string,
    verbose: kinds.integer,
    saveBestOnly: kinds.boolean,
    saveWeightsOnly: kinds.boolean,
    mode: kinds.choice,
    saveFreq: kinds.any,
    initialValueThreshold: kinds.numbers,
  };
  private readonly settings: Required<ModelCheckpointOptions>;
  private epoch = 0;
  private sinceLast = 0;
  private lastBatch: number | null = null;
  constructor(
    readonly filepath: string,
    options: ModelCheckpointOptions = {},
  ) {
    checkOptionsOf(new.target, 'ModelCheckpoint', options);
    const settings: Required<ModelCheckpointOptions> = {
      monitor: 'val_loss',
      verbose: 0,
      saveBestOnly: false,
      saveWeightsOnly: false,
      mode: 'auto',
      saveFreq: 'epoch',
      initialValueThreshold: null,
      ...options,
    };
    if (typeof filepath !== 'string')
      throw new ValueError(`ModelCheckpoint: filepath must be a text.\n  Received: ${describe(filepath)}`);
    super(settings.monitor, settings.mode, settings.initialValueThreshold, 0);
    this.settings = settings;
    const { saveFreq, saveWeightsOnly } = settings;
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq > 0))
      throw new ValueError(
        `ModelCheckpoint: saveFreq must be 'epoch' or a number of batches.\n  Received: ${describe(saveFreq)}`,
      );
    if (saveWeightsOnly && !filepath.endsWith('.weights.h5'))
      throw new ValueError(
        `ModelCheckpoint: with saveWeightsOnly the path must end in '.weights.h5'.\n  Received: ${describe(filepath)}`,
      );
    if (!saveWeightsOnly && !/\.(keras|h5)$/.test(filepath))
      throw new ValueError(`ModelCheckpoint: the path must end in '.keras'.\n  Received: ${describe(filepath)}`);
    // Without a number of batches nothing happens at batches, and whole epochs run natively.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = (batch, logs) => this.afterBatch(batch, logs ?? {});
  }
  override onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if (this.settings.saveFreq === 'epoch') await this.save(epoch, null, logs);
  }
  private async afterBatch(batch: number, logs: Logs): Promise<void> {
    this.sinceLast += this.lastBatch === null || batch <= this.lastBatch ? batch + 1 : batch - this.lastBatch;
    this.lastBatch = batch;
    if (this.sinceLast < (this.settings.saveFreq as number)) return;
    this.sinceLast = 0;
    await this.save(this.epoch, batch, logs);
  }
  private say(epoch: number, text: string): void {
    if (this.settings.verbose > 0) console.log(`\nEpoch ${epoch + 1}: ${text}`);
  }
  private isWanted(epoch: number, logs: Logs, file: string): boolean {
    if (!this.settings.saveBestOnly) {
      this.say(epoch, `saving model to ${file}`);
      return true;
    }
    const { monitor } = this;
    const value: unknown = logs[monitor];
    if (value === undefined) {
      console.warn(
        `ModelCheckpoint: '${monitor}' is not among the logs (${Object.keys(logs).join(', ')}), so the model is saved whatever it is.`,
      );
      return true;
    }
    if (typeof value !== 'number') {
      console.warn(`ModelCheckpoint: '${monitor}' is not one number, so the model is saved whatever it is.`);
      return true;
    }
    const best = this.best === null ? 'None' : this.best.toFixed(5);
    if (!this.isImprovement(value, this.best)) {
      this.say(epoch, `${monitor} did not improve from ${best}`);
      return false;
    }
    this.say(epoch, `${monitor} improved from ${best} to ${value.toFixed(5)}, saving model to ${file}`);
    this.best = value;
    return true;
  }
  private async save(epoch: number, batch: number | null, logs: Logs): Promise<void> {
    const file = formatPath('ModelCheckpoint', this.filepath, {
      epoch: epoch + 1,
      ...(batch === null ? {} : { batch: batch + 1 }),
      ...logs,
    });
    if (!this.isWanted(epoch, logs, file)) return;
    if (fs.existsSync(file) && fs.statSync(file).isDirectory())
      throw new ValueError(`ModelCheckpoint: '${file}' is a directory.\n  Fix: the path of a file.`);
    writing(file, () => fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true }));
    await (this.settings.saveWeightsOnly ? this.model.saveWeights(file) : this.model.save(file));
    this.say(epoch, `finished saving model to ${file}`);
  }
}
