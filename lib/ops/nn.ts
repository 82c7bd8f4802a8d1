/** Convolution, pooling and normalization (keras.ops). Data are channels_last unless `dataFormat` says 'channels_first'. */
import { ValueError } from '../errors';
import { convert, formatShape, run, runMany, type Shape, type Tensor, type TensorLike } from '../tensor';
import { defineOp } from './define';
import { moveaxis, normalizeAxis } from './shape';
import { toFloat } from './unary';

/** Where the channels are. */
export type DataFormat = 'channels_last' | 'channels_first';
/** How borders are treated: no padding, output as large as input / stride, or only the past (1D). */
export type Padding = 'valid' | 'same' | 'causal';
type Sizes = number | readonly number[];

/** @internal One number for each spatial axis. */
export function spatial(op: string, what: string, value: Sizes, axes: number, least = 1): number[] {
  const list = typeof value === 'number' ? Array<number>(axes).fill(value) : [...value];
  if (list.length !== axes || list.some((v) => !Number.isInteger(v) || v < least))
    throw new ValueError(`${op}: ${what} must be a whole number >= ${least} or ${axes} of them.\n  Received: ${JSON.stringify(value)}`, { op });
  return list;
}
/** @internal Elements added before and after each spatial axis. */
export function paddingOf(
  op: string,
  padding: string,
  input: Shape,
  kernel: readonly number[],
  strides: readonly number[],
  dilation: readonly number[],
): { before: number[]; after: number[] } {
  const before = input.map(() => 0),
    after = input.map(() => 0);
  const p = padding.toLowerCase();
  if (p === 'same')
    input.forEach((n, i) => {
      const total = Math.max(0, (Math.ceil(n / strides[i]) - 1) * strides[i] + (kernel[i] - 1) * dilation[i] + 1 - n);
      before[i] = total >> 1;
      after[i] = total - before[i];
    });
  else if (p === 'causal') {
    if (input.length !== 1) throw new ValueError(`${op}: padding 'causal' is for one spatial axis; there are ${input.length}.`, { op });
    before[0] = (kernel[0] - 1) * dilation[0];
  } else if (p !== 'valid') throw new ValueError(`${op}: padding must be 'valid', 'same' or 'causal'.\n  Received: '${padding}'`, { op });
  return { before, after };
}
/** @internal */
export function checkDataFormat(op: string, dataFormat: string | null | undefined): DataFormat {
  if (dataFormat == null) return 'channels_last';
  if (dataFormat !== 'channels_last' && dataFormat !== 'channels_first')
    throw new ValueError(`${op}: dataFormat must be 'channels_last' or 'channels_first'.\n  Received: '${dataFormat}'`, { op });
  return dataFormat;
}
/** @internal Runs `f` on channels_last data. */
export function channelsLast(x: Tensor, format: DataFormat, f: (t: Tensor) => Tensor): Tensor {
  return format === 'channels_last' ? f(x) : moveaxis(f(moveaxis(x, 1, -1)), -1, 1);
}

export interface ConvOptions {
  strides?: Sizes;
  padding?: Padding | string;
  dataFormat?: DataFormat | string | null;
  dilationRate?: Sizes;
}
const CONV = ['strides', 'padding', 'dataFormat', 'dilationRate'];
/**
 * Convolution (cross-correlation) over 1 to 3 spatial axes.
 * @param inputs - (batch, ...spatial, channels); @param kernel - (...kernel, channels / groups, filters).
 * @returns (batch, ...spatial', filters), spatial' = floor((n + padding - (k - 1) dilation - 1) / stride) + 1.
 * @throws ValueError when channels and kernel disagree.
 */
export const conv = defineOp(
  'conv',
  (inputs: TensorLike, kernel: TensorLike, { strides = 1, padding = 'valid', dataFormat, dilationRate = 1 }: ConvOptions = {}): Tensor => {
    const x = toFloat(inputs),
      k = convert(kernel),
      axes = k.ndim - 2,
      label = `conv${axes}d`,
      format = checkDataFormat(label, dataFormat);
    if (axes < 1 || axes > 3 || x.ndim !== k.ndim)
      throw new ValueError(
        `conv: inputs of rank n and a kernel of the same rank, 3 to 5, are expected.\n  Received: inputs ${formatShape(x.shape)}, kernel ${formatShape(k.shape)}`,
        { op: 'conv' },
      );
    const s = spatial(label, 'strides', strides, axes),
      d = spatial(label, 'dilationRate', dilationRate, axes);
    if (s.some((v) => v > 1) && d.some((v) => v > 1))
      throw new ValueError(`${label}: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides ${formatShape(s)}, dilationRate ${formatShape(d)}`, { op: label });
    return channelsLast(x, format, (t) => {
      const channels = t.shape[t.ndim - 1],
        perGroup = k.shape[axes];
      const groups = perGroup > 0 && channels % perGroup === 0 ? channels / perGroup : 1;
      return run('conv', [t, k], { strides: s, dilation: d, ...paddingOf(label, padding, t.shape.slice(1, -1), k.shape.slice(0, axes), s, d), groups, label });
    });
  },
  CONV,
);
/** Each channel convolved on its own: kernel (...kernel, channels, multiplier). */
export const depthwiseConv = defineOp(
  'depthwiseConv',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor => {
    const k = convert(kernel),
      n = k.ndim;
    return conv(inputs, run('reshape', [k], { shape: [...k.shape.slice(0, n - 2), 1, k.shape[n - 2] * k.shape[n - 1]] }), options);
  },
  CONV,
);

