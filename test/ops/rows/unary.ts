/** Rows of the elementwise ops of one tensor. */
import type { DType } from '../../../lib/index';
import { cast, elementwise, isFloating, nd, type NdArray, scalar, toFloat, toNumeric } from '../../helpers/ndarray';
import { SHAPES, SPECIAL } from '../../helpers/shapes';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { erf, erfinv, roundHalfEven } from '../../helpers/special_functions';

const row = rowsIn('unary');

/** What the result's dtype is: x's; x's with bool as int32; a float; bool. */
type Kind = 'same' | 'numeric' | 'float' | 'bool';
interface Unary {
  f: (x: number) => number;
  kind: Kind;
  low?: number;
  high?: number;
  /** Where the gradient is compared; false: none. */
  smooth?: readonly [number, number] | false;
  second?: boolean;
  integers?: boolean;
  aliases?: string[];
  looseness?: number;
}
const resultOf: Record<Kind, (d: DType) => DType> = {
  same: (d) => d,
  numeric: toNumeric,
  float: toFloat,
  bool: () => 'bool',
};

const HALVES: DType[] = ['float64', 'float16', 'bfloat16'];
const INTEGERS: DType[] = ['int32', 'int64', 'uint8', 'int8', 'bool'];

function unary(
  op: string,
  { f, kind, low = -2, high = 2, smooth = [low, high], second, integers = true, aliases = [], looseness }: Unary,
): void {
  const cases: Case[] = SHAPES.map((shape, seed) => ({ inputs: [randomArray(shape, { low, high, seed })] }));
  for (const dtype of HALVES) cases.push({ inputs: [randomArray([5, 7], { dtype, low, high })] });
  if (integers)
    for (const dtype of INTEGERS)
      cases.push({ inputs: [randomArray([3, 7], { dtype, low: Math.max(low, -3), high: Math.min(high, 3) })] });
  cases.push({ inputs: [nd(SPECIAL)] }, { inputs: [nd(SPECIAL, [3, 3], 'float64')] });
  const reference = ([x]: NdArray[]): NdArray => elementwise(f, resultOf[kind](x.dtype), x);
  const smoothCases = smooth
    ? [{ inputs: [randomArray([2, 3], { dtype: 'float64', low: smooth[0], high: smooth[1] })] }]
    : [];
  for (const name of [op, ...aliases]) row(name, { reference, cases, smooth: smoothCases, second, looseness });
}

