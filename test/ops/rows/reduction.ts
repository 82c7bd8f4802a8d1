/** Rows of the reductions. */
import type { DType } from '../../../lib/index';
import { alongAxis, average, type Axes, axesOf, largest, reduce, smallest, spread, total } from '../../helpers/naive';
import {
  cast,
  elementwise,
  nd,
  type NdArray,
  reshaped,
  toAccumulator,
  toFloat,
  toNumeric,
} from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('reduction');

interface Options {
  axis?: Axes;
  keepdims?: boolean;
}
/** All axes, each, several, none, kept; inner and outer; beyond tiles. */
const WAYS: [number[], unknown[]][] = [
  [[], []],
  [[7], []],
  [[2, 3, 5], []],
  [[2, 3, 5], [{ axis: 0 }]],
  [[2, 3, 5], [{ axis: 1 }]],
  [[2, 3, 5], [{ axis: -1 }]],
  [[2, 3, 5], [{ axis: [0, 2] }]],
  [[2, 3, 5], [{ axis: [-1, 0, 1] }]],
  [[2, 3, 5], [{ axis: [] }]],
  [[2, 3, 5], [{ axis: 1, keepdims: true }]],
  [[2, 3, 5], [{ keepdims: true }]],
  [[1, 3, 1], [{ axis: 0 }]],
  [[1031], []],
  [[3, 1037], [{ axis: 1 }]],
  [[1037, 3], [{ axis: 0 }]],
  [[37, 5, 41], [{ axis: [0, 2], keepdims: true }]],
  [[2, 3, 4, 5], [{ axis: [1, 3] }]],
  [[0, 3], [{ axis: 1 }]],
];
const EMPTY: [number[], unknown[]][] = [
  [[0], []],
  [[0, 3], [{ axis: 0 }]],
  [[2, 0, 3], [{ axis: [0, 1], keepdims: true }]],
];
const SMOOTH: [number[], unknown[]][] = [
  [[2, 3], []],
  [[2, 3, 2], [{ axis: 1 }]],
  [[2, 3], [{ axis: -1, keepdims: true }]],
  [[2, 2, 3], [{ axis: [0, 2] }]],
];
const DTYPES: DType[] = ['float64', 'float16', 'bfloat16', 'int32', 'int64', 'int8', 'uint8', 'bool'];

interface Reduction {
  f: (values: number[]) => number;
  dtype: (d: DType) => DType;
  low?: number;
  high?: number;
  /** Whether an empty axis has a result. */
  empty?: boolean;
  smooth?: boolean;
  second?: boolean;
  /** Distinct values where the gradient is compared. */
  distinct?: boolean;
  special?: boolean;
  aliases?: string[];
  dtypes?: DType[];
  ways?: [number[], unknown[]][];
  more?: Case[];
  looseness?: number;
}
function reduction(
  op: string,
  {
    f,
    dtype,
    low = -2,
    high = 2,
    empty = true,
    smooth = true,
    second,
    distinct = false,
    special = true,
    aliases = [],
    dtypes = DTYPES,
    ways = [...WAYS, ...(empty ? EMPTY : [])],
    more = [],
    looseness = 2,
  }: Reduction,
): void {
  const cases: Case[] = ways.map(([shape, args], seed) => ({
    inputs: [randomArray(shape, { low, high, seed })],
    args,
  }));
  for (const d of dtypes) cases.push({ inputs: [randomArray([3, 5], { dtype: d, low, high })], args: [{ axis: 1 }] });
  if (special)
    cases.push(
      {
        inputs: [nd([1, NaN, 3, Infinity, 2, 1, -Infinity, 0, 1, Infinity, -Infinity, 1], [4, 3])],
        args: [{ axis: 1 }],
      },
      { inputs: [nd([NaN, 1, 2, Infinity], [2, 2], 'float64')], args: [{ axis: 0 }] },
    );
  cases.push(...more);
  const make = (shape: number[]): NdArray =>
    distinct ? distinctArray(shape) : randomArray(shape, { dtype: 'float64', low, high });
  for (const name of [op, ...aliases])
    row(name, {
      reference: ([x], ...[args]: [never[]]) => {
        const { axis, keepdims = false } = (args[0] ?? {}) as Options;
        return reduce(x, axis, keepdims, dtype(x.dtype), f);
      },
      cases,
      second,
      looseness,
      smooth: smooth ? SMOOTH.map(([shape, args]) => ({ inputs: [make(shape)], args })) : [],
    });
}
const same = (d: DType): DType => d;
const bool = (): DType => 'bool';
const product = (values: number[]): number => values.reduce((p, v) => p * v, 1);

