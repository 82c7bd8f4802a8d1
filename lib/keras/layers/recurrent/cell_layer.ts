/** Base of SimpleRNN, GRU, LSTM and ConvLSTM: recurrent layers that make their cell themselves and show its options. */
import { recordOf } from '../../../support/guard';
import type { RecurrentOptions } from './recurrent_options';
import type { DropoutRNNCell } from './dropout_rnn_cell';
import { RNN, type RNNOptions } from './rnn';
import * as regularizers from '../../regularizers';

/** @internal The options among `given` that `names` lists, with those that layer and cell share. */
export function cellOptions(given: object, names: readonly string[], name: string): Record<string, unknown> {
  recordOf(name, given);
  const shared = ['dtype', 'trainable', ...names];
  return { ...Object.fromEntries(Object.entries(given).filter(([k]) => shared.includes(k))), name };
}
/** @internal */
export abstract class CellLayer<Cell extends DropoutRNNCell> extends RNN {
  static override positional: readonly string[] = ['units'];
  declare readonly cell: Cell;
  protected constructor(cell: Cell, options: RNNOptions) {
    super(cell, options);
  }
  private get settings(): RecurrentOptions {
    return this.cell.settings;
  }
  get activation() {
    return this.settings.activation;
  }
  get useBias() {
    return this.settings.useBias;
  }
  get kernelInitializer() {
    return this.settings.kernelInitializer;
  }
  get recurrentInitializer() {
    return this.settings.recurrentInitializer;
  }
  get biasInitializer() {
    return this.settings.biasInitializer;
  }
  get kernelRegularizer() {
    return this.settings.kernelRegularizer;
  }
  get recurrentRegularizer() {
    return this.settings.recurrentRegularizer;
  }
  get biasRegularizer() {
    return this.settings.biasRegularizer;
  }
  get kernelConstraint() {
    return this.settings.kernelConstraint;
  }
  get recurrentConstraint() {
    return this.settings.recurrentConstraint;
  }
  get biasConstraint() {
    return this.settings.biasConstraint;
  }
  get dropout(): number {
    return this.settings.dropout;
  }
  get recurrentDropout(): number {
    return this.settings.recurrentDropout;
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...this.rnnConfig(),
      ...this.cell.ownConfig(),
      activityRegularizer: regularizers.serialize(this.activityRegularizer),
    };
  }
}
