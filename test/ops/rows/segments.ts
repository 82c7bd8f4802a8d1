/** Rows of reductions by segment, and of updates at positions. */
import type { DType } from '../../../lib/index';
import { build, nd, type NdArray, sizeOf } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('segments');
const ids = (...v: number[]): NdArray => nd(v, [v.length], 'int32');
const LOWEST: Partial<Record<DType, number>> = {
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
  int32: -2147483648,
};
const HIGHEST: Partial<Record<DType, number>> = {
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
  int32: 2147483647,
};
const kinds: [string, (d: DType) => number, (a: number, b: number) => number][] = [
  ['segmentSum', () => 0, (a, b) => a + b],
  ['segmentMax', (d) => LOWEST[d]!, Math.max],
  ['segmentMin', (d) => HIGHEST[d]!, Math.min],
  ['segmentProd', () => 1, (a, b) => a * b],
];
for (const [op, start, f] of kinds)
  row(op, {
    reference: ([x, s], ...[args]: [never[]]) => {
      const { numSegments = Math.max(...s.data) + 1 } = (args[0] ?? {}) as { numSegments?: number };
      const width = sizeOf(x.shape.slice(1));
      const out = build([numSegments, ...x.shape.slice(1)], x.dtype, () => start(x.dtype));
      s.data.forEach((to, i) => {
        for (let k = 0; k < width && to >= 0; k++)
          out.data[to * width + k] = f(out.data[to * width + k], x.data[i * width + k]);
      });
      return out;
    },
    cases: [
      { inputs: [randomArray([5]), ids(0, 2, 0, 1, 2)], args: [{ numSegments: 3 }] },
      { inputs: [randomArray([5, 2]), ids(0, 0, 1, 1, 1)], args: [{ numSegments: 2, sorted: true }] },
      { inputs: [randomArray([4], { dtype: 'int32' }), ids(3, 0, -1, 3)], args: [{ numSegments: 5 }] },
      { inputs: [randomArray([4, 2, 3]), nd([1, 0, 1, 1], [4], 'int64')], args: [{ numSegments: 2 }] },
    ],
    smooth: [{ inputs: [distinctArray([4, 2]), ids(1, 0, 1, 1)], args: [{ numSegments: 2 }] }],
    looseness: 2,
  });
const combine: Record<string, (a: number, b: number) => number> = {
  none: (_, b) => b,
  add: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  mul: (a, b) => a * b,
};
const at2 = nd([0, 1, 2, 0, 0, 1], [3, 2], 'int32'); // the first and the last are the same place
row('scatterUpdate', {
  reference: ([x, at, u], ...[args]: [never[]]) => {
    const { reduction } = (args[0] ?? {}) as { reduction?: string | null };
    const f = combine[reduction ?? 'none'];
    const depth = at.shape.at(-1)!;
    const width = sizeOf(x.shape.slice(depth));
    const out = { ...x, data: [...x.data] };
    for (let n = 0; n < at.data.length / depth; n++) {
      const to = at.data.slice(n * depth, (n + 1) * depth).reduce((p, v, i) => p * x.shape[i] + v, 0);
      for (let k = 0; k < width; k++) out.data[to * width + k] = f(out.data[to * width + k], u.data[n * width + k]);
    }
    return out;
  },
  cases: [null, 'add', 'max', 'min', 'mul'].flatMap((reduction) => [
    { inputs: [randomArray([3, 2]), at2, randomArray([3], { seed: 2 })], args: [{ reduction }] },
    {
      inputs: [randomArray([4, 2]), nd([3, 1], [2, 1], 'int32'), randomArray([2, 2], { seed: 3 })],
      args: [{ reduction }],
    },
  ]),
  smooth: [null, 'add', 'max', 'mul'].map((reduction): Case => ({
    inputs: [distinctArray([3, 2]), at2, nd([0.31, -0.47, 0.83], [3], 'float64')],
    args: [{ reduction }],
  })),
});
row('sliceUpdate', {
  call: (op, [x, u], [start]) => op(x, start, u),
  reference: ([x, u], ...[[start]]: [never[]]) =>
    build(x.shape, x.dtype, (index) => {
      const inside = index.map((v, i) => v - (start as number[])[i]);
      if (inside.some((v, i) => v < 0 || v >= u.shape[i]))
        return x.data[index.reduce((p, v, i) => p * x.shape[i] + v, 0)];
      return u.data[inside.reduce((p, v, i) => p * u.shape[i] + v, 0)];
    }),
  cases: [
    { inputs: [randomArray([5]), randomArray([2], { seed: 2 })], args: [[1]] },
    { inputs: [randomArray([4, 5]), randomArray([2, 3], { seed: 2 })], args: [[2, 0]] },
  ],
  smooth: [{ inputs: [distinctArray([3, 3]), distinctArray([2, 1])], args: [[0, 2]] }],
});