unary('negative', { f: (x) => -x, kind: 'numeric' });
unary('abs', { f: Math.abs, kind: 'same', smooth: [0.5, 2], aliases: ['absolute'] });
unary('sign', { f: Math.sign, kind: 'numeric', smooth: [0.5, 2], second: false });
unary('exp', { f: Math.exp, kind: 'float' });
unary('exp2', { f: (x) => 2 ** x, kind: 'float' });
unary('expm1', { f: Math.expm1, kind: 'float' });
unary('log', { f: Math.log, kind: 'float', low: 0.1, high: 9 });
unary('log1p', { f: Math.log1p, kind: 'float', low: -0.5, high: 9 });
unary('log2', { f: Math.log2, kind: 'float', low: 0.1, high: 9 });
unary('log10', { f: Math.log10, kind: 'float', low: 0.1, high: 9 });
unary('sqrt', { f: Math.sqrt, kind: 'float', low: 0.1, high: 9 });
unary('rsqrt', { f: (x) => 1 / Math.sqrt(x), kind: 'float', low: 0.1, high: 9 });
unary('square', { f: (x) => x * x, kind: 'numeric' });
unary('reciprocal', { f: (x) => 1 / x, kind: 'float', low: 0.25, high: 4 });
unary('sin', { f: Math.sin, kind: 'float', low: -9, high: 9 });
unary('cos', { f: Math.cos, kind: 'float', low: -9, high: 9 });
unary('tan', { f: Math.tan, kind: 'float', low: -1.2, high: 1.2 });
unary('arcsin', { f: Math.asin, kind: 'float', low: -0.9, high: 0.9 });
unary('arccos', { f: Math.acos, kind: 'float', low: -0.9, high: 0.9 });
unary('arctan', { f: Math.atan, kind: 'float', low: -5, high: 5 });
unary('sinh', { f: Math.sinh, kind: 'float' });
unary('cosh', { f: Math.cosh, kind: 'float' });
unary('tanh', { f: Math.tanh, kind: 'float', low: -5, high: 5 });
unary('arcsinh', { f: Math.asinh, kind: 'float', low: -5, high: 5 });
unary('arccosh', { f: Math.acosh, kind: 'float', low: 1.2, high: 5 });
unary('arctanh', { f: Math.atanh, kind: 'float', low: -0.9, high: 0.9 });
unary('sigmoid', {
  f: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)) || (x === -Infinity ? 0 : NaN)),
  kind: 'float',
  low: -6,
  high: 6,
});
unary('relu', { f: (x) => (x > 0 ? x : Number.isNaN(x) ? NaN : 0), kind: 'numeric', smooth: [0.5, 2] });
unary('softplus', { f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), kind: 'float', low: -9, high: 9 });
unary('erf', { f: erf, kind: 'float', low: -3, high: 3 });
unary('erfinv', { f: erfinv, kind: 'float', low: -0.95, high: 0.95 });
unary('floor', { f: Math.floor, kind: 'float', low: -9, high: 9, smooth: [1.2, 1.8], second: false });
unary('ceil', { f: Math.ceil, kind: 'float', low: -9, high: 9, smooth: [1.2, 1.8], second: false });
unary('trunc', { f: Math.trunc, kind: 'same', low: -9, high: 9, smooth: [1.2, 1.8], second: false });
unary('isnan', { f: (x) => Number(Number.isNaN(x)), kind: 'bool', smooth: false });
unary('isinf', { f: (x) => Number(Math.abs(x) === Infinity), kind: 'bool', smooth: false });
unary('isfinite', { f: (x) => Number(Number.isFinite(x)), kind: 'bool', smooth: false });
unary('logicalNot', { f: (x) => Number(x === 0), kind: 'bool', smooth: false });
unary('deg2rad', { f: (x) => (x * Math.PI) / 180, kind: 'float', low: -180, high: 180 });
unary('rad2deg', { f: (x) => (x * 180) / Math.PI, kind: 'float' });
unary('stopGradient', { f: (x) => x, kind: 'same', smooth: false });

const integers = (op: string, f: (x: number, dtype: DType) => number): void =>
  row(op, {
    reference: ([x]) => elementwise((v) => f(v, x.dtype), x.dtype, x),
    cases: [
      ...(['int32', 'int64', 'int8', 'uint8', 'bool'] as DType[]).map((dtype) => ({
        inputs: [randomArray([3, 7], { dtype, low: -9, high: 9 })],
      })),
      { inputs: [randomArray([1031], { dtype: 'int32', low: -1e9, high: 1e9 })] },
    ],
  });
integers('bitwiseNot', (v, dtype) => (dtype === 'bool' ? 1 - v : dtype === 'uint8' ? 255 - v : ~v));

row('round', {
  reference: ([x], ...[args]: [never[]]) => {
    const { decimals = 0 } = (args[0] ?? {}) as { decimals?: number };
    return elementwise(
      (v) => (decimals ? roundHalfEven(v * 10 ** decimals) / 10 ** decimals : roundHalfEven(v)),
      toNumeric(x.dtype),
      x,
    );
  },
  cases: [
    ...SHAPES.map((shape) => ({ inputs: [randomArray(shape, { low: -9, high: 9 })] })),
    { inputs: [nd([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, NaN, Infinity, -Infinity])] },
    { inputs: [nd([0.5, 1.5, 2.5, -0.5, 2251799813685249.5], [5], 'float64')] },
    { inputs: [randomArray([5, 7], { dtype: 'float64', low: -9, high: 9 })], args: [{ decimals: 2 }] },
    { inputs: [nd([1234.5678, -0.125])], args: [{ decimals: 1 }] },
    ...INTEGERS.map((dtype) => ({ inputs: [randomArray([7], { dtype })] })),
  ],
  smooth: [{ inputs: [nd([1.2, 1.8, -0.3], [3], 'float64')] }],
  second: false,
});

