/** Rows of the ops that make tensors out of shapes and numbers, and of those alike. */
import type { DType } from '../../../lib/index';
import { at, build, cast, elementwise, nd, type NdArray, scalar } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { DTYPES } from '../../helpers/shapes';

const row = rowsIn('creation');
interface Options {
  dtype?: DType;
}
const list = (shape: number | number[]): number[] => (typeof shape === 'number' ? [shape] : shape);
const filled = (shape: number | number[], value: number, dtype: DType = 'float32'): NdArray =>
  build(list(shape), dtype, () => value);

const MADE: Case[] = [[], [3], [2, 3], [0], [2, 0, 3], [1031], [33, 65]].map((shape) => ({
  inputs: [],
  args: [shape],
}));
const FULL: Case[] = [
  ...MADE,
  { inputs: [], args: [4] },
  ...DTYPES.map((dtype) => ({ inputs: [], args: [[2, 3], { dtype }] })),
];
for (const [op, value] of [
  ['zeros', 0],
  ['ones', 1],
  ['empty', 0],
] as const)
  row(op, {
    isSource: true,
    cases: FULL,
    reference: (_, ...[args]: [never[]]) => filled(args[0], value, (args[1] as Options | undefined)?.dtype),
  });
row('full', {
  reference: ([x], ...[args]: [never[]]) => {
    const [shape, value, options] = args as unknown as [number | number[], number, Options?];
    return x
      ? elementwise((v) => v, options?.dtype ?? x.dtype, x, filled(shape, 0))
      : filled(shape, value, options?.dtype);
  },
  call: (op, [x], [shape, value, options]) => op(shape, x ?? value, ...(options ? [options] : [])),
  cases: [
    ...MADE.map((c) => ({ inputs: [], args: [...c.args!, 2.5] })),
    { inputs: [], args: [4, -1] },
    { inputs: [], args: [[2], 3, { dtype: 'int64' }] },
    { inputs: [], args: [[2], 3, { dtype: 'bfloat16' }] },
    { inputs: [nd([1, 2, 3])], args: [[2, 3], null] },
    { inputs: [nd([1, 2], [2, 1])], args: [[2, 3], null, { dtype: 'int32' }] },
    { inputs: [scalar(4, 'int32')], args: [[2], null] },
  ],
  smooth: [{ inputs: [nd([1, 2], [2, 1], 'float64')], args: [[2, 3], null] }],
});
const ALIKE: Case[] = DTYPES.flatMap((dtype) => [
  { inputs: [randomArray([2, 3], { dtype })] },
  { inputs: [randomArray([0, 2], { dtype })], args: [{ dtype: 'float64' }] },
]);
for (const [op, value] of [
  ['zerosLike', 0],
  ['onesLike', 1],
] as const)
  row(op, {
    cases: ALIKE,
    reference: ([x], ...[args]: [never[]]) =>
      filled(x.shape, value, (args[0] as Options | undefined)?.dtype ?? x.dtype),
  });
row('fullLike', {
  cases: [
    ...ALIKE.map((c) => ({ inputs: c.inputs, args: [3, ...(c.args ?? [])] })),
    { inputs: [randomArray([1031])], args: [-2.5] },
  ].filter((c) => c.inputs[0].dtype !== 'bool'),
  reference: ([x], ...[args]: [never[]]) =>
    filled(x.shape, args[0], (args[1] as Options | undefined)?.dtype ?? x.dtype),
});

