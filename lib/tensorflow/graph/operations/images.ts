/** Operations of networks on images and sequences: convolutions, pooling, normalization, resizing. */
import { convert, formatShape, type Tensor } from '../../../core/tensor';
import { convBackwardData, convWithBorders } from '../../../ops/convolution';
import * as ops from '../../../ops/index';
import { poolWithBorders } from '../../../ops/pooling';
import { channelsLast, paddingOf, type DataFormat } from '../../../ops/spatial';
import type { NodeCall, Operations } from '../operation';
import { fused } from './reductions';

/** The order of axes, and which of four or five numbers are for the spatial ones. */
function layout(n: NodeCall, ndim: number): { format: DataFormat; spatial: (list: readonly number[]) => number[] } {
  const name = n.attributes.string('data_format', 'NHWC');
  const isFirst = name.startsWith('NC');
  return {
    format: isFirst ? 'channels_first' : 'channels_last',
    spatial: (list) => (isFirst ? list.slice(2, ndim) : list.slice(1, ndim - 1)),
  };
}
/** Elements added around each spatial axis. */
function bordersOf(
  n: NodeCall,
  input: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilation: readonly number[],
): { before: number[]; after: number[] } {
  const padding = n.attributes.string('padding');
  if (padding !== 'EXPLICIT') return paddingOf(n.where, padding, input, kernel, strides, dilation);
  const explicit = n.attributes.ints('explicit_paddings');
  const isFirst = n.attributes.string('data_format', 'NHWC').startsWith('NC');
  const at = (i: number): number => 2 * (i + (isFirst ? 2 : 1));
  if (explicit.length !== 2 * (input.length + 2)) n.fail(`explicit_paddings has ${explicit.length} numbers.`);
  return { before: input.map((_, i) => explicit[at(i)]), after: input.map((_, i) => explicit[at(i) + 1]) };
}
const orOnes = (list: number[], axes: number): number[] => (list.length ? list : Array<number>(axes).fill(1));

