/** Base of the built-in cells: weights' options and dropout masks that stay the same over a sequence. */
import { SeedGenerator } from '../../../core/seed';
import { dropout } from '../../../ops/random';
import * as ops from '../../../ops/index';
import { convert, type Tensor } from '../../../core/tensor';
import { currentTrace, type TraceContext } from '../../../core/trace';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import type { CellRun, RunnableCell, StateSize } from './cell';
import { splitGates, type States } from './loop';
import type { RecurrentOptions } from './recurrent_options';

interface Kept {
  trace: TraceContext | null;
  shape: string;
  masks: Tensor[];
}
/** @internal */
export abstract class DropoutRNNCell extends Layer implements RunnableCell {
  abstract readonly stateSize: StateSize;
  /** @internal */ readonly settings: RecurrentOptions;
  protected readonly seedGenerator: SeedGenerator;
  #inputMasks: Kept | null = null;
  #recurrentMasks: Kept | null = null;

  protected constructor(options: LayerOptions, settings: RecurrentOptions) {
    super(options);
    this.settings = settings;
    this.seedGenerator = new SeedGenerator(settings.seed);
  }
  /** @internal */
  abstract beginRun(training: boolean): CellRun;
  /** @internal What the cell stores besides name, trainable and dtype. */
  abstract ownConfig(): Record<string, unknown>;
  /** @internal */
  get canRun(): boolean {
    return this.activityRegularizer === null;
  }
  get dropout(): number {
    return this.settings.dropout;
  }
  get recurrentDropout(): number {
    return this.settings.recurrentDropout;
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.ownConfig() };
  }
  /** One step: `[output, newStates]`. */
  override call(inputs: Tensor, states: States, { training }: CallOptions = {}): [Tensor, States] {
    const one = this.beginRun(training ?? false);
    return one.step(one.project(inputs), Array.isArray(states) ? states : [states]);
  }

  // Masks are kept until they are reset, in the trace in which they were made.
  private masks(kept: Kept | null, shape: number[], like: Tensor, rate: number, count: number): Kept {
    const trace = currentTrace();
    if (kept && kept.trace === trace && kept.shape === `${count}x${shape}`) return kept;
    const ones = convert(1, like).broadcastTo(shape);
    return {
      trace,
      shape: `${count}x${shape}`,
      masks: Array.from({ length: count }, () => dropout(ones, rate, { seed: this.seedGenerator })),
    };
  }
  /** @internal Masks of the inputs of a step (batch, ...), or of all steps (batch, steps, ...) with `hasTime`. */
  inputMasks(inputs: Tensor, count: number, hasTime: boolean): Tensor[] {
    const shape = hasTime ? [inputs.shape[0], ...inputs.shape.slice(2)] : [...inputs.shape];
    this.#inputMasks = this.masks(this.#inputMasks, shape, inputs, this.dropout, count);
    const { masks } = this.#inputMasks;
    return hasTime ? masks.map((m) => m.reshape([shape[0], 1, ...shape.slice(1)])) : masks;
  }
  /** @internal Masks of the recurrent state. */
  recurrentMasks(state: Tensor, count: number): Tensor[] {
    this.#recurrentMasks = this.masks(this.#recurrentMasks, [...state.shape], state, this.recurrentDropout, count);
    return this.#recurrentMasks.masks;
  }
  /** The next call draws new dropout masks for its inputs. Recurrent layers do this for every sequence. */
  resetDropoutMask(): void {
    this.#inputMasks = null;
  }
  /** The next call draws new dropout masks for the recurrent state. */
  resetRecurrentDropoutMask(): void {
    this.#recurrentMasks = null;
  }
  /** @internal A whole sequence with one dropout mask for all its steps. */
  droppedInputs(x: Tensor, training: boolean): Tensor {
    return training && this.dropout > 0 && this.dropout < 1 ? x.mul(this.inputMasks(x, 1, true)[0]) : x;
  }
  /** @internal x @ kernel + bias for all gates: with one mask for all inputs, or with a mask for each gate. */
  protected projectGates(
    x: Tensor,
    training: boolean,
    kernel: Tensor,
    bias: Tensor | null,
    count: number,
    perGate: boolean,
  ): Tensor {
    if (!training || this.dropout === 0 || this.dropout === 1) return affine(x, kernel, bias);
    const masks = this.inputMasks(x, perGate ? count : 1, x.ndim === 3);
    if (!perGate) return affine(x.mul(masks[0]), kernel, bias);
    const kernels = splitGates(kernel, count);
    const y = ops.concatenate(
      masks.map((m, k) => affine(x.mul(m), kernels[k], null)),
      { axis: x.ndim - 1 },
    );
    return bias ? y.add(bias) : y;
  }
  /** @internal */
  resetRun(): void {
    this.resetDropoutMask();
    this.resetRecurrentDropoutMask();
  }
}
/** @internal x (..., n) @ kernel (n, m) + bias (m,): one product over all rows. */
export function affine(x: Tensor, kernel: Tensor, bias: Tensor | null): Tensor {
  const rows = x.ndim > 2 ? x.reshape([-1, x.shape[x.ndim - 1]]) : x;
  let y = rows.matmul(kernel);
  if (bias) y = y.add(bias);
  return x.ndim > 2 ? y.reshape([...x.shape.slice(0, -1), kernel.shape[1]]) : y;
}
