/**
 * GRU (Cho et al. 2014). Gates in the order update, reset, candidate:
 *   z, r = s(x @ kernel + bias + h @ recurrent_kernel)     h' = z h + (1 - z) g
 *   g = a(x @ kernel + bias + r (h @ recurrent_kernel + recurrent bias))   with resetAfter (cuDNN's form)
 *   g = a(x @ kernel + bias + (r h) @ recurrent_kernel)                    without
 */
import { matmul } from '../../../ops/linalg';
import { gru } from '../../../ops/recurrent';
import * as ops from '../../../ops/index';
import type { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import type { CellRun } from './cell';
import { CellLayer, cellOptions } from './cell_layer';
import { DropoutRNNCell } from './dropout_rnn_cell';
import { splitGates, type LoopResult, type States } from './loop';
import { cannotRunNatively, checkUseCudnn, runsNatively } from './lstm';
import { RecurrentOptions, type GatedCellOptions } from './recurrent_options';
import type { RNNOptions } from './rnn';
import { outputsOf } from './whole_sequence';

export interface GRUCellOptions extends GatedCellOptions {
  /** The reset gate acts after the product with the recurrent kernel, which then has a bias of its own. Default true. */
  resetAfter?: boolean;
}
const CELL_OPTIONS = { ...RecurrentOptions.gated, resetAfter: kinds.boolean, implementation: kinds.integer };

/** One step of GRU. kernel (features, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units) or (3 units,). State: h. */
export class GRUCell extends DropoutRNNCell {
  static override positional: readonly string[] = ['units'];
  static override options: OptionKinds = CELL_OPTIONS;
  readonly units: number;
  readonly resetAfter: boolean;
  readonly implementation: number;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;
  constructor(units: number, options: GRUCellOptions = {}) {
    super(options, new RecurrentOptions('GRUCell', options));
    this.units = positiveInteger('GRUCell', 'units', units);
    this.resetAfter = options.resetAfter ?? true;
    this.implementation = this.recurrentDropout ? 1 : (options.implementation ?? 2);
  }
  get stateSize(): number {
    return this.units;
  }
  get outputSize(): number {
    return this.units;
  }
  override build(inputShape: SymbolicShape): void {
    const { units, settings } = this;
    this.kernel = this.addWeight({ shape: [inputShape.at(-1)!, units * 3], ...settings.kernel });
    this.recurrentKernel = this.addWeight({ shape: [units, units * 3], ...settings.recurrentKernel });
    if (settings.useBias)
      this.bias = this.addWeight({ shape: this.resetAfter ? [2, units * 3] : [units * 3], ...settings.bias });
  }
  // Biases of the products with the inputs and with the state.
  private biases(): [Tensor | null, Tensor | null] {
    if (!this.bias) return [null, null];
    if (!this.resetAfter) return [this.bias.value, null];
    const flat = this.bias.value.reshape([this.units * 6]);
    return splitGates(flat, 2) as [Tensor, Tensor];
  }
  /** @internal */
  override beginRun(training: boolean): CellRun {
    const { activation, recurrentActivation, recurrentDropout } = this.settings;
    const drops = training && recurrentDropout > 0 && recurrentDropout < 1;
    const recurrentKernel = this.recurrentKernel.value;
    const [inputBias, recurrentBias] = this.biases();
    const kernels = drops || !this.resetAfter ? splitGates(recurrentKernel, 3) : [];
    const bias = drops && recurrentBias ? splitGates(recurrentBias, 3) : null;
    const plus = (t: Tensor, b: Tensor | null | undefined): Tensor => (b ? t.add(b) : t);
    return {
      project: (x) => this.projectGates(x, training, this.kernel.value, inputBias, 3, this.implementation === 1),
      step: (x, states) => {
        const h = states[0] as Tensor;
        const [xz, xr, xg] = splitGates(x, 3);
        const masks = drops ? this.recurrentMasks(h, 3) : null;
        const masked = (k: number): Tensor => (masks ? h.mul(masks[k]) : h);
        const [hz, hr, hg] = kernels.length
          ? [0, 1, 2].map((k) => (k < 2 || this.resetAfter ? plus(matmul(masked(k), kernels[k]), bias?.[k]) : h))
          : splitGates(plus(matmul(h, recurrentKernel), recurrentBias), 3);
        const z = recurrentActivation(xz.add(hz));
        const r = recurrentActivation(xr.add(hr));
        const candidate = activation(xg.add(this.resetAfter ? r.mul(hg) : matmul(r.mul(masked(2)), kernels[2])));
        const y = z.mul(h).add(ops.subtract(1, z).mul(candidate));
        return [y, [y]];
      },
    };
  }
  /** @internal */
  override ownConfig(): Record<string, unknown> {
    return { units: this.units, ...this.settings.gatedConfig(), resetAfter: this.resetAfter };
  }
}

export interface GRUOptions extends GRUCellOptions, RNNOptions {
  /** true demands the primitive for whole sequences, false avoids it. Default 'auto'. */
  useCudnn?: 'auto' | boolean;
}
/**
 * Gated recurrent unit: (batch, steps, features) -> (batch, units), or (batch, steps, units) with `returnSequences`.
 * State: h, (batch, units).
 *   z, r = s(x @ kernel + bias + h @ recurrent_kernel); h' = z h + (1 - z) a(candidate)
 * with a the activation (default tanh) and s the recurrentActivation (default sigmoid).
 * @example new GRU(4).apply(ones([2, 10, 8]))   // shape (2, 4)
 * Source: Cho et al. 2014, arXiv:1406.1078; defaults: keras 3 gru.py.
 */
export class GRU extends CellLayer<GRUCell> {
  static override options: OptionKinds = { ...CELL_OPTIONS, useCudnn: kinds.any };
  /** @internal Bidirectional copies it. */
  useCudnn: 'auto' | boolean;
  constructor(units: number, options: GRUOptions = {}) {
    super(
      new GRUCell(positiveInteger('GRU', 'units', units), cellOptions(options, Object.keys(CELL_OPTIONS), 'gru_cell')),
      options,
    );
    this.useCudnn = checkUseCudnn('GRU', options.useCudnn);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }
  get units(): number {
    return this.cell.units;
  }
  get recurrentActivation() {
    return this.cell.settings.recurrentActivation;
  }
  get resetAfter(): boolean {
    return this.cell.resetAfter;
  }
  get implementation(): number {
    return this.cell.implementation;
  }
  // Whether the primitive for whole sequences computes what these options ask for.
  private canRunNatively(training: boolean): boolean {
    return this.useCudnn !== false && !this.unroll && runsNatively(this.cell, training);
  }
  /** @internal */
  protected override innerLoop(sequences: Tensor, states: States, mask: Tensor | null, training: boolean): LoopResult {
    if (!this.canRunNatively(training)) {
      if (this.useCudnn === true) throw cannotRunNatively();
      return super.innerLoop(sequences, states, mask, training);
    }
    const { cell, goBackwards, resetAfter, zeroOutputForMask, returnSequences: returnAll } = this;
    const x = cell.droppedInputs(sequences, training);
    const [outputs, h] = gru(
      x,
      cell.kernel.value,
      cell.recurrentKernel.value,
      cell.bias?.value ?? null,
      states[0] as Tensor,
      { goBackwards, resetAfter, mask },
    );
    return outputsOf(outputs, [h], { mask, goBackwards, zeroOutputForMask, returnAll });
  }
}
registerClass('keras.layers', GRUCell, GRU);