row('arange', {
  isSource: true,
  reference: (_, ...[args]: [never[]]) => {
    const numbers = (args as unknown[]).filter((v): v is number => typeof v === 'number');
    const { dtype } = ((args as unknown[]).find((v) => typeof v === 'object' && v !== null) ?? {}) as Options;
    const [from, to, by = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
    const out: number[] = [];
    for (let i = 0; by > 0 ? from + i * by < to : from + i * by > to; i++) out.push(from + i * by);
    return nd(out, [out.length], dtype ?? (numbers.every(Number.isInteger) ? 'int32' : 'float32'));
  },
  cases: [
    [5],
    [0],
    [2, 9],
    [2, 9, 3],
    [9, 2, -2],
    [5, 2],
    [0, 1, 0.25],
    [1031],
    [4, { dtype: 'float64' }],
    [1, 4, { dtype: 'int64' }],
    [0, 6, 2, { dtype: 'float32' }],
    [3, null, null],
  ].map((args) => ({ inputs: [], args })),
});
interface Spaced extends Options {
  num?: number;
  endpoint?: boolean;
  base?: number;
}
const spaced =
  (map: (v: number, options: Spaced) => number) =>
  (_: NdArray[], ...[args]: [never[]]): NdArray => {
    const [start, stop, options = {}] = args as unknown as [number, number, Spaced?];
    const { num = 50, endpoint = true, dtype = 'float32' } = options;
    const gaps = Math.max(1, endpoint ? num - 1 : num);
    return nd(
      Array.from({ length: num }, (__, i) => map(start + ((stop - start) * i) / gaps, options)),
      [num],
      dtype,
    );
  };
/** Ends that are tensors: what the numbers of each element give, in a new axis. */
const between =
  (map: (a: number, b: number, i: number, gaps: number, options: { base?: number }) => number) =>
  ([a, b]: NdArray[], ...[[given]]: [never[]]): NdArray | NdArray[] => {
    const options = (given ?? {}) as {
      num?: number;
      endpoint?: boolean;
      axis?: number;
      base?: number;
      retstep?: boolean;
    };
    const { num = 50, endpoint = true, axis = 0 } = options;
    const gaps = endpoint ? num - 1 : num;
    const ends = elementwise((x, y) => x + y, a.dtype, a, b);
    const wide = [elementwise((x) => x, a.dtype, a, ends), elementwise((x) => x, b.dtype, b, ends)];
    const at_ = axis < 0 ? axis + ends.shape.length + 1 : axis;
    const y = build([...ends.shape.slice(0, at_), num, ...ends.shape.slice(at_)], a.dtype, (index) => {
      const rest = index.filter((_, k) => k !== at_);
      return map(at(wide[0], rest), at(wide[1], rest), index[at_], Math.max(1, gaps), options);
    });
    return options.retstep ? [y, elementwise((x, z) => (z - x) / gaps, a.dtype, ...wide)] : y;
  };
const linear = (a: number, b: number, i: number, gaps: number): number => a + ((b - a) * i) / gaps;
const ENDS = (options: object, low = -2): Case => ({
  inputs: [randomArray([3, 1], { low, high: 3 }), randomArray([2], { seed: 2, low, high: 3 })],
  args: [options],
});
const SPACED: Case[] = [
  [0, 1],
  [2, 5, { num: 4 }],
  [2, 5, { num: 4, endpoint: false }],
  [5, -1, { num: 1031 }],
  [1, 2, { num: 1 }],
  [1, 2, { num: 0 }],
  [0, 3, { num: 7, dtype: 'float64' }],
].map((args) => ({ inputs: [], args }));
const ofEither =
  (
    numbers: (xs: NdArray[], args: never[]) => NdArray,
    tensors: (xs: NdArray[], args: never[]) => NdArray | NdArray[],
  ) =>
  (xs: NdArray[], args: never[]): NdArray | NdArray[] =>
    (xs.length ? tensors : numbers)(xs, args);
row('linspace', {
  isSource: true,
  reference: ofEither(
    spaced((v) => v),
    between(linear),
  ),
  cases: [
    ...SPACED,
    ENDS({ num: 4 }),
    ENDS({ num: 3, axis: -1, endpoint: false }),
    ENDS({ num: 5, axis: 1, retstep: true }),
    ENDS({ num: 1 }),
  ],
  smooth: [
    {
      inputs: [randomArray([2], { dtype: 'float64' }), randomArray([2], { dtype: 'float64', seed: 2 })],
      args: [{ num: 3 }],
    },
  ],
  looseness: 5,
});
row('logspace', {
  isSource: true,
  reference: ofEither(
    spaced((v, { base = 10 }) => base ** v),
    between((a, b, i, gaps, { base = 10 }) => base ** linear(a, b, i, gaps)),
  ),
  cases: [
    ...SPACED,
    { inputs: [], args: [0, 4, { num: 5, base: 2 }] },
    ENDS({ num: 4 }),
    ENDS({ num: 3, axis: -1, base: 2 }),
  ],
  smooth: [
    {
      inputs: [randomArray([2], { dtype: 'float64' }), randomArray([2], { dtype: 'float64', seed: 2 })],
      args: [{ num: 3 }],
    },
  ],
  looseness: 20,
});
row('geomspace', {
  isSource: true,
  reference: ofEither(
    (_inputs, ...[args]: [never[]]) => {
      const [start, stop, { num = 50, endpoint = true, dtype = 'float32' } = {}] = args as unknown as [
        number,
        number,
        { num?: number; endpoint?: boolean; dtype?: DType }?,
      ];
      return nd(
        Array.from({ length: num }, (_, i) => start * (stop / start) ** (i / Math.max(1, endpoint ? num - 1 : num))),
        [num],
        dtype,
      );
    },
    between((a, b, i, gaps) => a * Math.abs(b / a) ** (i / gaps)),
  ),
  cases: [
    ...[
      [1, 1000, { num: 4 }],
      [-2, -16, { num: 4, endpoint: false }],
      [5, 5],
      [8, 1, { num: 4, dtype: 'float64' }],
    ].map((args) => ({ inputs: [], args })),
    ENDS({ num: 4 }, 0.5),
    ENDS({ num: 3, axis: -1, endpoint: false }, 0.5),
  ],
  smooth: [
    {
      inputs: [
        randomArray([2], { dtype: 'float64', low: 1, high: 2 }),
        randomArray([2], { dtype: 'float64', seed: 2, low: 1, high: 2 }),
      ],
      args: [{ num: 3 }],
    },
  ],
  looseness: 40,
});

const band = (n: number, m: number, dtype: DType, isIn: (d: number) => boolean): NdArray =>
  build([n, m], dtype, ([i, j]) => Number(isIn(j - i)));
row('eye', {
  isSource: true,
  reference: (_, ...[args]: [never[]]) => {
    const [n, second, third] = args as unknown as [
      number,
      (number | null | { k?: number; dtype?: DType })?,
      { k?: number; dtype?: DType }?,
    ];
    const { k = 0, dtype = 'float32' } = (typeof second === 'object' && second !== null ? second : third) ?? {};
    return band(n, typeof second === 'number' ? second : n, dtype, (d) => d === k);
  },
  cases: [
    [3],
    [2, 4],
    [4, 2],
    [3, { k: 1 }],
    [3, { k: -2 }],
    [3, 4, { k: 1, dtype: 'int32' }],
    [3, null, { dtype: 'bool' }],
    [0],
    [33],
  ].map((args) => ({ inputs: [], args })),
});
row('identity', {
  isSource: true,
  reference: (_, ...[args]: [never[]]) =>
    band(args[0], args[0], (args[1] as Options | undefined)?.dtype ?? 'float32', (d) => d === 0),
  cases: [[3], [0], [4, { dtype: 'int64' }]].map((args) => ({ inputs: [], args })),
});
row('tri', {
  isSource: true,
  reference: (_, ...[args]: [never[]]) => {
    const [n, { m = null, k = 0, dtype = 'float32' } = {}] = args as unknown as [
      number,
      { m?: number | null; k?: number; dtype?: DType }?,
    ];
    return band(n, m ?? n, dtype, (d) => d <= k);
  },
  cases: [[3], [3, { m: 5 }], [4, { k: 1 }], [4, { k: -1, dtype: 'int32' }], [2, { m: 0 }]].map((args) => ({
    inputs: [],
    args,
  })),
});
for (const [op, isIn] of [
  ['tril', (d: number, k: number) => d <= k],
  ['triu', (d: number, k: number) => d >= k],
] as const)
  row(op, {
    reference: ([x], ...[args]: [never[]]) => {
      const k = (args[0] as { k?: number } | undefined)?.k ?? 0;
      return build(x.shape, x.dtype, (index) =>
        isIn(index.at(-1)! - index.at(-2)!, k) ? x.data[index.reduce((p, v, a) => p * x.shape[a] + v, 0)] : 0,
      );
    },
    cases: [
      { inputs: [randomArray([3, 3])] },
      { inputs: [randomArray([2, 3, 5])] },
      { inputs: [randomArray([5, 3])], args: [{ k: 1 }] },
      { inputs: [randomArray([3, 5])], args: [{ k: -1 }] },
      { inputs: [randomArray([33, 65])] },
      { inputs: [randomArray([0, 3])] },
      ...DTYPES.map((dtype) => ({ inputs: [randomArray([3, 4], { dtype })] })),
    ],
    smooth: [{ inputs: [randomArray([3, 2], { dtype: 'float64' })] }],
  });
for (const op of ['convertToTensor', 'array'])
  row(op, {
    reference: ([x], ...[args]: [never[]]) => cast(x, (args[0] as Options | undefined)?.dtype ?? x.dtype),
    cases: [
      { inputs: [randomArray([2, 3])] },
      { inputs: [randomArray([3], { dtype: 'int32' })], args: [{ dtype: 'float32' }] },
      { inputs: [randomArray([], { dtype: 'bool' })], args: [{ dtype: 'int64' }] },
    ],
    smooth: [{ inputs: [randomArray([2], { dtype: 'float64' })] }],
  });
