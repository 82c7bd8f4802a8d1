/** Class numbers as vectors: the output modes that preprocessing layers share (keras.src.utils.numerical_utils). */
import { ValueError } from '../../../support/errors';
import { oneHot } from '../../../ops/indexing';
import { DType, Shape, Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';

/** How class numbers leave a layer. */
export type OutputMode = 'int' | 'one_hot' | 'multi_hot' | 'count' | 'tf_idf';

/** @internal The mode by its name, old names included. @throws ValueError for an unknown one. */
export function checkOutputMode(layer: string, mode: string, allowed: readonly OutputMode[]): OutputMode {
  const name = { binary: 'multi_hot', 'tf-idf': 'tf_idf' }[mode] ?? mode;
  if (!allowed.includes(name as OutputMode))
    throw new ValueError(
      `${layer}: outputMode must be one of ${allowed.map((m) => `'${m}'`).join(', ')}.\n  Received: '${mode}'`,
    );
  return name as OutputMode;
}
/** @internal There are no sparse tensors here: what asks for them is refused. */
export function refuseSparse(layer: string, sparse: boolean | undefined): void {
  if (sparse) throw new ValueError(`${layer}: sparse must be false: there are no sparse tensors.`);
}

/**
 * @internal Class numbers as they are ('int'), each as a vector with a one ('one_hot', an axis of size 1 left out), the
 * classes of each row with ones ('multi_hot') or how often each occurs ('count'). Numbers outside of [0, depth) count nowhere.
 */
export function encode(
  x: Tensor,
  mode: OutputMode,
  depth: number,
  dtype: DType,
  weights: Tensor | null = null,
): Tensor {
  if (mode === 'int') return x.dtype === dtype ? x : x.cast(dtype);
  let t = x.dtype === 'int32' || x.dtype === 'int64' ? x : x.cast('int32');
  if (!t.ndim) t = t.reshape([1]);
  const last = t.shape[t.ndim - 1];
  if (mode === 'one_hot')
    return oneHot(t.ndim > 1 && last === 1 ? t.reshape(t.shape.slice(0, -1)) : t, depth, {
      dtype,
    });
  let hot = oneHot(t, depth, { dtype: weights?.dtype ?? dtype });
  const axis = t.ndim > 1 ? 1 : 0;
  if (mode === 'multi_hot') return hot.max({ axis });
  if (weights) hot = hot.mul(weights.reshape([...weights.shape, 1]));
  return hot.sum({ axis });
}
/** @internal Shape of what `encode` gives. */
export function encodedShape(shape: SymbolicShape | Shape, mode: OutputMode, depth: number | null): (number | null)[] {
  const s = [...shape];
  if (mode === 'int') return s;
  if (mode === 'one_hot')
    return s.length > 1 && s.at(-1) === 1 ? [...s.slice(0, -1), depth] : [...(s.length ? s : [1]), depth];
  return s.length > 1 ? [s[0], ...s.slice(2), depth] : [depth];
}
