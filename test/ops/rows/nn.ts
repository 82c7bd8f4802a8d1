/** Rows of convolution, pooling and normalization. */
import type { DType } from '../../../lib/index';
import { average, largest, reduce, spread, total } from '../../helpers/naive';
import {
  adaptivePool,
  conv,
  convTranspose,
  depthwiseConv,
  pool,
  type WindowOptions,
} from '../../helpers/naive_windows';
import { cast, elementwise, nd, type NdArray, normalAxis, reshaped, toFloat } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('nn');
const r = (shape: number[], seed = 1, dtype: DType = 'float32'): NdArray => randomArray(shape, { seed, dtype });
type Window = [number[], number[], WindowOptions?];
const cases = (list: Window[], dtype: DType = 'float32'): Case[] =>
  list.map(([x, k, options]) => ({ inputs: [r(x, 1, dtype), r(k, 2, dtype)], args: options ? [options] : [] }));

/** One and two axes; strides, dilation and groups with each padding; both formats; channels off the vector width. */
const WINDOWS: Window[] = [
  [
    [2, 9, 3],
    [3, 3, 4],
  ],
  [[2, 9, 3], [4, 3, 5], { padding: 'same' }],
  [[2, 9, 3], [3, 3, 4], { padding: 'causal' }],
  [[2, 9, 3], [3, 3, 4], { padding: 'causal', dilationRate: 2 }],
  [[2, 9, 3], [3, 3, 4], { padding: 'causal', strides: 2 }],
  [[2, 9, 3], [3, 3, 4], { padding: 'same', strides: 2 }],
  [[2, 10, 3], [3, 3, 4], { padding: 'same', strides: 3 }],
  [[2, 9, 3], [3, 3, 4], { dilationRate: 2 }],
  [[2, 9, 3], [3, 3, 4], { padding: 'same', dilationRate: 3 }],
  [
    [2, 9, 4],
    [3, 2, 6],
  ],
  [[2, 3, 9], [3, 3, 4], { dataFormat: 'channels_first' }],
  [[2, 3, 9], [3, 3, 4], { dataFormat: 'channels_first', padding: 'causal', dilationRate: 2 }],
  [
    [1, 5, 1],
    [5, 1, 1],
  ],
  [
    [3, 7, 5],
    [1, 5, 7],
  ],
  [
    [2, 6, 7, 3],
    [3, 3, 3, 4],
  ],
  [[2, 6, 7, 3], [3, 2, 3, 4], { padding: 'same' }],
  [[2, 6, 7, 3], [2, 3, 3, 4], { strides: 2 }],
  [[2, 6, 7, 3], [3, 3, 3, 4], { strides: [2, 1], padding: 'same' }],
  [[2, 6, 7, 3], [3, 3, 3, 4], { strides: [1, 3], padding: 'same' }],
  [[2, 7, 8, 3], [3, 2, 3, 4], { dilationRate: [2, 3] }],
  [[2, 7, 8, 3], [3, 3, 3, 4], { dilationRate: 2, padding: 'same' }],
  [
    [2, 5, 5, 4],
    [3, 3, 2, 6],
  ],
  [[2, 5, 5, 6], [3, 3, 2, 9], { padding: 'same', strides: 2 }],
  [
    [2, 5, 5, 4],
    [3, 3, 1, 4],
  ],
  [[2, 3, 6, 7], [3, 3, 3, 4], { dataFormat: 'channels_first' }],
  [[2, 4, 6, 7], [3, 3, 2, 4], { dataFormat: 'channels_first', padding: 'same', strides: 2 }],
  [
    [1, 1, 1, 1],
    [1, 1, 1, 1],
  ],
  [
    [1, 3, 3, 17],
    [1, 1, 17, 19],
  ],
  [[1, 13, 11, 16], [3, 3, 16, 32], { padding: 'same' }],
  [[2, 4, 4, 3], [5, 5, 3, 2], { padding: 'same' }],
  [
    [0, 5, 5, 3],
    [3, 3, 3, 4],
  ],
  [
    [1, 3, 4, 5, 2],
    [2, 2, 3, 2, 3],
  ],
  [[1, 3, 4, 5, 2], [2, 2, 2, 2, 3], { padding: 'same', strides: 2 }],
];
const SMOOTH: Window[] = [
  [
    [1, 4, 2],
    [2, 2, 2],
  ],
  [[1, 4, 2], [3, 2, 1], { padding: 'same', strides: 2 }],
  [[1, 4, 2], [2, 1, 2], { padding: 'causal', dilationRate: 2 }],
  [
    [1, 3, 3, 2],
    [2, 2, 2, 2],
  ],
  [[1, 3, 4, 2], [2, 3, 1, 2], { padding: 'same' }],
  [[1, 4, 3, 1], [3, 2, 1, 2], { strides: 2, padding: 'same' }],
  [[1, 4, 4, 1], [2, 2, 1, 1], { dilationRate: 2 }],
  [[1, 2, 3, 3], [2, 2, 2, 1], { dataFormat: 'channels_first' }],
  [[1, 5, 4, 1], [2, 2, 1, 1], { strides: 3 }],
];
row('conv', {
  reference: ([x, k], ...[[options]]: [never[]]) => conv(cast(x, toFloat(x.dtype)), k, options),
  cases: [
    ...cases(WINDOWS),
    ...cases(WINDOWS.slice(0, 3), 'float64'),
    ...cases(WINDOWS.slice(14, 22), 'float64'),
    ...cases(WINDOWS.slice(0, 1), 'int32'),
    ...(['bfloat16', 'float16'] as const).flatMap((dtype) => [
      ...cases(WINDOWS.slice(1, 2), dtype),
      ...cases(WINDOWS.slice(17, 18), dtype),
    ]),
    { inputs: [nd([1, NaN, 2, 3, 4], [1, 5, 1]), nd([1, 1], [2, 1, 1])] },
  ],
  smooth: cases(SMOOTH, 'float64'),
  looseness: 20,
});
const DEPTHWISE: Window[] = [
  [
    [2, 9, 3],
    [3, 3, 1],
  ],
  [[2, 9, 3], [3, 3, 2], { padding: 'same', strides: 2 }],
  [[2, 9, 3], [3, 3, 2], { padding: 'causal' }],
  [
    [2, 6, 7, 3],
    [3, 3, 3, 1],
  ],
  [[2, 6, 7, 3], [3, 2, 3, 2], { padding: 'same' }],
  [[2, 6, 7, 17], [3, 3, 17, 1], { strides: 2, padding: 'same' }],
  [[2, 7, 7, 3], [3, 3, 3, 2], { dilationRate: 2 }],
  [[2, 3, 6, 7], [3, 3, 3, 2], { dataFormat: 'channels_first' }],
  [[2, 7, 9, 16], [3, 3, 16, 1], { padding: 'same' }],
  [[1, 9, 9, 5], [3, 2, 5, 2], { strides: [2, 1], dilationRate: 2, padding: 'same' }],
  [[2, 11, 4], [3, 4, 1], { strides: 3, dilationRate: 2 }],
  [
    [1, 4, 5, 3, 4],
    [2, 3, 2, 4, 2],
  ],
  [
    [0, 5, 5, 3],
    [3, 3, 3, 1],
  ],
];
row('depthwiseConv', {
  reference: ([x, k], ...[[options]]: [never[]]) => depthwiseConv(x, k, options),
  cases: [...cases(DEPTHWISE), ...cases(DEPTHWISE.slice(3, 6), 'float64')],
  smooth: cases(
    [
      [
        [1, 4, 2],
        [2, 2, 2],
      ],
      [[1, 3, 3, 2], [2, 2, 2, 1], { padding: 'same' }],
    ],
    'float64',
  ),
  looseness: 20,
});

