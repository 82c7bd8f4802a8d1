/**
 * The loop over time: a step for each moment of a sequence, unrolled while it is traced (keras.src.backend.rnn).
 *   x (batch, steps, ...)   states: arrays of tensors (batch, ...), nested for stacked cells
 */
import { customGradient } from '../../../core/autodiff';
import { TypeError, ValueError } from '../../../support/errors';
import { flattenStructure, mapStructure } from '../../../support/nest';
import { expandDims, sliceAxis } from '../../../ops/shape';
import * as ops from '../../../ops/index';
import { convert, formatShape, Tensor, isTensor } from '../../../core/tensor';
import { isInferring } from '../../keras_tensor';

/** The states of a cell: one tensor each; those of a stack: an entry for each cell. */
export type States = (Tensor | States)[];
/** @internal One step: the input of one moment and the states before it give the output and the states after it. */
export type Step = (input: Tensor, states: States) => [Tensor, States];
/** @internal */
export interface LoopOptions {
  /** (batch, steps): steps that are false leave the states as they are. */
  mask: Tensor | null;
  /** From the last step to the first; outputs come in the order in which they were made. */
  goBackwards: boolean;
  /** Outputs of masked steps: zeros, or else the output before them. */
  zeroOutputForMask: boolean;
  /** Whether the outputs of all steps are kept. */
  returnAll: boolean;
}
/** @internal */
export interface LoopResult {
  last: Tensor;
  /** (batch, steps, ...), when all are asked for. */
  outputs: Tensor | null;
  states: States;
}

/**
 * @internal Pieces of x along an axis, with sizes that add up to its own. As one function, so that its gradient is one
 * concatenation; slices one by one would each have a gradient as large as x.
 */
export function splitSizes(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  if (sizes.length === 1) return [x];
  let start = 0;
  const starts = sizes.map((n) => (start += n) - n);
  return customGradient((t) => [
    sizes.map((n, i) => sliceAxis(t, axis, starts[i], n)),
    (...dys) => ops.concatenate(dys, { axis }),
  ])(x);
}
/** @internal Equal pieces along the last axis: the gates. */
export const splitGates = (x: Tensor, count: number): Tensor[] =>
  splitSizes(x, Array<number>(count).fill(x.shape[x.ndim - 1] / count), x.ndim - 1);

// Every moment of x without the axis of time.
function moments(x: Tensor): Tensor[] {
  const shape = [x.shape[0], ...x.shape.slice(2)];
  const pieces = isInferring() ? [sliceAxis(x, 1, 0, 1)] : splitSizes(x, Array<number>(x.shape[1]).fill(1), 1);
  return pieces.map((t) => t.reshape(shape));
}
const zerosLike = (t: Tensor): Tensor => convert(0, t).broadcastTo(t.shape);
// (batch, 1, ...) of as many axes as t has.
const maskFor = (mask: Tensor, t: Tensor): Tensor => mask.reshape([t.shape[0], ...Array<number>(t.ndim - 1).fill(1)]);
const choose = (mask: Tensor, yes: Tensor, no: Tensor): Tensor => ops.where(maskFor(mask, yes), yes, no);
/** @internal The structure of `states` with `f` of its tensors and those of `others`. */
export function zipStates(states: States, others: States, f: (a: Tensor, b: Tensor) => unknown): States {
  const flat = flattenStructure(others, isTensor);
  let i = 0;
  return mapStructure(states, isTensor, (t) => f(t, flat[i++])) as States;
}
const shapesOf = (states: States): string => `[${flattenStructure(states, isTensor).map((t) => formatShape(t.shape))}]`;

function checkStep(result: unknown, before: States): [Tensor, States] {
  const [output, given] = (Array.isArray(result) ? result : []) as [unknown, unknown];
  if (!isTensor(output) || given === undefined)
    throw new TypeError(
      'the cell must return [output, newStates] from call(inputs, states).\n  Fix: return [output, [output]], for a cell with one state.',
    );
  const states = (Array.isArray(given) ? given : [given]) as States;
  if (shapesOf(states) !== shapesOf(before))
    throw new ValueError(
      `the cell must return states of the shapes it was given.\n  Received: states of shapes ${shapesOf(states)} for states of shapes ${shapesOf(before)}\n  Fix: make the cell's stateSize fit what call returns.`,
    );
  return [output, states];
}

/** @internal Runs `step` over all moments of x. */
export function loopOverTime(
  step: Step,
  x: Tensor,
  initial: States,
  { mask, goBackwards, zeroOutputForMask, returnAll }: LoopOptions,
): LoopResult {
  const count = x.shape[1];
  const inputs = moments(x);
  const masks = mask ? moments(mask) : null;
  const order = inputs.map((_, i) => (goBackwards ? inputs.length - 1 - i : i));
  let states = initial;
  let last: Tensor | null = null;
  const outputs: Tensor[] = [];
  for (const i of order) {
    let [output, after] = checkStep(step(inputs[i], states), states);
    if (masks) {
      const m = masks[i];
      output = choose(m, output, zeroOutputForMask || !last ? zerosLike(output) : last);
      after = zipStates(after, states, (now, held) => choose(m, now, held));
    }
    states = after;
    last = output;
    if (returnAll) outputs.push(output);
  }
  if (!returnAll) return { last: last!, outputs: null, states };
  const rows = outputs.map((y) => expandDims(y, 1));
  // One step stands for all where only shapes are asked for.
  const all = isInferring()
    ? rows[0].broadcastTo([x.shape[0], count, ...last!.shape.slice(1)])
    : rows.length > 1
      ? ops.concatenate(rows, { axis: 1 })
      : rows[0];
  return { last: last!, outputs: all, states };
}
