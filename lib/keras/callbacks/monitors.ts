/** Callbacks that watch a metric: EarlyStopping, ReduceLROnPlateau. */
import { ValueError } from '../../errors';
import type { Tensor } from '../../tensor';
import { Variable } from '../../variable';
import { checkOptions } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

/** @internal Whether smaller or larger is better: by the name when 'auto'. */
export function direction(where: string, mode: string, monitor: string): 'min' | 'max' {
  if (!['auto', 'min', 'max'].includes(mode)) throw new ValueError(`${where}: mode must be 'auto', 'min' or 'max'.\n  Received: '${mode}'`);
  if (mode !== 'auto') return mode as 'min' | 'max';
  return /acc|auc|precision|recall|f1|fbeta|iou|r2/.test(monitor.replace(/^val_/, '')) && !/loss|error/.test(monitor) ? 'max' : 'min';
}
function monitored(callback: string, monitor: string, logs: Logs): number | null {
  if (monitor in logs) return logs[monitor];
  console.warn(`${callback}: '${monitor}' is not among the logs (${Object.keys(logs).join(', ')}), so nothing happens.`);
  return null;
}

export interface EarlyStoppingOptions {
  monitor?: string;
  minDelta?: number;
  patience?: number;
  verbose?: number;
  mode?: string;
  baseline?: number | null;
  restoreBestWeights?: boolean;
  startFromEpoch?: number;
}
/** Stops when the metric has not got better for `patience` epochs. Defaults: monitor 'val_loss', minDelta 0, patience 0. */
export class EarlyStopping extends Callback {
  readonly monitor: string;
  stoppedEpoch = 0;
  bestEpoch = 0;
  best: number;
  private wait = 0;
  private bestWeights: Tensor[] | null = null;
  private readonly settings: Required<EarlyStoppingOptions>;
  private readonly mode: 'min' | 'max';
  constructor(options: EarlyStoppingOptions = {}) {
    super();
    checkOptions('EarlyStopping', options, ['monitor', 'minDelta', 'patience', 'verbose', 'mode', 'baseline', 'restoreBestWeights', 'startFromEpoch']);
    this.settings = { monitor: 'val_loss', minDelta: 0, patience: 0, verbose: 0, mode: 'auto', baseline: null, restoreBestWeights: false, startFromEpoch: 0, ...options };
    this.monitor = this.settings.monitor;
    this.mode = direction('EarlyStopping', this.settings.mode, this.monitor);
    this.best = this.mode === 'min' ? Infinity : -Infinity;
  }
  private isBetter(value: number, than: number): boolean {
    const delta = Math.abs(this.settings.minDelta);
    return this.mode === 'min' ? value < than - delta : value > than + delta;
  }
  override onTrainBegin(): void {
    this.wait = this.stoppedEpoch = this.bestEpoch = 0;
    this.best = this.mode === 'min' ? Infinity : -Infinity;
    this.bestWeights = null;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const { startFromEpoch, restoreBestWeights, baseline, patience, verbose } = this.settings,
      value = monitored('EarlyStopping', this.monitor, logs);
    if (value === null || epoch < startFromEpoch) return;
    if (restoreBestWeights && !this.bestWeights) {
      this.bestWeights = this.model.getWeights();
      this.bestEpoch = epoch;
    }
    this.wait++;
    if (this.isBetter(value, this.best)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.bestWeights = this.model.getWeights();
      if (baseline === null || this.isBetter(value, baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
      if (verbose > 0) console.log(`Epoch ${epoch + 1}: early stopping`);
    }
  }
  override onTrainEnd(): void {
    if (this.settings.restoreBestWeights && this.bestWeights) this.model.setWeights(this.bestWeights);
    this.bestWeights = null;
  }
}

export interface ReduceLROnPlateauOptions {
  monitor?: string;
  factor?: number;
  patience?: number;
  verbose?: number;
  mode?: string;
  minDelta?: number;
  cooldown?: number;
  minLr?: number;
}
/** Multiplies the learning rate by `factor` when the metric has not got better for `patience` epochs. Defaults: 0.1, 10. */
export class ReduceLROnPlateau extends Callback {
  private readonly settings: Required<ReduceLROnPlateauOptions>;
  private readonly mode: 'min' | 'max';
  private best = 0;
  private wait = 0;
  private cooling = 0;
  constructor(options: ReduceLROnPlateauOptions = {}) {
    super();
    checkOptions('ReduceLROnPlateau', options, ['monitor', 'factor', 'patience', 'verbose', 'mode', 'minDelta', 'cooldown', 'minLr']);
    this.settings = { monitor: 'val_loss', factor: 0.1, patience: 10, verbose: 0, mode: 'auto', minDelta: 1e-4, cooldown: 0, minLr: 0, ...options };
    if (!(this.settings.factor < 1)) throw new ValueError(`ReduceLROnPlateau: factor must be below 1.\n  Received: ${this.settings.factor}`);
    this.mode = direction('ReduceLROnPlateau', this.settings.mode, this.settings.monitor);
    this.onTrainBegin();
  }
  override onTrainBegin(): void {
    this.best = this.mode === 'min' ? Infinity : -Infinity;
    this.wait = this.cooling = 0;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const { monitor, minDelta, cooldown, patience, minLr, factor, verbose } = this.settings,
      rate = this.model.optimizer!.learningRate;
    const now = rate.item();
    logs.learning_rate = now;
    const value = monitored('ReduceLROnPlateau', monitor, logs);
    if (value === null) return;
    if (this.cooling > 0) {
      this.cooling--;
      this.wait = 0;
    }
    if (this.mode === 'min' ? value < this.best - minDelta : value > this.best + minDelta) {
      this.best = value;
      this.wait = 0;
      return;
    }
    if (this.cooling > 0) return;
    if (++this.wait < patience) return;
    if (now > Math.fround(minLr) && rate instanceof Variable) {
      const next = Math.max(now * factor, minLr);
      this.model.optimizer!.learningRate = next;
      if (verbose > 0) console.log(`Epoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${next}.`);
      this.cooling = cooldown;
      this.wait = 0;
    }
  }
}
