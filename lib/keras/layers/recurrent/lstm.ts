/**
 * LSTM (Hochreiter & Schmidhuber 1997). Gates in the order input, forget, candidate, output:
 *   i, f, g, o = x @ kernel + bias + h @ recurrent_kernel, each through its activation
 *   c' = f c + i g     h' = o activation(c')
 */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { ones } from '../../../ops/creation';
import { matmul } from '../../../ops/linalg';
import { lstm } from '../../../ops/recurrent';
import * as ops from '../../../ops/index';
import { DType, Shape, Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as activations from '../../activations';
import type { Initializer } from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import type { CellRun } from './cell';
import { CellLayer, cellOptions } from './cell_layer';
import { DropoutRNNCell } from './dropout_rnn_cell';
import { splitGates, type LoopResult, type States } from './loop';
import { RecurrentOptions, type GatedCellOptions } from './recurrent_options';
import type { RNNOptions } from './rnn';
import { outputsOf } from './whole_sequence';

export interface LSTMCellOptions extends GatedCellOptions {
  /** The bias of the forget gate begins at 1 (Jozefowicz et al. 2015). Default true. */
  unitForgetBias?: boolean;
}
/** @internal Zeros (or what `initial` gives) with ones for the forget gate. */
export const forgetBias =
  (initial: Initializer, units: number) =>
  (_: Shape, { dtype }: { dtype?: DType | null } = {}): Tensor =>
    ops.concatenate(
      [
        initial.call([units], { dtype }),
        ones([units], { dtype: dtype ?? 'float32' }),
        initial.call([units * 2], { dtype }),
      ],
      { axis: 0 },
    );
const CELL_OPTIONS = { ...RecurrentOptions.gated, unitForgetBias: kinds.boolean, implementation: kinds.integer };

/** One step of LSTM. kernel (features, 4 units), recurrent_kernel (units, 4 units), bias (4 units,). States: h and c. */
export class LSTMCell extends DropoutRNNCell {
  static override positional: readonly string[] = ['units'];
  static override options: OptionKinds = CELL_OPTIONS;
  readonly units: number;
  readonly unitForgetBias: boolean;
  readonly implementation: number;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;
  constructor(units: number, options: LSTMCellOptions = {}) {
    super(options, new RecurrentOptions('LSTMCell', options));
    this.units = positiveInteger('LSTMCell', 'units', units);
    this.unitForgetBias = options.unitForgetBias ?? true;
    this.implementation = this.recurrentDropout ? 1 : (options.implementation ?? 2);
  }
  get stateSize(): readonly number[] {
    return [this.units, this.units];
  }
  get outputSize(): number {
    return this.units;
  }
  override build(inputShape: SymbolicShape): void {
    const { units, settings } = this;
    this.kernel = this.addWeight({ shape: [inputShape.at(-1)!, units * 4], ...settings.kernel });
    this.recurrentKernel = this.addWeight({ shape: [units, units * 4], ...settings.recurrentKernel });
    if (!settings.useBias) return;
    const initializer = this.unitForgetBias ? forgetBias(settings.biasInitializer, units) : settings.biasInitializer;
    this.bias = this.addWeight({ shape: [units * 4], ...settings.bias, initializer });
  }
  /** @internal */
  override beginRun(training: boolean): CellRun {
    const { activation, recurrentActivation, recurrentDropout } = this.settings;
    const drops = training && recurrentDropout > 0 && recurrentDropout < 1;
    const recurrentKernel = this.recurrentKernel.value;
    const gateKernels = drops ? splitGates(recurrentKernel, 4) : [];
    return {
      project: (x) =>
        this.projectGates(x, training, this.kernel.value, this.bias?.value ?? null, 4, this.implementation === 1),
      step: (x, [h, c]) => {
        const before = h as Tensor;
        let gates: Tensor[];
        if (drops) {
          const masks = this.recurrentMasks(before, 4);
          gates = splitGates(x, 4).map((g, k) => g.add(matmul(before.mul(masks[k]), gateKernels[k])));
        } else gates = splitGates(x.add(matmul(before, recurrentKernel)), 4);
        const [i, f, g, o] = gates;
        const carry = recurrentActivation(f)
          .mul(c as Tensor)
          .add(recurrentActivation(i).mul(activation(g)));
        const y = recurrentActivation(o).mul(activation(carry));
        return [y, [y, carry]];
      },
    };
  }
  /** @internal */
  override ownConfig(): Record<string, unknown> {
    return { units: this.units, ...this.settings.gatedConfig(), unitForgetBias: this.unitForgetBias };
  }
}

export interface LSTMOptions extends LSTMCellOptions, RNNOptions {
  /** true demands the primitive for whole sequences, false avoids it. Default 'auto'. */
  useCudnn?: 'auto' | boolean;
}
/** @internal */
export function checkUseCudnn(where: string, value: unknown): 'auto' | boolean {
  if (value === undefined) return 'auto';
  if (value !== 'auto' && typeof value !== 'boolean')
    throw new ValueError(`${where}: useCudnn must be 'auto', true or false.\n  Received: ${describe(value)}`);
  return value;
}
/** @internal What was asked for with useCudnn: true, and cannot be. */
export const cannotRunNatively = (): ValueError =>
  new ValueError(
    "useCudnn: true asks for the primitive for whole sequences, which these options exclude.\n  Fix: useCudnn: 'auto' lets the layer choose.",
  );
/** @internal Whether a cell is what the primitives know: tanh and sigmoid, and no dropout but one mask for the inputs. */
export function runsNatively(cell: DropoutRNNCell & { implementation: number }, training: boolean): boolean {
  const { activation, recurrentActivation, dropout, recurrentDropout } = cell.settings;
  return (
    activation === activations.tanh &&
    recurrentActivation === activations.sigmoid &&
    cell.canRun &&
    !(training && (recurrentDropout > 0 || (dropout > 0 && cell.implementation === 1)))
  );
}

/**
 * Long short-term memory: (batch, steps, features) -> (batch, units), or (batch, steps, units) with `returnSequences`.
 * States: h and c, each (batch, units).
 *   i, f, g, o = x @ kernel + bias + h @ recurrent_kernel; c' = s(f) c + s(i) a(g); h' = s(o) a(c')
 * with a the activation (default tanh) and s the recurrentActivation (default sigmoid).
 * @example new LSTM(4).apply(ones([2, 10, 8]))   // shape (2, 4)
 * Source: Hochreiter & Schmidhuber 1997; defaults: keras 3 lstm.py.
 */
export class LSTM extends CellLayer<LSTMCell> {
  static override options: OptionKinds = { ...CELL_OPTIONS, useCudnn: kinds.any };
  /** @internal Bidirectional copies it. */
  useCudnn: 'auto' | boolean;
  constructor(units: number, options: LSTMOptions = {}) {
    super(
      new LSTMCell(
        positiveInteger('LSTM', 'units', units),
        cellOptions(options, Object.keys(CELL_OPTIONS), 'lstm_cell'),
      ),
      options,
    );
    this.useCudnn = checkUseCudnn('LSTM', options.useCudnn);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }
  get units(): number {
    return this.cell.units;
  }
  get recurrentActivation() {
    return this.cell.settings.recurrentActivation;
  }
  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
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
    const { cell, goBackwards, zeroOutputForMask, returnSequences: returnAll } = this;
    const x = cell.droppedInputs(sequences, training);
    const [h0, c0] = states as [Tensor, Tensor];
    const [outputs, h, c] = lstm(x, cell.kernel.value, cell.recurrentKernel.value, cell.bias?.value ?? null, h0, c0, {
      goBackwards,
      mask,
    });
    return outputsOf(outputs, [h, c], { mask, goBackwards, zeroOutputForMask, returnAll });
  }
}
registerClass('keras.layers', LSTMCell, LSTM);