/** Elements added before and behind each spatial axis, beside those of the node's own padding. */
interface Borders {
  before: readonly number[];
  after: readonly number[];
}
function convolution(n: NodeCall, isDepthwise: boolean, added?: Borders): Tensor {
  const x = n.tensor(0);
  const given = n.tensor(1);
  const axes = x.ndim - 2;
  const { format, spatial } = layout(n, x.ndim);
  const strides = spatial(n.attributes.ints('strides'));
  const dilation = orOnes(spatial(n.attributes.ints('dilations')), axes);
  if (given.ndim !== x.ndim || strides.length !== axes)
    n.fail(`an input of rank ${x.ndim} with a kernel of rank ${given.ndim} and ${strides.length} strides.`);
  return channelsLast(x, format, (t) => {
    const channels = t.shape[axes + 1];
    const size = given.shape.slice(0, axes);
    // Depthwise: (..., channels, multiplier) has its filters in the order of channels.
    const kernel = isDepthwise ? ops.reshape(given, [...size, 1, given.shape[axes] * given.shape[axes + 1]]) : given;
    const perGroup = kernel.shape[axes];
    if (isDepthwise ? given.shape[axes] !== channels : !perGroup || channels % perGroup)
      n.fail(`its kernel is for ${isDepthwise ? given.shape[axes] : perGroup} channels but the input has ${channels}.`);
    return convWithBorders(t, kernel, {
      strides,
      dilation,
      ...(added ?? bordersOf(n, t.shape.slice(1, -1), size, strides, dilation)),
      groups: isDepthwise ? channels : channels / perGroup,
      label: n.attributes.where,
    });
  });
}
/** @internal x, kernel, what a Pad added to x, and what came of it: a convolution without padding of its own. */
export function paddedConvolution(n: NodeCall): Tensor {
  const isDepthwise = n.attributes.where.includes('(Depthwise');
  const [x, , , padded] = n.inputs;
  const widths = n.numbers(2);
  const { ndim } = n.tensor(0);
  const axes = layout(n, ndim).spatial(Array.from({ length: ndim }, (_, i) => i));
  const others = Array.from({ length: ndim }, (_, i) => i).filter((i) => !axes.includes(i));
  const isPlain = widths.length === 2 * ndim && others.every((i) => widths[2 * i] === 0 && widths[2 * i + 1] === 0);
  if (!isPlain) return convolution(n.with([padded, n.inputs[1]]), isDepthwise);
  return convolution(n.with([x, n.inputs[1]]), isDepthwise, {
    before: axes.map((i) => widths[2 * i]),
    after: axes.map((i) => widths[2 * i + 1]),
  });
}
/** The gradient of a convolution by its input, which is what layers of transposed convolutions compute. */
function transposedConvolution(n: NodeCall): Tensor {
  const shape = n.numbers(0);
  const kernel = n.tensor(1);
  const dy = n.tensor(2);
  const axes = dy.ndim - 2;
  const { format, spatial } = layout(n, dy.ndim);
  const strides = spatial(n.attributes.ints('strides'));
  const dilation = orOnes(spatial(n.attributes.ints('dilations')), axes);
  const input = spatial(shape);
  const size = kernel.shape.slice(0, axes);
  return channelsLast(dy, format, (t) => {
    if (kernel.ndim !== dy.ndim || kernel.shape[axes + 1] !== t.shape[axes + 1])
      n.fail(`its kernel has shape ${formatShape(kernel.shape)} but the input has ${t.shape[axes + 1]} channels.`);
    return convBackwardData(t, kernel, [t.shape[0], ...input, kernel.shape[axes]], {
      strides,
      dilation,
      ...bordersOf(n, input, size, strides, dilation),
      groups: 1,
      label: n.attributes.where,
    });
  });
}
function pooling(n: NodeCall, kind: 'max_pool' | 'average_pool'): Tensor {
  const x = n.tensor(0);
  const { format, spatial } = layout(n, x.ndim);
  const size = spatial(n.attributes.ints('ksize'));
  const strides = spatial(n.attributes.ints('strides'));
  if (size.length !== x.ndim - 2 || strides.length !== size.length || [...size, ...strides].some((v) => v < 1))
    n.fail(`windows of ${size.join(' x ')} by ${strides.join(' x ')} on an input of rank ${x.ndim}.`);
  return channelsLast(x, format, (t) => {
    const ones = size.map(() => 1);
    return poolWithBorders(kind, t, {
      size,
      strides,
      ...bordersOf(n, t.shape.slice(1, -1), size, strides, ones),
      label: n.attributes.where,
    });
  });
}
/** y, the mean and variance used, and two that only gradients need. */
function batchNormalization(n: NodeCall): Tensor[] {
  const [x, scale, offset, mean, variance] = n.tensors(0, 5);
  const epsilon = n.attributes.float('epsilon', 1e-4);
  const axis = n.attributes.string('data_format', 'NHWC').startsWith('NC') ? 1 : x.ndim - 1;
  if (!n.attributes.bool('is_training', true)) {
    const y = ops.batchNormalization(x, mean, variance, axis, { scale, offset, epsilon });
    return [y, mean, variance, mean, variance, mean];
  }
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const [m, v] = ops.moments(x, others);
  const count = x.size / x.shape[axis];
  const y = ops.batchNormalization(x, m, v, axis, { scale, offset, epsilon });
  // The variance that comes out is corrected for its bias, the one that normalizes is not.
  const corrected = ops.multiply(v, count / Math.max(1, count - 1));
  const factor = n.attributes.float('exponential_avg_factor', 1);
  const moved = (old: Tensor, now: Tensor): Tensor =>
    factor === 1 ? now : ops.add(ops.multiply(old, 1 - factor), ops.multiply(now, factor));
  return [y, moved(mean, m), moved(variance, corrected), m, v, m];
}
const NORMALIZATION = {
  outputs: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  run: batchNormalization,
};

