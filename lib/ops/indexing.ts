/** Elements by position: lookup, scatter, order (keras.ops). */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import {
  convert,
  formatShape,
  isFloating,
  run,
  runMany,
  type DType,
  type Shape,
  type Tensor,
  tensor,
  type TensorLike,
} from '../core/tensor';
import { defineMethods, defineOp } from './define';
import { range } from './ranges';
import { moveaxis, normalizeAxis } from './shape';

/** @internal Integers given as an array become int32. */
export function toIndices(op: string, indices: TensorLike): Tensor {
  const t = convert(indices);
  if (!isFloating(t.dtype))
    return t.dtype === 'int32' || t.dtype === 'int64' ? t : run('cast', [t], { dtype: 'int32' });
  if (Array.isArray(indices) || typeof indices === 'number') return run('cast', [t], { dtype: 'int32' });
  throw new TypeError(`${op}: indices must be integers.\n  Received: dtype ${t.dtype}\n  Fix: cast them to 'int32'.`, {
    op,
  });
}

/**
 * Elements at `indices` along `axis` (of all elements in order when null). Negative indices count from the end.
 * @throws IndexError when an index lies outside of the axis.
 */
export const take = defineOp(
  'take',
  (x: TensorLike, indices: TensorLike, { axis = null }: { axis?: number | null } = {}): Tensor => {
    const t = convert(x);
    const at = toIndices('take', indices);
    return axis === null
      ? run('take', [run('reshape', [t], { shape: [-1] }), at], { axis: 0 })
      : run('take', [t, at], { axis: normalizeAxis('take', axis, t.ndim, t.shape) });
  },
  ['axis'],
);
/** y[i, j] = x[i, indices[i, j]] for axis 1, and so on. `indices` broadcasts with x on the other axes. */
export const takeAlongAxis = defineOp(
  'takeAlongAxis',
  (x: TensorLike, indices: TensorLike, { axis = null }: { axis?: number | null } = {}): Tensor => {
    let t = convert(x);
    let at = toIndices('takeAlongAxis', indices);
    if (axis === null) {
      t = run('reshape', [t], { shape: [-1] });
      at = run('reshape', [at], { shape: [-1] });
    }
    const a = normalizeAxis('takeAlongAxis', axis ?? 0, t.ndim, t.shape);
    if (at.ndim !== t.ndim)
      throw new ValueError(
        `takeAlongAxis: indices must have the rank of x, ${t.ndim}.\n  Received: shape ${formatShape(at.shape)}`,
        { op: 'takeAlongAxis' },
      );
    const n = t.shape[a];
    const lead = t.shape.map((d, i) => (i === a ? 1 : Math.max(d, at.shape[i])));
    // Positions in the flattened tensor: row * n + index, rows being all other axes.
    const rows = lead.reduce((p, d) => p * d, 1);
    const xRows = run(
      'reshape',
      [moveaxis(run('broadcast_to', [t], { shape: lead.map((d, i) => (i === a ? n : d)) }), a, -1)],
      { shape: [rows * n] },
    );
    const last = moveaxis(run('broadcast_to', [at], { shape: lead.map((d, i) => (i === a ? at.shape[a] : d)) }), a, -1);
    const count = at.shape[a];
    // Looked up in 0 .. n - 1: negative ones count from the end, and those outside of the axis are refused.
    const wrapped = run('take', [range(n), last], { axis: 0 });
    const base = run('reshape', [range(rows, 'int32', 0, n)], { shape: [...last.shape.slice(0, -1), 1] });
    const picked = run('take', [xRows, run('reshape', [run('add', [wrapped, base])], { shape: [rows * count] })], {
      axis: 0,
    });
    return moveaxis(run('reshape', [picked], { shape: [...last.shape] }), -1, a);
  },
  ['axis'],
);
/** Rows of a table of vectors: (..., ) -> (..., width). The gradient touches only the rows used. */
export const embeddingLookup = defineOp('embeddingLookup', (table: TensorLike, ids: TensorLike): Tensor =>
  run('take', [convert(table), toIndices('embeddingLookup', ids)], { axis: 0 }),
);
/**
 * zeros(shape) with `updates` added at `indices` along `axis`; equal indices add up.
 */
