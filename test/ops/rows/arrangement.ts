/** Rows of joins, cuts, turns, lattices, products and choices. */
import type { DType } from '../../../lib/index';
import { alongAxis, argsort, concatenate, moveaxis, reshape, slice, transpose } from '../../helpers/naive';
import { at, build, elementwise, nd, type NdArray, normalAxis, promote } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('arrangement');
const r = (shape: number[], seed = 1, dtype: DType = 'float32'): NdArray => randomArray(shape, { seed, dtype });
const f64 = (...shapes: number[][]): Case => ({ inputs: shapes.map((s, i) => r(s, i + 1, 'float64')) });
const of = (...shapes: number[][]): Case => ({ inputs: shapes.map((s, i) => r(s, i + 1)) });
type Args = [never[]];

row('append', {
  reference: ([a, b], ...[args]: Args) => {
    const { axis = null } = (args[0] ?? {}) as { axis?: number | null };
    return axis === null ? concatenate([reshape(a, [-1]), reshape(b, [-1])], 0) : concatenate([a, b], axis);
  },
  cases: [
    of([2, 3], [4]),
    { ...of([2, 3], [1, 3]), args: [{ axis: 0 }] },
    { ...of([2, 3], [2, 2]), args: [{ axis: -1 }] },
  ],
  smooth: [f64([2, 2], [3])],
});
const stacks: [string, (x: NdArray) => NdArray, (rank: number) => number][] = [
  ['hstack', (x) => (x.shape.length ? x : reshape(x, [1])), (rank) => (rank === 1 ? 0 : 1)],
  ['vstack', (x) => (x.shape.length < 2 ? reshape(x, [1, -1]) : x), () => 0],
  [
    'dstack',
    (x) => (x.shape.length < 2 ? reshape(x, [1, -1, 1]) : x.shape.length === 2 ? reshape(x, [...x.shape, 1]) : x),
    () => 2,
  ],
];
for (const [op, widen, axis] of stacks)
  row(op, {
    call: (f, xs) => f(xs),
    reference: (xs) => {
      const wide = xs.map(widen);
      return concatenate(wide, axis(wide[0].shape.length));
    },
    cases: [of([3], [3]), of([2, 3], [2, 3]), of([2, 3, 1], [2, 3, 1]), of([], [])],
    smooth: [f64([2, 2], [2, 2])],
  });
