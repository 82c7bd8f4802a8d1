/** Pooling over windows of one to three spatial axes (keras.ops). */
import { ValueError } from '../support/errors';
import { formatShape, run, runMany, tensor, type Tensor, type TensorLike } from '../core/tensor';
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

export interface PoolOptions {
  /** Distance of neighbouring windows, in elements. Default: the size of the windows. */
  strides?: Sizes | null;
  /** 'valid' (default): windows lie inside of the input. 'same': it is padded so that the output is ceil(size / strides) long; padding does not count. */
  padding?: Exclude<Padding, 'causal'>;
  /** Where the channels are: 'channels_last' (default), (batch, ..., channels), or 'channels_first', (batch, channels, ...). */
  dataFormat?: DataFormat | null;
}
const POOL = ['strides', 'padding', 'dataFormat'];
type Kind = 'max_pool' | 'average_pool';

function spatialAxes(op: string, x: Tensor): number {
  const axes = x.ndim - 2;
  if (axes < 1 || axes > 3)
    throw new ValueError(`${op}: inputs of rank 3 to 5 are expected.\n  Received: shape ${formatShape(x.shape)}`, {
      op,
    });
  return axes;
}
/** @internal Windows over data with channels last, the elements missing around them given as numbers for each axis. */
export interface PoolWindows {
  size: readonly number[];
  strides: readonly number[];
  /** Elements before and after the input, which do not count. */
  before: readonly number[];
  after: readonly number[];
  /** What errors name. */
  label: string;
}
/** @internal Pooling with any borders, which graphs of TensorFlow ask for. */
export const poolWithBorders = (kind: Kind, t: Tensor, how: PoolWindows): Tensor => runMany(kind, [t], { ...how })[0];
const windows = (op: string, kind: Kind, t: Tensor, size: number[], strides: number[], padding: string): Tensor => {
  const dilation = size.map(() => 1);
  return poolWithBorders(kind, t, {
    size,
    strides,
    ...paddingOf(op, padding, t.shape.slice(1, -1), size, strides, dilation),
    label: op,
  });
};
function pool(
  op: string,
  kind: Kind,
  inputs: TensorLike,
  poolSize: Sizes,
  { strides, padding = 'valid', dataFormat }: PoolOptions,
): Tensor {
  const x = toFloat(inputs);
  const axes = spatialAxes(op, x);
  const format = checkDataFormat(op, dataFormat);
  const size = spatial(op, 'poolSize', poolSize, axes);
  const s = spatial(op, 'strides', strides ?? poolSize, axes);
  return channelsLast(x, format, (t) => windows(op, kind, t, size, s, padding));
}
/** Largest element of each window. `strides` defaults to `poolSize`. */
export const maxPool = defineOp(
  'maxPool',
  (inputs: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor =>
    pool('maxPool', 'max_pool', inputs, poolSize, options),
  POOL,
);
/** Mean of each window, padding left out. `strides` defaults to `poolSize`. */
export const averagePool = defineOp(
  'averagePool',
  (inputs: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor =>
    pool('averagePool', 'average_pool', inputs, poolSize, options),
  POOL,
);

/** One axis to `size` windows: window i covers floor(i n / size) to ceil((i + 1) n / size). Their lengths differ by one at most. */
function adaptiveAxis(op: string, kind: Kind, t: Tensor, axis: number, size: number): Tensor {
  const n = t.shape[axis];
  if (n === size) return t;
  if (n === 0) throw new ValueError(`${op}: axis ${axis} is empty.\n  Received: shape ${formatShape(t.shape)}`, { op });
  const only = (length: number): number[] => t.shape.slice(1, -1).map((_, i) => (i === axis - 1 ? length : 1));
  if (n % size === 0) return windows(op, kind, t, only(n / size), only(n / size), 'valid');
  const starts = Array.from({ length: size }, (_, i) => Math.floor((i * n) / size));
  const lengths = starts.map((start, i) => Math.ceil(((i + 1) * n) / size) - start);
  const small = Math.min(...lengths);
  const slide = (length: number): Tensor => (length === 1 ? t : windows(op, kind, t, only(length), only(1), 'valid'));
  const pools = [slide(small), ...(lengths.some((l) => l > small) ? [slide(small + 1)] : [])];
  const all = pools.length > 1 ? run('concatenate', pools, { axis }) : pools[0];
  return run(
    'take',
    [all, tensor(Int32Array.from(starts, (start, i) => (lengths[i] > small ? pools[0].shape[axis] + start : start)))],
    { axis },
  );
}
function adaptive(
  op: string,
  kind: Kind,
  inputs: TensorLike,
  outputSize: Sizes,
  dataFormat: string | null | undefined,
): Tensor {
  const x = toFloat(inputs);
  const sizes = spatial(op, 'outputSize', outputSize, spatialAxes(op, x));
  return channelsLast(x, checkDataFormat(op, dataFormat), (t) =>
    sizes.reduce((y, size, i) => adaptiveAxis(op, kind, y, i + 1, size), t),
  );
}
/** Mean of each of `outputSize` windows per axis, window i from floor(i n / size) to ceil((i + 1) n / size). */
export const adaptiveAveragePool = defineOp(
  'adaptiveAveragePool',
  (inputs: TensorLike, outputSize: Sizes, { dataFormat }: { dataFormat?: DataFormat | null } = {}): Tensor =>
    adaptive('adaptiveAveragePool', 'average_pool', inputs, outputSize, dataFormat),
  ['dataFormat'],
);
/** Largest element of each of `outputSize` windows per axis, window i from floor(i n / size) to ceil((i + 1) n / size). */
export const adaptiveMaxPool = defineOp(
  'adaptiveMaxPool',
  (inputs: TensorLike, outputSize: Sizes, { dataFormat }: { dataFormat?: DataFormat | null } = {}): Tensor =>
    adaptive('adaptiveMaxPool', 'max_pool', inputs, outputSize, dataFormat),
  ['dataFormat'],
);
