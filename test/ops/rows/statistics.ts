/** Rows of order statistics, counts, covariances and running products, and of the reductions that leave NaN out. */
import type { DType } from '../../../lib/index';
import { alongAxis, average, type Axes, reduce, reshape, spread, total } from '../../helpers/naive';
import { build, elementwise, nd, type NdArray, toAccumulator, toFloat, toNumeric } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('statistics');
const r = (...shape: number[]): NdArray => randomArray(shape);
const options = (args: never[], k = 0): { axis?: Axes; keepdims?: boolean; method?: string } =>
  (args[k] ?? {}) as { axis?: Axes; keepdims?: boolean; method?: string };
const WAYS: [number[], unknown[]][] = [
  [[7], []],
  [[3, 4], []],
  [[3, 4], [{ axis: 0 }]],
  [[3, 4], [{ axis: -1, keepdims: true }]],
  [[2, 3, 4], [{ axis: [0, 2] }]],
  [[2, 3, 4], [{ axis: [-1, 0], keepdims: true }]],
  [[1], []],
];
/** Quantile of a line as numpy's text defines it. */
function quantileOf(values: number[], q: number, method = 'linear'): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (method === 'lower') return low;
  if (method === 'higher') return high;
  if (method === 'midpoint') return (low + high) / 2;
  if (method === 'nearest')
    return place % 1 === 0.5 ? sorted[Math.floor(place) + (Math.floor(place) % 2)] : sorted[Math.round(place)];
  return low + (high - low) * (place - Math.floor(place));
}
function quantilesOf(
  x: NdArray,
  q: number | number[],
  scale: number,
  o: ReturnType<typeof options>,
  skipNan: boolean,
): NdArray {
  const list = typeof q === 'number' ? [q] : q;
  const parts = list.map((p) =>
    reduce(x, o.axis, o.keepdims ?? false, toFloat(x.dtype), (line) => {
      const values = skipNan ? line.filter((v) => !Number.isNaN(v)) : line;
      return values.length ? quantileOf(values, p / scale, o.method) : NaN;
    }),
  );
  return nd(
    parts.flatMap((p) => p.data),
    typeof q === 'number' ? parts[0].shape : [q.length, ...parts[0].shape],
    parts[0].dtype,
  );
}
const METHODS = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];
for (const [op, scale, skipNan] of [
  ['quantile', 1, false],
  ['percentile', 100, false],
  ['nanquantile', 1, true],
  ['nanpercentile', 100, true],
] as const)
  row(op, {
    reference: ([x], ...[args]: [never[]]) => quantilesOf(x, args[0], scale, options(args, 1), skipNan),
    cases: [
      ...WAYS.map(([shape, args]) => ({ inputs: [r(...shape)], args: [0.3 * scale, ...args] })),
      ...METHODS.map((method) => ({
        inputs: [r(3, 6)],
        args: [[0, 0.25 * scale, 0.5 * scale, scale], { axis: 1, method }],
      })),
      { inputs: [randomArray([5], { dtype: 'int32' })], args: [0.5 * scale] },
      { inputs: [nd([1, NaN, 2, 4, 3, 5], [2, 3])], args: [0.4 * scale, { axis: 1 }] },
      { inputs: [nd([NaN, NaN, 2, 4], [2, 2])], args: [0.4 * scale, { axis: 1 }] },
    ],
    smooth: [
      { inputs: [distinctArray([2, 4])], args: [0.3 * scale, { axis: 1 }] },
      { inputs: [distinctArray([5])], args: [[0.1 * scale, 0.6 * scale]] },
    ],
  });
for (const [op, skipNan] of [
  ['median', false],
  ['nanmedian', true],
] as const)
  row(op, {
    reference: ([x], ...[args]: [never[]]) => quantilesOf(x, 0.5, 1, options(args), skipNan),
    cases: [...WAYS.map(([shape, args]) => ({ inputs: [r(...shape)], args })), { inputs: [nd([1, NaN, 2])] }],
    smooth: [{ inputs: [distinctArray([2, 4])], args: [{ axis: 1 }] }],
  });
