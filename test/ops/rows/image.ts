/** Rows of the ops on images. */
import type { DType } from '../../../lib/index';
import { homography, projection, resize, scaleAndTranslate, warp, type ResizeOptions, type WarpOptions } from '../../support/naive_images';
import { nd, type NdArray } from '../../support/ndarray';
import { randomArray } from '../../support/random';
import { rowsIn, type Case } from '../../support/rows';

const row = rowsIn('image');
const r = (shape: number[], dtype: DType = 'float32', seed = 1): NdArray => randomArray(shape, { seed, dtype });
const pixels = (shape: number[], dtype: DType): NdArray => {
  const x = randomArray(shape, { low: 0, high: 100 });
  return nd(x.data.map(Math.round), shape, dtype);
};

type Resizing = [number[], number[], ResizeOptions?];
const SIZES: [number[], number[]][] = [
  [
    [2, 5, 7, 3],
    [8, 4],
  ],
  [
    [1, 4, 4, 17],
    [9, 11],
  ],
  [
    [13, 6, 1],
    [5, 6],
  ],
  [
    [1, 1, 1, 2],
    [2, 3],
  ],
];
const RESIZINGS: Resizing[] = [
  ...['bilinear', 'nearest', 'lanczos3', 'lanczos5', 'area'].flatMap((interpolation) => SIZES.map(([x, size]): Resizing => [x, size, { interpolation }])),
  ...['bilinear', 'bicubic', 'lanczos3'].flatMap((interpolation) => SIZES.map(([x, size]): Resizing => [x, size, { interpolation, antialias: true }])),
  [[2, 3, 5, 7], [4, 3], { interpolation: 'bilinear', dataFormat: 'channels_first' }],
  [[3, 5, 7], [4, 3], { interpolation: 'nearest', dataFormat: 'channels_first' }],
  [
    [0, 5, 5, 3],
    [4, 3],
  ],
];
row('image.resize', {
  reference: ([x], ...[[size, options]]: [never[]]) => resize(x, size, options),
  cases: [
    ...RESIZINGS.map(([x, size, options]): Case => ({ inputs: [r(x)], args: options ? [size, options] : [size] })),
    { inputs: [r([2, 5, 4, 3], 'float64')], args: [[10, 2]] },
    { inputs: [pixels([2, 5, 4, 3], 'uint8')], args: [[3, 9], { interpolation: 'nearest' }] },
    { inputs: [pixels([2, 5, 4, 3], 'int32')], args: [[10, 2], { interpolation: 'nearest' }] },
  ],
  smooth: ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'area'].flatMap((interpolation): Case[] => [
    { inputs: [r([1, 3, 2, 2], 'float64')], args: [[2, 5], { interpolation }] },
    { inputs: [r([4, 3, 1], 'float64')], args: [[3, 2], { interpolation, antialias: true }] },
  ]),
  looseness: 50,
});

type Scaling = [number[], number[], number[], number[], number[], string, { antialias?: boolean }?];
const SCALINGS: Scaling[] = [
  [[2, 5, 7, 3], [2, 8, 4, 3], [1.5, 0.5], [0.2, -0.4], [1, 2], 'bilinear'],
  [[2, 5, 7, 3], [2, 8, 4, 3], [1.5, 0.5], [0.2, -0.4], [1, 2], 'bicubic', { antialias: false }],
  [[7, 5], [3, 5], [0.4], [0.1], [0], 'lanczos3'],
  [[4, 9], [4, 12], [0.9], [3], [-1], 'lanczos5', { antialias: false }],
];
row('image.scaleAndTranslate', {
  call: (op, [x, scale, shift], [shape, axes, method, options]) => op(x, shape, scale, shift, axes, method, ...(options ? [options] : [])),
  reference: ([x, scale, shift], ...[[shape, axes, method, options]]: [never[]]) =>
    scaleAndTranslate(
      x,
      shape,
      scale.data,
      shift.data,
      (axes as number[]).map((a) => (a < 0 ? a + x.shape.length : a)),
      method,
      (options as { antialias?: boolean } | undefined)?.antialias ?? true,
    ),
  cases: SCALINGS.map(([x, shape, scale, shift, axes, method, options]) => ({ inputs: [r(x), nd(scale), nd(shift)], args: [shape, axes, method, ...(options ? [options] : [])] })),
  smooth: [
    { inputs: [r([3, 4], 'float64'), nd([1.3, 0.7], [2], 'float64'), nd([0.23, -0.12], [2], 'float64')], args: [[4, 3], [0, 1], 'bicubic'] },
    { inputs: [r([5], 'float64'), nd([0.8], [1], 'float64'), nd([0.13], [1], 'float64')], args: [[4], [0], 'lanczos3', { antialias: false }] },
  ],
  looseness: 50,
});

