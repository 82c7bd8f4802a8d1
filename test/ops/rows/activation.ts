/** Rows of the activation functions. */
import { elementwise, nd, type NdArray, toFloat, toNumeric } from '../../helpers/ndarray';
import { alongAxis, axesOf, logSoftmax, softmax, total, transpose, reshape } from '../../helpers/naive';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { erf } from '../../helpers/special_functions';
import { SHAPES } from '../../helpers/shapes';

const row = rowsIn('activation');

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const bounded = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
/** Values on all pieces of the piecewise functions, none at a joint. */
const PIECES = nd([-9, -2.7, -0.8, -0.3, 0.2, 0.4, 0.8, 2.6, 7, 8.5], [2, 5], 'float64');

type Options = Record<string, number>;
function activation(
  op: string,
  f: (x: number, options: Options) => number,
  variants: unknown[][] = [[]],
  { limits = true, second = true, looseness = 1, dtype = toFloat } = {},
): void {
  const cases: Case[] = SHAPES.map((shape, seed) => ({
    inputs: [randomArray(shape, { low: -5, high: 5, seed })],
    args: variants[0],
  }));
  for (const args of variants) cases.push({ inputs: [randomArray([5, 7], { low: -5, high: 5 })], args });
  for (const type of ['float64', 'float16', 'bfloat16', 'int32', 'int64', 'bool'] as const)
    cases.push({ inputs: [randomArray([5, 7], { dtype: type, low: -5, high: 5 })], args: variants[0] });
  cases.push({ inputs: [nd([NaN])], args: variants[0] });
  if (limits) cases.push({ inputs: [nd([50, -50])], args: variants[0] });
  row(op, {
    reference: ([x], ...[args]: [never[]]) =>
      elementwise(
        (v) => f(v, typeof args[0] === 'number' ? { limit: args[0], value: args[1] } : (args[0] ?? {})),
        dtype(x.dtype),
        x,
      ),
    cases,
    smooth: variants.map((args) => ({ inputs: [PIECES], args })),
    second,
    looseness,
  });
}
activation('relu6', (x) => bounded(x, 0, 6), [[]], { dtype: toNumeric });
activation('leakyRelu', (x, { negativeSlope = 0.2 }) => (x > 0 ? x : negativeSlope * x), [
  [],
  [{ negativeSlope: 0.05 }],
]);
activation('elu', (x, { alpha = 1 }) => (x > 0 ? x : alpha * Math.expm1(x)), [[], [{ alpha: 0.5 }]]);
activation('selu', (x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x)));
activation(
  'celu',
  (x, { alpha = 1 }) => Math.max(x, 0) + (Number.isNaN(x) ? NaN : Math.min(0, alpha * Math.expm1(x / alpha))),
  [[], [{ alpha: 2 }]],
);
activation(
  'gelu',
  (x, { approximate = 1 }) =>
    approximate
      ? 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  [[], [{ approximate: false }]],
  { looseness: 2 },
);
for (const op of ['silu', 'swish']) activation(op, (x) => x * sigmoid(x));
activation('mish', (x) => x * Math.tanh(softplus(x)));
activation('softsign', (x) => x / (1 + Math.abs(x)));
activation('logSigmoid', (x) => -softplus(-x));
const hardSigmoid = (x: number): number => bounded(x / 6 + 0.5, 0, 1);
activation('hardSigmoid', hardSigmoid, [[]], { looseness: 3 });
for (const op of ['hardSilu', 'hardSwish']) activation(op, (x) => x * hardSigmoid(x));
activation('hardTanh', (x) => bounded(x, -1, 1));
activation('hardShrink', (x, { threshold = 0.5 }) => (Math.abs(x) > threshold ? x : 0), [[], [{ threshold: 1.5 }]], {
  limits: false,
});
activation(
  'softShrink',
  (x, { threshold = 0.5 }) => (x > threshold ? x - threshold : x < -threshold ? x + threshold : 0),
  [[], [{ threshold: 1.5 }]],
  { limits: false },
);
activation('tanhShrink', (x) => x - Math.tanh(x));
activation('threshold', (x, { limit, value }) => (x > limit ? x : value), [[0.5, -3]]);
activation('squareplus', (x, { b = 4 }) => (x + Math.sqrt(x * x + b)) / 2, [[], [{ b: 0.5 }]], { looseness: 5 });
activation('sparsePlus', (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x));
activation('sparseSigmoid', (x) => bounded((x + 1) / 2, 0, 1));

