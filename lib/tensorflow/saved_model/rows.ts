/**
 * Tensors that steps take beside their batch, as tensors with a row for each example: data of `fit` have one. What they
 * were stands in their names, and plans are told apart by names.
 */
import { Tensor, tensor, type DType } from '../../core/tensor';
import * as ops from '../../ops/index';
import { integers } from '../graph/values';

/** @internal How many integers may tell sizes: none, those of a place, all of a short list. */
export const SIZES: readonly number[] = [0, 4, 64];
/** @internal Whether a tensor may tell sizes, of at most `most` values. */
export const isSize = (t: Tensor, most: number): boolean =>
  t.ndim < 2 && t.size <= most && (t.dtype.includes('int') || t.dtype === 'bool');

/** @internal Where a tensor comes from. */
export interface Origin {
  /** The function. */
  function: string;
  /** The node, and the number of its output. */
  place: string;
}
interface Described extends Origin {
  shape: number[] | null;
  values: number[] | null;
  dtype: DType;
}
/** @internal The name and the tensor. @param isTold - whether the values stand in the name. */
export function pack(origin: Origin, t: Tensor, rows: number, isTold: boolean): [string, Tensor] {
  const hasRows = t.ndim > 0 && t.shape[0] === rows && !isTold;
  const described: Described = {
    ...origin,
    shape: hasRows ? null : [...t.shape],
    values: isTold ? Array.from(t.dataSync() as ArrayLike<number | bigint>, Number) : null,
    dtype: t.dtype,
  };
  const key = JSON.stringify(described);
  if (hasRows) return [key, t];
  if (isTold) return [key, ops.zeros([rows, 0])];
  const width = Math.ceil(t.size / Math.max(1, rows));
  const flat = ops.pad(ops.reshape(t, [-1]), [[0, rows * width - t.size]]);
  return [key, ops.reshape(flat, [rows, width])];
}
/** @internal The tensor as it was. */
export function unpack(key: string, t: Tensor): { name: Origin; value: Tensor } {
  const name = JSON.parse(key) as Described;
  if (name.values)
    return {
      name,
      value:
        name.dtype === 'bool'
          ? tensor(name.values, name.shape!, 'bool')
          : integers(name.values, name.shape!, name.dtype),
    };
  if (!name.shape) return { name, value: t };
  const size = name.shape.reduce((a, b) => a * b, 1);
  return { name, value: ops.reshape(ops.slice(ops.reshape(t, [-1]), [0], [size]), name.shape) };
}
