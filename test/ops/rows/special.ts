/** Rows of special elementwise functions. */
import type { DType } from '../../../lib/index';
import { elementwise, nd, type NdArray, promote, toFloat } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('special');
const r = (shape: number[], dtype: DType = 'float32', low = -3, high = 3): NdArray =>
  randomArray(shape, { dtype, low, high });
const f64 = (...shape: number[]): Case => ({ inputs: [distinctArray(shape)] });
const SHAPES: Case[] = [
  { inputs: [r([])] },
  { inputs: [r([7])] },
  { inputs: [r([3, 4])] },
  { inputs: [r([0, 3])] },
  { inputs: [r([1031])] },
];

interface Unary {
  f: (x: number) => number;
  dtype?: (d: DType) => DType;
  dtypes?: DType[];
  smooth?: boolean;
  special?: number[];
  looseness?: number;
}
function unary(
  op: string,
  { f, dtype = toFloat, dtypes = ['float64', 'int32'], smooth = true, special = [], looseness }: Unary,
): void {
  row(op, {
    reference: ([x]) => elementwise(f, dtype(x.dtype), x),
    cases: [
      ...SHAPES,
      ...dtypes.map((d) => ({ inputs: [r([5], d)] })),
      ...(special.length ? [{ inputs: [nd(special)] }] : []),
    ],
    ...(smooth ? { smooth: [f64(5)] } : {}),
    looseness,
  });
}
const same = (d: DType): DType => d;
const toBool = (): DType => 'bool';
/** Sum of the series until it no longer changes. */
function series(first: number, next: (term: number, k: number) => number): number {
  let sum = first;
  let term = first;
  for (let k = 1; k < 200; k++) sum += term = next(term, k);
  return sum;
}
const erf = (x: number): number =>
  (2 / Math.sqrt(Math.PI)) * series(x, (t, k) => (-t * x * x * (2 * k - 1)) / (k * (2 * k + 1)));
unary('fabs', { f: Math.abs, dtype: toFloat, special: [NaN, -Infinity, -0] });
unary('copy', { f: (x) => x, dtype: same, dtypes: ['float64', 'int32', 'bool', 'uint8'] });
unary('cbrt', { f: Math.cbrt, looseness: 2 });
unary('erfc', { f: (x) => 1 - erf(x), looseness: 20 });
unary('i0', { f: (x) => series(1, (t, k) => t * (x / (2 * k)) ** 2) });
unary('sinc', {
  f: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  special: [0, 0.5, -0.25],
  looseness: 5,
});
unary('signbit', {
  f: (x) => Number(x < 0 || Object.is(x, -0)),
  dtype: toBool,
  dtypes: ['float64', 'int32', 'bool', 'uint8'],
  smooth: false,
  special: [0, -0, Infinity, -Infinity],
});
unary('isneginf', {
  f: (x) => Number(x === -Infinity),
  dtype: toBool,
  smooth: false,
  special: [NaN, Infinity, -Infinity],
});
unary('isposinf', {
  f: (x) => Number(x === Infinity),
  dtype: toBool,
  smooth: false,
  special: [NaN, Infinity, -Infinity],
});
unary('isreal', { f: () => 1, dtype: toBool, smooth: false });
unary('real', { f: (x) => x, dtype: same });
unary('conj', { f: (x) => x, dtype: same });
unary('conjugate', { f: (x) => x, dtype: same });
unary('imag', { f: () => 0, dtype: same });
unary('angle', { f: (x) => (x < 0 ? Math.PI : 0), dtype: toFloat });
row('bitwiseInvert', {
  reference: ([x]) => elementwise((v) => ~v, x.dtype, x),
  cases: [{ inputs: [r([5], 'int32')] }, { inputs: [r([2, 3], 'int8')] }],
});