reduction('sum', { f: total, dtype: toAccumulator });
reduction('mean', {
  f: average,
  dtype: toFloat,
  more: [{ inputs: [randomArray([3, 1001], { dtype: 'float16', low: 0, high: 8 })], args: [{ axis: 1 }] }],
});
reduction('prod', { f: product, dtype: toAccumulator, low: 0.8, high: 1.2, special: false, looseness: 20 });
reduction('amax', { f: largest, dtype: same, empty: false, distinct: true, dtypes: DTYPES });
reduction('amin', { f: smallest, dtype: same, empty: false, distinct: true, dtypes: DTYPES });
for (const [op, f] of [
  ['max', largest],
  ['min', smallest],
] as const)
  reduction(op, { f, dtype: same, empty: false, distinct: true });
reduction('any', { f: (v) => Number(v.some((e) => e !== 0)), dtype: bool, low: -0.4, high: 1.2, smooth: false });
reduction('all', { f: (v) => Number(v.every((e) => e !== 0)), dtype: bool, low: -1, high: 1, smooth: false });
reduction('var', { f: spread, dtype: toFloat, looseness: 5 });
reduction('std', { f: (v) => Math.sqrt(spread(v)), dtype: toFloat, looseness: 5 });
reduction('logsumexp', {
  f: (v) => {
    const m = largest(v);
    const shift = Number.isFinite(m) ? m : 0;
    return Math.log(total(v.map((e) => Math.exp(e - shift)))) + shift;
  },
  dtype: toFloat,
  empty: false,
  more: [{ inputs: [nd([1000, 1000, -1000, -1000], [2, 2])], args: [{ axis: 1 }] }],
  looseness: 5,
});
reduction('countNonzero', {
  f: (v) => v.filter((e) => e !== 0).length,
  dtype: () => 'int32',
  low: -1,
  high: 1,
  smooth: false,
  ways: WAYS.filter(([, [o]]) => !(o as Options | undefined)?.keepdims),
});

/** Position of the best value; NaN is best, the first of equals. */
const best =
  (isBetter: (a: number, b: number) => boolean) =>
  (v: number[]): number =>
    v.reduce((k, e, i) => (Number.isNaN(v[k]) ? k : Number.isNaN(e) || isBetter(e, v[k]) ? i : k), 0);
for (const [op, isBetter] of [
  ['argmax', (a: number, b: number) => a > b],
  ['argmin', (a: number, b: number) => a < b],
] as const)
  reduction(op, {
    f: best(isBetter),
    dtype: () => 'int32',
    empty: false,
    smooth: false,
    ways: WAYS.filter(([, [o]]) => !Array.isArray((o as Options | undefined)?.axis)),
    more: [
      { inputs: [nd([1, 3, 3, 2, 0, 0], [2, 3])], args: [{ axis: 1 }] },
      { inputs: [nd([-Infinity, -Infinity])] },
      { inputs: [nd([1, NaN, 3, NaN])] },
    ],
  });

