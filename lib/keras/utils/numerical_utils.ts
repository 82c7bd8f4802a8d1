/** Class numbers as vectors, vectors of norm 1 (keras.src.utils.numerical_utils). */
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, isFloating, type Tensor, type TensorLike } from '../../core/tensor';
import { checkOptions, kinds } from '../options';

/**
 * Class numbers as one-hot vectors: (...) or (..., 1) -> (..., numClasses), float32.
 * @param numClasses - default the largest number + 1.
 * @throws ValueError for a number outside of 0..numClasses - 1.
 */
export function toCategorical(x: TensorLike, numClasses?: number | null): Tensor {
  expectKind(
    'toCategorical',
    'numClasses',
    numClasses,
    numClasses == null || typeof numClasses === 'number',
    'a number',
  );
  let t = convert(x);
  if (t.ndim > 1 && t.shape.at(-1) === 1) t = t.reshape(t.shape.slice(0, -1));
  const ids = t.dtype === 'int64' ? t : t.cast('int32');
  const high = ids.size ? Number(ids.max().dataSync()[0]) : -1;
  const low = ids.size ? Number(ids.min().dataSync()[0]) : 0;
  const depth = numClasses ?? high + 1;
  if (low < 0 || high >= depth)
    throw new ValueError(
      `toCategorical: class numbers must lie in 0..${depth - 1}.\n  Received: ${low < 0 ? low : high}`,
    );
  return ids.oneHot(depth, { dtype: 'float32' });
}
/** x divided by its norm along `axis`; vectors of zeros stay. Defaults: axis -1, order 2. */
export function normalize(x: TensorLike, options: { axis?: number; order?: number } = {}): Tensor {
  checkOptions('normalize', options, { axis: kinds.integer, order: kinds.integer });
  const given = convert(x);
  const t = isFloating(given.dtype) ? given : given.cast('float32');
  const { axis = -1, order = 2 } = options;
  const a = axis < 0 ? axis + t.ndim : axis;
  if (!(a >= 0 && a < t.ndim))
    throw new ValueError(`normalize: axis ${axis} is out of range for shape ${formatShape(t.shape)}.`);
  const size = t.abs();
  const over = { axis: [a], keepdims: true };
  const norm =
    order === 2
      ? t.square().sum(over).sqrt()
      : order === 1
        ? size.sum(over)
        : size
            .pow(convert(order, t))
            .sum(over)
            .pow(1 / order);
  return t.div(ops.where(norm.equal(0), 1, norm));
}
