/** Operations on shapes and places: reshape, transpose, slices, gather, pad, concatenate, constants and ranges. */
import type { Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operations } from '../operation';
import { constantOf, integers } from '../values';

const sizeType = (n: NodeCall): 'int32' | 'int64' =>
  n.attributes.dtype('out_type', 'int32') === 'int64' ? 'int64' : 'int32';
const axisOf = (axis: number, ndim: number): number => (axis < 0 ? axis + ndim : axis);

/** x[begin:end:strides]: bits of five masks say which numbers count, and which axes go or come. */
function stridedSlice(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const [begin, end, strides] = [n.numbers(1), n.numbers(2), n.numbers(3)];
  if (begin.length !== end.length || begin.length !== strides.length || begin.length > 31)
    n.fail(`begin, end and strides are of ${begin.length}, ${end.length} and ${strides.length} numbers.`);
  const bit = (mask: string, i: number): boolean => ((n.attributes.int(mask) >> i) & 1) === 1;
  const key = begin.map((from, i) => {
    if (bit('ellipsis_mask', i)) return '...';
    if (bit('new_axis_mask', i)) return null;
    if (bit('shrink_axis_mask', i)) return from;
    return {
      start: bit('begin_mask', i) ? null : from,
      stop: bit('end_mask', i) ? null : end[i],
      step: strides[i] === 1 ? null : strides[i],
    };
  });
  return ops.getItem(x, key);
}
/** Elements of `x` along an axis; the first `batch` axes of both are the same ones. */
function gather(x: Tensor, indices: Tensor, axis: number, batch: number): Tensor {
  if (!batch) return ops.take(x, indices, { axis });
  // Rows of all batches in one long axis: index b of batch k is k * size + b.
  const lead = x.shape.slice(0, batch);
  const count = lead.reduce((a, b) => a * b, 1);
  const at = axisOf(axis, x.ndim);
  const moved = ops.moveaxis(x, at, batch);
  const size = x.shape[at];
  const rest = moved.shape.slice(batch + 1);
  const own = indices.shape.slice(batch);
  const starts = ops.multiply(ops.arange(count, { dtype: 'int32' }), size);
  const places = ops.add(ops.reshape(ops.cast(indices, 'int32'), [count, -1]), ops.reshape(starts, [count, 1]));
  const taken = ops.take(ops.reshape(moved, [count * size, ...rest]), ops.reshape(places, [-1]), { axis: 0 });
  const y = ops.reshape(taken, [...lead, ...own, ...rest]);
  // The axes between the batch and the axis stand behind the indices now.
  const between = at - batch;
  const first = batch + own.length;
  return between
    ? ops.moveaxis(
        y,
        Array.from({ length: between }, (_, i) => first + i),
        Array.from({ length: between }, (_, i) => batch + i),
      )
    : y;
}
/** Elements of `x` at places that name its first axes. */
function gatherPlaces(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const places = n.tensor(1);
  const depth = places.shape[places.ndim - 1];
  const sizes = x.shape.slice(0, depth);
  const rest = x.shape.slice(depth);
  if (depth > x.ndim) n.fail(`places of ${depth} numbers are for more axes than its input has (${x.ndim}).`);
  const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1));
  const flat = ops.sum(ops.multiply(ops.cast(places, 'int32'), integers(strides)), { axis: -1 });
  return ops.take(ops.reshape(x, [-1, ...rest]), flat, { axis: 0 });
}
const paddings = (n: NodeCall): [number, number][] => {
  const flat = n.numbers(1);
  return n.tensor(0).shape.map((_, i) => [flat[2 * i], flat[2 * i + 1]]);
};
/** Pieces along an axis of the sizes given, of which one may be -1: the rest. */
function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const known = sizes.reduce((a, b) => a + Math.max(0, b), 0);
  const all = sizes.map((s) => (s < 0 ? x.shape[axisOf(axis, x.ndim)] - known : s));
  let at = 0;
  return ops.split(
    x,
    all.slice(0, -1).map((s) => (at += s)),
    { axis },
  );
}
/** @param sizes - blocks of b x b pixels become channels, or the other way round. */
function blocks(n: NodeCall, isToDepth: boolean): Tensor {
  const b = n.attributes.int('block_size');
  const isFirst = n.attributes.string('data_format', 'NHWC') === 'NCHW';
  const x = isFirst ? ops.moveaxis(n.tensor(0), 1, -1) : n.tensor(0);
  const [batch, h, w, c] = x.shape;
  if (b < 1 || (isToDepth ? h % b || w % b : c % (b * b)))
    n.fail(`blocks of ${b} x ${b} do not fit into images of ${h} x ${w} with ${c} channels.`);
  const y = isToDepth
    ? ops.reshape(ops.transpose(ops.reshape(x, [batch, h / b, b, w / b, b, c]), { axes: [0, 1, 3, 2, 4, 5] }), [
        batch,
        h / b,
        w / b,
        b * b * c,
      ])
    : ops.reshape(ops.transpose(ops.reshape(x, [batch, h, w, b, b, c / (b * b)]), { axes: [0, 1, 3, 2, 4, 5] }), [
        batch,
        h * b,
        w * b,
        c / (b * b),
      ]);
  return isFirst ? ops.moveaxis(y, -1, 1) : y;
}
function batchToSpace(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const block = n.numbers(1);
  const crops = n.numbers(2);
  const axes = block.length;
  const batch = x.shape[0] / block.reduce((a, b) => a * b, 1);
  const rest = x.shape.slice(axes + 1);
  let y = ops.reshape(x, [...block, batch, ...x.shape.slice(1)]);
  const order = [axes];
  for (let i = 0; i < axes; i++) order.push(axes + 1 + i, i);
  for (let i = 0; i < rest.length; i++) order.push(2 * axes + 1 + i);
  y = ops.reshape(ops.transpose(y, { axes: order }), [batch, ...block.map((b, i) => b * x.shape[i + 1]), ...rest]);
  return ops.slice(
    y,
    y.shape.map((_, i) => (i > 0 && i <= axes ? crops[2 * (i - 1)] : 0)),
    y.shape.map((d, i) => (i > 0 && i <= axes ? d - crops[2 * (i - 1)] - crops[2 * i - 1] : d)),
  );
}
function spaceToBatch(n: NodeCall): Tensor {
  const block = n.numbers(1);
  const pads = n.numbers(2);
  const axes = block.length;
  const widths = n
    .tensor(0)
    .shape.map((_, i): [number, number] => (i > 0 && i <= axes ? [pads[2 * (i - 1)], pads[2 * i - 1]] : [0, 0]));
  const x = ops.pad(n.tensor(0), widths);
  const rest = x.shape.slice(axes + 1);
  const shape = [x.shape[0], ...block.flatMap((b, i) => [x.shape[i + 1] / b, b]), ...rest];
  const order = [
    ...block.map((_, i) => 2 * i + 2),
    0,
    ...block.map((_, i) => 2 * i + 1),
    ...rest.map((_, i) => 2 * axes + 1 + i),
  ];
  return ops.reshape(ops.transpose(ops.reshape(x, shape), { axes: order }), [
    x.shape[0] * block.reduce((a, b) => a * b, 1),
    ...block.map((b, i) => x.shape[i + 1] / b),
    ...rest,
  ]);
}
function range(n: NodeCall): Tensor {
  const [start, stop, step] = [n.number(0), n.number(1), n.number(2)];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= 2 ** 24)) n.fail(`a range from ${start} to ${stop} by ${step} has too many numbers.`);
  const values = Array.from({ length: count }, (_, i) => start + i * step);
  return integers(values, [count], n.tensor(0).dtype);
}
function oneHot(n: NodeCall): Tensor {
  const on = n.tensor(2);
  const off = n.tensor(3);
  const y = ops.oneHot(n.tensor(0), n.number(1), { axis: n.attributes.int('axis', -1), dtype: 'bool' });
  return ops.where(y, on, off);
}

