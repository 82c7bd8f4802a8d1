/** What LSTM and GRU make of their primitives for whole sequences, which give the states of every step. */
import { any, cumsum } from '../../../ops/reduction';
import { expandDims, flip, sliceAxis } from '../../../ops/shape';
import * as ops from '../../../ops/index';
import { convert, type Tensor } from '../../../core/tensor';
import type { LoopOptions, LoopResult, States } from './loop';

/**
 * @internal The outputs, from `sequence` (batch, steps, units) and the `states` after the last step, the first of which is the
 * output. Where steps are masked the states stay as they are, and so does the output: but it is zero as long as no step has
 * been seen, and with `zeroOutputForMask` at every masked step.
 */
export function outputsOf(
  sequence: Tensor,
  states: States,
  { mask, goBackwards, zeroOutputForMask, returnAll }: LoopOptions,
): LoopResult {
  const h = states[0] as Tensor;
  if (!mask) return { last: h, outputs: sequence, states };
  const inOrder = goBackwards ? flip(mask, { axis: 1 }) : mask; // in the order of processing
  const zero = convert(0, h);
  if (returnAll) {
    const isOutput = zeroOutputForMask ? inOrder : cumsum(inOrder, { axis: 1, dtype: 'int32' }).greater(0);
    const outputs = ops.where(expandDims(isOutput, 2), sequence, zero);
    return { last: h, outputs, states };
  }
  const isOutput = zeroOutputForMask
    ? sliceAxis(inOrder, 1, mask.shape[1] - 1, 1)
    : any(inOrder, { axis: 1, keepdims: true });
  return { last: ops.where(isOutput, h, zero), outputs: null, states };
}
