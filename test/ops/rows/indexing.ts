/** Rows of lookup, scatter and order. */
import type { DType } from '../../../lib/index';
import { alongAxis, argsort, argsortDescending, reshape, take } from '../../helpers/naive';
import { at, broadcastShapes, build, forEachIndex, nd, type NdArray, normalAxis } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { DTYPES } from '../../helpers/shapes';

const row = rowsIn('indexing');
const f64 = (...shape: number[]): NdArray => randomArray(shape, { dtype: 'float64' });
const indices = (shape: number[], size: number, dtype: DType = 'int32'): NdArray =>
  randomArray(shape, { dtype, low: -size, high: size - 1, seed: 9 });
const axisOf = (args: never[], fallback: number | null = null, k = 0): number | null => {
  const o = args[k] as { axis?: number | null } | undefined;
  return o?.axis === undefined ? fallback : o.axis;
};

row('take', {
  reference: ([x, i], ...[args]: [never[]]) => {
    const axis = axisOf(args);
    return axis === null ? take(reshape(x, [-1]), i, 0) : take(x, i, axis);
  },
  cases: [
    { inputs: [randomArray([7]), indices([3], 7)] },
    { inputs: [randomArray([2, 3]), indices([2, 2], 6)] },
    { inputs: [randomArray([4, 3]), indices([5], 4)], args: [{ axis: 0 }] },
    { inputs: [randomArray([4, 3, 2]), indices([2, 2], 3)], args: [{ axis: 1 }] },
    { inputs: [randomArray([4, 3]), indices([], 3)], args: [{ axis: -1 }] },
    { inputs: [randomArray([4, 3]), indices([0], 3)], args: [{ axis: 0 }] },
    { inputs: [randomArray([517, 37]), indices([131], 517)], args: [{ axis: 0 }] },
    { inputs: [randomArray([3, 1031]), indices([67], 1031)], args: [{ axis: 1 }] },
    ...DTYPES.map((dtype) => ({ inputs: [randomArray([4, 3], { dtype }), indices([2], 4)], args: [{ axis: 0 }] })),
    ...(['int64', 'uint8', 'int8'] as DType[]).map((dtype) => ({
      inputs: [randomArray([4, 3]), nd([0, 3, 1], [3], dtype)],
      args: [{ axis: 0 }],
    })),
  ],
  smooth: [
    { inputs: [f64(4, 2), nd([1, 1, 0], [3], 'int32')], args: [{ axis: 0 }] },
    { inputs: [f64(2, 3), nd([2, 0, 2, -1], [2, 2], 'int32')], args: [{ axis: 1 }] },
  ],
});
row('embeddingLookup', {
  reference: ([table, ids]) => take(table, ids, 0),
  cases: [
    { inputs: [randomArray([9, 4]), nd([1, 8, 1], [3], 'int32')] },
    { inputs: [randomArray([9, 4]), nd([1, 8, 0, 3], [2, 2], 'int64')] },
    { inputs: [randomArray([1031, 33]), randomArray([5, 17], { dtype: 'int32', low: 0, high: 1030 })] },
  ],
  smooth: [{ inputs: [f64(3, 2), nd([1, 1, 2], [3], 'int32')] }],
});
row('takeAlongAxis', {
  reference: ([x, i], ...[args]: [never[]]) => {
    const axis = axisOf(args);
    const t = axis === null ? reshape(x, [-1]) : x;
    const k = axis === null ? reshape(i, [-1]) : i;
    const a = normalAxis(axis ?? 0, t.shape.length);
    const lead = broadcastShapes(
      t.shape.map((d, n) => (n === a ? 1 : d)),
      k.shape.map((d, n) => (n === a ? 1 : d)),
    );
    const from = (y: NdArray, index: number[]): number =>
      at(
        y,
        index.map((v, n) => (y.shape[n] === 1 && n !== a ? 0 : v)),
      );
    return build(
      lead.map((d, n) => (n === a ? k.shape[a] : d)),
      t.dtype,
      (index) => {
        const p = from(k, index);
        return from(
          t,
          index.map((v, n) => (n === a ? (p < 0 ? p + t.shape[a] : p) : v)),
        );
      },
    );
  },
  cases: [
    { inputs: [randomArray([7]), indices([3], 7)], args: [{ axis: 0 }] },
    { inputs: [randomArray([2, 3]), indices([2, 3], 3)], args: [{ axis: 1 }] },
    { inputs: [randomArray([2, 3]), indices([2, 5], 3)], args: [{ axis: -1 }] },
    { inputs: [randomArray([4, 3]), indices([2, 3], 4)], args: [{ axis: 0 }] },
    { inputs: [randomArray([2, 3, 4]), indices([2, 1, 4], 3)], args: [{ axis: 1 }] },
    { inputs: [randomArray([2, 3]), indices([1, 2], 3)], args: [{ axis: 1 }] },
    { inputs: [randomArray([2, 3]), indices([4], 6)] },
    { inputs: [randomArray([37, 41], { dtype: 'int32' }), indices([37, 29], 41, 'int64')], args: [{ axis: 1 }] },
  ],
  smooth: [{ inputs: [f64(2, 3), nd([2, 0, 1, 1], [2, 2], 'int32')], args: [{ axis: 1 }] }],
});
row('scatterAdd', {
  call: (op, [at_, updates], [shape, ...rest]) => op(shape, at_, updates, ...rest),
  reference: ([i, u], ...[args]: [never[]]) => {
    const shape = args[0] as number[];
    const a = normalAxis(axisOf(args, 0, 1)!, shape.length);
    const out = build(shape, u.dtype, () => 0);
    const n = i.shape.length;
    forEachIndex(u.shape, (index, flat) => {
      const k = at(i, index.slice(a, a + n));
      const to = [...index.slice(0, a), k < 0 ? k + shape[a] : k, ...index.slice(a + n)];
      out.data[to.reduce((p, v, d) => p * shape[d] + v, 0)] += u.data[flat];
    });
    return out;
  },
  cases: [
    { inputs: [nd([1, 3, 1], [3], 'int32'), randomArray([3])], args: [[5]] },
    { inputs: [nd([1, 0, 1], [3], 'int32'), randomArray([3, 2])], args: [[4, 2]] },
    { inputs: [nd([1, 0, 1], [3], 'int32'), randomArray([2, 3])], args: [[2, 4], { axis: 1 }] },
    { inputs: [nd([1, 0, 1, 2], [2, 2], 'int64'), randomArray([2, 2, 3], { dtype: 'float64' })], args: [[4, 3]] },
    { inputs: [nd([0, 0], [2], 'int32'), nd([3, 4], [2], 'int32')], args: [[2]] },
    { inputs: [indices([517], 37), randomArray([517, 5])], args: [[37, 5]] },
    { inputs: [nd([1, 0, 1], [3], 'int32'), randomArray([3, 2], { dtype: 'bfloat16' })], args: [[4, 2]] },
    { inputs: [nd([], [0], 'int32'), nd([], [0, 2])], args: [[3, 2]] },
  ],
  smooth: [{ inputs: [nd([1, 0, 1], [3], 'int32'), f64(3, 2)], args: [[3, 2]] }],
  looseness: 5,
});
row('scatter', {
  call: (op, [at_, values], [shape]) => op(at_, values, shape),
  reference: ([i, v], ...[args]: [never[]]) => {
    const shape = args[0] as number[];
    const depth = i.shape.at(-1)!;
    const out = build(shape, v.dtype, () => 0);
    const rest = shape.slice(depth).reduce((p, d) => p * d, 1);
    for (let k = 0; k < i.data.length / depth; k++) {
      const to = i.data.slice(k * depth, (k + 1) * depth).reduce((p, n, d) => p * shape[d] + n, 0);
      for (let j = 0; j < rest; j++) out.data[to * rest + j] += v.data[k * rest + j];
    }
    return out;
  },
  cases: [
    { inputs: [nd([4, 3, 1], [3, 1], 'int32'), randomArray([3])], args: [[8]] },
    { inputs: [nd([0, 1, 2, 0], [2, 2], 'int32'), randomArray([2])], args: [[3, 2]] },
    { inputs: [nd([0, 2], [2, 1], 'int32'), randomArray([2, 3])], args: [[4, 3]] },
    { inputs: [nd([1, 1], [2, 1], 'int64'), nd([5, 6], [2], 'int32')], args: [[3]] },
    { inputs: [nd([0, 1, 1, 0], [2, 1, 2], 'int32'), randomArray([2, 1, 3])], args: [[2, 2, 3]] },
  ],
  smooth: [{ inputs: [nd([0, 2], [2, 1], 'int32'), f64(2, 2)], args: [[3, 2]] }],
});
row('oneHot', {
  reference: ([x], ...[args]: [never[]]) => {
    const [classes, { axis = -1, dtype = 'float32' } = {}] = args as unknown as [
      number,
      { axis?: number; dtype?: DType }?,
    ];
    const a = normalAxis(axis, x.shape.length + 1);
    const shape = [...x.shape];
    shape.splice(a, 0, classes);
    return build(shape, dtype, (index) =>
      Number(
        at(
          x,
          index.filter((_, i) => i !== a),
        ) === index[a],
      ),
    );
  },
  cases: [
    { inputs: [nd([0, 2, 1], [3], 'int32')], args: [3] },
    { inputs: [nd([-1, 5, 1], [3], 'int32')], args: [3] },
    { inputs: [nd([0, 2, 1, 1], [2, 2], 'int64')], args: [4, { axis: 0 }] },
    { inputs: [nd([0, 1], [2], 'uint8')], args: [2, { dtype: 'bool' }] },
    { inputs: [nd([1], [], 'int32')], args: [3, { dtype: 'int32' }] },
    { inputs: [nd([0, 2, 1, 1], [2, 2], 'int32')], args: [3, { axis: 1 }] },
    { inputs: [randomArray([131], { dtype: 'int32', low: 0, high: 40 })], args: [37] },
    { inputs: [nd([], [0], 'int32')], args: [3] },
    { inputs: [nd([1, 0], [2], 'int32')], args: [2, { dtype: 'bfloat16' }] },
  ],
});
row('multiHot', {
  reference: ([x], ...[args]: [never[]]) => {
    const [classes, { axis = -1, dtype = 'float32' } = {}] = args as unknown as [
      number,
      { axis?: number; dtype?: DType }?,
    ];
    if (!x.shape.length) return build([classes], dtype, ([c]) => Number(x.data[0] === c));
    const hot = alongAxis(
      x,
      axis,
      dtype,
      (line) => Array.from({ length: classes }, (_, c) => Number(line.includes(c))),
      () => classes,
    );
    const a = normalAxis(axis, x.shape.length);
    // The classes come last, whatever axis they were gathered along.
    return a === x.shape.length - 1
      ? hot
      : build([...hot.shape.filter((_, i) => i !== a), classes], dtype, (index) => {
          const to = index.slice(0, -1);
          to.splice(a, 0, index.at(-1)!);
          return at(hot, to);
        });
  },
  cases: [
    { inputs: [nd([0, 2, 2], [3], 'int32')], args: [4] },
    { inputs: [nd([0, 2, 1, 5], [2, 2], 'int32')], args: [4] },
    { inputs: [nd([0, 2, 1, 3, 1, 1], [2, 3], 'int32')], args: [4, { axis: 0 }] },
    { inputs: [nd([0, 1], [2, 1], 'int64')], args: [2, { dtype: 'int32' }] },
  ],
});

