/** Shapes: views, moves and joins (keras.ops). */
import { ValueError } from '../support/errors';
import { describe } from '../support/describe';
import { requireHeap, requireTable, TENSOR_BYTES } from '../support/limits';
import { convert, formatShape, run, type Shape, Tensor, tensor, type TensorLike } from '../core/tensor';
import { numberList, integerArgument } from './arguments';
import { defineMethods, defineOp } from './define';

/** @internal 0 <= result < ndim, or an error that names both. */
export function normalizeAxis(op: string, axis: number, ndim: number, shape?: Shape): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim)
    throw new ValueError(
      `${op}: axis ${typeof axis === 'number' ? axis : describe(axis)} is out of range for a tensor of rank ${ndim}${shape ? ` and shape ${formatShape(shape)}` : ''}.`,
      { op },
    );
  return axis < 0 ? axis + ndim : axis;
}

/** The same elements in another shape; one size may be -1. */
export const reshape = defineOp('reshape', (x: TensorLike, newshape: number | Shape): Tensor =>
  run('reshape', [convert(x)], { shape: numberList('reshape', 'newshape', newshape) }),
);
/** All elements in one axis. */
export const ravel = defineOp('ravel', (x: TensorLike): Tensor => run('reshape', [convert(x)], { shape: [-1] }));
/** Axes in another order; reversed when null. */
export const transpose = defineOp(
  'transpose',
  (x: TensorLike, { axes = null }: { axes?: readonly number[] | null } = {}): Tensor => {
    const t = convert(x);
    return run('transpose', [t], axes === null ? {} : { axes: numberList('transpose', 'axes', axes) });
  },
  ['axes'],
);
/** Repeats size-1 axes to `shape`. */
export const broadcastTo = defineOp('broadcastTo', (x: TensorLike, shape: Shape): Tensor =>
  run('broadcast_to', [convert(x)], { shape: numberList('broadcastTo', 'shape', shape) }),
);
/** A new axis of size 1 at `axis` of the result. */
export const expandDims = defineOp('expandDims', (x: TensorLike, axis: number | readonly number[]): Tensor => {
  const t = convert(x);
  const axes = numberList('expandDims', 'axis', axis);
  const ndim = t.ndim + axes.length;
  const at = axes.map((a) => normalizeAxis('expandDims', a, ndim)).sort((a, b) => a - b);
  const shape = [...t.shape];
  for (const a of at) shape.splice(a, 0, 1);
  return run('reshape', [t], { shape });
});
/** Without axes of size 1: those given, or all. */
export const squeeze = defineOp(
  'squeeze',
  (x: TensorLike, { axis = null }: { axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = convert(x);
    if (axis === null) return run('reshape', [t], { shape: t.shape.filter((d) => d !== 1) });
    const axes = numberList('squeeze', 'axis', axis).map((a) => normalizeAxis('squeeze', a, t.ndim, t.shape));
    for (const a of axes)
      if (t.shape[a] !== 1)
        throw new ValueError(
          `squeeze: axis ${a} has size ${t.shape[a]}, not 1.\n  Received: shape ${formatShape(t.shape)}`,
          { op: 'squeeze' },
        );
    return run('reshape', [t], { shape: t.shape.filter((_, i) => !axes.includes(i)) });
  },
  ['axis'],
);
/** Axes `source` moved to `destination`. */
export const moveaxis = defineOp(
  'moveaxis',
  (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const t = convert(x);
    const from = numberList('moveaxis', 'source', source).map((a) => normalizeAxis('moveaxis', a, t.ndim));
    const to = numberList('moveaxis', 'destination', destination).map((a) => normalizeAxis('moveaxis', a, t.ndim));
    for (const axes of [from, to])
      if (axes.length !== from.length || new Set(axes).size !== axes.length)
        throw new ValueError(
          `moveaxis: source and destination must name as many axes, each once.\n  Received: source ${describe(source)}, destination ${describe(destination)}`,
          {
            op: 'moveaxis',
          },
        );
    const order = t.shape.map((_, i) => i).filter((i) => !from.includes(i));
    to.map((d, i) => [d, from[i]] as const)
      .sort((a, b) => a[0] - b[0])
      .forEach(([d, s]) => order.splice(d, 0, s));
    return run('transpose', [t], { axes: order });
  },
);
/** Two axes exchanged. */
export const swapaxes = defineOp('swapaxes', (x: TensorLike, axis1: number, axis2: number): Tensor => {
  const t = convert(x);
  const axes = t.shape.map((_, i) => i);
  const a = normalizeAxis('swapaxes', axis1, t.ndim);
  const b = normalizeAxis('swapaxes', axis2, t.ndim);
  [axes[a], axes[b]] = [axes[b], axes[a]];
  return run('transpose', [t], { axes });
});
const joining = (name: string) =>
  defineOp(
    name,
    (xs: readonly TensorLike[], { axis = 0 }: { axis?: number } = {}): Tensor =>
      run(
        'concatenate',
        Array.from(xs, (x) => convert(x)),
        { axis },
      ),
    ['axis'],
  );
/** Tensors joined along an axis they may differ in. */
export const concatenate = joining('concatenate');
/** Alias of `concatenate`. */
export const concat = joining('concat');
/** Tensors of one shape joined along a new axis. */
export const stack = defineOp(
  'stack',
  (xs: readonly TensorLike[], { axis = 0 }: { axis?: number } = {}): Tensor => {
    const ts = xs.map((x) => convert(x));
    for (const t of ts)
      if (formatShape(t.shape) !== formatShape(ts[0].shape))
        throw new ValueError(
          `stack: all tensors must have one shape: ${formatShape(ts[0].shape)} and ${formatShape(t.shape)} differ.`,
          { op: 'stack' },
        );
    return run(
      'concatenate',
      ts.map((t) => expandDims(t, axis)),
      { axis },
    );
  },
  ['axis'],
);
/** @internal x[start : stop : step] along one axis with sizes within the shape. */
export function sliceAxis(t: Tensor, axis: number, start: number, size: number, step = 1): Tensor {
  return run('slice', [t], {
    start: t.shape.map((_, i) => (i === axis ? start : 0)),
    size: t.shape.map((d, i) => (i === axis ? size : d)),
    step: t.shape.map((_, i) => (i === axis ? step : 1)),
  });
}
/** @internal `size` elements along each axis, from `start` on and `step` apart. */
export function stridedBlock(
  t: Tensor,
  { start, size, step }: { start: number[]; size: number[]; step: number[] },
): Tensor {
  return run('slice', [t], { start, size, step });
}
/** Pieces along `axis`: a number of equal ones, or cut at the given indices. */
export const split = defineOp(
  'split',
  (x: TensorLike, indicesOrSections: number | readonly number[], { axis = 0 }: { axis?: number } = {}): Tensor[] => {
    const t = convert(x);
    const a = normalizeAxis('split', axis, t.ndim, t.shape);
    const n = t.shape[a];
    let cuts: number[];
    if (typeof indicesOrSections === 'number') {
      if (!Number.isInteger(indicesOrSections) || indicesOrSections <= 0 || n % indicesOrSections)
        throw new ValueError(`split: axis ${a} of size ${n} cannot be split in ${indicesOrSections} equal parts.`, {
          op: 'split',
        });
      requireHeap(`split: ${indicesOrSections} tensors`, indicesOrSections * TENSOR_BYTES);
      cuts = Array.from({ length: indicesOrSections - 1 }, (_, i) => ((i + 1) * n) / indicesOrSections);
    } else
      cuts = numberList('split', 'indicesOrSections', indicesOrSections).map((c) =>
        Math.max(0, Math.min(n, c < 0 ? c + n : c)),
      );
    const ends = [...cuts, n];
    return ends.map((end, i) =>
      sliceAxis(t, a, i ? Math.min(ends[i - 1], n - 1) : 0, Math.max(0, end - (i ? ends[i - 1] : 0))),
    );
  },
  ['axis'],
);
/** Tensors of one rank less, along `axis`. */
export const unstack = defineOp(
  'unstack',
  (x: TensorLike, { axis = 0 }: { num?: number | null; axis?: number } = {}): Tensor[] => {
    const t = convert(x);
    const a = normalizeAxis('unstack', axis, t.ndim, t.shape);
    requireHeap(`unstack: ${t.shape[a]} tensors`, t.shape[a] * TENSOR_BYTES, 'use slices of it.');
    return Array.from({ length: t.shape[a] }, (_, i) => squeeze(sliceAxis(t, a, i, 1), { axis: a }));
  },
  ['axis', 'num'],
);
/** The block of `shape` that begins at `startIndices` (keras.ops.slice). */
export const slice = defineOp('slice', (x: TensorLike, startIndices: readonly number[], shape: Shape): Tensor => {
  const t = convert(x);
  const start = numberList('slice', 'startIndices', startIndices);
  const size = numberList('slice', 'shape', shape);
  return run('slice', [t], {
    start,
    size: size.map((d, i) => (d === -1 ? t.shape[i] - start[i] : d)),
    step: t.shape.map(() => 1),
  });
});
/** Python's x[start:stop:step] for each axis; null where Python leaves a number out. Missing axes are taken whole. */
export const stridedSlice = defineOp(
  'stridedSlice',
  (
    x: TensorLike,
    starts: readonly (number | null)[],
    stops: readonly (number | null)[],
    steps: readonly (number | null)[] = [],
  ): Tensor => {
    const t = convert(x);
    const start: number[] = [];
    const size: number[] = [];
    const step: number[] = [];
    t.shape.forEach((n, i) => {
      const s = steps[i] ?? 1;
      if (s === 0) throw new ValueError(`stridedSlice: the step of axis ${i} is 0.`, { op: 'stridedSlice' });
      const limit = (v: number | null | undefined, fallback: number, low: number, high: number) =>
        v == null ? fallback : Math.max(low, Math.min(high, v < 0 ? v + n : v));
      const first = s > 0 ? limit(starts[i], 0, 0, n) : limit(starts[i], n - 1, -1, n - 1);
      const end = s > 0 ? limit(stops[i], n, 0, n) : limit(stops[i], -1, -1, n - 1);
      const count = Math.max(0, Math.ceil((end - first) / s));
      start.push(count ? first : 0);
      size.push(count);
      step.push(s);
    });
    return run('slice', [t], { start, size, step });
  },
);
const PAD_MODES = ['constant', 'reflect', 'symmetric', 'edge'] as const;
/** What elements added around a tensor hold. */
export type PadMode = (typeof PAD_MODES)[number];
/** Elements added around x. `padWidth`: [before, after], or one such pair per axis. Modes constant, reflect, symmetric, edge. */
export const pad = defineOp(
  'pad',
  (
    x: TensorLike,
    padWidth: number | readonly number[] | readonly (readonly number[])[],
    { mode = 'constant', constantValues = null }: { mode?: PadMode; constantValues?: number | null } = {},
  ): Tensor => {
    let t = convert(x);
    const widths = t.shape.map((_, i): [number, number] => {
      if (typeof padWidth === 'number') return [padWidth, padWidth];
      const w =
        typeof padWidth[0] === 'number'
          ? (padWidth as readonly number[])
          : (padWidth as readonly (readonly number[])[])[padWidth.length === 1 ? 0 : i];
      if (!w)
        throw new ValueError(`pad: padWidth has ${padWidth.length} entries but the tensor has rank ${t.ndim}.`, {
          op: 'pad',
        });
      return [w[0], w[1] ?? w[0]];
    });
    if (mode === 'constant')
      return run('place', [t], {
        shape: t.shape.map((d, i) => d + widths[i][0] + widths[i][1]),
        start: widths.map((w) => w[0]),
        step: t.shape.map(() => 1),
        value: constantValues ?? 0,
      });
    if (!PAD_MODES.includes(mode))
      throw new ValueError(`pad: mode '${mode}' is not one of 'constant', 'reflect', 'symmetric', 'edge'.`, {
        op: 'pad',
      });
    widths.forEach(([before, after], axis) => {
      const n = t.shape[axis];
      if (!before && !after) return;
      const most = mode === 'reflect' ? n - 1 : n;
      if (mode !== 'edge' && (before > most || after > most))
        throw new ValueError(
          `pad: mode '${mode}' can add at most ${most} elements to axis ${axis} of shape ${formatShape(t.shape)}.`,
          { op: 'pad' },
        );
      requireTable('pad', before + n + after);
      const at = Array.from({ length: before + n + after }, (_, k) => {
        const i = k - before;
        if (mode === 'edge') return Math.max(0, Math.min(n - 1, i));
        if (mode === 'reflect') return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
        return i < 0 ? -i - 1 : i >= n ? 2 * n - 1 - i : i;
      });
      t = run('take', [t, tensor(Int32Array.from(at))], { axis });
    });
    return t;
  },
  ['mode', 'constantValues'],
);
/** x repeated `repeats` times along each axis, end to end. */
export const tile = defineOp('tile', (x: TensorLike, repeats: number | readonly number[]): Tensor => {
  const t = convert(x);
  const r = numberList('tile', 'repeats', repeats);
  const ndim = Math.max(t.ndim, r.length);
  const shape = [...Array<number>(ndim - t.ndim).fill(1), ...t.shape];
  const times = [...Array<number>(ndim - r.length).fill(1), ...r];
  const split = run('reshape', [t], { shape: shape.flatMap((d) => [1, d]) });
  return run('reshape', [run('broadcast_to', [split], { shape: shape.flatMap((d, i) => [times[i], d]) })], {
    shape: shape.map((d, i) => d * times[i]),
  });
});
/** Each element repeated: `repeats` times, or as many times as the list says. */
export const repeat = defineOp(
  'repeat',
  (x: TensorLike, repeats: number | readonly number[], { axis = null }: { axis?: number | null } = {}): Tensor => {
    const t = axis === null ? ravel(x) : convert(x);
    const a = axis === null ? 0 : normalizeAxis('repeat', axis, t.ndim, t.shape);
    if (typeof repeats !== 'number' && repeats.length !== 1 && repeats.length !== t.shape[a])
      throw new ValueError(
        `repeat: ${repeats.length} repeats are given for the ${t.shape[a]} elements of axis ${a}.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'repeat' },
      );
    const counts = numberList('repeat', 'repeats', repeats).map((n) => integerArgument('repeat', 'repeats', n));
    if (counts.length === 1) {
      // One new axis behind `a`, along which everything is the same.
      const [count] = counts;
      const wide = run('reshape', [t], { shape: [...t.shape.slice(0, a + 1), 1, ...t.shape.slice(a + 1)] });
      return run(
        'reshape',
        [run('broadcast_to', [wide], { shape: wide.shape.map((d, i) => (i === a + 1 ? count : d)) })],
        {
          shape: t.shape.map((d, i) => (i === a ? d * count : d)),
        },
      );
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    requireTable('repeat', total);
    const at = new Int32Array(total);
    let from = 0;
    counts.forEach((count, i) => at.fill(i, from, (from += count)));
    return run('take', [t, tensor(at)], { axis: a });
  },
  ['axis'],
);
/** Reversed along the axes (all when null). */
export const flip = defineOp(
  'flip',
  (x: TensorLike, { axis = null }: { axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = convert(x);
    const axes =
      axis === null
        ? t.shape.map((_, i) => i)
        : numberList('flip', 'axis', axis).map((a) => normalizeAxis('flip', a, t.ndim, t.shape));
    return run('slice', [t], {
      start: t.shape.map((d, i) => (axes.includes(i) ? Math.max(0, d - 1) : 0)),
      size: [...t.shape],
      step: t.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
    });
  },
  ['axis'],
);
/** Elements shifted along an axis, those pushed out coming back in. */
export const roll = defineOp(
  'roll',
  (
    x: TensorLike,
    shift: number | readonly number[],
    { axis = null }: { axis?: number | readonly number[] | null } = {},
  ): Tensor => {
    let t = convert(x);
    if (axis === null)
      return run('reshape', [roll(run('reshape', [t], { shape: [-1] }), shift, { axis: 0 })], { shape: [...t.shape] });
    const axes = numberList('roll', 'axis', axis);
    const shifts = numberList('roll', 'shift', shift);
    if (shifts.some((s) => !Number.isInteger(s)) || (shifts.length !== 1 && shifts.length !== axes.length))
      throw new ValueError(
        `roll: shift must be an integer, or one for each axis.\n  Received: shift ${describe(shift)}, axis ${describe(axis)}`,
        { op: 'roll' },
      );
    axes.forEach((given, k) => {
      const a = normalizeAxis('roll', given, t.ndim, t.shape);
      const n = t.shape[a];
      const s = n ? (((shifts[k] ?? shifts[0]) % n) + n) % n : 0;
      if (s) t = run('concatenate', [sliceAxis(t, a, n - s, s), sliceAxis(t, a, 0, n - s)], { axis: a });
    });
    return t;
  },
  ['axis'],
);

const transposeMethod = (x: Tensor, axes?: readonly number[] | { axes?: readonly number[] | null }): Tensor =>
  transpose(x, Array.isArray(axes) ? { axes } : ((axes ?? {}) as { axes?: readonly number[] }));
defineMethods({
  reshape,
  ravel,
  flatten: ravel,
  transpose: transposeMethod,
  broadcastTo,
  expandDims,
  squeeze,
  swapaxes,
  slice,
  split,
  pad,
  tile,
  repeat,
  flip,
});
declare module '../core/tensor' {
  interface Tensor {
    reshape(newshape: number | Shape): Tensor;
    ravel(): Tensor;
    flatten(): Tensor;
    transpose(axes?: readonly number[] | { axes?: readonly number[] | null }): Tensor;
    broadcastTo(shape: Shape): Tensor;
    expandDims(axis: number | readonly number[]): Tensor;
    squeeze(options?: { axis?: number | readonly number[] | null }): Tensor;
    swapaxes(axis1: number, axis2: number): Tensor;
    slice(startIndices: readonly number[], shape: Shape): Tensor;
    split(indicesOrSections: number | readonly number[], options?: { axis?: number }): Tensor[];
    pad(
      padWidth: number | readonly number[] | readonly (readonly number[])[],
      options?: { mode?: PadMode; constantValues?: number | null },
    ): Tensor;
    tile(repeats: number | readonly number[]): Tensor;
    repeat(repeats: number | readonly number[], options?: { axis?: number | null }): Tensor;
    flip(options?: { axis?: number | readonly number[] | null }): Tensor;
  }
}
