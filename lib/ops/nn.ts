/** Normalization (keras.ops). */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, runMany, type Tensor, type TensorLike } from '../core/tensor';
import { numberList } from './arguments';
import { defineOp } from './define';
import { normalizeAxis } from './shape';
import { toFloat } from './unary';

/** One value for each position of the axes, with size 1 on the others. */
function spread(op: string, what: string, value: TensorLike, x: Tensor, axes: readonly number[]): Tensor {
  const v = convert(value, x);
  const shape = x.shape.map((d, i) => (axes.includes(i) ? d : 1));
  const count = shape.reduce((p, d) => p * d, 1);
  if (v.size !== count)
    throw new ValueError(
      `${op}: ${what} must have ${count} values, one for each position of axis ${axes.join(', ')}.\n  Received: ${what} of shape ${formatShape(v.shape)}, input of shape ${formatShape(x.shape)}`,
      { op },
    );
  return run('reshape', [v], { shape });
}
/**
 * (x - mean) / sqrt(variance + epsilon) * scale + offset, the four of shape (size of `axis`,).
 */
export const batchNormalization = defineOp(
  'batchNormalization',
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: number,
    {
      offset = null,
      scale = null,
      epsilon = 1e-3,
    }: { offset?: TensorLike | null; scale?: TensorLike | null; epsilon?: number } = {},
  ): Tensor => {
    const t = toFloat(x);
    const a = normalizeAxis('batchNormalization', axis, t.ndim, t.shape);
    const wide = (what: string, v: TensorLike): Tensor => spread('batchNormalization', what, v, t, [a]);
    let factor = run('rsqrt', [run('add', [wide('variance', variance), convert(epsilon, t)])]);
    if (scale !== null) factor = run('multiply', [factor, wide('scale', scale)]);
    const shift = run('multiply', [wide('mean', mean), factor]);
    const moved = offset === null ? run('negative', [shift]) : run('subtract', [wide('offset', offset), shift]);
    return run('add', [run('multiply', [t, factor]), moved]);
  },
  ['offset', 'scale', 'epsilon'],
);
/**
 * Normalizes with the batch's own statistics: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta over all axes but
 * the last. @returns [y, mean, variance]; the variance is not bias-corrected.
 */
export const batchNormalizationTraining = defineOp(
  'batchNormalizationTraining',
  (
    x: TensorLike,
    gamma: TensorLike,
    beta: TensorLike,
    { epsilon = 1e-3 }: { epsilon?: number } = {},
  ): [Tensor, Tensor, Tensor] => {
    const t = toFloat(x);
    return runMany('batch_norm_training', [t, convert(gamma, t), convert(beta, t)], { epsilon }) as [
      Tensor,
      Tensor,
      Tensor,
    ];
  },
  ['epsilon'],
);
/** Keras' backend.epsilon(). */
const EPSILON = 1e-7;
const isHalf = (t: Tensor): boolean => t.dtype === 'float16' || t.dtype === 'bfloat16';
/** Half precision is computed in float32, the result given back in the dtype of x. */
function inSingle(t: Tensor, f: (x: Tensor) => Tensor): Tensor {
  return isHalf(t) ? run('cast', [f(run('cast', [t], { dtype: 'float32' }))], { dtype: t.dtype }) : f(t);
}
type AxisList = number | readonly number[];
const axisList = (op: string, axis: AxisList, t: Tensor): number[] =>
  numberList(op, 'axis', axis)
    .map((a) => normalizeAxis(op, a, t.ndim, t.shape))
    .sort((a, b) => a - b);

const areLast = (axes: number[], t: Tensor): boolean =>
  axes.length > 0 && new Set(axes).size === axes.length && axes[0] === t.ndim - axes.length;
/** The last axes as rows: one native op, forward and backward. */
function ofRows(
  op: string,
  t: Tensor,
  axes: number[],
  options: {
    scale: TensorLike | null;
    scaleName: string;
    offset: TensorLike | null;
    epsilon: number | null;
    isCentered: boolean;
  },
): Tensor {
  const lead = t.shape.slice(0, axes[0]);
  const width = t.shape.slice(axes[0]).reduce((p, d) => p * d, 1);
  const row = (what: string, v: TensorLike | null, fallback: number): Tensor =>
    v === null
      ? run('broadcast_to', [convert(fallback, t)], { shape: [width] })
      : run('cast', [run('reshape', [spread(op, what, v, t, axes)], { shape: [width] })], { dtype: t.dtype });
  const x = run('reshape', [t], { shape: [...lead, width] });
  const gamma = row(options.scaleName, options.scale, 1);
  const beta = row('beta', options.offset, 0);
  const [y] = runMany('layer_norm', [x, gamma, beta], {
    epsilon: options.epsilon ?? EPSILON,
    is_centered: options.isCentered,
  });
  return run('reshape', [y], { shape: [...t.shape] });
}

