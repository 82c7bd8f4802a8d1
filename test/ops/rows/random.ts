/**
 * Rows of the random ops. Their values have no twin; each case states what must hold of them: range, moments, and what
 * is kept of the input. The same seed gives the same values, so what holds once holds always.
 */
import type * as trae from '../../../lib/index';
import type { DType } from '../../../lib/index';
import { nd, type NdArray } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { average, spread } from '../../helpers/naive';

export interface RandomRow {
  op: string;
  args: unknown[];
  /** Tensors among the arguments go first. */
  inputs?: NdArray[];
  shape: number[];
  dtype: DType;
  /** Whether there is but one result, whatever the seed. */
  isFixed?: boolean;
  /** Throws when the values cannot come from the distribution. */
  check?(values: number[], inputs: NdArray[]): void;
}
function within(what: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) throw new Error(`${what} is ${value}, not between ${low} and ${high}`);
}
/** Mean and variance within five standard errors; skewness about 0. */
const moments =
  (mean: number, variance: number) =>
  (v: number[]): void => {
    const error = Math.sqrt(variance / v.length);
    within('the mean', average(v), mean - 5 * error, mean + 5 * error);
    within(
      'the variance',
      spread(v),
      variance * (1 - 8 / Math.sqrt(v.length)),
      variance * (1 + 8 / Math.sqrt(v.length)),
    );
  };
const range =
  (low: number, high: number) =>
  (v: number[]): void => {
    for (const e of v) if (!(e >= low && e < high)) throw new Error(`${e} is not in [${low}, ${high})`);
  };
const both =
  (...checks: ((v: number[]) => void)[]) =>
  (v: number[]): void => {
    for (const c of checks) c(v);
  };
/** Share of each integer from low on. */
const shares =
  (low: number, expected: number[]) =>
  (v: number[]): void =>
    expected.forEach((p, k) => {
      const found = v.filter((e) => e === low + k).length / v.length;
      const error = Math.sqrt((p * (1 - p)) / v.length);
      within(`the share of ${low + k}`, found, p - 5 * error - 1e-9, p + 5 * error + 1e-9);
    });
/** The share below -1, 0 and 1 of the standard normal distribution. */
const normalShares =
  (mean: number, stddev: number) =>
  (v: number[]): void => {
    for (const [z, p] of [
      [-1, 0.1586553],
      [0, 0.5],
      [1, 0.8413447],
      [2, 0.9772499],
    ])
      within(
        `the share below ${z} standard deviations`,
        v.filter((e) => e < mean + z * stddev).length / v.length,
        p - 2.5 / Math.sqrt(v.length),
        p + 2.5 / Math.sqrt(v.length),
      );
  };
const N = 20011; // odd: the last block of the generator is cut