const transforms = (n: number, dtype: DType = 'float32'): NdArray => {
  const noise = randomArray([n, 8], { seed: 5 }).data,
    spread = [0.5, 0.5, 3, 0.5, 0.5, 3, 0.02, 0.02];
  return nd(
    noise.map((v, i) => Math.fround((i % 8 === 0 || i % 8 === 4 ? 1 : 0) + v * spread[i % 8])),
    [n, 8],
    dtype,
  );
};
const MODES = ['constant', 'nearest', 'wrap', 'reflect'];
row('image.affineTransform', {
  reference: ([x, t], ...[[options]]: [never[]]) => warp(x, projection(t), (options ?? {}) as WarpOptions),
  cases: [
    ...['bilinear', 'nearest'].flatMap((interpolation) =>
      MODES.flatMap((fillMode): Case[] => [
        { inputs: [r([3, 5, 7, 2]), transforms(3)], args: [{ interpolation, fillMode, fillValue: 0.5 }] },
        { inputs: [r([4, 6, 1]), nd([0.5, 0.1, -7.3, 0.2, -2.1, 13.7, 0, 0])], args: [{ interpolation, fillMode }] },
      ]),
    ),
    { inputs: [r([2, 5, 7, 2]), nd([1, 0, 0, 0, 1, 0, 0, 0])], args: [] },
    { inputs: [r([2, 3, 5, 4]), transforms(2)], args: [{ dataFormat: 'channels_first', fillMode: 'reflect' }] },
    { inputs: [pixels([2, 5, 4, 3], 'int32'), nd([1, 0, 0.25, 0, 1, 0.5, 0, 0])], args: [{ fillMode: 'nearest' }] },
    { inputs: [pixels([2, 5, 4, 3], 'uint8'), transforms(2)], args: [{ interpolation: 'nearest', fillValue: 7 }] },
    { inputs: [r([2, 1, 1, 3]), transforms(2)], args: [{ fillMode: 'wrap' }] },
    { inputs: [r([0, 5, 5, 3]), transforms(1)], args: [] },
  ],
  smooth: [
    { inputs: [r([1, 3, 4, 2], 'float64'), nd([0.71, 0.13, 0.21, -0.12, 0.63, 0.41, 0.01, 0.02], [1, 8], 'float64')], args: [] },
    { inputs: [r([3, 3, 1], 'float64'), nd([1.1, 0.13, -1.21, -0.12, 0.93, 2.41, 0.01, 0.02], [8], 'float64')], args: [{ fillMode: 'reflect' }] },
    { inputs: [r([3, 3, 1], 'float64'), nd([1.1, 0.13, -0.21, -0.12, 0.93, 0.41, 0.01, 0.02], [8], 'float64')], args: [{ interpolation: 'nearest', fillMode: 'wrap' }] },
  ],
  looseness: 100,
});
const corners = (n: number, size: number, seed: number, dtype: DType = 'float32'): NdArray => {
  const noise = randomArray([n, 8], { low: -0.6, high: 0.6, seed }).data,
    base = [0, 0, size, 0, 0, size, size, size];
  return nd(
    noise.map((v, i) => Math.fround(v + base[i % 8])),
    [n, 4, 2],
    dtype,
  );
};
row('image.perspectiveTransform', {
  reference: ([x, start, end], ...[[options]]: [never[]]) => warp(x, projection(homography(start, end)), (options ?? {}) as WarpOptions),
  cases: [
    { inputs: [r([3, 5, 5, 2]), corners(3, 4, 1), corners(3, 4, 2)], args: [] },
    { inputs: [r([2, 5, 5, 2]), { ...corners(1, 4, 1), shape: [4, 2] }, { ...corners(1, 4, 3), shape: [4, 2] }], args: [{ interpolation: 'nearest', fillValue: 2 }] },
    { inputs: [r([3, 6, 6]), corners(1, 5, 4), corners(1, 5, 5)], args: [{ dataFormat: 'channels_first' }] },
  ],
  smooth: [{ inputs: [r([1, 3, 3, 1], 'float64'), corners(1, 2, 1, 'float64'), corners(1, 2, 2, 'float64')], args: [] }],
  looseness: 1000,
});