export const scatterAdd = defineOp(
  'scatterAdd',
  (shape: Shape, indices: TensorLike, updates: TensorLike, { axis = 0 }: { axis?: number } = {}): Tensor => {
    const at = toIndices('scatterAdd', indices);
    const u = convert(updates);
    const a = normalizeAxis('scatterAdd', axis, shape.length, shape);
    const want = formatShape([...shape.slice(0, a), ...at.shape, ...shape.slice(a + 1)]);
    if (formatShape(u.shape) !== want)
      throw new ValueError(
        `scatterAdd: updates must have shape ${want}, that of the result with the indices' shape in the place of axis ${a}.\n  Received: updates ${formatShape(u.shape)}, indices ${formatShape(at.shape)}, result ${formatShape(shape)}`,
        { op: 'scatterAdd' },
      );
    return run('scatter_add', [at, u], { shape: [...shape], axis: a });
  },
  ['axis'],
);
/** zeros(shape) with `values` added at `indices`, whose last axis holds positions on the first axes (keras.ops.scatter). */
export const scatter = defineOp('scatter', (indices: TensorLike, values: TensorLike, shape: Shape): Tensor => {
  const at = toIndices('scatter', indices);
  const v = convert(values);
  const depth = at.shape[at.ndim - 1];
  const rest = shape.slice(depth);
  const rows = shape.slice(0, depth).reduce((p, d) => p * d, 1);
  const strides = shape.slice(0, depth).map((_, i) => shape.slice(i + 1, depth).reduce((p, d) => p * d, 1));
  const flat = run('sum', [run('multiply', [at, tensor(strides, [depth], at.dtype)])], { axis: [-1] });
  const out = run(
    'scatter_add',
    [run('reshape', [flat], { shape: [-1] }), run('reshape', [v], { shape: [flat.size, ...rest] })],
    { shape: [rows, ...rest], axis: 0 },
  );
  return run('reshape', [out], { shape: [...shape] });
});
/** Vectors of `numClasses` with a one at the index; all zeros for an index outside. New axis at `axis`. */
export const oneHot = defineOp(
  'oneHot',
  (
    x: TensorLike,
    numClasses: number,
    { axis = -1, dtype = 'float32' }: { axis?: number; dtype?: DType | null; sparse?: boolean } = {},
  ): Tensor => {
    const y = run('one_hot', [toIndices('oneHot', x)], { depth: numClasses, dtype: dtype ?? 'float32' });
    return axis === -1 || axis === y.ndim - 1 ? y : moveaxis(y, -1, axis);
  },
  ['axis', 'dtype', 'sparse'],
);
export interface MultiHotOptions {
  /** Number of classes, the size of the new axis. Required. */
  numClasses?: number;
  /** Where the axis of classes goes. Default -1, the last one. */
  axis?: number;
  /** Dtype of the result. Default float32. */
  dtype?: DType | null;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
}
/** 1 for each class that occurs along `axis`. */
export const multiHot = defineOp(
  'multiHot',
  (x: TensorLike, given: number | MultiHotOptions, options: MultiHotOptions = {}): Tensor => {
    const {
      numClasses,
      axis = -1,
      dtype = 'float32',
    } = isRecord(given) ? (given as MultiHotOptions) : { ...options, numClasses: given as number };
    if (typeof numClasses !== 'number')
      throw new ValueError(`multiHot: numClasses must be given.\n  Received: ${describe(numClasses)}`, {
        op: 'multiHot',
      });
    const t = convert(x);
    const a = t.ndim ? normalizeAxis('multiHot', axis, t.ndim, t.shape) : 0;
    const one = oneHot(t, numClasses, { dtype });
    return t.ndim > 1 || t.ndim === 1 ? run('max', [one], { axis: [t.ndim === 1 ? 0 : a] }) : one;
  },
  ['numClasses', 'axis', 'dtype', 'sparse'],
);