/** Images in another size: pixels' centres are compared (TensorFlow 2), or their corners, or the outermost pixels meet. */
function resize(n: NodeCall, interpolation: 'nearest' | 'bilinear' | 'bicubic'): Tensor {
  const x = n.tensor(0);
  const to = n.numbers(1);
  if (x.ndim !== 4 || to.length !== 2 || to.some((v) => v < 1))
    n.fail(`images of rank ${x.ndim} to ${to.join(' x ')} pixels.`);
  const isCentred = n.attributes.bool('half_pixel_centers');
  const isAligned = n.attributes.bool('align_corners');
  const real = interpolation === 'nearest' ? x : ops.cast(x, 'float32');
  if (isCentred && !isAligned) return ops.image.resize(real, [to[0], to[1]], { interpolation });
  return to.reduce((y, count, i) => resizeAxis(n, y, i + 1, count, isAligned, interpolation), real);
}
function resizeAxis(n: NodeCall, x: Tensor, axis: number, count: number, isAligned: boolean, how: string): Tensor {
  const old = x.shape[axis];
  const scale = isAligned && count > 1 ? (old - 1) / (count - 1) : old / count;
  const at = Array.from({ length: count }, (_, i) => Math.fround(i * Math.fround(scale)));
  const clamped = (v: number): number => Math.max(0, Math.min(old - 1, v));
  const take = (places: number[]): Tensor => ops.take(x, Int32Array.from(places), { axis });
  if (how === 'nearest') return take(at.map((v) => clamped(isAligned ? Math.round(v) : Math.floor(v))));
  if (how !== 'bilinear')
    n.fail('bicubic interpolation by the corners of pixels, as in TensorFlow 1, is not computed.');
  const low = at.map((v) => clamped(Math.floor(v)));
  const part = convert(Float32Array.from(at, (v, i) => v - low[i]));
  const weight = ops.reshape(
    part,
    x.shape.map((_, i) => (i === axis ? count : 1)),
  );
  const below = take(low);
  const above = take(low.map((v) => clamped(v + 1)));
  return ops.add(below, ops.multiply(ops.subtract(above, below), weight));
}

/** @internal */
export const imaging: Operations = {
  AvgPool: (n) => pooling(n, 'average_pool'),
  AvgPool3D: (n) => pooling(n, 'average_pool'),
  BiasAdd: (n) => {
    const x = n.tensor(0);
    const bias = n.tensor(1);
    const isFirst = n.attributes.string('data_format', 'NHWC').startsWith('NC');
    return ops.add(x, isFirst ? ops.reshape(bias, [-1, ...Array<number>(Math.max(0, x.ndim - 2)).fill(1)]) : bias);
  },
  BiasAddV1: (n) => ops.add(n.tensor(0), n.tensor(1)),
  Conv2D: (n) => convolution(n, false),
  Conv2DBackpropInput: transposedConvolution,
  Conv3D: (n) => convolution(n, false),
  Conv3DBackpropInputV2: transposedConvolution,
  DepthwiseConv2dNative: (n) => convolution(n, true),
  FusedBatchNorm: NORMALIZATION,
  FusedBatchNormV2: NORMALIZATION,
  FusedBatchNormV3: NORMALIZATION,
  MaxPool: (n) => pooling(n, 'max_pool'),
  MaxPool3D: (n) => pooling(n, 'max_pool'),
  ResizeBicubic: (n) => resize(n, 'bicubic'),
  ResizeBilinear: (n) => resize(n, 'bilinear'),
  ResizeNearestNeighbor: (n) => resize(n, 'nearest'),
  _FusedConv2D: (n) => fused(n, convolution(n, false), 2),
  FusedDepthwiseConv2dNative: (n) => fused(n, convolution(n, true), 2),
};