row('separableConv', {
  reference: ([x, k, p], ...[[options]]: [never[]]) =>
    conv(depthwiseConv(x, k, options), p, { dataFormat: (options as WindowOptions | undefined)?.dataFormat }),
  cases: (
    [
      [[2, 9, 3], [3, 3, 2], [1, 6, 4], { padding: 'same', strides: 2 }],
      [
        [2, 6, 7, 3],
        [3, 2, 3, 1],
        [1, 1, 3, 5],
      ],
      [[2, 7, 7, 3], [3, 3, 3, 2], [1, 1, 6, 2], { dilationRate: 2 }],
      [[2, 3, 6, 7], [3, 3, 3, 1], [1, 1, 3, 2], { dataFormat: 'channels_first' }],
    ] as [number[], number[], number[], WindowOptions?][]
  ).map(([x, k, p, options]) => ({ inputs: [r(x, 1), r(k, 2), r(p, 3)], args: options ? [options] : [] })),
  smooth: [
    {
      inputs: [r([1, 3, 3, 2], 1, 'float64'), r([2, 2, 2, 1], 2, 'float64'), r([1, 1, 2, 2], 3, 'float64')],
      args: [{ padding: 'same' }],
    },
  ],
  looseness: 50,
});
/** Padding, strides, dilation and output padding, kernels smaller than strides, one to three axes. */
const TRANSPOSED: [number[], number[], (WindowOptions & { outputPadding?: number | number[] })?][] = [
  [
    [2, 5, 3],
    [3, 4, 3],
  ],
  [[2, 5, 3], [2, 4, 3], { strides: 3 }],
  [[2, 5, 3], [2, 4, 3], { strides: 3, padding: 'same' }],
  [[2, 5, 3], [4, 4, 3], { strides: 2, padding: 'same' }],
  [[2, 5, 3], [4, 2, 3], { strides: 2, padding: 'same', outputPadding: 1 }],
  [[2, 5, 3], [4, 2, 3], { strides: 2, padding: 'same', outputPadding: 0 }],
  [[2, 5, 3], [3, 2, 3], { strides: 2, outputPadding: 1 }],
  [[2, 5, 3], [3, 2, 3], { dilationRate: 2, padding: 'same' }],
  [[2, 3, 5], [3, 2, 3], { dataFormat: 'channels_first', strides: 2 }],
  [
    [2, 4, 5, 3],
    [3, 2, 5, 3],
  ],
  [[2, 4, 5, 3], [3, 3, 5, 3], { strides: 2, padding: 'same' }],
  [[2, 4, 5, 3], [3, 3, 5, 3], { strides: [1, 3], padding: 'same', outputPadding: [0, 1] }],
  [[2, 4, 5, 3], [2, 3, 5, 3], { dilationRate: [2, 1] }],
  [[2, 3, 4, 5], [2, 3, 5, 3], { dataFormat: 'channels_first', strides: 2, padding: 'same' }],
  [[1, 8, 8, 16], [3, 3, 32, 16], { strides: 2, padding: 'same' }],
  [
    [1, 2, 3, 2, 2],
    [2, 2, 3, 3, 2],
  ],
  [[1, 2, 3, 2, 2], [3, 2, 2, 3, 2], { strides: 2, padding: 'same' }],
  [[0, 4, 5, 3], [3, 3, 5, 3], { strides: 2 }],
];
row('convTranspose', {
  reference: ([x, k], ...[[options]]: [never[]]) => convTranspose(cast(x, toFloat(x.dtype)), k, options),
  cases: [
    ...cases(TRANSPOSED),
    ...cases(TRANSPOSED.slice(8, 12), 'float64'),
    ...cases(TRANSPOSED.slice(0, 1), 'int32'),
    ...cases(TRANSPOSED.slice(3, 4), 'bfloat16'),
  ],
  smooth: cases(
    [
      [
        [1, 3, 2],
        [2, 1, 2],
      ],
      [[1, 3, 2], [3, 2, 2], { strides: 2, padding: 'same' }],
      [[1, 2, 3, 1], [2, 2, 2, 1], { strides: [2, 1] }],
      [[1, 2, 2, 2], [2, 2, 1, 2], { dilationRate: 2, padding: 'same' }],
      [[1, 1, 3, 2], [2, 3, 2, 1], { dataFormat: 'channels_first', strides: 3 }],
    ],
    'float64',
  ),
  looseness: 20,
});

