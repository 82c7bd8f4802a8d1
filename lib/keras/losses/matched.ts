/** Targets and predictions of one dtype and rank. */
import { ValueError } from '../../errors';
import { convert, formatShape, isFloating, run, type Tensor, type TensorLike } from '../../tensor';
import { maskOf, setMask } from '../layers/layer';
import { sameRank } from './loss';

/** @internal Integers and bool as float32. */
export const floating = (x: TensorLike): Tensor => {
  const t = convert(x);
  return isFloating(t.dtype) ? t : run('cast', [t], { dtype: 'float32' });
};
/** @internal Targets in the dtype of predictions, which are floats. */
export function alike(yTrue: TensorLike, yPred: TensorLike): [Tensor, Tensor] {
  const p = floating(yPred),
    t = convert(yTrue);
  return [t.dtype === p.dtype ? t : run('cast', [t], { dtype: p.dtype }), p];
}
/** @internal Targets in the dtype and, but for a last axis of size 1, the shape of predictions. */
export function matched(yTrue: TensorLike, yPred: TensorLike, where: string): [Tensor, Tensor] {
  const [given, p] = alike(yTrue, yPred),
    [t, q] = sameRank(given, p);
  if (q !== p) setMask(q, maskOf(p));
  if (q.ndim === t.ndim && t.shape.some((d, i) => d !== q.shape[i] && d !== 1 && q.shape[i] !== 1))
    throw new ValueError(`${where}: targets of shape ${formatShape(t.shape)} and predictions of shape ${formatShape(q.shape)} do not match.`);
  return [t, q];
}