row('ptp', {
  reference: ([x], ...[args]: [never[]]) =>
    reduce(x, options(args).axis, options(args).keepdims ?? false, x.dtype, (v) => Math.max(...v) - Math.min(...v)),
  cases: [
    ...WAYS.map(([shape, args]) => ({ inputs: [r(...shape)], args })),
    { inputs: [randomArray([5], { dtype: 'int32' })] },
  ],
  smooth: [{ inputs: [distinctArray([2, 4])], args: [{ axis: 1 }] }],
});

const valid = (v: number[]): number[] => v.filter((e) => !Number.isNaN(e));
const holes = (shape: number[]): NdArray => {
  const x = randomArray(shape);
  return { ...x, data: x.data.map((v, i) => (i % 3 === 1 ? NaN : v)) };
};
const reductions: [string, (v: number[]) => number, (d: DType) => DType][] = [
  ['nansum', total, toAccumulator],
  ['nanprod', (v) => v.reduce((p, e) => p * e, 1), toAccumulator],
  ['nanmax', (v) => (v.length ? Math.max(...v) : NaN), (d) => d],
  ['nanmin', (v) => (v.length ? Math.min(...v) : NaN), (d) => d],
  ['nanmean', average, toFloat],
  ['nanvar', spread, toFloat],
  ['nanstd', (v) => Math.sqrt(spread(v)), toFloat],
];
for (const [op, f, dtype] of reductions)
  row(op, {
    reference: ([x], ...[args]: [never[]]) =>
      reduce(x, options(args).axis, options(args).keepdims ?? false, dtype(x.dtype), (v) => f(valid(v))),
    cases: [
      ...WAYS.map(([shape, args]) => ({ inputs: [holes(shape)], args })),
      { inputs: [randomArray([2, 3], { dtype: 'int32' })] },
      { inputs: [nd([NaN, NaN, 1, 2], [2, 2])], args: [{ axis: 1 }] },
    ],
    smooth: [{ inputs: [distinctArray([2, 4])], args: [{ axis: 1 }] }],
    looseness: 5,
  });
for (const [op, sign] of [
  ['nanargmax', 1],
  ['nanargmin', -1],
] as const)
  row(op, {
    reference: ([x], ...[args]: [never[]]) =>
      reduce(x, options(args).axis, options(args).keepdims ?? false, 'int32', (v) => {
        const best = Math.max(...valid(v).map((e) => e * sign));
        return v.findIndex((e) => e * sign === best);
      }),
    cases: [
      { inputs: [holes([7])] },
      { inputs: [holes([3, 4])], args: [{ axis: 1 }] },
      { inputs: [holes([3, 4])], args: [{ axis: 0, keepdims: true }] },
      { inputs: [nd([NaN, NaN, 1, 2], [2, 2])], args: [{ axis: 1 }] },
      { inputs: [holes([2, 3])], args: [{ keepdims: true }] },
      { inputs: [nd([3, 1, 2], [3], 'int32')] },
    ],
  });