export interface PoolOptions {
  strides?: Sizes | null;
  padding?: Padding | string;
  dataFormat?: DataFormat | string | null;
}
const POOL = ['strides', 'padding', 'dataFormat'];
function pool(op: string, native: string, inputs: TensorLike, poolSize: Sizes, { strides, padding = 'valid', dataFormat }: PoolOptions): Tensor {
  const x = toFloat(inputs),
    axes = x.ndim - 2,
    format = checkDataFormat(op, dataFormat);
  if (axes < 1 || axes > 3) throw new ValueError(`${op}: inputs of rank 3 to 5 are expected.\n  Received: shape ${formatShape(x.shape)}`, { op });
  const size = spatial(op, 'poolSize', poolSize, axes),
    s = spatial(op, 'strides', strides ?? poolSize, axes);
  return channelsLast(x, format, (t) => {
    const attrs = {
      size,
      strides: s,
      ...paddingOf(
        op,
        padding,
        t.shape.slice(1, -1),
        size,
        s,
        size.map(() => 1),
      ),
      label: op,
    };
    return runMany(native, [t], attrs)[0];
  });
}
/** Largest element of each window. `strides` defaults to `poolSize`. */
export const maxPool = defineOp(
  'maxPool',
  (inputs: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor => pool('maxPool', 'max_pool', inputs, poolSize, options),
  POOL,
);
/** Mean of each window, padding left out. `strides` defaults to `poolSize`. */
export const averagePool = defineOp(
  'averagePool',
  (inputs: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor => pool('averagePool', 'average_pool', inputs, poolSize, options),
  POOL,
);

/** One value for each position of the axes, with size 1 on the others. */
function spread(op: string, what: string, value: TensorLike, x: Tensor, axes: readonly number[]): Tensor {
  const v = convert(value, x),
    shape = x.shape.map((d, i) => (axes.includes(i) ? d : 1)),
    count = shape.reduce((p, d) => p * d, 1);
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
    { offset = null, scale = null, epsilon = 1e-3 }: { offset?: TensorLike | null; scale?: TensorLike | null; epsilon?: number } = {},
  ): Tensor => {
    const t = toFloat(x),
      a = normalizeAxis('batchNormalization', axis, t.ndim, t.shape);
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
  (x: TensorLike, gamma: TensorLike, beta: TensorLike, { epsilon = 1e-3 }: { epsilon?: number } = {}): [Tensor, Tensor, Tensor] => {
    const t = toFloat(x);
    return runMany('batch_norm_training', [t, convert(gamma, t), convert(beta, t)], { epsilon }) as [Tensor, Tensor, Tensor];
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
  (typeof axis === 'number' ? [axis] : [...axis]).map((a) => normalizeAxis(op, a, t.ndim, t.shape)).sort((a, b) => a - b);

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
    }: { gamma?: TensorLike | null; beta?: TensorLike | null; axis?: AxisList; epsilon?: number | null; rmsScaling?: boolean } = {},
  ): Tensor =>
    inSingle(toFloat(x), (t) => {
      const axes = axisList('layerNormalization', axis, t);
      const wide = (what: string, v: TensorLike): Tensor => run('cast', [spread('layerNormalization', what, v, t, axes)], { dtype: t.dtype });
      const centered = run('subtract', [t, run('mean', [t], { axis: axes, keepdims: true })]);
      const variance = run('mean', [run('square', [centered])], { axis: axes, keepdims: true });
      let y = run('multiply', [rmsScaling ? t : centered, run('rsqrt', [run('add', [variance, convert(epsilon ?? EPSILON, t)])])]);
      if (gamma !== null) y = run('multiply', [y, wide('gamma', gamma)]);
      return beta === null || rmsScaling ? y : run('add', [y, wide('beta', beta)]);
    }),
  ['gamma', 'beta', 'axis', 'epsilon', 'rmsScaling'],
);
/** x / sqrt(mean(x^2) + epsilon) * scale with the mean of each example over `axis` (Zhang & Sennrich 2019). Defaults: axis -1, epsilon 1e-7. */
export const rmsNormalization = defineOp(
  'rmsNormalization',
  (x: TensorLike, { scale = null, axis = -1, epsilon = null }: { scale?: TensorLike | null; axis?: AxisList; epsilon?: number | null } = {}): Tensor =>
    inSingle(toFloat(x), (t) => {
      const axes = axisList('rmsNormalization', axis, t);
      const power = run('mean', [run('square', [t])], { axis: axes, keepdims: true });
      const y = run('multiply', [t, run('rsqrt', [run('add', [power, convert(epsilon ?? EPSILON, t)])])]);
      return scale === null ? y : run('multiply', [y, run('cast', [spread('rmsNormalization', 'scale', scale, t, axes)], { dtype: t.dtype })]);
    }),
  ['scale', 'axis', 'epsilon'],
);
/** x divided by its norm along `axis` (several: over all of them): sum(|x|^order)^(1 / order), at least epsilon. Defaults: axis -1, order 2, epsilon 1e-7. */
export const normalize = defineOp(
  'normalize',
  (x: TensorLike, { axis = -1, order = 2, epsilon = null }: { axis?: AxisList; order?: number; epsilon?: number | null } = {}): Tensor => {
    const t = toFloat(x),
      least = epsilon ?? EPSILON,
      a = { axis: axisList('normalize', axis, t), keepdims: true };
    if (order === 2) {
      const total = run('maximum', [run('sum', [run('square', [t])], a), convert(least ** 2, t)]);
      return run('multiply', [t, run('rsqrt', [total])]);
    }
    const total = run('sum', [run('power', [run('abs', [t]), convert(order, t)])], a);
    return run('divide', [t, run('maximum', [run('power', [total, convert(1 / order, t)]), convert(least, t)])]);
  },
  ['axis', 'order', 'epsilon'],
);