const splits: [string, (rank: number) => number][] = [
  ['hsplit', (rank) => (rank > 1 ? 1 : 0)],
  ['vsplit', () => 0],
  ['dsplit', () => 2],
];
function pieces(x: NdArray, cuts: number[], axis: number): NdArray[] {
  const ends = [...cuts, x.shape[axis]];
  return ends.map((end, k) => {
    const start = k ? ends[k - 1] : 0;
    return slice(x, x.shape.map((_, i) => (i === axis ? start : 0)), x.shape.map((d, i) => (i === axis ? end - start : d))); // prettier-ignore
  });
}
for (const [op, axisOf] of splits) {
  const shape = op === 'dsplit' ? [2, 1, 4] : op === 'hsplit' ? [2, 4] : [4, 2];
  row(op, {
    reference: ([x], ...[[n]]: Args) => {
      const axis = axisOf(x.shape.length);
      const given = n as number | number[];
      return pieces(
        x,
        typeof given === 'number'
          ? Array.from({ length: given - 1 }, (_, i) => ((i + 1) * x.shape[axis]) / given)
          : given,
        axis,
      );
    },
    cases: [
      { ...of(shape), args: [2] },
      { ...of(shape), args: [[1, 3]] },
      ...(op === 'hsplit' ? [{ ...of([6]), args: [3] }] : []),
    ],
    smooth: [{ ...f64(shape), args: [2] }],
  });
}
row('arraySplit', {
  reference: ([x], ...[[n, o]]: Args) => {
    const { axis = 0 } = (o ?? {}) as { axis?: number };
    const a = normalAxis(axis, x.shape.length);
    const size = x.shape[a];
    const parts = n as number;
    const cuts: number[] = [];
    for (let i = 0, sum = 0; i < parts - 1; i++)
      cuts.push((sum += Math.floor(size / parts) + (i < size % parts ? 1 : 0)));
    return pieces(x, cuts, a);
  },
  cases: [
    { ...of([7]), args: [3] },
    { ...of([2, 5]), args: [2, { axis: 1 }] },
    { ...of([2, 2]), args: [3] },
  ],
  smooth: [{ ...f64([5]), args: [2] }],
});
row('fliplr', {
  reference: ([x]) => alongAxis(x, 1, x.dtype, (l) => [...l].reverse()),
  cases: [of([2, 3]), of([2, 3, 2])],
  smooth: [f64([2, 3])],
});
row('flipud', {
  reference: ([x]) => alongAxis(x, 0, x.dtype, (l) => [...l].reverse()),
  cases: [of([2, 3]), of([4])],
  smooth: [f64([2, 3])],
});
row('rot90', {
  reference: ([x], ...[args]: Args) => {
    const { k = 1, axes = [0, 1] } = (args[0] ?? {}) as { k?: number; axes?: number[] };
    const [a, b] = axes.map((v) => normalAxis(v, x.shape.length));
    let y = x;
    for (let turn = 0; turn < ((k % 4) + 4) % 4; turn++) {
      const flipped = alongAxis(y, b, y.dtype, (l) => [...l].reverse());
      const order = y.shape.map((_, i) => (i === a ? b : i === b ? a : i));
      y = transpose(flipped, order);
    }
    return y;
  },
  cases: [
    of([2, 3]),
    ...[2, 3, 4, -1].map((k) => ({ ...of([2, 3]), args: [{ k }] })),
    { ...of([2, 3, 4]), args: [{ axes: [1, 2] }] },
    { ...of([2, 3, 4]), args: [{ k: 3, axes: [2, 0] }] },
  ],
  smooth: [f64([2, 3])],
});
row('meshgrid', {
  reference: (xs, ...[args]: Args) => {
    const { indexing = 'xy' } = (args[0] ?? {}) as { indexing?: string };
    const place = (i: number): number => (indexing === 'xy' && i < 2 && xs.length > 1 ? 1 - i : i);
    const shape = xs.map((_, i) => xs[xs.map((__, k) => place(k)).indexOf(i)].data.length);
    return xs.map((x, i) => build(shape, x.dtype, (index) => x.data[index[place(i)]]));
  },
  cases: [of([2], [3]), { ...of([2], [3]), args: [{ indexing: 'ij' }] }, of([2], [3], [4]), of([3])],
  smooth: [f64([2], [3])],
});
row('diagflat', {
  reference: ([x], ...[args]: Args) => {
    const { k = 0 } = (args[0] ?? {}) as { k?: number };
    const n = x.data.length + Math.abs(k);
    return build([n, n], x.dtype, ([i, j]) => (j - i === k ? x.data[Math.min(i, j)] : 0));
  },
  cases: [of([3]), of([2, 2]), { ...of([3]), args: [{ k: -1 }] }],
  smooth: [f64([2, 2])],
});
row('vander', {
  reference: ([x], ...[args]: Args) => {
    const { n = x.data.length, increasing = false } = (args[0] ?? {}) as { n?: number; increasing?: boolean };
    return build([x.data.length, n], x.dtype, ([i, j]) => x.data[i] ** (increasing ? j : n - 1 - j));
  },
  cases: [
    of([3]),
    { ...of([4]), args: [{ n: 2 }] },
    { ...of([3]), args: [{ increasing: true, n: 5 }] },
    { inputs: [nd([1, 2, 3], [3], 'int32')] },
  ],
  smooth: [{ ...f64([3]), args: [{ n: 3 }] }],
  looseness: 5,
});
row('kron', {
  reference: ([a, b]) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const wide = (x: NdArray): NdArray => reshape(x, [...Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
    const p = wide(a);
    const q = wide(b);
    return build(
      p.shape.map((d, i) => d * q.shape[i]),
      promote(a.dtype, b.dtype),
      (index) =>
        at(
          p,
          index.map((v, i) => Math.floor(v / q.shape[i])),
        ) *
        at(
          q,
          index.map((v, i) => v % q.shape[i]),
        ),
    );
  },
  cases: [of([2], [3]), of([2, 3], [3, 2]), of([2, 3], [2]), of([], [2, 2])],
  smooth: [f64([2, 2], [2])],
});
row('cross', {
  reference: ([a, b], ...[args]: Args) => {
    const {
      axis = null,
      axisa = -1,
      axisb = -1,
      axisc = -1,
    } = (args[0] ?? {}) as { axis?: number | null; axisa?: number; axisb?: number; axisc?: number };
    const p = moveaxis(a, axis ?? axisa, -1);
    const q = moveaxis(b, axis ?? axisb, -1);
    const m = p.shape.at(-1)!;
    const n = q.shape.at(-1)!;
    const lead = p.shape.slice(0, -1);
    const part = (x: NdArray, index: number[], k: number): number => (k < x.shape.at(-1)! ? at(x, [...index, k]) : 0);
    const term = (index: number[], i: number, j: number): number =>
      part(p, index, i) * part(q, index, j) - part(p, index, j) * part(q, index, i);
    if (m === 2 && n === 2) return build(lead, a.dtype, (index) => term(index, 0, 1));
    return moveaxis(
      build([...lead, 3], a.dtype, (index) =>
        term(index.slice(0, -1), (index.at(-1)! + 1) % 3, (index.at(-1)! + 2) % 3),
      ),
      -1,
      axis ?? axisc,
    );
  },
  cases: [
    of([3], [3]),
    of([4, 3], [4, 3]),
    of([2], [2]),
    of([4, 2], [4, 3]),
    { ...of([3, 4], [3, 4]), args: [{ axis: 0 }] },
    { ...of([3, 4], [4, 3]), args: [{ axisa: 0, axisc: 0 }] },
  ],
  smooth: [f64([3], [3]), f64([2], [2])],
});
row('cdist', {
  reference: ([x, y]) => {
    const lead = x.shape.slice(0, -2);
    return build([...lead, x.shape.at(-2)!, y.shape.at(-2)!], x.dtype, (index) => {
      const head = index.slice(0, -2);
      let sum = 0;
      for (let k = 0; k < x.shape.at(-1)!; k++)
        sum += (at(x, [...head, index.at(-2)!, k]) - at(y, [...head, index.at(-1)!, k])) ** 2;
      return Math.sqrt(sum);
    });
  },
  cases: [of([3, 2], [4, 2]), of([2, 3, 2], [2, 1, 2])],
  smooth: [f64([2, 2], [3, 2])],
  looseness: 5,
});
row('select', {
  call: (op, [c1, c2, x1, x2], args) => op([c1, c2], [x1, x2], ...args),
  reference: ([c1, c2, x1, x2], ...[args]: Args) => {
    const { default: fallback = 0 } = (args[0] ?? {}) as { default?: number };
    return elementwise((a, b, x, y) => (a ? x : b ? y : fallback), x1.dtype, c1, c2, x1, x2);
  },
  cases: [
    { inputs: [r([5], 1, 'bool'), r([5], 2, 'bool'), r([5]), r([5], 2)] },
    { inputs: [r([2, 3], 1, 'bool'), r([2, 3], 2, 'bool'), r([2, 3]), r([2, 3], 2)], args: [{ default: -1 }] },
  ],
  smooth: [{ inputs: [r([5], 1, 'bool'), r([5], 2, 'bool'), r([5], 1, 'float64'), r([5], 2, 'float64')] }],
});
row('unravelIndex', {
  reference: ([x], ...[[shape]]: Args) => {
    const sizes = shape as number[];
    return sizes.map((d, i) => {
      const step = sizes.slice(i + 1).reduce((p, v) => p * v, 1);
      return elementwise((v) => Math.floor(v / step) % d, x.dtype, x);
    });
  },
  cases: [
    { inputs: [nd([0, 5, 11], [3], 'int32')], args: [[3, 4]] },
    { inputs: [nd([23, 7, 0, 1], [2, 2], 'int64')], args: [[2, 3, 4]] },
  ],
});
row('argpartition', {
  reference: ([x], ...[[, o]]: Args) =>
    alongAxis(x, (o as { axis?: number } | undefined)?.axis ?? -1, 'int32', argsort),
  cases: [
    { ...of([7]), args: [2] },
    { ...of([3, 4]), args: [1, { axis: 0 }] },
  ],
});
function uniques(x: NdArray): NdArray[] {
  const values = [...new Set(x.data)].sort((a, b) => a - b);
  const int = (data: number[], shape = [data.length]): NdArray => nd(data, shape, 'int32');
  return [
    nd(values, [values.length], x.dtype),
    int(values.map((v) => x.data.indexOf(v))),
    int(
      x.data.map((v) => values.indexOf(v)),
      x.shape,
    ),
    int(values.map((v) => x.data.filter((e) => e === v).length)),
  ];
}
row('unique', {
  reference: ([x], ...[args]: Args) => {
    const o = (args[0] ?? {}) as { size?: number; returnIndex?: boolean; axis?: number };
    if (o.axis === 0) return nd([1, 2, 3, 4], [2, 2], 'int32'); // of the case below
    if (o.size) return nd([...uniques(x)[0].data, 0, 0].slice(0, o.size), [o.size], x.dtype);
    return o.returnIndex ? uniques(x) : uniques(x)[0];
  },
  cases: [
    { inputs: [nd([3, 1, 3, 2, 1])] },
    {
      inputs: [nd([3, 1, 3, 2], [2, 2], 'int32')],
      args: [{ returnIndex: true, returnInverse: true, returnCounts: true }],
    },
    { inputs: [nd([3, 1, 3, 2, 1])], args: [{ size: 5 }] },
    { inputs: [nd([3, 1, 3, 2, 1])], args: [{ size: 2 }] },
    { inputs: [nd([3, 4, 1, 2, 3, 4], [3, 2], 'int32')], args: [{ axis: 0 }] },
  ],
  isSource: true,
});
row('nonzero', {
  reference: ([x]) => x.shape.map((_, a) => {
    const found: number[] = [];
    x.data.forEach((v, flat) => {
      const step = x.shape.slice(a + 1).reduce((p, d) => p * d, 1);
      if (v) found.push(Math.floor(flat / step) % x.shape[a]);
    });
    return nd(found, [found.length], 'int32');
  }), // prettier-ignore
  cases: [{ inputs: [nd([0, 1, 0, 2])] }, { inputs: [nd([0, 1, 0, 2, 0, 3], [2, 3], 'int32')] }],
  isSource: true,
});
