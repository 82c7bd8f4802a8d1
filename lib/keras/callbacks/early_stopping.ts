/** EarlyStopping. */
import type { Tensor } from '../../core/tensor';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { MonitorCallback } from './monitor_callback';
import type { MonitorMode, MonitorName } from './monitor_callback';

export interface EarlyStoppingOptions {
  /** Name in the logs of what is watched. Default 'val_loss'. */
  monitor?: MonitorName;
  /** Smallest change that counts as better. Default 0. */
  minDelta?: number;
  /** Epochs without anything better after which training ends, >= 0. Default 0. */
  patience?: number;
  /** 1 prints when training is ended. Default 0. */
  verbose?: 0 | 1;
  /** Whether less ('min') or more ('max') is better; 'auto' (default) asks the metric. */
  mode?: MonitorMode;
  /** Value that must be reached for an epoch to count as better. Default null: none. */
  baseline?: number | null;
  /** Whether the weights of the best epoch come back at the end. Default false. */
  restoreBestWeights?: boolean;
  /** Epochs at the beginning that are not watched. Default 0. */
  startFromEpoch?: number;
}
/** Stops when the metric has not got better for `patience` epochs. Defaults: monitor 'val_loss', minDelta 0, patience 0. */
export class EarlyStopping extends MonitorCallback {
  static options: OptionKinds = {
    monitor: kinds.string,
    minDelta: kinds.number,
    patience: kinds.count,
    verbose: kinds.integer,
    mode: kinds.choice,
    baseline: kinds.number,
    restoreBestWeights: kinds.boolean,
    startFromEpoch: kinds.count,
  };
  stoppedEpoch = 0;
  bestEpoch = 0;
  private wait = 0;
  private bestWeights: Tensor[] | null = null;
  private readonly settings: Required<EarlyStoppingOptions>;
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptionsOf(new.target, 'EarlyStopping', options);
    const settings: Required<EarlyStoppingOptions> = {
      monitor: 'val_loss',
      minDelta: 0,
      patience: 0,
      verbose: 0,
      mode: 'auto',
      baseline: null,
      restoreBestWeights: false,
      startFromEpoch: 0,
      ...options,
    };
    super(settings.monitor, settings.mode, null, settings.minDelta);
    this.settings = settings;
  }
  override onTrainBegin(): void {
    this.wait = this.stoppedEpoch = this.bestEpoch = 0;
    this.best = null;
    this.bestWeights = null;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const { startFromEpoch, restoreBestWeights, baseline, patience } = this.settings;
    const value = this.monitored(logs);
    if (value === null || epoch < startFromEpoch) return;
    if (restoreBestWeights && !this.bestWeights) {
      this.bestWeights = this.model.getWeights();
      this.bestEpoch = epoch;
    }
    this.wait++;
    if (this.isImprovement(value, this.best)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.bestWeights = this.model.getWeights();
      if (baseline === null || this.isImprovement(value, baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }
  override onTrainEnd(): void {
    const { verbose, restoreBestWeights } = this.settings;
    if (this.stoppedEpoch > 0 && verbose > 0) console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (restoreBestWeights && this.bestWeights) {
      if (verbose > 0) console.log(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
      this.model.setWeights(this.bestWeights);
    }
    this.bestWeights = null;
  }
}
