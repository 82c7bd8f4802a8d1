/** Joins, cuts, turns and lattices (keras.ops): each a few moves of shape.ts. */
import { ValueError } from '../support/errors';
import { requireHeap, TENSOR_BYTES } from '../support/limits';
import {
  convert,
  expectValue,
  formatShape,
  isFloating,
  run,
  type Tensor,
  tensor,
  type TensorLike,
} from '../core/tensor';
import { pair } from './binary';
import { numberList, integerArgument } from './arguments';
import { defineOp } from './define';
import { argsort } from './indexing';
import { diag } from './linalg';
import { range } from './ranges';
import { concatenate, expandDims, flip, normalizeAxis, sliceAxis, split, swapaxes } from './shape';

/** The elements of x2 behind those of x1, along `axis` (of both flattened when null). */
export const append = defineOp(
  'append',
  (x1: TensorLike, x2: TensorLike, { axis = null }: { axis?: number | null } = {}): Tensor => {
    const [a, b] = pair(x1, x2);
    return axis === null
      ? concatenate([run('reshape', [a], { shape: [-1] }), run('reshape', [b], { shape: [-1] })])
      : concatenate([a, b], { axis });
  },
  ['axis'],
);
const atLeast = (t: Tensor, rank: number): Tensor => {
  if (t.ndim >= rank) return t;
  if (rank === 1) return run('reshape', [t], { shape: [1] });
  if (rank === 2) return run('reshape', [t], { shape: [1, t.size] });
  return run('reshape', [t], { shape: t.ndim === 2 ? [...t.shape, 1] : [1, t.size, 1] });
};
/** Tensors side by side: joined along axis 1 (vectors: end to end). */
export const hstack = defineOp('hstack', (xs: readonly TensorLike[]): Tensor => {
  const ts = Array.from(xs, (x) => atLeast(convert(x), 1));
  return concatenate(ts, { axis: ts[0].ndim === 1 ? 0 : 1 });
});
/** Tensors on top of each other: joined along axis 0; vectors are rows. */
export const vstack = defineOp('vstack', (xs: readonly TensorLike[]): Tensor =>
  concatenate(Array.from(xs, (x) => atLeast(convert(x), 2))),
);
/** Tensors behind each other: joined along axis 2. */
export const dstack = defineOp('dstack', (xs: readonly TensorLike[]): Tensor =>
  concatenate(
    Array.from(xs, (x) => atLeast(convert(x), 3)),
    { axis: 2 },
  ),
);
/** `split` along axis 1 (axis 0 of a vector). */
export const hsplit = defineOp('hsplit', (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] => {
  const t = convert(x);
  return split(t, indicesOrSections, { axis: t.ndim > 1 ? 1 : 0 });
});
/** `split` along axis 0. */
export const vsplit = defineOp('vsplit', (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] =>
  split(x, indicesOrSections, { axis: 0 }),
);
/** `split` along axis 2. */
export const dsplit = defineOp('dsplit', (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] =>
  split(x, indicesOrSections, { axis: 2 }),
);
/** Pieces along `axis` whose sizes differ by at most one, the larger ones first; or cut at the given indices. */
export const arraySplit = defineOp(
  'arraySplit',
  (x: TensorLike, indicesOrSections: number | readonly number[], { axis = 0 }: { axis?: number } = {}): Tensor[] => {
    if (typeof indicesOrSections !== 'number') return split(x, indicesOrSections, { axis });
    const t = convert(x);
    const a = normalizeAxis('arraySplit', axis, t.ndim, t.shape);
    const parts = indicesOrSections;
    if (!Number.isInteger(parts) || parts <= 0)
      throw new ValueError(`arraySplit: the number of parts must be a positive integer.\n  Received: ${parts}`, {
        op: 'arraySplit',
      });
    const small = Math.floor(t.shape[a] / parts);
    const rest = t.shape[a] % parts;
    requireHeap(`arraySplit: ${parts} tensors`, parts * TENSOR_BYTES);
    return Array.from({ length: parts }, (_, i) => {
      const size = small + (i < rest ? 1 : 0);
      const start = i * small + Math.min(i, rest);
      return sliceAxis(t, a, size ? start : 0, size);
    });
  },
  ['axis'],
);
/** Columns in reversed order. */
export const fliplr = defineOp('fliplr', (x: TensorLike): Tensor => flip(x, { axis: 1 }));
/** Rows in reversed order. */
export const flipud = defineOp('flipud', (x: TensorLike): Tensor => flip(x, { axis: 0 }));
/** Turned by k times 90 degrees in the plane of two axes, from the first towards the second. */
export const rot90 = defineOp(
  'rot90',
  (array: TensorLike, { k = 1, axes = [0, 1] }: { k?: number; axes?: readonly number[] } = {}): Tensor => {
    const t = convert(array);
    if (t.ndim < 2)
      throw new ValueError(
        `rot90: a tensor of rank 2 or more is expected.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'rot90' },
      );
    const [a, b] = axes.map((v) => normalizeAxis('rot90', v, t.ndim, t.shape));
    if (axes.length !== 2 || a === b)
      throw new ValueError(`rot90: axes must be two different ones.\n  Received: [${axes.join(', ')}]`, {
        op: 'rot90',
      });
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return t;
    if (turns === 2) return flip(t, { axis: [a, b] });
    return turns === 1 ? swapaxes(flip(t, { axis: b }), a, b) : flip(swapaxes(t, a, b), { axis: b });
  },
  ['k', 'axes'],
);
/** One tensor for each vector, holding its values along one axis: indexing 'xy' (rows, columns exchanged) or 'ij'. */
export const meshgrid = defineOp(
  'meshgrid',
  (...args: (TensorLike | { indexing?: 'xy' | 'ij' })[]): Tensor[] => {
    const last = args[args.length - 1];
    const isOptions = typeof last === 'object' && last !== null && 'indexing' in last;
    const { indexing = 'xy' } = isOptions ? (last as { indexing?: 'xy' | 'ij' }) : {};
    if (indexing !== 'xy' && indexing !== 'ij')
      throw new ValueError(`meshgrid: indexing must be 'xy' or 'ij'.\n  Received: '${indexing}'`, { op: 'meshgrid' });
    const xs = (isOptions ? args.slice(0, -1) : args).map((x) =>
      run('reshape', [convert(x as TensorLike)], { shape: [-1] }),
    );
    const place = (i: number): number => (indexing === 'xy' && i < 2 && xs.length > 1 ? 1 - i : i);
    const shape: number[] = [];
    xs.forEach((x, i) => (shape[place(i)] = x.size));
    return xs.map((x, i) =>
      run('broadcast_to', [run('reshape', [x], { shape: shape.map((_, k) => (k === place(i) ? x.size : 1)) })], {
        shape,
      }),
    );
  },
  ['indexing'],
);
/** A matrix with all elements of x on its k-th diagonal. */
export const diagflat = defineOp(
  'diagflat',
  (x: TensorLike, { k = 0 }: { k?: number } = {}): Tensor => diag(run('reshape', [convert(x)], { shape: [-1] }), { k }),
  ['k'],
);
/** Powers of x as columns: N of them (default: as many as x has elements), descending unless `increasing`. */
export const vander = defineOp(
  'vander',
  (x: TensorLike, options: { n?: number | null; N?: number | null; increasing?: boolean } = {}): Tensor => {
    const t = convert(x);
    const { increasing = false } = options;
    const n = options.N ?? options.n ?? t.size;
    if (t.ndim !== 1)
      throw new ValueError(`vander: a vector is expected.\n  Received: shape ${formatShape(t.shape)}`, {
        op: 'vander',
      });
    integerArgument('vander', 'n', n, 0, 2 ** 53);
    const powers = run(
      'reshape',
      [range(n, isFloating(t.dtype) ? t.dtype : 'float32', increasing ? 0 : n - 1, increasing ? 1 : -1)],
      { shape: [1, n] },
    );
    const y = run('power', [
      run('cast', [run('reshape', [t], { shape: [t.size, 1] })], { dtype: powers.dtype }),
      powers,
    ]);
    return y.dtype === t.dtype ? y : run('cast', [y], { dtype: t.dtype });
  },
  ['n', 'N', 'increasing'],
);
/** Kronecker product: x2 multiplied by each element of x1, in x1's arrangement. */
export const kron = defineOp('kron', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  const rank = Math.max(a.ndim, b.ndim);
  const wide = (t: Tensor): number[] => [...Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const p = wide(a);
  const q = wide(b);
  const y = run('multiply', [
    run('reshape', [a], { shape: p.flatMap((d) => [d, 1]) }),
    run('reshape', [b], { shape: q.flatMap((d) => [1, d]) }),
  ]);
  return run('reshape', [y], { shape: p.map((d, i) => d * q[i]) });
});
/** Cross product of vectors of 2 or 3 elements; of two of 2 elements the third one, a number. */
export const cross = defineOp(
  'cross',
  (
    x1: TensorLike,
    x2: TensorLike,
    {
      axisa = -1,
      axisb = -1,
      axisc = -1,
      axis = null,
    }: { axisa?: number; axisb?: number; axisc?: number; axis?: number | null } = {},
  ): Tensor => {
    const [a, b] = pair(x1, x2);
    const last = (t: Tensor, k: number): Tensor => {
      const from = normalizeAxis('cross', k, t.ndim, t.shape);
      return run('transpose', [t], { axes: [...t.shape.map((_, i) => i).filter((i) => i !== from), from] });
    };
    const p = last(a, axis ?? axisa);
    const q = last(b, axis ?? axisb);
    const sizes = [p.shape[p.ndim - 1], q.shape[q.ndim - 1]];
    if (sizes.some((n) => n !== 2 && n !== 3))
      throw new ValueError(
        `cross: vectors of 2 or 3 elements are expected, not ${sizes.join(' and ')}.\n  Received: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        {
          op: 'cross',
        },
      );
    const part = (t: Tensor, i: number): Tensor =>
      i < t.shape[t.ndim - 1]
        ? sliceAxis(t, t.ndim - 1, i, 1)
        : run('multiply', [sliceAxis(t, t.ndim - 1, 0, 1), convert(0, t)]);
    const term = (i: number, j: number): Tensor =>
      run('subtract', [run('multiply', [part(p, i), part(q, j)]), run('multiply', [part(p, j), part(q, i)])]);
    if (sizes[0] === 2 && sizes[1] === 2) {
      const y = term(0, 1);
      return run('reshape', [y], { shape: y.shape.slice(0, -1) });
    }
    const y = concatenate([term(1, 2), term(2, 0), term(0, 1)], { axis: -1 });
    const to = normalizeAxis('cross', axis ?? axisc, y.ndim, y.shape);
    const order = y.shape.map((_, i) => i).slice(0, -1);
    order.splice(to, 0, y.ndim - 1);
    return run('transpose', [y], { axes: order });
  },
  ['axisa', 'axisb', 'axisc', 'axis'],
);
/** Euclidean distances between the rows of x (..., n, d) and of y (..., m, d): (..., n, m). */
export const cdist = defineOp('cdist', (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = pair(x, y);
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1))
    throw new ValueError(
      `cdist: rows of one length are expected.\n  Received: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      { op: 'cdist' },
    );
  const d = run('subtract', [expandDims(a, -2), expandDims(b, -3)]);
  return run('sqrt', [run('sum', [run('square', [d])], { axis: [-1] })]);
});
/** Element by element from the choice whose condition is the first to hold, else `defaultValue`. */
export const select = defineOp(
  'select',
  (
    condlist: readonly TensorLike[],
    choicelist: readonly TensorLike[],
    { default: fallback = 0 }: { default?: TensorLike } = {},
  ): Tensor => {
    if (condlist.length !== choicelist.length)
      throw new ValueError(`select: there are ${condlist.length} conditions but ${choicelist.length} choices.`, {
        op: 'select',
      });
    let y = convert(fallback, choicelist.length ? convert(choicelist[0]) : undefined);
    for (let i = condlist.length - 1; i >= 0; i--)
      y = run('where', [convert(condlist[i]), convert(choicelist[i], y), y]);
    return y;
  },
  ['default'],
);
/** Indices into a tensor of `shape`, one tensor for each axis, from positions in row-major order. */
export const unravelIndex = defineOp('unravelIndex', (indices: TensorLike, shape: readonly number[]): Tensor[] => {
  const given = convert(indices);
  let at = isFloating(given.dtype) ? run('cast', [given], { dtype: 'int32' }) : given;
  const out: Tensor[] = [];
  for (const d of numberList('unravelIndex', 'shape', shape).reverse()) {
    integerArgument('unravelIndex', 'each size of shape', d, 1);
    out.unshift(run('mod', [at, convert(d, at)]));
    at = run('floor_divide', [at, convert(d, at)]);
  }
  return out;
});
/** Positions (int32) that put the kth smallest at its place, smaller ones before it. */
export const argpartition = defineOp(
  'argpartition',
  (x: TensorLike, kth: number, { axis = -1 }: { axis?: number | null } = {}): Tensor => {
    const t = axis === null ? run('reshape', [convert(x)], { shape: [-1] }) : convert(x);
    const a = normalizeAxis('argpartition', axis ?? 0, t.ndim, t.shape);
    const n = t.shape[a];
    if (!Number.isInteger(kth) || !(kth >= -n && kth < n))
      throw new ValueError(`argpartition: kth is ${kth} but axis ${a} has size ${n}.`, { op: 'argpartition' });
    return argsort(t, { axis: a });
  },
  ['axis'],
);
/** The different values, ascending; with the positions of their first occurrence, of each element among them, and their counts. Needs values: not inside of compiled functions. */
export const unique = defineOp(
  'unique',
  (
    x: TensorLike,
    {
      sorted = true,
      returnIndex = false,
      returnInverse = false,
      returnCounts = false,
      axis = null,
      size = null,
      fillValue = null,
    }: {
      sorted?: boolean;
      returnIndex?: boolean;
      returnInverse?: boolean;
      returnCounts?: boolean;
      axis?: number | null;
      size?: number | null;
      fillValue?: number | null;
    } = {},
  ): Tensor | Tensor[] => {
    void sorted; // ascending satisfies both
    const given = convert(x);
    expectValue(given, 'unique (the size of its result depends on the values)');
    const a = axis === null ? 0 : normalizeAxis('unique', axis, given.ndim, given.shape);
    const t = axis === null ? run('reshape', [given], { shape: [-1] }) : swapaxes(given, 0, a);
    const n = t.shape[0];
    const width = n ? t.size / n : 0;
    const data = t.readSync() as ArrayLike<number | bigint>;
    const compare = (i: number, j: number): number => {
      for (let k = 0; k < width; k++) {
        const p = data[i * width + k];
        const q = data[j * width + k];
        if (p !== q) return p < q ? -1 : 1;
      }
      return 0;
    };
    const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => compare(i, j) || i - j);
    const first: number[] = [];
    const counts: number[] = [];
    const inverse = new Int32Array(n);
    order.forEach((i, k) => {
      if (!k || compare(order[k - 1], i)) {
        first.push(i);
        counts.push(0);
      }
      counts[counts.length - 1]++;
      inverse[i] = first.length - 1;
    });
    const kept = size === null ? first.length : Math.min(size, first.length);
    let values = run('take', [t, tensor(Int32Array.from(first.slice(0, kept)))], { axis: 0 });
    if (size !== null && size > first.length) {
      const extra = size - first.length;
      const filler = run('cast', [convert(fillValue ?? 0, values)], { dtype: values.dtype });
      values = concatenate([values, run('broadcast_to', [filler], { shape: [extra, ...values.shape.slice(1)] })]);
      counts.push(...Array<number>(extra).fill(0));
      first.push(...Array<number>(extra).fill(1)); // as Keras fills positions
    }
    if (axis !== null) values = swapaxes(values, 0, a);
    const total = size ?? first.length;
    const out = [values];
    if (returnIndex) out.push(tensor(Int32Array.from(first.slice(0, total))));
    if (returnInverse) out.push(tensor(inverse, axis === null ? [...given.shape] : [n]));
    if (returnCounts) out.push(tensor(Int32Array.from(counts.slice(0, total))));
    return out.length === 1 ? values : out;
  },
  ['sorted', 'returnIndex', 'returnInverse', 'returnCounts', 'axis', 'size', 'fillValue'],
);
/** Where x is not 0: one tensor of indices (int32) for each axis. Needs values: not inside of compiled functions. */
export const nonzero = defineOp('nonzero', (x: TensorLike): Tensor[] => {
  const t = convert(x);
  expectValue(t, 'nonzero (the size of its result depends on the values)');
  const found: number[] = [];
  Array.from(t.readSync() as ArrayLike<number | bigint>).forEach((v, i) => {
    if (v) found.push(i);
  });
  let step = t.size;
  return t.shape.map((d) => {
    step /= d || 1;
    return tensor(Int32Array.from(found, (i) => Math.floor(i / step) % d));
  });
});
