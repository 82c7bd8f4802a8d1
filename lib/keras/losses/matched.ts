/** Targets and predictions of one dtype and rank. */
import { ValueError } from '../../support/errors';
import { convert, formatShape, isFloating, type Tensor, type TensorLike } from '../../core/tensor';
import { maskOf, setMask } from '../masks';
import { sameRank } from './loss';

/** @internal Integers and bool as float32. */
export const floating = (x: TensorLike): Tensor => {
  const t = convert(x);
  return isFloating(t.dtype) ? t : t.cast('float32');
};
/** @internal Targets in the dtype of predictions, which are floats. */
export function alike(yTrue: TensorLike, yPred: TensorLike): [Tensor, Tensor] {
  const p = floating(yPred);
  const t = convert(yTrue);
  return [t.dtype === p.dtype ? t : t.cast(p.dtype), p];
}
/** @internal Targets in the dtype and, but for a last axis of size 1, the shape of predictions. */
export function matched(yTrue: TensorLike, yPred: TensorLike, where: string): [Tensor, Tensor] {
  const [given, p] = alike(yTrue, yPred);
  const [t, q] = sameRank(given, p);
  if (q !== p) setMask(q, maskOf(p));
  const last = Math.min(t.ndim, q.ndim);
  for (let axis = 1; axis <= last; axis++) {
    const [d, e] = [t.shape.at(-axis), q.shape.at(-axis)];
    if (d !== e && d !== 1 && e !== 1) mismatch(where, convert(yTrue), p);
  }
  return [t, q];
}
/** @internal */
export function mismatch(where: string, t: Tensor, p: Tensor): never {
  const units = t.shape.at(-1);
  const fix =
    t.ndim === p.ndim && p.ndim > 1
      ? `a last layer of ${units} units, or targets of shape ${formatShape(p.shape)}.`
      : `targets of shape ${formatShape(p.shape)}.`;
  throw new ValueError(
    `${where}: targets of shape ${formatShape(t.shape)} and predictions of shape ${formatShape(p.shape)} do not match.\n  Fix: ${fix}`,
  );
}
