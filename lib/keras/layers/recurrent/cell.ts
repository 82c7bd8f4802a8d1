/**
 * What a cell is: one step of a recurrent layer. Any layer (or object) with `stateSize` and `call(inputs, states,
 * options)` is one. The built-in ones can also begin a run: what depends on the inputs alone is computed for all steps
 * at once then, and weights are cut into gates once.
 */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { zeros } from '../../../ops/creation';
import type { DType, Tensor } from '../../../core/tensor';
import { Layer, type CallOptions } from '../layer';
import type { States } from './loop';

/** Sizes of the states without the batch axis: a number (or a shape) for each; one number for a single state. */
export type StateSize = number | readonly (number | readonly number[] | StateSize)[];
/** A cell. Layers with these attributes are cells. */
export interface RNNCell {
  /** Size of the state behind the batch axis: units, a shape, or an array with one for each state. */
  readonly stateSize: StateSize;
  /** Size of the output. Default: that of the first state. */
  readonly outputSize?: number;
  /** @returns [output, newStates] */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- cells declare what they take
  call(inputs: any, ...rest: any[]): any;
  /** The states to begin with. Default: zeros. */
  getInitialState?(batchSize: number): Tensor | States;
}
/** @internal A run over one sequence. */
export interface CellRun {
  /** What depends on the inputs alone, for one step (batch, ...) or all of them (batch, steps, ...). */
  project(inputs: Tensor): Tensor;
  /** One step on what `project` returned. */
  step(projected: Tensor, states: States): [Tensor, States];
}
/** @internal A cell of ours. */
export interface RunnableCell extends RNNCell {
  beginRun(training: boolean): CellRun;
  /** Whether the run does all that a call does. */
  readonly canRun: boolean;
}
const isRunnable = (cell: RNNCell): cell is RunnableCell =>
  typeof (cell as RunnableCell).beginRun === 'function' && (cell as RunnableCell).canRun;
const isSize = (x: unknown): boolean =>
  typeof x === 'number' ? Number.isInteger(x) : Array.isArray(x) && x.every(isSize);

/** @internal @throws when `cell` is none. */
export function checkCell(where: string, cell: unknown): asserts cell is RNNCell {
  if (typeof cell !== 'object' || cell === null || typeof (cell as RNNCell).call !== 'function')
    throw new ValueError(
      `${where}: a cell must have a method call(inputs, states).\n  Received: ${cell instanceof Layer ? cell.name : describe(cell)}`,
    );
  const { stateSize } = cell as RNNCell;
  const name = (cell as { name?: string }).name ?? cell.constructor.name;
  if (stateSize === undefined)
    throw new ValueError(
      `${where}: the cell '${name}' has no stateSize.\n  Fix: give it an attribute stateSize: the number of units, or an array with one size for each state.`,
    );
  if (!isSize(stateSize))
    throw new ValueError(
      `${where}: stateSize of the cell '${name}' must be an integer or an array of them.\n  Received: ${describe(stateSize)}`,
    );
}
/** @internal How many states a cell has. */
export const stateCount = (cell: RNNCell): number => (typeof cell.stateSize === 'number' ? 1 : cell.stateSize.length);
/** @internal Size of its output. */
export function outputSizeOf(cell: RNNCell): number {
  if (cell.outputSize != null) return cell.outputSize;
  const first = typeof cell.stateSize === 'number' ? cell.stateSize : cell.stateSize[0];
  return (Array.isArray(first) ? first[0] : first) as number;
}
/** @internal Its dtype, or `otherwise`. */
export const dtypeOf = (cell: RNNCell, otherwise: DType): DType =>
  cell instanceof Layer ? cell.computeDtype : otherwise;
/** @internal The states to begin with, as an array. */
export function initialStateOf(cell: RNNCell, batchSize: number, dtype: DType): States {
  if (cell.getInitialState) {
    const states = cell.getInitialState(batchSize);
    return Array.isArray(states) ? states : [states];
  }
  const sizes = typeof cell.stateSize === 'number' ? [cell.stateSize] : cell.stateSize;
  return sizes.map((size) =>
    zeros([batchSize, ...(typeof size === 'number' ? [size] : (size as number[]))], { dtype }),
  );
}
/** @internal Begins a run of any cell. */
export function beginRun(cell: RNNCell, training: boolean): CellRun {
  if (isRunnable(cell)) {
    const scoped = <T>(f: () => T): T => (cell instanceof Layer ? cell.scoped(f) : f());
    const own = scoped(() => cell.beginRun(training));
    return { project: (x) => scoped(() => own.project(x)), step: (x, states) => scoped(() => own.step(x, states)) };
  }
  const call = (inputs: Tensor, states: States, options: CallOptions): unknown =>
    cell instanceof Layer
      ? (cell.apply(inputs, states, options) as unknown)
      : (cell.call(inputs, states, options) as unknown);
  return { project: (x) => x, step: (x, states) => call(x, states, { training }) as [Tensor, States] };
}
/** @internal Builds a cell that is a layer. */
export function buildCell(cell: RNNCell, inputShape: readonly (number | null)[]): void {
  if (cell instanceof Layer && !cell.built) cell.build(inputShape);
}
/** @internal Forgets what a cell keeps from one sequence to the next: dropout masks. */
export function resetCell(cell: RNNCell): void {
  (cell as { resetRun?(): void }).resetRun?.();
}
/** @internal A cell's output may be wrapped by mistake: [output] instead of output. */
export function expectCells(where: string, cells: unknown): asserts cells is RNNCell[] {
  if (!Array.isArray(cells) || !cells.length)
    throw new TypeError(`${where}: an array of cells is expected.\n  Received: ${describe(cells)}`);
  for (const cell of cells) checkCell(where, cell);
}
