/** Rows of the elementwise ops of two and three tensors. */
import type { DType } from '../../../lib/index';
import { elementwise, nd, type NdArray, promote, scalar, toFloat, toNumeric } from '../../helpers/ndarray';
import { DTYPES, PAIRS } from '../../helpers/shapes';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { floorMod } from '../../helpers/special_functions';

const row = rowsIn('binary');

type Kind = 'same' | 'numeric' | 'float' | 'bool';
const resultOf: Record<Kind, (a: DType, b: DType) => DType> = {
  same: promote,
  numeric: (a, b) => toNumeric(promote(a, b)),
  float: (a, b) => toFloat(promote(a, b)),
  bool: () => 'bool',
};
const SPECIAL = [NaN, Infinity, -Infinity, 0, 1, -2];

interface Binary {
  f: (x: number, y: number) => number;
  kind: Kind;
  x?: readonly [number, number];
  y?: readonly [number, number];
  /** Where the gradient is compared; false: none. */
  smooth?: Case[] | false;
  second?: boolean;
  /** Which dtypes both sides run through, in all combinations. */
  dtypes?: DType[];
  special?: boolean;
  aliases?: string[];
  looseness?: number;
}
function binary(
  op: string,
  {
    f,
    kind,
    x = [-3, 3],
    y = [-3, 3],
    smooth,
    second,
    dtypes = DTYPES,
    special = true,
    aliases = [],
    looseness,
  }: Binary,
): void {
  const make = (
    shape: number[],
    [low, high]: readonly [number, number],
    seed: number,
    dtype: DType = dtypes[0],
  ): NdArray => randomArray(shape, { low, high, seed, dtype });
  const cases: Case[] = PAIRS.map(([a, b], i) => ({ inputs: [make(a, x, i), make(b, y, i + 100)] }));
  for (const a of dtypes) for (const b of dtypes) cases.push({ inputs: [make([7], x, 1, a), make([3, 1], y, 2, b)] });
  if (special)
    for (const dtype of ['float32', 'float64'] as DType[])
      cases.push({ inputs: [nd(SPECIAL, [6, 1], dtype), nd(SPECIAL, [6], dtype)] });
  const smoothCases =
    smooth === false
      ? []
      : (smooth ?? [
          { inputs: [make([2, 3], x, 3, 'float64'), make([3], y, 4, 'float64')] },
          { inputs: [make([2, 1], x, 5, 'float64'), make([1, 3], y, 6, 'float64')] },
          { inputs: [make([], x, 7, 'float64'), make([2], y, 8, 'float64')] },
        ]);
  for (const name of [op, ...aliases])
    row(name, {
      reference: ([a, b]) => elementwise(f, resultOf[kind](a.dtype, b.dtype), a, b),
      cases,
      smooth: smoothCases,
      second,
      looseness,
    });
}
const nan = (x: number, y: number): boolean => Number.isNaN(x) || Number.isNaN(y);
const apart: Case[] = [{ inputs: [nd([1, 5, -2, 0.5, 2.5, 3], [2, 3], 'float64'), nd([3, 2, -1], [3], 'float64')] }];

binary('add', { f: (x, y) => x + y, kind: 'numeric' });
binary('subtract', { f: (x, y) => x - y, kind: 'numeric' });
binary('multiply', { f: (x, y) => x * y, kind: 'numeric' });
binary('divide', { f: (x, y) => x / y, kind: 'float', x: [1, 9], y: [1, 4], aliases: ['trueDivide'] });
binary('floorDivide', {
  f: (x, y) => Math.floor(x / y),
  kind: 'numeric',
  x: [1, 9],
  y: [1, 4],
  smooth: [{ inputs: [nd([2.5, -2.5], [2], 'float64'), nd([1.1, 0.9], [2], 'float64')] }],
  second: false,
  special: false,
});
binary('mod', {
  f: floorMod,
  kind: 'numeric',
  x: [1, 9],
  y: [1, 4],
  smooth: [{ inputs: [nd([2.5, -2.5], [2], 'float64'), nd([1.1, 0.9], [2], 'float64')] }],
  special: false,
});
binary('power', {
  f: (x, y) => x ** y,
  kind: 'numeric',
  x: [1, 3],
  y: [1, 3],
  smooth: [{ inputs: [nd([0.5, 1.5, 2], [3], 'float64'), nd([2, -1.5, 0.5], [3], 'float64')] }],
  special: false,
});
binary('maximum', { f: (x, y) => Math.max(x, y), kind: 'numeric', smooth: apart });
binary('minimum', { f: (x, y) => Math.min(x, y), kind: 'numeric', smooth: apart });
binary('arctan2', { f: Math.atan2, kind: 'float', x: [1, 3], y: [-3, -1] });
binary('squaredDifference', { f: (x, y) => (x - y) ** 2, kind: 'numeric' });
binary('divideNoNan', {
  f: (x, y) => (y === 0 ? 0 : x / y),
  kind: 'float',
  x: [1, 9],
  y: [0, 2],
  smooth: [{ inputs: [nd([2, 3, 4], [3], 'float64'), nd([1.5, 0.5, -2], [3], 'float64')] }],
});
binary('logaddexp', {
  f: (x, y) =>
    nan(x, y)
      ? NaN
      : Math.max(x, y) === -Infinity
        ? -Infinity
        : Math.max(x, y) === Infinity
          ? Infinity
          : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
  kind: 'float',
  smooth: apart,
});
const compared = (op: string, f: (x: number, y: number) => boolean): void =>
  binary(op, { f: (x, y) => Number(f(x, y)), kind: 'bool', smooth: false });
