/** RNN: the base of recurrent layers, for any cell. */
import { TypeError, ValueError } from '../../../support/errors';
import { flattenStructure, mapStructure } from '../../../support/nest';
import { convert, formatShape, Tensor, type TensorLike, isTensor } from '../../../core/tensor';
import { withTrace } from '../../../core/trace';
import { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass, type SerializableClass } from '../../serialization/registry';
import { deserializeKerasObject, isSerialized, serializeKerasObject } from '../../serialization/serialize';
import { withNameScope } from '../../serialization/naming';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';
import { beginRun, buildCell, checkCell, dtypeOf, initialStateOf, resetCell, stateCount, type RNNCell } from './cell';
import { loopOverTime, type LoopResult, type States } from './loop';
import { StackedRNNCells } from './stacked_rnn_cells';

export interface RNNOptions extends LayerOptions {
  /** The outputs of all steps instead of the last one. Default false. */
  returnSequences?: boolean;
  /** The states after the last step too: `[output, ...states]`. Default false. */
  returnState?: boolean;
  /** From the last step to the first; sequences come back in that order. Default false. */
  goBackwards?: boolean;
  /** States begin where those of the batch before ended, until resetState(). Default false. */
  stateful?: boolean;
  /** Always as single steps, without a primitive for the whole sequence. Default false. */
  unroll?: boolean;
  /** Outputs of masked steps are zeros instead of the output before. Default false. */
  zeroOutputForMask?: boolean;
}
/** What calls of recurrent layers know. */
export interface RNNCallOptions extends CallOptions {
  /** A tensor for each state, (batch, units). */
  initialState?: unknown;
}
const RNN_OPTIONS = {
  returnSequences: kinds.boolean,
  returnState: kinds.boolean,
  goBackwards: kinds.boolean,
  stateful: kinds.boolean,
  unroll: kinds.boolean,
  zeroOutputForMask: kinds.boolean,
};
// Arrays of numbers are one tensor, arrays of tensors are states.
const isLeaf = (x: unknown): x is TensorLike =>
  !Array.isArray(x) || x.every((e) => typeof e === 'number' || (Array.isArray(e) && isLeaf(e) && !e.some(isTensor)));

/**
 * A cell applied to every step of a sequence: x (batch, steps, ...) -> (batch, units), or (batch, steps, units) with
 * `returnSequences`. Calls take `{ initialState, mask, training }`.
 * @param cell - a layer with `stateSize` and `call(inputs, states, options)`, or an array of them, which are stacked.
 */
export class RNN extends Layer {
  static override positional: readonly string[] = ['cell'];
  static override options: OptionKinds = RNN_OPTIONS;
  override supportsMasking = true;
  readonly cell: RNNCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
  /** @internal Bidirectional sets it. */
  zeroOutputForMask: boolean;
  // Private, so that the states do not count as weights.
  #states: Variable[] | null = null;
  #structure: States | null = null;

