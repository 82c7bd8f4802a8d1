/**
 * SimpleRNN: the output of a step is its state.
 *   h' = activation(x @ kernel + bias + h @ recurrent_kernel)
 */
import { matmul } from '../../../ops/linalg';
import type { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import type { OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import type { CellRun } from './cell';
import { CellLayer, cellOptions } from './cell_layer';
import { affine, DropoutRNNCell } from './dropout_rnn_cell';
import { RecurrentOptions, type SimpleRNNCellOptions } from './recurrent_options';
import type { RNNOptions } from './rnn';

/** One step of SimpleRNN. kernel (features, units), recurrent_kernel (units, units), bias (units,). */
export class SimpleRNNCell extends DropoutRNNCell {
  static override positional: readonly string[] = ['units'];
  static override options: OptionKinds = RecurrentOptions.simple;
  readonly units: number;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;
  constructor(units: number, options: SimpleRNNCellOptions = {}) {
    super(options, new RecurrentOptions('SimpleRNNCell', options));
    this.units = positiveInteger('SimpleRNNCell', 'units', units);
  }
  get stateSize(): number {
    return this.units;
  }
  get outputSize(): number {
    return this.units;
  }
  override build(inputShape: SymbolicShape): void {
    const { units, settings } = this;
    this.kernel = this.addWeight({ shape: [inputShape.at(-1)!, units], ...settings.kernel });
    this.recurrentKernel = this.addWeight({ shape: [units, units], ...settings.recurrentKernel });
    if (settings.useBias) this.bias = this.addWeight({ shape: [units], ...settings.bias });
  }
  /** @internal */
  override beginRun(training: boolean): CellRun {
    const recurrentKernel = this.recurrentKernel.value;
    const { activation, dropout, recurrentDropout } = this.settings;
    return {
      project: (x) =>
        affine(
          training && dropout > 0 ? x.mul(this.inputMasks(x, 1, x.ndim === 3)[0]) : x,
          this.kernel.value,
          this.bias?.value ?? null,
        ),
      step: (x, [h]) => {
        const state = h as Tensor;
        const before = training && recurrentDropout > 0 ? state.mul(this.recurrentMasks(state, 1)[0]) : state;
        const y = activation(x.add(matmul(before, recurrentKernel)));
        return [y, [y]];
      },
    };
  }
  /** @internal */
  override ownConfig(): Record<string, unknown> {
    return { units: this.units, ...this.settings.simpleConfig() };
  }
}

export interface SimpleRNNOptions extends SimpleRNNCellOptions, RNNOptions {}
/**
 * A plain recurrent layer: (batch, steps, features) -> (batch, units), or (batch, steps, units) with `returnSequences`.
 * h' = activation(x @ kernel + bias + h @ recurrent_kernel)
 * Porting note: Keras 3.15 takes `activityRegularizer` and leaves it unused; here it counts.
 * @example new SimpleRNN(4).apply(ones([2, 10, 8]))   // shape (2, 4)
 */
export class SimpleRNN extends CellLayer<SimpleRNNCell> {
  static override options: OptionKinds = { ...RecurrentOptions.simple };
  constructor(units: number, options: SimpleRNNOptions = {}) {
    super(
      new SimpleRNNCell(
        positiveInteger('SimpleRNN', 'units', units),
        cellOptions(options, Object.keys(RecurrentOptions.simple), 'simple_rnn_cell'),
      ),
      options,
    );
    this.inputSpec = new InputSpec({ ndim: 3 });
  }
  get units(): number {
    return this.cell.units;
  }
  override getConfig() {
    const { seed: _, ...config } = super.getConfig(); // Keras does not store it
    return config;
  }
}
registerClass('keras.layers', SimpleRNNCell, SimpleRNN);