row('average', {
  reference: ([x, w], ...[args]: [never[]]) => {
    const { axis } = (args[0] ?? {}) as Options;
    const dtype = toFloat(x.dtype);
    if (!w) return reduce(x, axis, false, dtype, average);
    const wide =
      w.shape.length === 1 && typeof axis === 'number'
        ? reshaped(
            w,
            x.shape.map((d, i) => (i === axesOf(axis, x.shape.length)[0] ? d : 1)),
          )
        : w;
    const sums = reduce(
      elementwise((v, k) => v * k, dtype, x, wide),
      axis,
      false,
      dtype,
      total,
    );
    const weights = reduce(
      elementwise((_, k) => k, dtype, x, wide),
      axis,
      false,
      dtype,
      total,
    );
    return elementwise((s, k) => s / k, dtype, sums, weights);
  },
  call: (op, [x, weights], [options]) => op(x, weights ? { ...(options as object), weights } : (options ?? {})),
  cases: [
    { inputs: [randomArray([2, 3])] },
    { inputs: [randomArray([2, 3], { dtype: 'int32' })], args: [{ axis: 0 }] },
    { inputs: [randomArray([2, 3]), randomArray([2, 3], { low: 1, high: 2 })] },
    { inputs: [randomArray([2, 3]), randomArray([3], { low: 1, high: 2 })], args: [{ axis: -1 }] },
    { inputs: [randomArray([4, 3]), randomArray([4], { low: 1, high: 2 })], args: [{ axis: 0 }] },
    { inputs: [randomArray([3, 1037]), randomArray([1037], { low: 1, high: 2 })], args: [{ axis: 1 }] },
  ],
  smooth: [
    {
      inputs: [randomArray([2, 3], { dtype: 'float64' }), randomArray([3], { dtype: 'float64', low: 1 })],
      args: [{ axis: 1 }],
    },
  ],
  looseness: 5,
});
row('cumsum', {
  reference: ([x], ...[args]: [never[]]) => {
    const { axis = null } = (args[0] ?? {}) as { axis?: number | null };
    let sum = 0;
    const line = (values: number[]): number[] => {
      sum = 0;
      return values.map((v) => (sum += v));
    };
    return axis === null
      ? nd(line(x.data), [x.data.length], toNumeric(x.dtype))
      : alongAxis(x, axis, toNumeric(x.dtype), line);
  },
  cases: [
    { inputs: [randomArray([])] },
    { inputs: [randomArray([7])] },
    { inputs: [randomArray([3, 5])] },
    { inputs: [randomArray([3, 5, 2])], args: [{ axis: 1 }] },
    { inputs: [randomArray([3, 5, 2])], args: [{ axis: -3 }] },
    { inputs: [randomArray([1031])], args: [{ axis: 0 }] },
    { inputs: [randomArray([0, 3])], args: [{ axis: 0 }] },
    { inputs: [randomArray([3, 0])], args: [{ axis: 0 }] },
    ...DTYPES.map((dtype) => ({ inputs: [randomArray([3, 5], { dtype })], args: [{ axis: 1 }] })),
    { inputs: [nd([1, NaN, 2])], args: [{ axis: 0 }] },
  ],
  smooth: [
    { inputs: [randomArray([2, 3], { dtype: 'float64' })], args: [{ axis: 1 }] },
    { inputs: [randomArray([2, 3], { dtype: 'float64' })] },
  ],
  looseness: 5,
});
const norms: Record<string, (v: number[]) => number> = {
  2: (v) => Math.sqrt(total(v.map((e) => e * e))),
  1: (v) => total(v.map(Math.abs)),
  0: (v) => v.filter((e) => e !== 0).length,
  inf: (v) => largest(v.map(Math.abs)),
  '-inf': (v) => smallest(v.map(Math.abs)),
  3: (v) => total(v.map((e) => Math.abs(e) ** 3)) ** (1 / 3),
};
row('norm', {
  reference: ([x], ...[args]: [never[]]) => {
    const { axis, keepdims = false, ord = 2 } = (args[0] ?? {}) as Options & { ord?: number | string };
    const name = ord === Infinity ? 'inf' : ord === -Infinity ? '-inf' : typeof ord === 'string' ? '2' : String(ord);
    return reduce(x, axis, keepdims, toFloat(x.dtype), norms[name]);
  },
  cases: [
    { inputs: [randomArray([7])] },
    { inputs: [randomArray([3, 5])] },
    { inputs: [randomArray([3, 5])], args: [{ axis: 1 }] },
    { inputs: [randomArray([3, 5])], args: [{ axis: [0, 1], keepdims: true, ord: 'fro' }] },
    ...[1, 2, 3, 0, Infinity, -Infinity].map((ord) => ({ inputs: [randomArray([3, 5])], args: [{ ord, axis: -1 }] })),
    { inputs: [randomArray([3, 5], { dtype: 'int32' })] },
    { inputs: [randomArray([3, 5], { dtype: 'float64' })], args: [{ ord: 'euclidean' }] },
    { inputs: [randomArray([3, 1037])], args: [{ axis: 1 }] },
  ],
  smooth: [
    ...[1, 2, 3].map((ord) => ({ inputs: [distinctArray([2, 3])], args: [{ ord, axis: 1 }] })),
    { inputs: [distinctArray([4])], args: [{ ord: Infinity }] },
  ],
  looseness: 5,
});
row('moments', {
  reference: ([x], ...[args]: [never[]]) => {
    const [axes, { keepdims = false } = {}] = args as unknown as [Axes, Options?];
    return [reduce(x, axes, keepdims, toFloat(x.dtype), average), reduce(x, axes, keepdims, toFloat(x.dtype), spread)];
  },
  cases: [
    { inputs: [randomArray([3, 5])], args: [0] },
    { inputs: [randomArray([3, 5, 2])], args: [[0, -1]] },
    { inputs: [randomArray([3, 5])], args: [[1], { keepdims: true }] },
    { inputs: [randomArray([1031, 3])], args: [[0]] },
    { inputs: [cast(randomArray([3, 5], { dtype: 'int32' }), 'int32')], args: [[0]] },
  ],
  smooth: [{ inputs: [randomArray([3, 2], { dtype: 'float64' })], args: [[0]] }],
  looseness: 5,
});
