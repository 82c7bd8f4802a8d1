/** Reductions of rows by segment number, and updates at positions (keras.ops). */
import { ValueError } from '../support/errors';
import { convert, expectValue, formatShape, run, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { toIndices } from './indexing';
import { range } from './ranges';

interface SegmentOptions {
  /** Number of segments, the first size of the result. Default null: the largest number plus 1. */
  numSegments?: number | null;
  /** Whether the numbers of segments ascend; accepted for the sake of Keras, the result is the same. */
  sorted?: boolean;
}
function segments(
  op: string,
  data: TensorLike,
  segmentIds: TensorLike,
  { numSegments = null }: SegmentOptions,
  f: (t: Tensor, ids: Tensor, count: number) => Tensor,
): Tensor {
  const t = convert(data);
  const ids = toIndices(op, segmentIds);
  if (ids.ndim !== 1 || !t.ndim || t.shape[0] !== ids.size)
    throw new ValueError(
      `${op}: one segment number for each of the ${t.shape[0] ?? 0} rows is expected.\n  Received: data ${formatShape(t.shape)}, segmentIds ${formatShape(ids.shape)}`,
      {
        op,
      },
    );
  if (numSegments === null)
    expectValue(ids, `${op} (without numSegments, the size of its result depends on the values)`);
  return f(t, ids, numSegments ?? (ids.size ? Number(run('max', [ids]).item()) + 1 : 0));
}
const OPTIONS = ['numSegments', 'sorted'];
/** Sums of the rows of each segment: (numSegments, ...). `numSegments` defaults to the largest number + 1. */
export const segmentSum = defineOp(
  'segmentSum',
  (data: TensorLike, segmentIds: TensorLike, options: SegmentOptions = {}): Tensor =>
    segments('segmentSum', data, segmentIds, options, (t, ids, count) => {
      // Negative numbers count nowhere: they go to a row that is cut off.
      const at = run('where', [run('less', [ids, convert(0, ids)]), convert(count, ids), ids]);
      const all = run('scatter_add', [at, t], { shape: [count + 1, ...t.shape.slice(1)], axis: 0 });
      return run('slice', [all], {
        start: all.shape.map(() => 0),
        size: [count, ...t.shape.slice(1)],
        step: all.shape.map(() => 1),
      });
    }),
  OPTIONS,
);
const extreme = (op: string, kind: string) =>
  defineOp(
    op,
    (data: TensorLike, segmentIds: TensorLike, options: SegmentOptions = {}): Tensor =>
      segments(op, data, segmentIds, options, (t, ids, count) => run('segment_reduce', [ids, t], { kind, count })),
    OPTIONS,
  );
/** Largest of the rows of each segment; the lowest number of the dtype for segments without rows. */
export const segmentMax = extreme('segmentMax', 'max');
/** Smallest of the rows of each segment; the highest number of the dtype for segments without rows. */
export const segmentMin = extreme('segmentMin', 'min');
/** Product of the rows of each segment; 1 for segments without rows. */
export const segmentProd = extreme('segmentProd', 'prod');

const REDUCTIONS = ['add', 'max', 'min', 'mul'] as const;
/** What becomes of an element and its updates. */
export type ScatterReduction = (typeof REDUCTIONS)[number];
/**
 * `inputs` with `updates` at `indices`, whose last axis holds positions on the first axes. `reduction`: null replaces
 * (the last of several counts), 'add', 'max', 'min' and 'mul' combine.
 */
export const scatterUpdate = defineOp(
  'scatterUpdate',
  (
    inputs: TensorLike,
    indices: TensorLike,
    updates: TensorLike,
    { reduction = null }: { reduction?: ScatterReduction | null } = {},
  ): Tensor => {
    if (reduction !== null && !REDUCTIONS.includes(reduction))
      throw new ValueError(
        `scatterUpdate: reduction must be null or one of ${REDUCTIONS.map((r) => `'${r}'`).join(', ')}.\n  Received: '${reduction}'`,
        { op: 'scatterUpdate' },
      );
    const x = convert(inputs);
    const at = toIndices('scatterUpdate', indices);
    const depth = at.shape[at.ndim - 1] ?? 0;
    const count = at.size / (depth || 1);
    const rest = x.shape.slice(depth);
    const rows = x.shape.slice(0, depth).reduce((p, d) => p * d, 1);
    const u = run('cast', [convert(updates, x)], { dtype: x.dtype });
    const want = [...at.shape.slice(0, -1), ...rest];
    if (formatShape(u.shape) !== formatShape(want))
      throw new ValueError(
        `scatterUpdate: updates must have shape ${formatShape(want)}.\n  Received: inputs ${formatShape(x.shape)}, indices ${formatShape(at.shape)}, updates ${formatShape(u.shape)}`,
        { op: 'scatterUpdate' },
      );
    const steps = tensor(
      x.shape.slice(0, depth).map((_, i) => x.shape.slice(i + 1, depth).reduce((p, d) => p * d, 1)),
      [depth],
      at.dtype,
    );
    const flat = run('reshape', [run('sum', [run('multiply', [at, steps])], { axis: [-1] })], { shape: [count] });
    const lines = run('reshape', [u], { shape: [count, ...rest] });
    const table = run('reshape', [x], { shape: [rows, ...rest] });
    const back = (t: Tensor): Tensor => run('reshape', [t], { shape: [...x.shape] });
    const scattered = (t: Tensor): Tensor =>
      run('scatter_add', [flat, t], { shape: [rows, ...t.shape.slice(1)], axis: 0 });
    if (reduction === 'add') return back(run('add', [table, scattered(lines)]));
    if (reduction !== null) {
      const all = run('concatenate', [table, lines], { axis: 0 });
      const ids = run('concatenate', [range(rows), run('cast', [flat], { dtype: 'int32' })], { axis: 0 });
      return back(run('segment_reduce', [ids, all], { kind: reduction === 'mul' ? 'prod' : reduction, count: rows }));
    }
    // The number of the last update of each row, 0 for none; the others are multiplied away.
    const order = range(count, 'int32', 1);
    const ids = run('cast', [flat], { dtype: 'int32' });
    const last = run('maximum', [run('segment_reduce', [ids, order], { kind: 'max', count: rows }), convert(0, order)]);
    const wide = (t: Tensor): Tensor => run('reshape', [t], { shape: [t.size, ...rest.map(() => 1)] });
    const chosen = run(
      'take',
      [
        run(
          'concatenate',
          [
            run('slice', [table], {
              start: table.shape.map(() => 0),
              size: [Math.min(1, rows), ...rest],
              step: table.shape.map(() => 1),
            }),
            lines,
          ],
          { axis: 0 },
        ),
        last,
      ],
      {
        axis: 0,
      },
    );
    return back(run('where', [wide(run('greater', [last, convert(0, last)])), chosen, table]));
  },
  ['reduction'],
);
/** `inputs` with the block `updates` written where `startIndices` (numbers, or an integer tensor) says. */
export const sliceUpdate = defineOp(
  'sliceUpdate',
  (inputs: TensorLike, startIndices: readonly number[] | TensorLike, updates: TensorLike): Tensor => {
    const x = convert(inputs);
    const u = run('cast', [convert(updates, x)], { dtype: x.dtype });
    let start: number[];
    if (Array.isArray(startIndices)) start = startIndices as number[];
    else {
      const given = convert(startIndices as TensorLike);
      expectValue(given, 'sliceUpdate');
      start = Array.from(given.readSync(), Number);
    }
    const fits =
      u.ndim === x.ndim &&
      start.length === x.ndim &&
      x.shape.every((d, i) => start[i] >= 0 && start[i] + u.shape[i] <= d);
    if (!fits)
      throw new ValueError(
        `sliceUpdate: the block must lie within the tensor.\n  Received: inputs ${formatShape(x.shape)}, startIndices [${start.join(', ')}], updates ${formatShape(u.shape)}`,
        { op: 'sliceUpdate' },
      );
    const place = (t: Tensor): Tensor =>
      run('place', [t], { shape: [...x.shape], start, step: start.map(() => 1), value: 0 });
    const isNew = place(run('broadcast_to', [convert(1, 'int32')], { shape: [...u.shape] }));
    return run('where', [run('cast', [isNew], { dtype: 'bool' }), place(u), x]);
  },
);