const LINES: Case[] = [
  { inputs: [r(7)] },
  { inputs: [r(3, 4)] },
  { inputs: [r(3, 4)], args: [{ axis: 0 }] },
  { inputs: [r(2, 3, 4)], args: [{ axis: -2 }] },
  { inputs: [nd([2, 0, 3, 0, 4])] },
  { inputs: [randomArray([5], { dtype: 'int32' })] },
  { inputs: [randomArray([5], { dtype: 'uint8' })] },
];
function running(f: (a: number, b: number) => number, missing: number) {
  return ([x]: NdArray[], ...[args]: [never[]]): NdArray => {
    const axis = options(args).axis as number | undefined;
    const t = axis === undefined ? reshape(x, [-1]) : x;
    return alongAxis(t, axis ?? 0, toNumeric(x.dtype), (line) => {
      let sum: number | undefined;
      return line.map(
        (v) => (sum = sum === undefined ? (Number.isNaN(v) ? missing : v) : f(sum, Number.isNaN(v) ? missing : v)),
      );
    });
  };
}
const smoothLines: Case[] = [
  { inputs: [distinctArray([2, 3])], args: [{ axis: 1 }] },
  { inputs: [nd([2, 0, 3, 0, 4], [5], 'float64')] },
];
row('cumprod', { reference: running((a, b) => a * b, NaN), cases: LINES, smooth: smoothLines });
row('nancumprod', {
  reference: running((a, b) => a * b, 1),
  cases: [...LINES, { inputs: [holes([7])] }],
  smooth: smoothLines,
});
row('nancumsum', {
  reference: running((a, b) => a + b, 0),
  cases: [...LINES, { inputs: [holes([7])] }],
  smooth: smoothLines,
});
row('diff', {
  reference: ([x], ...[args]: [never[]]) => {
    const { n = 1, axis = -1 } = (args[0] ?? {}) as { n?: number; axis?: number };
    let t = x;
    for (let i = 0; i < n; i++)
      t = alongAxis(
        t,
        axis,
        x.dtype,
        (line) => line.slice(1).map((v, k) => (x.dtype === 'bool' ? Number(v !== line[k]) : v - line[k])),
        (m) => Math.max(0, m - 1),
      );
    return t;
  },
  cases: [
    { inputs: [r(7)] },
    { inputs: [r(3, 4)], args: [{ axis: 0 }] },
    { inputs: [r(3, 5)], args: [{ n: 2 }] },
    { inputs: [r(3)], args: [{ n: 0 }] },
    { inputs: [randomArray([5], { dtype: 'bool' })] },
  ],
  smooth: [{ inputs: [distinctArray([2, 4])], args: [{ n: 2 }] }],
});
row('trapezoid', {
  call: (op, [y, x], [o]) => op(y, { ...(o as object), ...(x ? { x } : {}) }),
  reference: ([y, x], ...[args]: [never[]]) => {
    const { dx = 1, axis = -1 } = (args[0] ?? {}) as { dx?: number; axis?: number };
    return reduce(y, axis, false, toFloat(y.dtype), (line) =>
      total(line.slice(1).map((v, i) => ((v + line[i]) / 2) * (x ? x.data[i + 1] - x.data[i] : dx))),
    );
  },
  cases: [
    { inputs: [r(5)] },
    { inputs: [r(3, 4)], args: [{ dx: 0.5, axis: 0 }] },
    { inputs: [r(3, 4), nd([0, 1, 3, 3.5])] },
    { inputs: [randomArray([4], { dtype: 'int32' })] },
  ],
  smooth: [{ inputs: [distinctArray([4]), nd([0, 1, 3, 3.5], [4], 'float64')] }],
});
row('corrcoef', {
  reference: ([x]) => {
    if (x.shape.length === 1) return nd([1], [], x.dtype);
    const n = x.shape[1];
    const lines = Array.from({ length: x.shape[0] }, (_, i) => x.data.slice(i * n, (i + 1) * n)).map((l) =>
      l.map((v) => v - average(l)),
    );
    const dot = (a: number[], b: number[]): number => total(a.map((v, i) => v * b[i]));
    return build(
      [lines.length, lines.length],
      toFloat(x.dtype),
      ([i, j]) => dot(lines[i], lines[j]) / Math.sqrt(dot(lines[i], lines[i]) * dot(lines[j], lines[j])),
    );
  },
  cases: [{ inputs: [r(3, 7)] }, { inputs: [r(2, 5)] }, { inputs: [r(6)] }],
  smooth: [{ inputs: [nd([1, 2.5, -1, 0.3, 0.2, 1.7, 0.4, -0.6], [2, 4], 'float64')] }],
  looseness: 5,
});
row('correlate', {
  reference: ([a, b], ...[args]: [never[]]) => {
    const { mode = 'valid' } = (args[0] ?? {}) as { mode?: string };
    const n = a.data.length;
    const m = b.data.length;
    const full = Array.from({ length: n + m - 1 }, (_, k) =>
      total(b.data.map((v, i) => v * (a.data[k - m + 1 + i] ?? 0))),
    );
    const length = Math.max(n, m);
    const start = (n + m - 1 - length) >> 1;
    const y = mode === 'full' ? full : mode === 'same' ? full.slice(start, start + length) : full.slice(m - 1, n);
    return nd(y, [y.length], toFloat(a.dtype));
  },
  cases: ['valid', 'same', 'full'].flatMap((mode) => [
    { inputs: [r(7), randomArray([3], { seed: 2 })], args: [{ mode }] },
    { inputs: [r(6), randomArray([4], { seed: 3 })], args: [{ mode }] },
  ]),
  smooth: [{ inputs: [distinctArray([5]), distinctArray([2])], args: [{ mode: 'same' }] }],
  looseness: 10,
});
const sorted = nd([-1, 0, 0, 1, 2.5]);
row('searchsorted', {
  reference: ([s, v], ...[args]: [never[]]) => {
    const { side = 'left' } = (args[0] ?? {}) as { side?: string };
    return elementwise((x) => s.data.filter((e) => (side === 'left' ? e < x : e <= x)).length, 'int32', v);
  },
  cases: [
    { inputs: [sorted, r(3, 4)] },
    { inputs: [sorted, nd([0, 1, 2.5, -5, 9])] },
    { inputs: [sorted, nd([0, 1, 2.5, -5, 9])], args: [{ side: 'right' }] },
    { inputs: [nd([1, 2, 2], [3], 'int32'), nd([2, 0], [2], 'int32')] },
    { inputs: [nd([], [0]), r(3)] },
  ],
});
row('digitize', {
  reference: ([x, bins]) => elementwise((v) => bins.data.filter((e) => e <= v).length, 'int32', x),
  cases: [{ inputs: [r(3, 4), sorted] }, { inputs: [nd([0, 1, 2], [3], 'int32'), sorted] }],
});
row('bincount', {
  call: (op, [x, weights], [o]) => op(x, { ...(o as object), ...(weights ? { weights } : {}) }),
  reference: ([x, w], ...[args]: [never[]]) => {
    const { minlength = 0 } = (args[0] ?? {}) as { minlength?: number };
    const length = Math.max(minlength, ...x.data.map((v) => v + 1));
    const n = x.shape.at(-1)!;
    return build([...x.shape.slice(0, -1), length], w ? w.dtype : 'int32', (index) => {
      const c = index.at(-1)!;
      const start = index.length > 1 ? index[0] * n : 0;
      return total(x.data.slice(start, start + n).map((v, i) => (v === c ? (w ? w.data[start + i] : 1) : 0)));
    });
  },
  cases: [
    { inputs: [nd([0, 3, 1, 3], [4], 'int32')] },
    { inputs: [nd([0, 3, 1, 3], [4], 'int64')], args: [{ minlength: 6 }] },
    { inputs: [nd([0, 3, 1, 3], [4], 'int32'), nd([0.5, 1, 2, 4])] },
    { inputs: [nd([0, 2, 1, 1, 1, 2], [2, 3], 'int32')] },
  ],
  isSource: true,
});
row('histogram', {
  reference: ([x], ...[args]: [never[]]) => {
    const { bins = 10, range } = (args[0] ?? {}) as { bins?: number; range?: [number, number] };
    const [low, high] = range ?? [Math.min(...x.data), Math.max(...x.data)];
    const width = (high - low) / bins;
    const counts = Array<number>(bins).fill(0);
    for (const v of x.data) if (v >= low && v <= high) counts[Math.min(bins - 1, Math.floor((v - low) / width))]++;
    return [
      nd(counts, [bins], x.dtype),
      nd(
        Array.from({ length: bins + 1 }, (_, i) => low + i * width),
        [bins + 1],
        x.dtype,
      ),
    ];
  },
  cases: [
    { inputs: [r(57)] },
    { inputs: [r(5, 7)], args: [{ bins: 4 }] },
    { inputs: [r(57)], args: [{ bins: 5, range: [-1, 1.5] }] },
  ],
  smooth: [{ inputs: [distinctArray([7])], args: [{ bins: 3, range: [-2, 2.1] }] }],
});
row('isin', {
  reference: ([a, b], ...[args]: [never[]]) => {
    const { invert = false } = (args[0] ?? {}) as { invert?: boolean };
    return elementwise((v) => Number(b.data.includes(v) !== invert), 'bool', a);
  },
  cases: [
    { inputs: [nd([0, 3, 1, 3], [2, 2], 'int32'), nd([3, 5], [2], 'int32')] },
    { inputs: [nd([0, 3, 1, 3]), nd([3, 5])], args: [{ invert: true }] },
    { inputs: [nd([0, 3, 1, 3]), nd([], [0])] },
  ],
});