type Pool = [number[], number | number[], WindowOptions?];
const POOLS: Pool[] = [
  [[2, 9, 3], 2],
  [[2, 9, 3], 3, { strides: 1 }],
  [[2, 9, 3], 4, { padding: 'same' }],
  [[2, 9, 3], 3, { padding: 'same', strides: 2 }],
  [[2, 3, 9], 2, { dataFormat: 'channels_first' }],
  [[2, 6, 7, 3], 2],
  [
    [2, 6, 7, 3],
    [2, 3],
  ],
  [[2, 6, 7, 3], 3, { strides: 2, padding: 'same' }],
  [[2, 6, 7, 3], [3, 2], { strides: [1, 2], padding: 'same' }],
  [[2, 6, 7, 3], 2, { strides: 1, padding: 'same' }],
  [
    [2, 6, 7, 3],
    [6, 7],
  ],
  [[2, 3, 6, 7], 2, { dataFormat: 'channels_first', padding: 'same' }],
  [[1, 9, 9, 17], 3],
  [[3, 32, 32, 5], 2],
  [[1, 2, 2, 1], 2],
  [[0, 4, 4, 3], 2],
  [[1, 3, 4, 5, 2], 2, { padding: 'same' }],
  [[1, 20, 20, 2], [17, 17], { strides: 3 }],
];
const pooling = (op: string, f: (values: number[]) => number, types: DType[]): void =>
  row(op, {
    reference: ([x], ...[[size, options]]: [never[]]) => pool(cast(x, toFloat(x.dtype)), size, options ?? {}, f),
    cases: [
      ...POOLS.map(([x, size, options]) => ({ inputs: [r(x)], args: options ? [size, options] : [size] })),
      ...types.map((dtype) => ({ inputs: [r([2, 5, 5, 3], 1, dtype)], args: [2, { padding: 'same' }] })),
      { inputs: [nd([1, NaN, 2, 3, Infinity, 4], [1, 6, 1])], args: [2] },
    ],
    smooth: (
      [
        [[1, 4, 2], 2],
        [[1, 5, 1], 3, { strides: 1, padding: 'same' }],
        [[1, 4, 3, 1], 2, { strides: 1 }],
        [[1, 3, 3, 2], 2, { padding: 'same' }],
        [[1, 2, 3, 3], 2, { dataFormat: 'channels_first' }],
      ] as Pool[]
    ).map(([x, size, options]) => ({ inputs: [distinctArray(x)], args: options ? [size, options] : [size] })),
    looseness: 2,
  });
