/** Base of callbacks that watch a metric (keras.src.callbacks.monitor_callback). */
import { ValueError } from '../../support/errors';
import type { Logs } from '../training/types';
import { Callback } from './callback';

/** What a callback watches: 'loss', 'val_loss', or a metric by the name that it has in the logs. */
export type MonitorName = 'loss' | 'val_loss' | 'accuracy' | 'val_accuracy' | (string & {});
/** Whether less or more is better; 'auto' asks the metric. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** A callback that compares a value of the logs with the best one so far. */
export abstract class MonitorCallback extends Callback {
  /** The best value, null before the first. */
  best: number | null;
  private direction: 'min' | 'max' | null = null;
  constructor(
    readonly monitor: string,
    private readonly mode: string,
    baseline: number | null,
    private readonly minDelta: number,
  ) {
    super();
    if (!['auto', 'min', 'max'].includes(mode))
      throw new ValueError(`${this.constructor.name}: mode must be 'auto', 'min' or 'max'.\n  Received: '${mode}'`);
    this.best = baseline;
  }
  // 'auto' asks the metric of this name which way is better. Metrics are made by the first batch, so not before.
  private resolved(): 'min' | 'max' {
    if (this.direction) return this.direction;
    const name = this.monitor.replace(/^val_/, '');
    let found: 'min' | 'max' | null = this.mode === 'auto' ? null : (this.mode as 'min' | 'max');
    if (!found && (name === 'loss' || name.endsWith('_loss'))) found = 'min';
    if (!found) {
      const metric =
        this.model.metrics.find((m) => m.name === name) ?? this.model.metrics.find((m) => name.endsWith(`_${m.name}`));
      if (metric?.direction) found = metric.direction === 'up' ? 'max' : 'min';
    }
    if (!found)
      throw new ValueError(
        `${this.constructor.name}: whether '${this.monitor}' should be large or small is not known.\n  Fix: mode: 'max' when larger is better, or mode: 'min'.`,
      );
    return (this.direction = found);
  }
  /** Whether `value` is better than `reference` by more than minDelta. */
  protected isImprovement(value: number, reference: number | null): boolean {
    const direction = this.resolved();
    const delta = Math.abs(this.minDelta);
    if (reference === null) return true;
    return direction === 'min' ? value + delta < reference : value - delta > reference;
  }
  /** The value of the logs, or null with a warning. */
  protected monitored(logs: Logs): number | null {
    this.resolved();
    if (this.monitor in logs) return logs[this.monitor];
    console.warn(
      `${this.constructor.name}: '${this.monitor}' is not among the logs (${Object.keys(logs).join(', ')}), so nothing happens.`,
    );
    return null;
  }
}
