/** Tables of positions, made by the engine: their length comes from shapes, and may be far beyond what JavaScript can hold. */
import { run, type DType, type Tensor } from '../core/tensor';

/** @internal `count` numbers: start, start + delta, ... */
export const range = (count: number, dtype: DType = 'int32', start = 0, delta = 1): Tensor =>
  run('range', [], { count, start, delta, dtype });
/** @internal `count` numbers from `start` at distances span / parts; `last`, where it is given, is the last one exactly. */
export const share = (count: number, dtype: DType, start: number, span: number, parts: number, last?: number): Tensor =>
  run('range', [], { count, start, delta: span, divisor: parts, last, dtype });
/** @internal int32 (count, size): where the elements of `count` windows lie along an axis, `stride` from one to the next. */
export const windowPositions = (count: number, size: number, stride: number, dilation = 1): Tensor =>
  run('add', [
    run('reshape', [range(count, 'int32', 0, stride)], { shape: [count, 1] }),
    run('reshape', [range(size, 'int32', 0, dilation)], { shape: [1, size] }),
  ]);