pooling('maxPool', largest, ['float64', 'int32', 'bfloat16', 'float16']);
pooling('averagePool', average, ['float64', 'int32', 'bfloat16', 'float16']);

const ADAPTED: Pool[] = [
  [[2, 9, 3], 4],
  [[2, 9, 3], 3],
  [[2, 9, 3], [9]],
  [[2, 3, 9], 5, { dataFormat: 'channels_first' }],
  [
    [2, 6, 7, 3],
    [4, 5],
  ],
  [
    [2, 6, 7, 3],
    [2, 1],
  ],
  [
    [2, 2, 3, 2],
    [3, 4],
  ],
  [[2, 3, 6, 7], 3, { dataFormat: 'channels_first' }],
  [
    [1, 3, 4, 5, 2],
    [2, 3, 2],
  ],
  [[0, 4, 4, 3], 3],
];
const adaptivePooling = (op: string, f: (values: number[]) => number): void =>
  row(op, {
    reference: ([x], ...[[size, options]]: [never[]]) =>
      adaptivePool(cast(x, toFloat(x.dtype)), size, options ?? {}, f),
    cases: [
      ...ADAPTED.map(([x, size, options]) => ({ inputs: [r(x)], args: options ? [size, options] : [size] })),
      { inputs: [r([2, 5, 5, 3], 1, 'float64')], args: [3] },
      { inputs: [r([2, 5, 5, 3], 1, 'int32')], args: [2] },
      { inputs: [nd([1, NaN, 2, 3, 4], [1, 5, 1])], args: [3] },
    ],
    smooth: (
      [
        [[1, 5, 2], 3],
        [
          [1, 3, 4, 1],
          [2, 3],
        ],
        [[1, 2, 3, 3], 2, { dataFormat: 'channels_first' }],
      ] as Pool[]
    ).map(([x, size, options]) => ({
      inputs: [distinctArray(x)],
      args: options ? [size, options] : [size],
    })),
    looseness: 2,
  });
adaptivePooling('adaptiveMaxPool', largest);
adaptivePooling('adaptiveAveragePool', average);

const wide = (v: NdArray, x: NdArray, axis: number): NdArray =>
  reshaped(
    v,
    x.shape.map((d, i) => (i === axis ? d : 1)),
  );
const p = (n: number, seed: number, dtype: DType = 'float32'): NdArray =>
  randomArray([n], { low: 0.5, high: 2, seed, dtype });