const LINES: Case[] = [
  { inputs: [randomArray([7])] },
  { inputs: [randomArray([3, 5])] },
  { inputs: [randomArray([3, 5, 2])], args: [{ axis: 1 }] },
  { inputs: [randomArray([3, 5, 2])], args: [{ axis: -3 }] },
  { inputs: [randomArray([2, 1031])] },
  { inputs: [randomArray([0, 3])] },
  { inputs: [randomArray([3, 1])] },
  { inputs: [nd([3, 1, 3, 1, 2, 2], [6], 'int32')] },
  ...(['float64', 'bfloat16', 'float16', 'int32', 'int64', 'int8', 'uint8', 'bool'] as DType[]).map((dtype) => ({
    inputs: [randomArray([2, 5], { dtype })],
  })),
  { inputs: [nd([3, NaN, -Infinity, Infinity, 1])] },
];
const pickLine =
  (order: (line: number[]) => number[]) =>
  (line: number[]): number[] =>
    order(line).map((i) => line[i]);
row('sort', {
  reference: ([x], ...[args]: [never[]]) => alongAxis(x, axisOf(args, -1)!, x.dtype, pickLine(argsort)),
  cases: LINES,
  smooth: [{ inputs: [distinctArray([2, 3])] }, { inputs: [distinctArray([3, 2])], args: [{ axis: 0 }] }],
});
row('argsort', {
  reference: ([x], ...[args]: [never[]]) => {
    const axis = axisOf(args, -1);
    return axis === null ? alongAxis(reshape(x, [-1]), 0, 'int32', argsort) : alongAxis(x, axis, 'int32', argsort);
  },
  cases: [...LINES, { inputs: [randomArray([2, 3])], args: [{ axis: null }] }],
});
row('topK', {
  reference: ([x], ...[[k]]: [never[]]) => {
    const best = (line: number[]): number[] => argsortDescending(line).slice(0, k);
    return [
      alongAxis(
        x,
        -1,
        x.dtype,
        (line) => best(line).map((i) => line[i]),
        () => k,
      ),
      alongAxis(x, -1, 'int32', best, () => k),
    ];
  },
  cases: [
    { inputs: [randomArray([7])], args: [3] },
    { inputs: [randomArray([3, 5])], args: [1] },
    { inputs: [randomArray([2, 3, 4])], args: [4, { sorted: false }] },
    { inputs: [nd([1, 3, 3, 2], [4], 'int32')], args: [2] },
    { inputs: [randomArray([3, 1031])], args: [5] },
    { inputs: [randomArray([4])], args: [0] },
  ],
  smooth: [{ inputs: [distinctArray([2, 3])], args: [2] }],
});
row('inTopK', {
  reference: ([targets, p], ...[[k]]: [never[]]) =>
    build(targets.shape, 'bool', ([i]) => {
      const n = p.shape[1];
      const line = p.data.slice(i * n, (i + 1) * n);
      const t = targets.data[i];
      return Number(t >= 0 && t < n && Number.isFinite(line[t]) && line.filter((v) => v > line[t]).length < k);
    }),
  cases: [
    { inputs: [nd([2, 0, 1], [3], 'int32'), randomArray([3, 4])], args: [1] },
    { inputs: [nd([2, 0, 1], [3], 'int64'), randomArray([3, 4])], args: [2] },
    { inputs: [nd([0, 1], [2], 'int32'), nd([1, 1, 1, 1, 1, 1], [2, 3])], args: [1] },
    { inputs: [nd([-1, 3], [2], 'int32'), randomArray([2, 3])], args: [2] },
    { inputs: [nd([0, 1], [2], 'int32'), nd([NaN, 1, 2, 5, Infinity, 1], [2, 3])], args: [3] },
    { inputs: [randomArray([67], { dtype: 'int32', low: 0, high: 36 }), randomArray([67, 37])], args: [5] },
  ],
});
