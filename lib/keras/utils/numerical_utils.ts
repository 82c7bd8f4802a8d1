/** Class numbers as vectors, vectors of norm 1 (keras.src.utils.numerical_utils). */
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import { convert, formatShape, isFloating, run, type Tensor, type TensorLike } from '../../core/tensor';
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
  if (t.ndim > 1 && t.shape.at(-1) === 1) t = run('reshape', [t], { shape: t.shape.slice(0, -1) });
  const ids = t.dtype === 'int64' ? t : run('cast', [t], { dtype: 'int32' });
  const high = ids.size ? Number(run('max', [ids]).dataSync()[0]) : -1,
    low = ids.size ? Number(run('min', [ids]).dataSync()[0]) : 0;
  const depth = numClasses ?? high + 1;
  if (low < 0 || high >= depth)
    throw new ValueError(
      `toCategorical: class numbers must lie in 0..${depth - 1}.\n  Received: ${low < 0 ? low : high}`,
    );
  return run('one_hot', [ids], { depth, dtype: 'float32' });
}
/** x divided by its norm along `axis`; vectors of zeros stay. Defaults: axis -1, order 2. */
export function normalize(x: TensorLike, options: { axis?: number; order?: number } = {}): Tensor {
  checkOptions('normalize', options, { axis: kinds.integer, order: kinds.integer });
  const given = convert(x),
    t = isFloating(given.dtype) ? given : run('cast', [given], { dtype: 'float32' });
  const { axis = -1, order = 2 } = options,
    a = axis < 0 ? axis + t.ndim : axis;
  if (!(a >= 0 && a < t.ndim))
    throw new ValueError(`normalize: axis ${axis} is out of range for shape ${formatShape(t.shape)}.`);
  const size = run('abs', [t]),
    over = { axis: [a], keepdims: true };
  const norm =
    order === 2
      ? run('sqrt', [run('sum', [run('square', [t])], over)])
      : order === 1
        ? run('sum', [size], over)
        : run('power', [run('sum', [run('power', [size, convert(order, t)])], over), convert(1 / order, t)]);
  return run('divide', [t, run('where', [run('equal', [norm, convert(0, norm)]), convert(1, norm), norm])]);
}
