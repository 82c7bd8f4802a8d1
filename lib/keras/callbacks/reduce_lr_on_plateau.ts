/** ReduceLROnPlateau. */
import { ValueError } from '../../support/errors';
import { Variable } from '../../core/variable';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { MultiOptimizer, type Optimizer } from '../optimizers/index';
import type { Logs } from '../training/types';
import { MonitorCallback } from './monitor_callback';
import type { MonitorMode, MonitorName } from './monitor_callback';

export interface ReduceLROnPlateauOptions {
  /** Name in the logs of what is watched. Default 'val_loss'. */
  monitor?: MonitorName;
  /** What the learning rate is multiplied by, < 1. Default 0.1. */
  factor?: number;
  /** Epochs without anything better after which it is, >= 0. Default 10. */
  patience?: number;
  /** 1 prints each change. Default 0. */
  verbose?: 0 | 1;
  /** Whether less ('min') or more ('max') is better; 'auto' (default) asks the metric. */
  mode?: MonitorMode;
  /** Smallest change that counts as better. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a change in which none are counted. Default 0. */
  cooldown?: number;
  /** Smallest learning rate. Default 0. */
  minLr?: number;
}
/**
 * Multiplies the learning rate by `factor` when the metric has not got better for `patience` epochs. The rate joins the logs.
 * Defaults: monitor 'val_loss', factor 0.1, patience 10, minDelta 1e-4, cooldown 0, minLr 0.
 */
export class ReduceLROnPlateau extends MonitorCallback {
  static options: OptionKinds = {
    monitor: kinds.string,
    factor: kinds.numbers,
    patience: kinds.count,
    verbose: kinds.integer,
    mode: kinds.choice,
    minDelta: kinds.number,
    cooldown: kinds.number,
    minLr: kinds.number,
  };
  private readonly settings: Required<ReduceLROnPlateauOptions>;
  private wait = 0;
  private cooling = 0;
  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptionsOf(new.target, 'ReduceLROnPlateau', options);
    const settings: Required<ReduceLROnPlateauOptions> = {
      monitor: 'val_loss',
      factor: 0.1,
      patience: 10,
      verbose: 0,
      mode: 'auto',
      minDelta: 1e-4,
      cooldown: 0,
      minLr: 0,
      ...options,
    };
    super(settings.monitor, settings.mode, null, settings.minDelta);
    if (!(settings.factor < 1))
      throw new ValueError(`ReduceLROnPlateau: factor must be below 1.\n  Received: ${settings.factor}`);
    this.settings = settings;
  }
  override onTrainBegin(): void {
    this.best = null;
    this.wait = this.cooling = 0;
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    const { cooldown, patience } = this.settings;
    const rates = ratesOf(this.model.optimizer!);
    for (const { name, optimizer } of rates) logs[name] = optimizer.learningRate.item();
    const value = this.monitored(logs);
    if (value === null) return;
    if (this.cooling > 0) {
      this.cooling--;
      this.wait = 0;
    }
    if (this.isImprovement(value, this.best)) {
      this.best = value;
      this.wait = 0;
      return;
    }
    if (this.cooling > 0 || ++this.wait < patience) return;
    const isReduced = rates
      .map(({ optimizer }) => this.reduce(optimizer, epoch, rates.length > 1 ? ` ${optimizer.name}` : ''))
      .some(Boolean);
    if (isReduced) {
      this.cooling = cooldown;
      this.wait = 0;
    }
  }
  private reduce(optimizer: Optimizer, epoch: number, name: string): boolean {
    const { minLr, factor, verbose } = this.settings;
    const rate = optimizer.learningRate;
    const now = rate.item();
    if (!(now > Math.fround(minLr) && rate instanceof Variable)) return false;
    const next = Math.max(now * factor, minLr);
    optimizer.learningRate = next;
    if (verbose > 0) console.log(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing${name} learning rate to ${next}.`);
    return true;
  }
}
/** @internal The optimizers that have a rate, and the names of their rates in logs. */
export const ratesOf = (optimizer: Optimizer): { name: string; optimizer: Optimizer }[] =>
  optimizer instanceof MultiOptimizer
    ? optimizer.optimizers.map((o) => ({ name: `learning_rate_${o.name}`, optimizer: o }))
    : [{ name: 'learning_rate', optimizer }];
