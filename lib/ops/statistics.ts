/** Order statistics, counts, covariances and running products (keras.ops). */
import { ValueError } from '../support/errors';
import { convert, expectValue, formatShape, run, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { numberList, integerArgument } from './arguments';
import { conv } from './convolution';
import { linspace } from './creation';
import { defineOp } from './define';
import { matmul } from './linalg';
import { range } from './ranges';
import { cumulative, type CumulativeOptions, type ReductionOptions } from './reduction';
import { moveaxis, normalizeAxis, sliceAxis } from './shape';
import { toFloat } from './unary';

type Axes = ReductionOptions['axis'];
const axesOf = (op: string, axis: Axes, t: Tensor): number[] =>
  axis == null
    ? t.shape.map((_, i) => i)
    : numberList(op, 'axis', axis).map((a) => normalizeAxis(op, a, t.ndim, t.shape));
const product = (ns: readonly number[]): number => ns.reduce((p, n) => p * n, 1);

const METHODS = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;
/** Which value stands for a quantile between two elements. */
export type QuantileMethod = (typeof METHODS)[number];
/** Positions in a sorted line of n, and the weight of the second. */
function quantileAt(q: number, n: number, method: string): [number, number, number] {
  const exact = (n - 1) * q;
  const clip = (i: number): number => Math.max(0, Math.min(n - 1, i));
  const low = clip(Math.floor(exact));
  const high = clip(Math.ceil(exact));
  if (method === 'lower') return [low, low, 0];
  if (method === 'higher') return [high, high, 0];
  if (method === 'midpoint') return [low, high, 0.5];
  if (method === 'nearest') {
    const half = Math.floor(exact);
    const near = exact - half === 0.5 ? half + (half % 2) : Math.round(exact); // halves to even
    return [clip(near), clip(near), 0];
  }
  const before = Math.max(high - 1, 0);
  const behind = Math.min(before + 1, n - 1);
  return [before, behind, 1 - (behind - exact)];
}
interface QuantileOptions extends ReductionOptions {
  /** Which value stands for a quantile between two elements: 'linear' (default; between them), 'lower', 'higher', 'midpoint' or 'nearest'. */
  method?: QuantileMethod;
}
function quantiles(
  op: string,
  x: TensorLike,
  q: TensorLike,
  scale: number,
  { axis = null, keepdims = false, method = 'linear' }: QuantileOptions,
): Tensor {
  if (!METHODS.includes(method))
    throw new ValueError(
      `${op}: method must be one of ${METHODS.map((m) => `'${m}'`).join(', ')}.\n  Received: '${method}'`,
      { op },
    );
  const t = toFloat(x);
  const axes = axesOf(op, axis, t);
  const kept = t.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const shape = kept.map((i) => t.shape[i]);
  const n = product(axes.map((i) => t.shape[i]));
  const given = convert(q, 'float64');
  expectValue(given, op);
  const qs = Array.from(given.readSync() as ArrayLike<number>, (v) => Number(v) / scale);
  const at = qs.map((v) => {
    if (!(v >= 0 && v <= 1))
      throw new ValueError(`${op}: q must lie in [0, ${scale}].\n  Received: ${v * scale}`, { op });
    return quantileAt(v, n, method);
  });
  const flat = run('reshape', [run('transpose', [t], { axes: [...kept, ...axes] })], { shape: [...shape, n] });
  const sorted = run('sort', [flat]);
  const pick = (k: 0 | 1): Tensor =>
    run('take', [sorted, tensor(Int32Array.from(at.map((a) => a[k])))], { axis: shape.length });
  const weight = run('cast', [tensor(Float64Array.from(at.map((a) => a[2])))], { dtype: t.dtype });
  let y = run('add', [
    run('multiply', [pick(0), run('subtract', [convert(1, weight), weight])]),
    run('multiply', [pick(1), weight]),
  ]);
  const hasNan = run('any', [run('isnan', [flat])], { axis: [shape.length], keepdims: true });
  y = run('where', [hasNan, convert(NaN, y), y]);
  const out = keepdims ? t.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape;
  return run('reshape', [moveaxis(y, -1, 0)], { shape: [...given.shape, ...out] });
}
/** Values below which the shares `q` (in [0, 1]) of the elements lie; `method` says how to choose between two. NaN where there is one. */
export const quantile = defineOp(
  'quantile',
  (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantiles('quantile', x, q, 1, options),
  ['axis', 'method', 'keepdims'],
);
/** `quantile` with q in percent. */
export const percentile = defineOp(
  'percentile',
  (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantiles('percentile', x, q, 100, options),
  ['axis', 'method', 'keepdims'],
);
/** The middle value, or the mean of the two. */
export const median = defineOp(
  'median',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => quantiles('median', x, 0.5, 1, options),
  ['axis', 'keepdims'],
);
/** The largest element minus the smallest ("peak to peak"). */
export const ptp = defineOp(
  'ptp',
  (x: TensorLike, { axis = null, keepdims = false }: ReductionOptions = {}): Tensor => {
    const t = convert(x);
    const attrs = { axis: axesOf('ptp', axis, t), keepdims };
    return run('subtract', [run('max', [t], attrs), run('min', [t], attrs)]);
  },
  ['axis', 'keepdims'],
);

/** Running product along `axis` (over all elements in order when null), of elements brought to `dtype` first. */
export const cumprod = defineOp(
  'cumprod',
  (x: TensorLike, { axis = null, dtype }: CumulativeOptions = {}): Tensor =>
    cumulative(x, dtype, (t) => runningProduct(t, axis)),
  ['axis', 'dtype'],
);
function runningProduct(t: Tensor, axis: number | null): Tensor {
  let y = axis === null ? run('reshape', [t], { shape: [-1] }) : t;
  const a = axis === null ? 0 : normalizeAxis('cumprod', axis, t.ndim, t.shape);
  const n = y.shape[a];
  // Doubling steps: no division, so zeros are nothing special, to the gradient neither.
  for (let step = 1; step < n; step *= 2) {
    const moved = run('place', [sliceAxis(y, a, 0, n - step)], {
      shape: [...y.shape],
      start: y.shape.map((_, i) => (i === a ? step : 0)),
      step: y.shape.map(() => 1),
      value: 1,
    });
    y = run('multiply', [y, moved]);
  }
  return y;
}
/** Differences of neighbours along `axis`, `n` times. */
export const diff = defineOp(
  'diff',
  (a: TensorLike, { n = 1, axis = -1 }: { n?: number; axis?: number } = {}): Tensor => {
    let t = convert(a);
    if (!Number.isInteger(n) || n < 0)
      throw new ValueError(`diff: n must be an integer >= 0.\n  Received: ${n}`, { op: 'diff' });
    if (!t.ndim) throw new ValueError('diff: a scalar has no neighbours.', { op: 'diff' });
    const k = normalizeAxis('diff', axis, t.ndim, t.shape);
    for (let i = 0; i < n && t.shape[k]; i++) {
      const size = t.shape[k] - 1;
      const pairs = [sliceAxis(t, k, size ? 1 : 0, size), sliceAxis(t, k, 0, size)];
      t = run(t.dtype === 'bool' ? 'not_equal' : 'subtract', pairs);
    }
    return t;
  },
  ['n', 'axis'],
);
/** Integral of y over x (or at distances dx) by trapezoids. */
export const trapezoid = defineOp(
  'trapezoid',
  (
    y: TensorLike,
    { x = null, dx = 1, axis = -1 }: { x?: TensorLike | null; dx?: number; axis?: number } = {},
  ): Tensor => {
    const given = toFloat(y);
    const t = moveaxis(given, axis, -1);
    const n = t.shape[t.ndim - 1];
    const last = t.ndim - 1;
    const heights = run('multiply', [
      run('add', [sliceAxis(t, last, 1, n - 1), sliceAxis(t, last, 0, n - 1)]),
      convert(0.5, t),
    ]);
    const points = x === null ? null : run('cast', [convert(x, t)], { dtype: t.dtype });
    const widths = points === null ? convert(dx, t) : diff(points.ndim === 1 ? points : moveaxis(points, axis, -1));
    return run('sum', [run('multiply', [heights, widths])], { axis: [-1] });
  },
  ['x', 'dx', 'axis'],
);

/** Correlation coefficients of the rows: (rows, rows), in [-1, 1]. */
export const corrcoef = defineOp('corrcoef', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  if (!t.ndim) return convert(NaN, t);
  const rows = t.ndim === 1 ? run('reshape', [t], { shape: [1, t.size] }) : t;
  const centered = run('subtract', [rows, run('mean', [rows], { axis: [-1], keepdims: true })]);
  const covariance = run('divide', [
    matmul(centered, run('transpose', [centered], { axes: [1, 0] })),
    convert(rows.shape[1] - 1, t),
  ]);
  const n = rows.shape[0];
  const stddev = run('sqrt', [
    run('take', [run('reshape', [covariance], { shape: [-1] }), range(n, 'int32', 0, n + 1)], { axis: 0 }),
  ]);
  const scale = run('multiply', [
    run('reshape', [stddev], { shape: [n, 1] }),
    run('reshape', [stddev], { shape: [1, n] }),
  ]);
  const y = run('clip', [run('divide', [covariance, scale])], { min: -1, max: 1 });
  return t.ndim === 1 ? run('reshape', [y], { shape: [] }) : y;
});
/** Sums of products of two vectors at all offsets: mode 'valid' (inside), 'same' (as long as the longer), 'full'. */
export const correlate = defineOp(
  'correlate',
  (x1: TensorLike, x2: TensorLike, { mode = 'valid' }: { mode?: 'valid' | 'same' | 'full' } = {}): Tensor => {
    const a = toFloat(x1);
    const b = run('cast', [convert(x2, a)], { dtype: a.dtype });
    if (a.ndim !== 1 || b.ndim !== 1)
      throw new ValueError(
        `correlate: two vectors are expected.\n  Received: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        { op: 'correlate' },
      );
    if (!['valid', 'same', 'full'].includes(mode))
      throw new ValueError(`correlate: mode must be 'valid', 'same' or 'full'.\n  Received: '${mode}'`, {
        op: 'correlate',
      });
    const n = a.size;
    const m = b.size;
    const border = mode === 'valid' ? 0 : m - 1;
    const padded = run('place', [a], { shape: [n + 2 * border], start: [border], step: [1], value: 0 });
    const y = conv(
      run('reshape', [padded], { shape: [1, n + 2 * border, 1] }),
      run('reshape', [b], { shape: [m, 1, 1] }),
    );
    const flat = run('reshape', [y], { shape: [-1] });
    if (mode !== 'same') return flat;
    const length = Math.max(n, m);
    return sliceAxis(flat, 0, (n + m - 1 - length) >> 1, length);
  },
  ['mode'],
);

/** Where each value would go in an ascending vector: before equals (side 'left') or behind them; int32. */
export const searchsorted = defineOp(
  'searchsorted',
  (sortedSequence: TensorLike, values: TensorLike, { side = 'left' }: { side?: 'left' | 'right' } = {}): Tensor => {
    if (side !== 'left' && side !== 'right')
      throw new ValueError(`searchsorted: side must be 'left' or 'right'.\n  Received: '${side}'`, {
        op: 'searchsorted',
      });
    const sorted = convert(sortedSequence);
    return run('search_sorted', [sorted, convert(values, sorted)], { right: side === 'right' });
  },
  ['side'],
);
/** The bin of each element: how many of the ascending borders are <= x; int32. */
export const digitize = defineOp('digitize', (x: TensorLike, bins: TensorLike): Tensor => {
  const borders = toFloat(bins);
  return run('search_sorted', [borders, convert(x, borders)], { right: true });
});
/** How often each integer occurs along the last axis, or the sum of `weights` there. Its length, at least `minlength`, depends on the largest. */
export const bincount = defineOp(
  'bincount',
  (
    x: TensorLike,
    { weights = null, minlength = 0 }: { weights?: TensorLike | null; minlength?: number; sparse?: boolean } = {},
  ): Tensor => {
    const given = convert(x);
    const t = given.dtype === 'int64' ? given : run('cast', [given], { dtype: 'int32' });
    if (t.ndim < 1 || t.ndim > 2)
      throw new ValueError(`bincount: a vector or a matrix is expected.\n  Received: shape ${formatShape(t.shape)}`, {
        op: 'bincount',
      });
    expectValue(t, 'bincount (the length of its result depends on the largest value)');
    integerArgument('bincount', 'minlength', minlength);
    const length = t.size ? Math.max(minlength, Number(run('max', [t]).item()) + 1) : minlength;
    const rows = t.ndim === 2 ? t.shape[0] : 1;
    const w = weights === null ? convert(1, 'int32') : convert(weights);
    const counted = run(
      'broadcast_to',
      [w.dtype === 'bool' || w.dtype === 'int8' || w.dtype === 'uint8' ? run('cast', [w], { dtype: 'int32' }) : w],
      { shape: [...t.shape] },
    );
    const start = range(rows, 'int32', 0, length);
    const flat = run('add', [
      run('reshape', [t], { shape: [rows, -1] }),
      run('reshape', [start], { shape: [rows, 1] }),
    ]);
    const sums = run(
      'scatter_add',
      [run('reshape', [flat], { shape: [-1] }), run('reshape', [counted], { shape: [-1] })],
      { shape: [rows * length], axis: 0 },
    );
    return run('reshape', [sums], { shape: t.ndim === 2 ? [rows, length] : [length] });
  },
  ['weights', 'minlength', 'sparse'],
);
/** Counts in `bins` bins of one width over `range` (default: from the smallest to the largest), and the borders. */
export const histogram = defineOp(
  'histogram',
  (
    x: TensorLike,
    { bins = 10, range = null }: { bins?: number; range?: readonly [number, number] | null } = {},
  ): [Tensor, Tensor] => {
    if (!Number.isInteger(bins) || bins <= 0)
      throw new ValueError(`histogram: bins must be a positive integer.\n  Received: ${bins}`, {
        op: 'histogram',
      });
    if (range && !(range[0] < range[1]))
      throw new ValueError(`histogram: range must ascend.\n  Received: [${range.join(', ')}]`, { op: 'histogram' });
    const t = convert(x);
    const flat = run('reshape', [t], { shape: [-1] });
    const floats = toFloat(flat);
    const low = range ? convert(range[0], floats) : run('min', [floats]);
    const high = range ? convert(range[1], floats) : run('max', [floats]);
    const share = linspace(0, 1, { num: bins + 1, dtype: floats.dtype });
    const edges = run('cast', [run('add', [low, run('multiply', [run('subtract', [high, low]), share])])], {
      dtype: t.dtype,
    });
    const bin = run('search_sorted', [sliceAxis(edges, 0, 1, bins - 1), flat], { right: true });
    const isInside = run('logical_and', [run('greater_equal', [floats, low]), run('less_equal', [floats, high])]);
    const counts = run('scatter_add', [bin, run('cast', [isInside], { dtype: t.dtype })], { shape: [bins], axis: 0 });
    return [counts, edges];
  },
  ['bins', 'range'],
);
/** Whether each element of x1 occurs in x2. */
export const isin = defineOp(
  'isin',
  (x1: TensorLike, x2: TensorLike, { invert = false }: { assumeUnique?: boolean; invert?: boolean } = {}): Tensor => {
    const a = convert(x1);
    const list = run('sort', [run('reshape', [convert(x2, a)], { shape: [-1] })]);
    const found = (side: boolean): Tensor => run('search_sorted', [list, a], { right: side });
    const isThere = run('not_equal', [found(false), found(true)]);
    return invert ? run('logical_not', [isThere]) : isThere;
  },
  ['assumeUnique', 'invert'],
);
