/** Loss and metrics of each epoch: what `fit` returns. */
import type { Logs } from '../training/types';
import { Callback } from './callback';
import { plotHistory, type PlotHistoryOptions } from './plot_history';
import { historyLine, inspectable } from '../inspect';

export class History extends Callback {
  /** Epochs in order. */
  readonly epoch: number[] = [];
  /** Values by name, one for each epoch: `history.history.val_accuracy`. */
  readonly history: Record<string, number[]> = {};
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
  /**
   * Draws the curves of loss and metrics, training and validation, one panel for each.
   * @param file - ends in .svg or .png; null writes none. @returns the picture as SVG.
   */
  plot(file: string | null, options: PlotHistoryOptions = {}): Promise<string> {
    return plotHistory(this.epoch, this.history, file, options);
  }
}
inspectable(History, historyLine);