/** @internal */
export const shaping: Operations = {
  BatchToSpaceND: batchToSpace,
  BroadcastArgs: (n) => integers(broadcast(n.numbers(0), n.numbers(1)), undefined, sizeOfInput(n)),
  BroadcastTo: (n) => ops.broadcastTo(n.tensor(0), n.numbers(1)),
  Concat: (n) => ops.concatenate(n.tensors(1), { axis: n.number(0) }),
  ConcatV2: (n) => ops.concatenate(n.tensors(0, -1), { axis: n.number(-1) }),
  Const: (n) => constantOf(n.attributes.tensor('value'), n.where),
  DepthToSpace: (n) => blocks(n, false),
  ExpandDims: (n) => ops.expandDims(n.tensor(0), n.number(1)),
  Fill: (n) => ops.broadcastTo(n.tensor(1), n.numbers(0)),
  Gather: (n) => gather(n.tensor(0), n.tensor(1), 0, 0),
  GatherNd: gatherPlaces,
  GatherV2: (n) =>
    gather(n.tensor(0), n.tensor(1), n.number(2), axisOf(n.attributes.int('batch_dims'), n.tensor(1).ndim)),
  LinSpace: (n) => ops.linspace(n.number(0), n.number(1), { num: n.number(2), dtype: n.tensor(0).dtype }),
  MatrixBandPart: (n) => {
    const x = n.tensor(0);
    const [lower, upper] = [n.number(1), n.number(2)];
    const low = lower < 0 ? x : ops.triu(x, { k: -lower });
    return upper < 0 ? low : ops.tril(low, { k: upper });
  },
  MirrorPad: (n) =>
    ops.pad(n.tensor(0), paddings(n), {
      mode: n.attributes.string('mode') === 'SYMMETRIC' ? 'symmetric' : 'reflect',
    }),
  OneHot: oneHot,
  Pack: (n) => ops.stack(n.tensors(), { axis: n.attributes.int('axis') }),
  Pad: (n) => ops.pad(n.tensor(0), paddings(n)),
  PadV2: (n) => ops.pad(n.tensor(0), paddings(n), { constantValues: n.number(2) }),
  Range: range,
  Rank: (n) => integers([n.tensor(0).ndim], []),
  Reshape: (n) => ops.reshape(n.tensor(0), n.numbers(1)),
  ResourceGather: (n) => ops.take(n.variable(0).value, n.tensor(1), { axis: 0 }),
  ReverseV2: (n) => {
    const axis = n.numbers(1);
    return axis.length ? ops.flip(n.tensor(0), { axis }) : n.tensor(0);
  },
  Roll: (n) => {
    const axes = n.numbers(2);
    return n.numbers(1).reduce((x, shift, i) => ops.roll(x, shift, { axis: axes[i] }), n.tensor(0));
  },
  ScatterNd: (n) => ops.scatter(n.tensor(0), n.tensor(1), n.numbers(2)),
  Shape: (n) => integers(n.tensor(0).shape, undefined, sizeType(n)),
  ShapeN: (n) => n.tensors().map((x) => integers(x.shape, undefined, sizeType(n))),
  Size: (n) => integers([n.tensor(0).size], [], sizeType(n)),
  Slice: (n) => {
    const x = n.tensor(0);
    const start = n.numbers(1);
    return ops.slice(
      x,
      start,
      n.numbers(2).map((s, i) => (s === -1 ? x.shape[i] - start[i] : s)),
    );
  },
  SpaceToBatchND: spaceToBatch,
  SpaceToDepth: (n) => blocks(n, true),
  Split: (n) => ops.split(n.tensor(1), n.attributes.int('num_split'), { axis: n.number(0) }),
  SplitV: (n) => split(n.tensor(0), n.numbers(1), n.number(2)),
  Squeeze: (n) => {
    const axis = n.attributes.ints('squeeze_dims');
    return ops.squeeze(n.tensor(0), axis.length ? { axis } : {});
  },
  StridedSlice: stridedSlice,
  Tile: (n) => {
    const x = n.tensor(0);
    const times = n.numbers(1);
    if (times.length !== x.ndim) n.fail(`${times.length} multiples are given for ${x.ndim} axes.`);
    return ops.tile(x, times);
  },
  Transpose: (n) => ops.transpose(n.tensor(0), { axes: n.numbers(1) }),
  Unpack: (n) => ops.unstack(n.tensor(0), { axis: n.attributes.int('axis') }),
};
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i, n = Math.max(a.length, b.length)) => {
    const x = a[i - (n - a.length)] ?? 1;
    const y = b[i - (n - b.length)] ?? 1;
    return x === 1 ? y : x;
  });
}
const sizeOfInput = (n: NodeCall): Tensor['dtype'] => n.tensor(0).dtype;