const ALL: DType[] = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64', 'int8', 'uint8', 'bool'];
const RANGE: Partial<Record<DType, [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int32: [-2147483648, 2147483647],
};
row('cast', {
  reference: ([x], ...[args]: [never[]]) => {
    const to = args[0] as DType;
    return elementwise(
      (v) =>
        to === 'bool'
          ? Number(v !== 0)
          : isFloating(to)
            ? v
            : Math.min(Math.max(Math.trunc(v), RANGE[to]?.[0] ?? -Infinity), RANGE[to]?.[1] ?? Infinity),
      to,
      x,
    );
  },
  cases: [
    ...ALL.flatMap((from) =>
      ALL.map((to) => ({ inputs: [randomArray([3, 7], { dtype: from, low: 0, high: 9 })], args: [to] })),
    ),
    ...(['int32', 'int64', 'int8', 'float16'] as DType[]).map((to) => ({
      inputs: [nd([-1.75, -0.5, 2.9, 100.25])],
      args: [to],
    })),
    ...(['int32', 'int8', 'uint8'] as DType[]).map((to) => ({
      inputs: [nd([-1e10, 1e10, -Infinity, Infinity, 300, -300])],
      args: [to],
    })),
    { inputs: [randomArray([1031])], args: ['float64'] },
    { inputs: [randomArray([0, 3])], args: ['int32'] },
    { inputs: [scalar(2)], args: ['int64'] },
    { inputs: [nd([NaN, 0, -0, 3])], args: ['bool'] },
  ],
  smooth: [{ inputs: [randomArray([3], { dtype: 'float64' })], args: ['float64'] }],
});

row('clip', {
  reference: ([x, low, high], ...[args]: [never[]]) => {
    const [a, b] = low ? [low, high] : [scalar(args[0]), scalar(args[1])];
    return elementwise((v, l, h) => Math.min(Math.max(v, l), h), x.dtype, x, a, b);
  },
  cases: [
    ...SHAPES.map((shape) => ({ inputs: [randomArray(shape)], args: [-0.75, 1.5] })),
    ...(['float64', 'float16', 'bfloat16', 'int32', 'int64', 'int8'] as DType[]).map((dtype) => ({
      inputs: [randomArray([7], { dtype, low: -9, high: 9 })],
      args: [-2, 3],
    })),
    { inputs: [randomArray([7], { dtype: 'uint8', low: 0, high: 9 })], args: [2, 5] },
    { inputs: [nd([NaN, Infinity, -Infinity, 0])], args: [-1, 1] },
    { inputs: [randomArray([3, 5]), nd([-1, 0, -0.5], [3, 1]), scalar(1)] },
  ],
  smooth: [
    { inputs: [nd([-3, -0.2, 0.3, 2.5], [4], 'float64')], args: [-1, 1] },
    { inputs: [nd([-3, -0.2, 0.3, 2.5], [2, 2], 'float64'), nd([-1, -1.1], [2], 'float64'), scalar(1.2, 'float64')] },
  ],
});

row('nanToNum', {
  reference: ([x], ...[args]: [never[]]) => {
    const {
      nan = 0,
      posinf = x.dtype === 'float64' ? Number.MAX_VALUE : x.dtype === 'float16' ? 65504 : 3.4028234663852886e38,
      neginf = -(x.dtype === 'float64' ? Number.MAX_VALUE : x.dtype === 'float16' ? 65504 : 3.4028234663852886e38),
    } = (args[0] ?? {}) as Record<string, number>;
    return elementwise(
      (v) => (Number.isNaN(v) ? nan : v === Infinity ? posinf : v === -Infinity ? neginf : v),
      x.dtype,
      x,
    );
  },
  cases: [
    { inputs: [nd(SPECIAL)] },
    { inputs: [nd(SPECIAL, [9], 'float64')] },
    { inputs: [nd(SPECIAL, [9], 'float16')] },
    { inputs: [nd([...SPECIAL, 1e6, -1e6])], args: [{ nan: 7, posinf: 100, neginf: -50 }] },
    { inputs: [nd([...SPECIAL, 1e6])], args: [{ posinf: 100 }] },
    { inputs: [randomArray([1031])] },
    { inputs: [cast(nd([1, 2]), 'int32')] },
    { inputs: [nd([], [0])] },
  ],
  smooth: [{ inputs: [randomArray([3], { dtype: 'float64' })] }],
});