/** `f` along one axis, several taken together, or all. */
function along(x: NdArray, axis: number | number[] | null | undefined, f: (line: number[]) => number[]): NdArray {
  const n = x.shape.length;
  const dtype = toFloat(x.dtype);
  if (!n) return nd(f(x.data), [], dtype);
  const axes = axesOf(axis === undefined ? -1 : axis, n);
  const order = [...x.shape.keys()].filter((i) => !axes.includes(i)).concat(axes);
  const moved = transpose(x, order);
  const width = axes.reduce((p, a) => p * x.shape[a], 1);
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(
    reshape(alongAxis(reshape(moved, [moved.data.length / (width || 1), width]), -1, dtype, f), moved.shape),
    back,
  );
}
const LINES: Case[] = [
  { inputs: [randomArray([], {})] },
  { inputs: [randomArray([7])] },
  { inputs: [randomArray([4, 5])] },
  { inputs: [randomArray([0, 3])] },
  { inputs: [randomArray([3, 1])] },
  { inputs: [randomArray([2, 3, 5])], args: [{ axis: 1 }] },
  { inputs: [randomArray([2, 3, 5])], args: [{ axis: -3 }] },
  { inputs: [randomArray([3, 1037])] },
  { inputs: [randomArray([1031, 3])] },
  { inputs: [randomArray([67, 5, 3])], args: [{ axis: 0 }] },
  { inputs: [randomArray([5, 7], { low: 400, high: 800 })] },
  ...(['float64', 'float16', 'bfloat16', 'int32', 'bool'] as const).map((dtype) => ({
    inputs: [randomArray([3, 5], { dtype })],
  })),
];
const SMOOTH: Case[] = [
  { inputs: [randomArray([2, 4], { dtype: 'float64' })] },
  { inputs: [randomArray([3, 2, 2], { dtype: 'float64' })], args: [{ axis: 0 }] },
];
const lines = (op: string, f: (line: number[]) => number[], more: Case[] = [], looseness = 2, kinds = LINES): void =>
  row(op, {
    reference: ([x], ...[args]: [never[]]) => along(x, (args[0] as { axis?: number } | undefined)?.axis, f),
    cases: [...kinds, ...more],
    smooth: SMOOTH,
    looseness,
  });
const several: Case[] = [
  { inputs: [randomArray([2, 3, 5])], args: [{ axis: [0, 2] }] },
  { inputs: [randomArray([2, 3, 5])], args: [{ axis: null }] },
  { inputs: [nd([1000, -1000, 1000, NaN, 0, 1], [2, 3])] },
  { inputs: [nd([-Infinity, 0, 1], [3])] },
];
lines('softmax', (line) => (line.some(Number.isNaN) ? line.map(() => NaN) : softmax(line)), several);
lines('logSoftmax', (line) => (line.some(Number.isNaN) ? line.map(() => NaN) : logSoftmax(line)), several);
lines(
  'sparsemax',
  (line) => {
    const sorted = [...line].sort((a, b) => b - a);
    const sums = sorted.map((_, i) => total(sorted.slice(0, i + 1)));
    const inside = sorted.map((v, i) => 1 + (i + 1) * v > sums[i]);
    const tau = (total(sums.filter((_, i) => inside[i])) - 1) / inside.filter(Boolean).length; // the running sums, as Keras adds them
    return line.map((v) => Math.max(0, v - tau));
  },
  [],
  100,
  LINES.filter((c) => !c.inputs[0].dtype.includes('float16')),
);

row('glu', {
  reference: ([x], ...[args]: [never[]]) =>
    alongAxis(
      x,
      (args[0] as { axis?: number } | undefined)?.axis ?? -1,
      toFloat(x.dtype),
      (line) => {
        const half = line.length / 2;
        return line.slice(0, half).map((v, i) => v * sigmoid(line[half + i]));
      },
      (n) => n / 2,
    ),
  cases: [
    { inputs: [randomArray([6])] },
    { inputs: [randomArray([3, 4])], args: [{ axis: -1 }] },
    { inputs: [randomArray([4, 3, 5])], args: [{ axis: 0 }] },
    { inputs: [randomArray([3, 2062])] },
    { inputs: [randomArray([0, 4])] },
    { inputs: [randomArray([2, 4], { dtype: 'float64' })] },
    { inputs: [randomArray([2, 4], { dtype: 'int32' })] },
    { inputs: [randomArray([2, 4], { dtype: 'bfloat16' })] },
  ],
  smooth: [{ inputs: [randomArray([2, 4], { dtype: 'float64' })] }],
});