function ordered(
  op: string,
  t: Tensor,
  axis: number | null,
  descending: boolean,
): { values: Tensor; indices: Tensor; back: (y: Tensor) => Tensor } {
  const flat = axis === null ? run('reshape', [t], { shape: [-1] }) : t;
  const a = axis === null ? 0 : normalizeAxis(op, axis, t.ndim, t.shape);
  const isLast = a === flat.ndim - 1;
  const [values, indices] = runMany('sort', [isLast ? flat : moveaxis(flat, a, -1)], { descending });
  return { values, indices, back: (y) => (isLast ? y : moveaxis(y, -1, a)) };
}
/** Ascending along `axis`; NaN last. */
export const sort = defineOp(
  'sort',
  (x: TensorLike, { axis = -1 }: { axis?: number } = {}): Tensor => {
    const o = ordered('sort', convert(x), axis, false);
    return o.back(o.values);
  },
  ['axis'],
);
/** Positions (int32) that sort x along `axis`; equals keep their order. */
export const argsort = defineOp(
  'argsort',
  (x: TensorLike, { axis = -1 }: { axis?: number | null } = {}): Tensor => {
    const o = ordered('argsort', convert(x), axis, false);
    return o.back(o.indices);
  },
  ['axis'],
);
/** The k largest of the last axis, and their positions (int32). */
export const topK = defineOp(
  'topK',
  (x: TensorLike, k: number, { sorted = true }: { sorted?: boolean } = {}): [Tensor, Tensor] => {
    const t = convert(x);
    const n = t.shape[t.ndim - 1];
    if (!t.ndim || !Number.isInteger(k) || !(k >= 0 && k <= n))
      throw new ValueError(`topK: k is ${describe(k)} but the last axis has size ${n ?? 'none'}.`, { op: 'topK' });
    void sorted; // largest first satisfies both
    const [values, indices] = runMany('sort', [t], { descending: true, count: k });
    return [values, indices];
  },
  ['sorted'],
);
/** Whether the target's score is among the k largest of its row. */
export const inTopK = defineOp('inTopK', (targets: TensorLike, predictions: TensorLike, k: number): Tensor => {
  const at = toIndices('inTopK', targets);
  const p = convert(predictions);
  if (p.ndim !== at.ndim + 1 || formatShape(at.shape) !== formatShape(p.shape.slice(0, -1)))
    throw new ValueError(
      `inTopK: targets must have the shape of predictions without the last axis.\n  Received: targets ${formatShape(at.shape)}, predictions ${formatShape(p.shape)}`,
      { op: 'inTopK' },
    );
  const hot = run('one_hot', [at], { depth: p.shape[p.ndim - 1], dtype: p.dtype });
  const own = run('sum', [run('where', [run('cast', [hot], { dtype: 'bool' }), p, convert(0, p)])], {
    axis: [-1],
    keepdims: true,
  });
  const better = run('sum', [run('cast', [run('greater', [p, own])], { dtype: 'int32' })], { axis: [-1] });
  const isValid = run('logical_and', [
    run('isfinite', [run('reshape', [own], { shape: [...at.shape] })]),
    run('logical_and', [
      run('greater_equal', [at, convert(0, at)]),
      run('less', [at, convert(p.shape[p.ndim - 1], at)]),
    ]),
  ]);
  return run('logical_and', [run('less', [better, convert(k, better)]), isValid]);
});

defineMethods({ take, sort, argsort, oneHot });
declare module '../core/tensor' {
  interface Tensor {
    take(indices: TensorLike, options?: { axis?: number | null }): Tensor;
    sort(options?: { axis?: number }): Tensor;
    argsort(options?: { axis?: number | null }): Tensor;
    oneHot(numClasses: number, options?: { axis?: number; dtype?: DType | null }): Tensor;
  }
}