  constructor(cell: RNNCell | readonly RNNCell[], options: RNNOptions = {}) {
    super(options);
    const one = Array.isArray(cell) ? new StackedRNNCells(cell as RNNCell[]) : cell;
    checkCell(this.constructor.name, one);
    this.cell = one as RNNCell;
    this.returnSequences = options.returnSequences ?? false;
    this.returnState = options.returnState ?? false;
    this.goBackwards = options.goBackwards ?? false;
    this.stateful = options.stateful ?? false;
    this.unroll = options.unroll ?? false;
    this.zeroOutputForMask = options.zeroOutputForMask ?? false;
  }
  /** The states that the next batch begins with, when `stateful` and built. */
  get states(): Variable[] | null {
    return this.#states;
  }
  override build(shape: BuildShape): void {
    const [batch, , ...rest] = shape as SymbolicShape;
    buildCell(this.cell, [batch, ...rest]);
    if (!this.stateful) return;
    if (batch === null)
      throw new ValueError(
        `a stateful recurrent layer must know the size of the batch.\n  Received: shape ${formatShape(shape as SymbolicShape)}\n  Fix: pass batchSize to Input, or { batchInputShape: [batch, steps, features] } to the first layer.`,
      );
    withNameScope(this, () => {
      this.#structure = this.getInitialState(batch);
      this.#states = flattenStructure(this.#structure, isTensor).map(
        (t) =>
          new Variable(t.dtype === this.variableDtype ? t : t.cast(this.variableDtype), {
            name: 'rnn_state',
            trainable: false,
          }),
      );
    });
  }
  /** The states to begin with, for a batch of this size: an array. */
  getInitialState(batchSize: number): States {
    return initialStateOf(this.cell, batchSize, this.computeDtype);
  }
  /** Sets the states of a stateful layer to zero. */
  resetState(): void {
    for (const s of this.#states ?? []) withTrace(null, () => s.assign(convert(0, s.value).broadcastTo(s.shape)));
  }
  /** Alias of `resetState`. */
  resetStates(): void {
    this.resetState();
  }
  static hasMasksOfKeras2 = true;
  // Keras 3 finds masks for calls on one tensor only: beside initial states a mask must be given as `mask`.
  protected override takesMaskOfInputs({ initialState }: RNNCallOptions): boolean {
    return initialState == null || hasMasksOfKeras2(this);
  }
  override computeMask(_: unknown, previous: unknown): unknown {
    const mask = (Array.isArray(previous) ? flattenStructure(previous, isTensor)[0] : previous) ?? null;
    const own = this.returnSequences ? mask : null;
    return this.returnState ? [own, ...Array<null>(stateCount(this.cell)).fill(null)] : own;
  }

  override call(sequences: Tensor, { initialState, mask, training }: RNNCallOptions = {}): Tensor | unknown[] {
    if (sequences.ndim < 3)
      throw new ValueError(
        `sequences of shape (batch, steps, ...) are expected.\n  Received: shape ${formatShape(sequences.shape)}`,
      );
    // Before LSTM and GRU choose between their primitive, for which no step is fine, and the loop.
    if (sequences.shape[1] === 0)
      throw new ValueError(`a sequence needs at least one step.\n  Received: shape ${formatShape(sequences.shape)}`);
    const states = this.beginning(sequences, initialState);
    resetCell(this.cell);
    let result: LoopResult;
    try {
      result = this.innerLoop(sequences, states, this.checkedMask(mask, sequences), training ?? false);
    } finally {
      resetCell(this.cell);
    }
    const cast = (t: Tensor, dtype = this.computeDtype): Tensor => (t.dtype === dtype ? t : t.cast(dtype));
    if (this.stateful)
      flattenStructure(result.states, isTensor).forEach((t, i) => this.#states![i].assign(cast(t, this.variableDtype)));
    const output = cast(this.returnSequences ? result.outputs! : result.last);
    return this.returnState ? [output, ...(mapStructure(result.states, isTensor, (t) => cast(t)) as States)] : output;
  }
  /** @internal All steps. LSTM and GRU have a primitive for the common case. */
  protected innerLoop(sequences: Tensor, states: States, mask: Tensor | null, training: boolean): LoopResult {
    const one = beginRun(this.cell, training);
    return loopOverTime((x, s) => one.step(x, s), one.project(sequences), states, {
      mask,
      goBackwards: this.goBackwards,
      zeroOutputForMask: this.zeroOutputForMask,
      returnAll: this.returnSequences,
    });
  }
  // Given states, those of the batch before, or the cell's own.
  private beginning(sequences: Tensor, given: unknown): States {
    const batch = sequences.shape[0];
    const dtype = dtypeOf(this.cell, this.computeDtype);
    if (this.stateful && this.#states![0].shape[0] !== batch)
      throw new ValueError(
        `a stateful recurrent layer must get batches of one size.\n  Received: a batch of ${batch} for states of ${this.#states![0].shape[0]} sequences\n  Fix: choose a batchSize that divides the number of sequences.`,
      );
    const own = given == null && this.stateful ? this.#structure! : this.getInitialState(batch);
    const list = given == null ? own : this.checkedStates(given, own);
    let i = 0;
    const read = given == null && this.stateful ? this.#states! : null;
    return mapStructure(list, isTensor, (t) => {
      const value = read ? read[i++].value : t;
      return value.dtype === dtype ? value : value.cast(dtype);
    }) as States;
  }
  private checkedStates(given: unknown, own: States): States {
    const wanted = flattenStructure(own, isTensor);
    // Nested numbers are one tensor for a single state, and one for each of several.
    const list: unknown[] = Array.isArray(given) && (!isLeaf(given) || wanted.length > 1) ? given : [given];
    const states = list.map((s) => mapStructure(s, isLeaf, (x) => convert(x)));
    const flat = flattenStructure(states, isTensor);
    if (flat.length !== wanted.length)
      throw new ValueError(
        `initialState must have ${wanted.length} tensor(s), one for each state.\n  Received: ${flat.length}`,
      );
    flat.forEach((t, i) => {
      if (formatShape(t.shape) !== formatShape(wanted[i].shape))
        throw new ValueError(
          `initialState ${i} must have shape ${formatShape(wanted[i].shape)}.\n  Received: shape ${formatShape(t.shape)}`,
        );
    });
    let i = 0;
    return mapStructure(own, isTensor, () => flat[i++]) as States;
  }
  private checkedMask(given: unknown, sequences: Tensor): Tensor | null {
    const first: unknown = Array.isArray(given) && given.some(isTensor) ? given.find(isTensor) : given;
    if (first == null || (Array.isArray(first) && !first.some((m) => m !== null))) return null;
    const mask = convert(first as TensorLike);
    const [batch, steps] = sequences.shape;
    if (mask.shape[0] !== batch || mask.shape[1] !== steps || mask.size !== batch * steps)
      throw new ValueError(
        `a mask of shape ${formatShape([batch, steps])} is expected for sequences of shape ${formatShape(sequences.shape)}.\n  Received: mask of shape ${formatShape(mask.shape)}`,
      );
    return mask.dtype === 'bool' ? mask : mask.cast('bool');
  }

  /** @internal What all recurrent layers store. */
  protected rnnConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      returnSequences: this.returnSequences,
      returnState: this.returnState,
      goBackwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.unroll,
      zeroOutputForMask: this.zeroOutputForMask,
    };
  }
  override getConfig(): Record<string, unknown> {
    if (!(this.cell instanceof Layer))
      throw new TypeError(
        `getConfig: the cell of layer '${this.name}' is no layer, so it has no config.\n  Fix: make the cell a subclass of Layer.`,
      );
    return { ...this.rnnConfig(), cell: serializeKerasObject(this.cell) };
  }
  static override fromConfig(this: SerializableClass, config: Record<string, unknown>): Layer {
    const used = isSerialized(config.cell) ? { ...config, cell: deserializeKerasObject(config.cell) } : config;
    return Layer.fromConfig.call(this, used);
  }
}
registerClass('keras.layers', RNN);