compared('greater', (x, y) => x > y);
compared('greaterEqual', (x, y) => x >= y);
compared('less', (x, y) => x < y);
compared('lessEqual', (x, y) => x <= y);
compared('equal', (x, y) => x === y);
compared('notEqual', (x, y) => x !== y);
const truth = (v: number): boolean => v !== 0;
compared('logicalAnd', (x, y) => truth(x) && truth(y));
compared('logicalOr', (x, y) => truth(x) || truth(y));
compared('logicalXor', (x, y) => truth(x) !== truth(y));

const WHOLE: DType[] = ['int32', 'int64', 'int8', 'uint8', 'bool'];
const bits = (op: string, f: (x: number, y: number) => number): void =>
  binary(op, { f, kind: 'same', x: [0, 100], y: [0, 100], smooth: false, dtypes: WHOLE, special: false });
bits('bitwiseAnd', (x, y) => x & y);
bits('bitwiseOr', (x, y) => x | y);
bits('bitwiseXor', (x, y) => x ^ y);
const shift = (op: string, f: (x: number, y: number) => number): void =>
  binary(op, { f, kind: 'same', x: [0, 15], y: [0, 2], smooth: false, dtypes: WHOLE.slice(0, 4), special: false });
for (const op of ['leftShift', 'bitwiseLeftShift']) shift(op, (x, y) => x << y);
for (const op of ['rightShift', 'bitwiseRightShift']) shift(op, (x, y) => x >> y);

row('where', {
  reference: ([c, x, y]) => elementwise((q, a, b) => (q !== 0 ? a : b), promote(x.dtype, y.dtype), c, x, y),
  cases: [
    ...PAIRS.map(([a, b], i) => ({
      inputs: [
        randomArray(a, { dtype: 'bool', seed: i }),
        randomArray(b, { seed: i + 1 }),
        randomArray(a, { seed: i + 2 }),
      ],
    })),
    ...DTYPES.flatMap((a) =>
      DTYPES.map((b) => ({
        inputs: [
          randomArray([5], { dtype: 'bool' }),
          randomArray([5], { dtype: a }),
          randomArray([2, 1], { dtype: b }),
        ],
      })),
    ),
    { inputs: [nd([0, 1, NaN, -2]), nd([1, NaN, 3, 4]), nd([NaN, 6, 7, 8])] },
    { inputs: [randomArray([3, 1], { dtype: 'int32' }), scalar(1), nd([1, 2, 3])] },
  ],
  smooth: [
    {
      inputs: [
        nd([1, 0, 1], [3], 'bool'),
        randomArray([2, 3], { dtype: 'float64' }),
        randomArray([3], { dtype: 'float64' }),
      ],
    },
  ],
});

row('allclose', {
  reference: ([x, y], ...[args]: [never[]]) => {
    const {
      rtol = 1e-5,
      atol = 1e-8,
      equalNan = false,
    } = (args[0] ?? {}) as { rtol?: number; atol?: number; equalNan?: boolean };
    const near = elementwise(
      (a, b) =>
        Number(
          a === b ||
            (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b)) ||
            (equalNan && Number.isNaN(a) && Number.isNaN(b)),
        ),
      'bool',
      x,
      y,
    );
    return nd([Number(near.data.every((v) => v === 1))], [], 'bool');
  },
  cases: [
    { inputs: [nd([1, 2]), nd([1, 2.00001])] },
    { inputs: [nd([1, 2]), nd([1, 2.001])] },
    { inputs: [nd([1, 2]), nd([1, 2.001])], args: [{ rtol: 1e-3 }] },
    { inputs: [nd([1, 2]), nd([1, 2.001])], args: [{ atol: 0.01 }] },
    { inputs: [nd([NaN, Infinity]), nd([NaN, Infinity])] },
    { inputs: [nd([NaN, Infinity]), nd([NaN, Infinity])], args: [{ equalNan: true }] },
    { inputs: [nd([1, Infinity]), nd([1, -Infinity])] },
    { inputs: [nd([3, 3], [2, 1], 'int32'), nd([3, 3], [2], 'int32')] },
    { inputs: [nd([], [0]), nd([], [0])] },
  ],
});
row('isclose', {
  reference: ([x, y], ...[args]: [never[]]) => {
    const {
      rtol = 1e-5,
      atol = 1e-8,
      equalNan = false,
    } = (args[0] ?? {}) as { rtol?: number; atol?: number; equalNan?: boolean };
    return elementwise(
      (a, b) =>
        Number(
          a === b ||
            (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b)) ||
            (equalNan && Number.isNaN(a) && Number.isNaN(b)),
        ),
      'bool',
      x,
      y,
    );
  },
  cases: [
    { inputs: [nd(SPECIAL, [6, 1]), nd(SPECIAL)] },
    { inputs: [nd(SPECIAL, [6, 1]), nd(SPECIAL)], args: [{ equalNan: true }] },
    { inputs: [nd([1, 1, 100, 1e-9]), nd([1.000001, 1.1, 100.0005, 0])] },
    { inputs: [nd([1, 1, 100]), nd([1.05, 1.2, 109])], args: [{ rtol: 0.1, atol: 0 }] },
    { inputs: [nd([1, 2, 3], [3], 'int32'), nd([1, 5, 3], [3], 'int32')] },
    { inputs: [nd([1, 2], [2], 'float64'), nd([1 + 1e-12, 2.1], [2], 'float64')] },
    { inputs: [randomArray([33, 65]), randomArray([65])] },
    { inputs: [nd([], [0]), scalar(1)] },
  ],
});