row('batchNormalization', {
  call: (op, [x, mean, variance, offset, scale], [axis, options]) =>
    op(x, mean, variance, axis, { ...(options as object), ...(offset ? { offset } : {}), ...(scale ? { scale } : {}) }),
  reference: ([x, mean, variance, offset, scale], ...[[axis, options]]: [never[]]) => {
    const { epsilon = 1e-3 } = (options ?? {}) as { epsilon?: number };
    const a = normalAxis(axis, x.shape.length);
    const one = nd([1], [1]);
    const zero = nd([0], [1]);
    return elementwise(
      (v, m, s, o, k) => ((v - m) / Math.sqrt(s + epsilon)) * k + o,
      toFloat(x.dtype),
      x,
      wide(mean, x, a),
      wide(variance, x, a),
      offset ? wide(offset, x, a) : zero,
      scale ? wide(scale, x, a) : one,
    );
  },
  cases: [
    { inputs: [r([4, 3]), p(3, 1), p(3, 2)], args: [-1] },
    { inputs: [r([4, 3]), p(3, 1), p(3, 2), p(3, 3), p(3, 4)], args: [1, { epsilon: 0.1 }] },
    { inputs: [r([2, 3, 5]), p(3, 1), p(3, 2), p(3, 3)], args: [1] },
    { inputs: [r([5, 9, 9, 17]), p(17, 1), p(17, 2), p(17, 3), p(17, 4)], args: [-1] },
    { inputs: [r([4, 3], 1, 'float64'), p(3, 1, 'float64'), p(3, 2, 'float64')], args: [-1] },
    { inputs: [r([0, 3]), p(3, 1), p(3, 2)], args: [-1] },
  ],
  smooth: [
    {
      inputs: [r([3, 2], 1, 'float64'), p(2, 1, 'float64'), p(2, 2, 'float64'), p(2, 3, 'float64'), p(2, 4, 'float64')],
      args: [-1],
    },
  ],
  looseness: 10,
});
row('batchNormalizationTraining', {
  reference: ([x, gamma, beta], ...[[options]]: [never[]]) => {
    const { epsilon = 1e-3 } = (options ?? {}) as { epsilon?: number };
    const axes = x.shape.slice(0, -1).map((_, i) => i);
    const dtype = toFloat(x.dtype);
    const mean = reduce(x, axes, false, dtype, average);
    const variance = reduce(x, axes, false, dtype, spread);
    return [
      elementwise((v, m, s, g, b) => ((v - m) / Math.sqrt(s + epsilon)) * g + b, dtype, x, mean, variance, gamma, beta),
      mean,
      variance,
    ];
  },
  cases: [
    { inputs: [r([8, 3]), p(3, 1), p(3, 2)] },
    { inputs: [r([4, 5, 5, 17]), p(17, 1), p(17, 2)], args: [{ epsilon: 0.01 }] },
    { inputs: [r([1031, 5], 1, 'float64'), p(5, 1, 'float64'), p(5, 2, 'float64')] },
    { inputs: [r([1, 2]), p(2, 1), p(2, 2)] },
    { inputs: [r([3, 7, 33]), p(33, 1), p(33, 2)] },
    { inputs: [r([6, 5], 1, 'bfloat16'), p(5, 1, 'bfloat16'), p(5, 2, 'bfloat16')] },
  ],
  smooth: [
    { inputs: [r([4, 2], 1, 'float64'), p(2, 1, 'float64'), p(2, 2, 'float64')] },
    { inputs: [r([2, 2, 3], 1, 'float64'), p(3, 1, 'float64'), p(3, 2, 'float64')], args: [{ epsilon: 0.1 }] },
  ],
  looseness: 50,
});
row('layerNormalization', {
  call: (op, [x, gamma, beta], [options]) =>
    op(x, { ...(options as object), ...(gamma ? { gamma } : {}), ...(beta ? { beta } : {}) }),
  reference: ([x, gamma, beta], ...[[options]]: [never[]]) => {
    const { axis = -1, epsilon = 1e-7 } = (options ?? {}) as { axis?: number | number[]; epsilon?: number };
    const axes = (typeof axis === 'number' ? [axis] : axis).map((a) => normalAxis(a, x.shape.length));
    const dtype = toFloat(x.dtype);
    const spreadOut = (v: NdArray | undefined, fallback: number): NdArray =>
      v
        ? reshaped(
            v,
            x.shape.map((d, i) => (axes.includes(i) ? d : 1)),
          )
        : nd([fallback], []);
    return elementwise(
      (v, m, s, g, b) => ((v - m) / Math.sqrt(s + epsilon)) * g + b,
      dtype,
      x,
      reduce(x, axes, true, dtype, average),
      reduce(x, axes, true, dtype, spread),
      spreadOut(gamma, 1),
      spreadOut(beta, 0),
    );
  },
  cases: [
    { inputs: [r([4, 5])] },
    { inputs: [r([4, 5]), p(5, 1), p(5, 2)] },
    { inputs: [r([2, 3, 4]), r([3, 4], 2)], args: [{ axis: [1, 2], epsilon: 0.01 }] },
    { inputs: [r([2, 3, 4]), p(3, 1), p(3, 2)], args: [{ axis: 1 }] },
    { inputs: [r([3, 1031]), p(1031, 1), p(1031, 2)] },
    { inputs: [r([4, 5], 1, 'float64')] },
    { inputs: [r([4, 5], 1, 'int32')] },
  ],
  smooth: [
    { inputs: [r([2, 3], 1, 'float64'), p(3, 1, 'float64'), p(3, 2, 'float64')] },
    { inputs: [r([3, 2], 1, 'float64')], args: [{ axis: 0 }] },
  ],
  looseness: 50,
});
row('rmsNormalization', {
  call: (op, [x, scale], [options]) => op(x, { ...(options as object), ...(scale ? { scale } : {}) }),
  reference: ([x, scale], ...[[options]]: [never[]]) => {
    const { axis = -1, epsilon = 1e-7 } = (options ?? {}) as { axis?: number | number[]; epsilon?: number };
    const axes = (typeof axis === 'number' ? [axis] : axis).map((a) => normalAxis(a, x.shape.length));
    const dtype = toFloat(x.dtype);
    return elementwise(
      (v, p, s) => (v / Math.sqrt(p + epsilon)) * s,
      dtype,
      x,
      reduce(x, axes, true, dtype, (v) => average(v.map((e) => e * e))),
      scale
        ? reshaped(
            scale,
            x.shape.map((d, i) => (axes.includes(i) ? d : 1)),
          )
        : nd([1], []),
    );
  },
  cases: [
    { inputs: [r([4, 5])] },
    { inputs: [r([4, 5]), r([5], 2)] },
    { inputs: [r([3, 1031]), r([1031], 2)], args: [{ epsilon: 1e-2 }] },
    { inputs: [r([700, 65]), r([65], 2)] },
    { inputs: [r([3, 2, 2]), r([2, 2], 2)], args: [{ axis: [1, 2] }] },
    { inputs: [r([2, 3, 4]), r([2, 4], 2)], args: [{ axis: [2, 0] }] },
    { inputs: [r([2, 3, 4]), r([3], 2)], args: [{ axis: 1 }] },
    { inputs: [r([4, 5], 1, 'float64')] },
    { inputs: [r([0, 5]), r([5], 2)] },
  ],
  smooth: [{ inputs: [distinctArray([2, 3]), r([3], 2, 'float64')] }],
  looseness: 10,
});
row('normalize', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const {
      axis = -1,
      order = 2,
      epsilon = 1e-7,
    } = (options ?? {}) as { axis?: number; order?: number; epsilon?: number };
    const dtype = toFloat(x.dtype);
    return elementwise(
      (v, s) => v / Math.max(s, epsilon),
      dtype,
      x,
      reduce(x, axis, true, dtype, (v) => total(v.map((e) => Math.abs(e) ** order)) ** (1 / order)),
    );
  },
  cases: [
    { inputs: [r([4, 5])] },
    { inputs: [r([4, 5])], args: [{ axis: 0, order: 1 }] },
    { inputs: [r([4, 5])], args: [{ order: 3 }] },
    { inputs: [nd([0, 0, 3, 4], [2, 2])] },
    { inputs: [r([3, 1031])] },
    { inputs: [r([4, 5], 1, 'int32')] },
    { inputs: [r([4, 5], 1, 'float64')] },
    { inputs: [r([2, 3])], args: [{ epsilon: 100 }] },
  ],
  smooth: [{ inputs: [distinctArray([2, 3])] }, { inputs: [distinctArray([2, 3])], args: [{ order: 3, axis: 0 }] }],
  looseness: 10,
});