/**
 * (x - mean) / sqrt(variance + epsilon) * gamma + beta with the statistics of each example over `axis` (Ba et al. 2016).
 * Defaults: axis -1, epsilon 1e-7. `rmsScaling`: x / sqrt(variance + epsilon) * gamma.
 */
export const layerNormalization = defineOp(
  'layerNormalization',
  (
    x: TensorLike,
    {
      gamma = null,
      beta = null,
      axis = -1,
      epsilon = null,
      rmsScaling = false,
    }: {
      gamma?: TensorLike | null;
      beta?: TensorLike | null;
      axis?: AxisList;
      epsilon?: number | null;
      rmsScaling?: boolean;
    } = {},
  ): Tensor =>
    inSingle(toFloat(x), (t) => {
      const axes = axisList('layerNormalization', axis, t);
      if (!rmsScaling && areLast(axes, t))
        return ofRows('layerNormalization', t, axes, {
          scale: gamma,
          scaleName: 'gamma',
          offset: beta,
          epsilon,
          isCentered: true,
        });
      const wide = (what: string, v: TensorLike): Tensor =>
        run('cast', [spread('layerNormalization', what, v, t, axes)], { dtype: t.dtype });
      const centered = run('subtract', [t, run('mean', [t], { axis: axes, keepdims: true })]);
      const variance = run('mean', [run('square', [centered])], { axis: axes, keepdims: true });
      let y = run('multiply', [
        rmsScaling ? t : centered,
        run('rsqrt', [run('add', [variance, convert(epsilon ?? EPSILON, t)])]),
      ]);
      if (gamma !== null) y = run('multiply', [y, wide('gamma', gamma)]);
      return beta === null || rmsScaling ? y : run('add', [y, wide('beta', beta)]);
    }),
  ['gamma', 'beta', 'axis', 'epsilon', 'rmsScaling'],
);
/** x / sqrt(mean(x^2) + epsilon) * scale with the mean of each example over `axis` (Zhang & Sennrich 2019). Defaults: axis -1, epsilon 1e-7. */
export const rmsNormalization = defineOp(
  'rmsNormalization',
  (
    x: TensorLike,
    {
      scale = null,
      axis = -1,
      epsilon = null,
    }: { scale?: TensorLike | null; axis?: AxisList; epsilon?: number | null } = {},
  ): Tensor =>
    inSingle(toFloat(x), (t) => {
      const axes = axisList('rmsNormalization', axis, t);
      if (areLast(axes, t))
        return ofRows('rmsNormalization', t, axes, {
          scale,
          scaleName: 'scale',
          offset: null,
          epsilon,
          isCentered: false,
        });
      const power = run('mean', [run('square', [t])], { axis: axes, keepdims: true });
      const y = run('multiply', [t, run('rsqrt', [run('add', [power, convert(epsilon ?? EPSILON, t)])])]);
      return scale === null
        ? y
        : run('multiply', [y, run('cast', [spread('rmsNormalization', 'scale', scale, t, axes)], { dtype: t.dtype })]);
    }),
  ['scale', 'axis', 'epsilon'],
);
/** x divided by its norm along `axis` (several: over all of them): sum(|x|^order)^(1 / order), at least epsilon. Defaults: axis -1, order 2, epsilon 1e-7. */
export const normalize = defineOp(
  'normalize',
  (
    x: TensorLike,
    { axis = -1, order = 2, epsilon = null }: { axis?: AxisList; order?: number; epsilon?: number | null } = {},
  ): Tensor => {
    const t = toFloat(x);
    const least = epsilon ?? EPSILON;
    const a = { axis: axisList('normalize', axis, t), keepdims: true };
    if (order === 2) {
      const total = run('maximum', [run('sum', [run('square', [t])], a), convert(least ** 2, t)]);
      return run('multiply', [t, run('rsqrt', [total])]);
    }
    const total = run('sum', [run('power', [run('abs', [t]), convert(order, t)])], a);
    return run('divide', [t, run('maximum', [run('power', [total, convert(1 / order, t)]), convert(least, t)])]);
  },
  ['axis', 'order', 'epsilon'],
);
