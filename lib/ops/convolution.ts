/** Convolutions of one to three spatial axes (keras.ops). Data are channels_last unless `dataFormat` says 'channels_first'. */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { toFloat } from './unary';
import {
  channelsLast,
  checkDataFormat,
  paddingOf,
  spatial,
  type DataFormat,
  type Padding,
  type Sizes,
} from './spatial';

export interface ConvOptions {
  /** Distance of neighbouring windows, in elements: one number for all spatial axes or one for each, >= 1. Default 1. */
  strides?: Sizes;
  /** 'valid' (default): windows lie inside of the input. 'same': zeros around it make the output ceil(size / strides) long. 'causal': zeros before it only, for one spatial axis. */
  padding?: Padding;
  /** Where the channels are: 'channels_last' (default), (batch, ..., channels), or 'channels_first', (batch, channels, ...). */
  dataFormat?: DataFormat | null;
  /** Distance of neighbouring elements of the kernel, in elements of the input, >= 1. Default 1. */
  dilationRate?: Sizes;
}
const CONV = ['strides', 'padding', 'dataFormat', 'dilationRate'];

/** Inputs and kernel of the same rank, 3 to 5; the number of spatial axes. */
function spatialAxes(op: string, x: Tensor, k: Tensor): number {
  if (k.ndim < 3 || k.ndim > 5 || x.ndim !== k.ndim)
    throw new ValueError(
      `${op}: inputs of rank n and a kernel of the same rank, 3 to 5, are expected.\n  Received: inputs ${formatShape(x.shape)}, kernel ${formatShape(k.shape)}`,
      { op },
    );
  return k.ndim - 2;
}
/** @internal How a convolution moves over data with channels last, the zeros around them given as numbers for each axis. */
export interface ConvWindows {
  strides: readonly number[];
  dilation: readonly number[];
  /** Zeros before and after the input. */
  before: readonly number[];
  after: readonly number[];
  groups: number;
  /** What errors name. */
  label: string;
}
/** @internal A convolution with any number of zeros around the input, which graphs of TensorFlow ask for. */
export const convWithBorders = (t: Tensor, k: Tensor, windows: ConvWindows): Tensor =>
  run('conv', [t, k], { ...windows });
/** @internal The gradient of a convolution by its input of this shape. */
export const convBackwardData = (dy: Tensor, k: Tensor, shape: readonly number[], windows: ConvWindows): Tensor =>
  run('conv_backward_data', [dy, k], { ...windows, shape: [...shape] });
/** The native op on data with channels last. Without `groups`, as many as make the kernel's channels those of the input. */
function convolve(
  label: string,
  t: Tensor,
  k: Tensor,
  strides: number[],
  dilation: number[],
  padding: string,
  groups?: number,
): Tensor {
  const axes = k.ndim - 2;
  const channels = t.shape[t.ndim - 1];
  const perGroup = k.shape[axes];
  return convWithBorders(t, k, {
    strides,
    dilation,
    ...paddingOf(label, padding, t.shape.slice(1, -1), k.shape.slice(0, axes), strides, dilation),
    groups: groups ?? (perGroup > 0 && channels % perGroup === 0 ? channels / perGroup : 1),
    label,
  });
}
/**
 * Convolution (cross-correlation) over 1 to 3 spatial axes.
 * @param inputs - (batch, ...spatial, channels); @param kernel - (...kernel, channels / groups, filters).
 * @returns (batch, ...spatial', filters), spatial' = floor((n + padding - (k - 1) dilation - 1) / stride) + 1.
 * @throws ValueError when channels and kernel disagree.
 */
export const conv = defineOp(
  'conv',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    { strides = 1, padding = 'valid', dataFormat, dilationRate = 1 }: ConvOptions = {},
  ): Tensor => {
    const x = toFloat(inputs);
    const k = convert(kernel);
    const axes = spatialAxes('conv', x, k);
    const label = `conv${axes}d`;
    const s = spatial(label, 'strides', strides, axes);
    const d = spatial(label, 'dilationRate', dilationRate, axes);
    if (s.some((v) => v > 1) && d.some((v) => v > 1))
      throw new ValueError(
        `${label}: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides ${formatShape(s)}, dilationRate ${formatShape(d)}`,
        { op: label },
      );
    return channelsLast(x, checkDataFormat(label, dataFormat), (t) => convolve(label, t, k, s, d, padding));
  },
  CONV,
);
/** Each channel convolved on its own. */
function depthwise(
  op: string,
  x: Tensor,
  k: Tensor,
  { strides = 1, padding = 'valid', dataFormat, dilationRate = 1 }: ConvOptions,
): Tensor {
  const axes = spatialAxes(op, x, k);
  const [channels, multiplier] = k.shape.slice(axes);
  const s = spatial(op, 'strides', strides, axes);
  const d = spatial(op, 'dilationRate', dilationRate, axes);
  return channelsLast(x, checkDataFormat(op, dataFormat), (t) => {
    if (t.shape[axes + 1] !== channels)
      throw new ValueError(
        `${op}: input has ${t.shape[axes + 1]} channels but the kernel of shape ${formatShape(k.shape)} expects ${channels}.\n  Received: input shape ${formatShape(x.shape)}`,
        { op },
      );
    const grouped = (input: Tensor, kernel: Tensor, count: number): Tensor =>
      convolve(
        op,
        input,
        run('reshape', [kernel], { shape: [...k.shape.slice(0, axes), 1, count] }),
        s,
        d,
        padding,
        count,
      );
    if (multiplier === 1) return grouped(t, k, channels);
    // All channels `multiplier` times, one after the other: kernels for one filter per channel are many times as fast as those for several.
    const lead = t.shape.slice(0, -1);
    const swapped = (x: Tensor): Tensor =>
      run('transpose', [x], { axes: [...x.shape.slice(2).map((_, i) => i), x.ndim - 1, x.ndim - 2] });
    const wide = run('broadcast_to', [run('reshape', [t], { shape: [...lead, 1, channels] })], {
      shape: [...lead, multiplier, channels],
    });
    const y = grouped(
      run('reshape', [wide], { shape: [...lead, multiplier * channels] }),
      swapped(k),
      multiplier * channels,
    );
    const size = y.shape.slice(0, -1);
    return run('reshape', [swapped(run('reshape', [y], { shape: [...size, multiplier, channels] }))], {
      shape: [...size, channels * multiplier],
    });
  });
}
/**
 * Each channel convolved on its own.
 * @param kernel - (...kernel, channels, multiplier): filter c * multiplier + m sees channel c. Strides and dilation may go together.
 */