const PAIRS: number[][][] = [
  [[], []],
  [[7], [7]],
  [[3, 4], [4]],
  [
    [3, 1],
    [1, 4],
  ],
  [[0, 3], [3]],
];
function binary(
  op: string,
  f: (a: number, b: number) => number,
  dtype: (d: DType) => DType,
  options: { dtypes?: DType[]; smooth?: boolean; special?: [number[], number[]]; looseness?: number } = {},
): void {
  const { dtypes = ['float32', 'float64', 'int32'], smooth = true, special, looseness } = options;
  row(op, {
    reference: ([a, b]) => elementwise(f, dtype(promote(a.dtype, b.dtype)), a, b),
    cases: [
      ...PAIRS.map(([a, b]) => ({ inputs: [r(a, dtypes[0]), randomArray(b, { dtype: dtypes[0], seed: 5 })] })),
      ...dtypes.map((d) => ({ inputs: [r([5], d), randomArray([5], { dtype: d, seed: 7 })] })),
      ...(special ? [{ inputs: [nd(special[0]), nd(special[1])] }] : []),
    ],
    ...(smooth ? { smooth: [{ inputs: [distinctArray([2, 3]), distinctArray([3], { seed: 4 })] }] } : {}),
    looseness,
  });
}
binary('hypot', Math.hypot, toFloat, {
  special: [
    [0, Infinity, 3e30],
    [0, 1, 4e30],
  ],
});
binary('heaviside', (a, b) => (a < 0 ? 0 : a > 0 ? 1 : b), toFloat, {
  special: [
    [-1, 0, 2],
    [5, 0.5, 5],
  ],
});
binary('logaddexp2', (a, b) => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b)), toFloat);
binary('fmax', (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)), same, {
  special: [
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ],
});
binary('fmin', (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)), same, {
  special: [
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ],
});
row('fmod', {
  reference: ([a, b]) => elementwise((x, y) => x % y, promote(a.dtype, b.dtype), a, b),
  cases: [
    { inputs: [r([5]), nd([2, -1.5, 3, 0.7, 1])] },
    { inputs: [nd([-7, 7, 5], [3], 'int32'), nd([3, -3, 2], [3], 'int32')] },
  ],
  smooth: [{ inputs: [nd([1.3, -2.2], [2], 'float64'), nd([0.7, 0.9], [2], 'float64')] }],
});
row('ldexp', {
  reference: ([a, b]) => elementwise((x, y) => x * 2 ** y, toFloat(a.dtype), a, b),
  cases: [
    { inputs: [r([5]), nd([0, 1, -2, 3, 10], [5], 'int32')] },
    { inputs: [nd([0, Infinity, -1]), nd([3, -2, 1], [3], 'int32')] },
  ],
  smooth: [{ inputs: [distinctArray([3]), nd([1, -2, 0], [3], 'int32')] }],
});
const buffer = new Float32Array(1);
const bits = new Int32Array(buffer.buffer);
row('nextafter', {
  reference: ([a, b]) =>
    elementwise(
      (x, y) => {
        if (x === y) return y;
        buffer[0] = x;
        bits[0] += x > 0 === y > x ? 1 : -1;
        return buffer[0];
      },
      'float32',
      a,
      b,
    ),
  cases: [{ inputs: [nd([1, 1, -2, 3].map(Math.fround)), nd([2, 0, -1, 3])] }],
});
const gcd = (a: number, b: number): number => (b ? gcd(b, a % b) : Math.abs(a));
const whole = (seed: number, dtype: DType): NdArray => randomArray([6], { dtype, low: -60, high: 60, seed });
row('gcd', {
  reference: ([a, b]) => elementwise(gcd, promote(a.dtype, b.dtype), a, b),
  cases: (['int32', 'int64', 'uint8'] as DType[]).map((d) => ({ inputs: [whole(1, d), whole(2, d)] })),
});
row('lcm', {
  reference: ([a, b]) =>
    elementwise((x, y) => (x && y ? Math.abs(x * y) / gcd(x, y) : 0), promote(a.dtype, b.dtype), a, b),
  cases: (['int32', 'int64'] as DType[]).map((d) => ({ inputs: [whole(1, d), whole(2, d)] })),
});
row('polar', {
  reference: ([p, a]) => [
    elementwise((x, y) => x * Math.cos(y), p.dtype, p, a),
    elementwise((x, y) => x * Math.sin(y), p.dtype, p, a),
  ],
  cases: [{ inputs: [r([5]), randomArray([5], { seed: 2 })] }],
  smooth: [{ inputs: [distinctArray([3]), distinctArray([3], { seed: 2 })] }],
});
const LIMITS: Record<string, [number, number]> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int32: [-2147483648, 2147483647],
};
row('saturateCast', {
  reference: ([x], ...[[to]]: [never[]]) =>
    elementwise((v) => (LIMITS[to] ? Math.trunc(Math.max(LIMITS[to][0], Math.min(LIMITS[to][1], v))) : v), to, x),
  cases: [
    { inputs: [nd([-3, 300.7, 12.5])], args: ['uint8'] },
    { inputs: [nd([-300, 300, 12.5])], args: ['int8'] },
    { inputs: [nd([-5e9, 5e9, 12])], args: ['int32'] },
    { inputs: [nd([-300, 300, 12], [3], 'int32')], args: ['uint8'] },
    { inputs: [nd([1, 2], [2], 'int32')], args: ['float32'] },
  ],
  smooth: [{ inputs: [distinctArray([3])], args: ['float64'] }],
});
