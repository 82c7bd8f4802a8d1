/** Masks of attention: who may attend to whom, (batch or 1, T, S), true where allowed. */
import { diagonalMask } from '../../../ops/creation';
import { convert, type Tensor, type TensorLike } from '../../../core/tensor';

/** @internal (T, S): position i may attend to positions up to i. */
export const causalMask = (targets: number, sources: number): Tensor => diagonalMask('less_equal', targets, sources, 0);

/** @internal (T, S): only positions less than `width` away. */
export const slidingWindowMask = (targets: number, sources: number, width: number): Tensor =>
  diagonalMask('less_equal', targets, sources, width - 1).logicalAnd(
    diagonalMask('greater_equal', targets, sources, 1 - width),
  );

/** @internal Masks of the inputs and rules of the layer. */
export interface AttentionMasks {
  query?: TensorLike | null;
  value?: TensorLike | null;
  key?: TensorLike | null;
  attention?: TensorLike | null;
  isCausal?: boolean;
  slidingWindow?: number | null;
}
const isGiven = (m: Tensor | null | undefined): m is Tensor => m !== null && m !== undefined;
const toBool = (m: TensorLike | null | undefined): Tensor | null => {
  if (m === null || m === undefined) return null;
  const t = convert(m);
  return t.dtype === 'bool' ? t : t.cast('bool');
};

/** @internal All of them joined by and; null when there is none. T and S are the lengths of query and value. */
export function joinMasks(given: AttentionMasks, targets: number, sources: number): Tensor | null {
  const query = toBool(given.query);
  const value = toBool(given.value);
  const key = toBool(given.key);
  const row = (m: Tensor): Tensor => m.reshape([...m.shape, 1]); // (batch, T, 1)
  const column = (m: Tensor): Tensor => m.reshape([...m.shape.slice(0, -1), 1, m.shape.at(-1)!]); // (batch, 1, S)
  const all = [
    query && row(query),
    value && column(value),
    key && column(key),
    given.isCausal ? causalMask(targets, sources) : null,
    given.slidingWindow ? slidingWindowMask(targets, sources, given.slidingWindow) : null,
    toBool(given.attention),
  ].filter(isGiven);
  return all.length ? all.reduce((a, b) => a.logicalAnd(b)) : null;
}
/** @internal With axes of size 1 before the last `pairs` ones, up to this rank: heads are not told apart. */
export function withHeads(mask: Tensor, rank: number, pairs: number): Tensor {
  if (mask.ndim >= rank) return mask;
  const lead = Math.max(0, mask.ndim - pairs);
  return mask.reshape([
    ...mask.shape.slice(0, lead),
    ...Array<number>(rank - mask.ndim).fill(1),
    ...mask.shape.slice(lead),
  ]);
}