export const depthwiseConv = defineOp(
  'depthwiseConv',
  (inputs: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor =>
    depthwise('depthwiseConv', toFloat(inputs), convert(kernel), options),
  CONV,
);
/**
 * Each channel convolved on its own, then all channels mixed at each position.
 * @param depthwiseKernel - (...kernel, channels, multiplier); @param pointwiseKernel - (...ones, channels * multiplier, filters).
 */
export const separableConv = defineOp(
  'separableConv',
  (inputs: TensorLike, depthwiseKernel: TensorLike, pointwiseKernel: TensorLike, options: ConvOptions = {}): Tensor => {
    const k = convert(pointwiseKernel);
    if (k.shape.slice(0, -2).some((n) => n !== 1))
      throw new ValueError(
        `separableConv: the pointwise kernel must have size 1 on the spatial axes.\n  Received: shape ${formatShape(k.shape)}`,
        { op: 'separableConv' },
      );
    const y = depthwise('separableConv', toFloat(inputs), convert(depthwiseKernel), options);
    return conv(y, k, { dataFormat: options.dataFormat });
  },
  CONV,
);

export interface ConvTransposeOptions extends ConvOptions {
  /** Elements added at the end of each spatial axis; null gives strides * n ('same') or (n - 1) strides + max(kernel, strides) ('valid'). */
  outputPadding?: Sizes | null;
}
/**
 * Transposed convolution: the gradient of a convolution by its input, as a layer that enlarges.
 * @param inputs - (batch, ...spatial, channels); @param kernel - (...kernel, filters, channels).
 * @param options - padding 'valid' or 'same', outputPadding (null), strides, dilationRate, dataFormat.
 * @returns (batch, ...spatial', filters): with k = (kernel - 1) dilation + 1, 'valid' (n - 1) stride + k + outputPadding, 'same'
 * (n - 1) stride + k mod 2 + outputPadding.
 */
export const convTranspose = defineOp(
  'convTranspose',
  (
    inputs: TensorLike,
    kernel: TensorLike,
    { strides = 1, padding = 'valid', outputPadding = null, dataFormat, dilationRate = 1 }: ConvTransposeOptions = {},
  ): Tensor => {
    const x = toFloat(inputs);
    const k = convert(kernel);
    const axes = spatialAxes('convTranspose', x, k);
    const label = `conv${axes}dTranspose`;
    const s = spatial(label, 'strides', strides, axes);
    const d = spatial(label, 'dilationRate', dilationRate, axes);
    const extra = outputPadding === null ? null : spatial(label, 'outputPadding', outputPadding, axes, 0);
    const how = padding.toLowerCase();
    if (how !== 'valid' && how !== 'same')
      throw new ValueError(`${label}: padding must be 'valid' or 'same'.\n  Received: '${padding}'`, { op: label });
    return channelsLast(x, checkDataFormat(label, dataFormat), (t) => {
      if (t.shape[axes + 1] !== k.shape[axes + 1])
        throw new ValueError(
          `${label}: input has ${t.shape[axes + 1]} channels but the kernel of shape ${formatShape(k.shape)} expects ${k.shape[axes + 1]} (last axis).\n  Received: input shape ${formatShape(x.shape)}`,
          { op: label },
        );
      const before: number[] = [];
      const after: number[] = [];
      const sizes = t.shape.slice(1, -1).map((n, i) => {
        const extent = (k.shape[i] - 1) * d[i] + 1;
        const full = (n - 1) * s[i] + extent;
        const size =
          how === 'valid'
            ? full + (extra ? extra[i] : Math.max(0, s[i] - extent))
            : extra
              ? (n - 1) * s[i] + (extent % 2) + extra[i]
              : n * s[i];
        if (n < 1 || size < 1)
          throw new ValueError(
            `${label}: the result would have size ${Math.max(0, size)} on axis ${i + 1}.\n  Received: input shape ${formatShape(x.shape)}`,
            { op: label },
          );
        const total = how === 'valid' ? 0 : Math.max(0, full - size);
        before.push(total >> 1);
        after.push(total - (total >> 1));
        return size;
      });
      const shape = [t.shape[0], ...sizes, k.shape[axes]];
      return convBackwardData(t, k, shape, { strides: s, dilation: d, before, after, groups: 1, label });
    });
  },
  [...CONV, 'outputPadding'],
);