export const randomRows: RandomRow[] = [
  { op: 'random.normal', args: [[N]], shape: [N], dtype: 'float32', check: both(moments(0, 1), normalShares(0, 1)) },
  {
    op: 'random.normal',
    args: [[N], { mean: 3, stddev: 0.5 }],
    shape: [N],
    dtype: 'float32',
    check: both(moments(3, 0.25), normalShares(3, 0.5)),
  },
  {
    op: 'random.normal',
    args: [[101, 99], { dtype: 'float64' }],
    shape: [101, 99],
    dtype: 'float64',
    check: moments(0, 1),
  },
  { op: 'random.normal', args: [[500], { dtype: 'bfloat16' }], shape: [500], dtype: 'bfloat16', check: moments(0, 1) },
  { op: 'random.normal', args: [[]], shape: [], dtype: 'float32' },
  { op: 'random.normal', args: [[0, 3]], shape: [0, 3], isFixed: true, dtype: 'float32' },
  { op: 'random.uniform', args: [[N]], shape: [N], dtype: 'float32', check: both(range(0, 1), moments(0.5, 1 / 12)) },
  {
    op: 'random.uniform',
    args: [[N], { minval: -3, maxval: 5, dtype: 'float64' }],
    shape: [N],
    dtype: 'float64',
    check: both(range(-3, 5), moments(1, 64 / 12)),
  },
  { op: 'random.uniform', args: [[2, 0]], shape: [2, 0], isFixed: true, dtype: 'float32' },
  // Variance of the normal distribution cut at two standard deviations: 0.7737413.
  {
    op: 'random.truncatedNormal',
    args: [[N]],
    shape: [N],
    dtype: 'float32',
    check: both(range(-2, 2.0000001), moments(0, 0.7737413)),
  },
  {
    op: 'random.truncatedNormal',
    args: [[N], { mean: 10, stddev: 3 }],
    shape: [N],
    dtype: 'float32',
    check: both(range(4, 16.00001), moments(10, 9 * 0.7737413)),
  },
  { op: 'random.randint', args: [[N], 2, 6], shape: [N], dtype: 'int32', check: shares(2, [0.25, 0.25, 0.25, 0.25]) },
  {
    op: 'random.randint',
    args: [[N], -1, 2, { dtype: 'int64' }],
    shape: [N],
    dtype: 'int64',
    check: shares(-1, [1 / 3, 1 / 3, 1 / 3]),
  },
  {
    op: 'random.randint',
    args: [[5], 7, 8, { dtype: 'uint8' }],
    shape: [5],
    isFixed: true,
    dtype: 'uint8',
    check: shares(7, [1]),
  },
  { op: 'random.bernoulli', args: [[N]], shape: [N], dtype: 'float32', check: shares(0, [0.5, 0.5]) },
  {
    op: 'random.bernoulli',
    args: [[N], { p: 0.1, dtype: 'bool' }],
    shape: [N],
    dtype: 'bool',
    check: shares(0, [0.9, 0.1]),
  },
  {
    op: 'random.bernoulli',
    args: [[50], { p: 0 }],
    shape: [50],
    isFixed: true,
    dtype: 'float32',
    check: shares(0, [1]),
  },
  {
    op: 'random.bernoulli',
    args: [[50], { p: 1 }],
    shape: [50],
    isFixed: true,
    dtype: 'float32',
    check: shares(1, [1]),
  },
  {
    op: 'random.categorical',
    inputs: [nd([0, 0, Math.log(2), 50, 0, 0], [2, 3])],
    args: [5000],
    shape: [2, 5000],
    dtype: 'int32',
    check: (v) => {
      shares(0, [0.25, 0.25, 0.5])(v.slice(0, 5000));
      shares(0, [1])(v.slice(5000));
    },
  },
  {
    op: 'random.categorical',
    inputs: [nd([0, 0], [1, 2])],
    args: [4, { dtype: 'int64' }],
    shape: [1, 4],
    dtype: 'int64',
    check: range(0, 2),
  },
  {
    op: 'random.shuffle',
    inputs: [nd(Array.from({ length: 1031 }, (_, i) => i))],
    args: [],
    shape: [1031],
    dtype: 'float32',
    check: permuted,
  },
  {
    op: 'random.shuffle',
    inputs: [randomArray([3, 40], { dtype: 'int32' })],
    args: [{ axis: -1 }],
    shape: [3, 40],
    dtype: 'int32',
    check: (v, [x]) => columns(v, x, 40),
  },
  { op: 'random.shuffle', inputs: [nd([5])], args: [], shape: [1], isFixed: true, dtype: 'float32', check: permuted },
  { op: 'random.shuffle', inputs: [nd([], [0, 2])], args: [], shape: [0, 2], isFixed: true, dtype: 'float32' },
  {
    op: 'random.dropout',
    inputs: [nd(Array<number>(N).fill(1))],
    args: [0.25],
    shape: [N],
    dtype: 'float32',
    check: (v) => shares(0, [0.25, 0.75])(v.map((e) => (e === Math.fround(4 / 3) ? 1 : e))),
  },
  ...[0.3, 1, 2.5, 40].map((alpha): RandomRow => ({
    op: 'random.gamma',
    args: [[40000], alpha, {}],
    shape: [40000],
    dtype: 'float32',
    check: (v) => {
      const error = Math.sqrt(alpha / v.length);
      within('the mean', average(v), alpha - 5 * error, alpha + 5 * error);
      // The variance of a sample variance: (mu4 - sigma^4) / n, mu4 = 3 alpha^2 + 6 alpha.
      const bound = 5 * Math.sqrt((2 * alpha * alpha + 6 * alpha) / v.length);
      within('the variance', spread(v), alpha - bound, alpha + bound);
      const logs = average(v.map((e) => Math.log(Math.max(e, 1e-45))));
      const wide = 5 * Math.sqrt((1 / alpha + 1 / alpha ** 2) / v.length);
      within('the mean of the logarithms', logs, digamma(alpha) - wide, digamma(alpha) + wide);
    },
  })),
  {
    op: 'random.gamma',
    args: [[3, 2], [0.5, 2], { dtype: 'float64' }],
    shape: [3, 2],
    dtype: 'float64',
    check: range(0, Infinity),
  },
  {
    op: 'random.gamma',
    args: [[500], 2, { dtype: 'bfloat16' }],
    shape: [500],
    dtype: 'bfloat16',
    check: range(0, Infinity),
  },
  ...[
    [2, 3],
    [0.5, 0.5],
  ].map(([a, b]): RandomRow => ({
    op: 'random.beta',
    args: [[40000], a, b, {}],
    shape: [40000],
    dtype: 'float32',
    check: both(range(0, 1.0001), moments(a / (a + b), (a * b) / ((a + b) ** 2 * (a + b + 1)))),
  })),
  ...[
    [5, 0.3],
    [100, 0.5],
    [100, 0.97],
    [1000, 0.004],
    [1e6, 0.2],
  ].map(([n, p]): RandomRow => ({
    op: 'random.binomial',
    args: [[40000], n, p, {}],
    shape: [40000],
    dtype: 'float32',
    check: both(range(0, n + 1), moments(n * p, n * p * (1 - p)), whole),
  })),
  {
    op: 'random.binomial',
    args: [[40000], 3, 0.5, {}],
    shape: [40000],
    dtype: 'float32',
    check: shares(0, [1 / 8, 3 / 8, 3 / 8, 1 / 8]),
  },
  {
    op: 'random.binomial',
    args: [[4], [0, 7, 7, 3], [0.5, 0, 1, 1], { dtype: 'int32' }],
    shape: [4],
    dtype: 'int32',
    isFixed: true,
    check: (v) => equalTo(v, [0, 0, 7, 3]),
  },
  {
    op: 'random.dropout',
    inputs: [nd([1, 2, 3, 4], [2, 2])],
    args: [0],
    shape: [2, 2],
    isFixed: true,
    dtype: 'float32',
    check: (v, [x]) => {
      if (v.join() !== x.data.join()) throw new Error(`rate 0 gave ${v}`);
    },
  },
  {
    op: 'random.dropout',
    inputs: [nd([1, 2, 3, 4], [2, 2])],
    args: [1],
    shape: [2, 2],
    isFixed: true,
    dtype: 'float32',
    check: shares(0, [1]),
  },
  {
    op: 'random.dropout',
    inputs: [nd(Array<number>(600).fill(2), [6, 100])],
    args: [0.5, { noiseShape: [null, 1] }],
    shape: [6, 100],
    dtype: 'float32',
    check: (v) => {
      for (let i = 0; i < 600; i++)
        if (v[i] !== v[i - (i % 100)] || (v[i] !== 0 && v[i] !== 4)) throw new Error(`element ${i} is ${v[i]}`);
    },
  },
  {
    op: 'random.dropout',
    inputs: [nd(Array<number>(50).fill(1), [50], 'float64')],
    args: [0.5],
    shape: [50],
    dtype: 'float64',
    check: (v) => {
      for (const e of v) if (e !== 0 && e !== 2) throw new Error(`${e}`);
    },
  },
];
function whole(v: number[]): void {
  if (!v.every(Number.isInteger)) throw new Error('not integers');
}
function equalTo(v: number[], want: number[]): void {
  if (v.join() !== want.join()) throw new Error(`${v} instead of ${want}`);
}
/** d ln Gamma(x) / dx, by its recurrence and asymptotic series. */
function digamma(x: number): number {
  let sum = 0;
  let z = x;
  for (; z < 8; z++) sum -= 1 / z;
  return sum + Math.log(z) - 1 / (2 * z) - 1 / (12 * z ** 2) + 1 / (120 * z ** 4) - 1 / (252 * z ** 6);
}
function permuted(v: number[], [x]: NdArray[]): void {
  if ([...v].sort((a, b) => a - b).join() !== x.data.join()) throw new Error('not a permutation');
  if (v.length > 100 && v.filter((e, i) => e === i).length > 20) throw new Error('hardly moved');
}
/** Columns move as wholes. */
function columns(v: number[], x: NdArray, n: number): void {
  const texts = (d: readonly number[]): string[] =>
    Array.from({ length: n }, (_, c) => d.filter((_v, i) => i % n === c).join()).sort();
  if (texts(v).join(';') !== texts(x.data).join(';')) throw new Error('columns were taken apart');
}
/** Where the seed goes: into the options, the last argument. */
export const withSeed = (args: unknown[], seed: number | trae.random.SeedGenerator): unknown[] => {
  const last = args.at(-1);
  const isOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
  return isOptions ? [...args.slice(0, -1), { ...last, seed }] : [...args, { seed }];
};
