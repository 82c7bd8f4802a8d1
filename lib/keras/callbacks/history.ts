/** Loss and metrics of each epoch: what `fit` returns. */
import type { Logs } from '../training/types';
import { Callback } from './callback';

export class History extends Callback {
  /** Epochs in order. */
  readonly epoch: number[] = [];
  /** Values by name, one for each epoch: `history.history.val_accuracy`. */
  readonly history: Record<string, number[]> = {};
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
