/** Other ways to read the same numbers (keras.ops): bytes as another dtype, pairs as complex numbers, values as arrays. */
import { ValueError } from '../support/errors';
import {
  checkDType,
  convert,
  type DType,
  formatShape,
  run,
  type NestedArray,
  type Tensor,
  type TensorLike,
} from '../core/tensor';
import { defineOp } from './define';
import { sliceAxis, stack } from './shape';
import type { ComplexPair } from './signal';

/**
 * The bytes of x as numbers of another dtype. The last axis grows or shrinks with the size of an element.
 * @param options - dtype; x's own when null.
 * @throws ValueError if the last axis holds no whole number of new elements.
 */
export const view = defineOp(
  'view',
  (x: TensorLike, { dtype = null }: { dtype?: DType | null } = {}): Tensor => {
    const t = convert(x);
    return dtype === null || checkDType(dtype) === t.dtype ? t : run('view', [t], { dtype });
  },
  ['dtype'],
);
/** The pair [real, imaginary] whose parts stand in the last axis, of size 2. */
export const viewAsComplex = defineOp('viewAsComplex', (x: TensorLike): [Tensor, Tensor] => {
  const t = convert(x);
  const last = t.ndim - 1;
  if (last < 0 || t.shape[last] !== 2)
    throw new ValueError(
      `viewAsComplex: a last axis of size 2, real and imaginary part, is expected.\n  Received: shape ${formatShape(t.shape)}`,
      { op: 'viewAsComplex' },
    );
  return [0, 1].map((i) => run('reshape', [sliceAxis(t, last, i, 1)], { shape: t.shape.slice(0, -1) })) as [
    Tensor,
    Tensor,
  ];
});
/** Real and imaginary part of a pair [real, imaginary] (or real numbers) side by side in a new last axis. */
export const viewAsReal = defineOp('viewAsReal', (x: ComplexPair | TensorLike): Tensor => {
  if (Array.isArray(x) && x.length === 2 && typeof x[0] !== 'number')
    return stack([convert(x[0] as TensorLike), convert(x[1] as TensorLike)], { axis: -1 });
  const t = convert(x as TensorLike);
  return stack([t, run('broadcast_to', [convert(0, t)], { shape: [...t.shape] })], { axis: -1 });
});
/** The values as nested arrays (a number for a scalar): what a NumPy array is in Python. Waits for them. */
export const convertToNumpy = (x: TensorLike): NestedArray => convert(x).arraySync();
