/** Rows of the ops on images. */
import type { DType } from '../../../lib/index';
import { concatenate, slice } from '../../helpers/naive';
import {
  filtered,
  gaussian,
  homography,
  mapCoordinates,
  mirrored,
  none,
  ofPixels,
  onBatch,
  patches,
  projection,
  resize,
  scaleAndTranslate,
  ssim,
  toHsv,
  toRgb,
  warp,
  type ResizeOptions,
  type WarpOptions,
} from '../../helpers/naive_images';
import { outputSize } from '../../helpers/naive_windows';
import { nd, reshaped, type NdArray } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

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
  ...['bilinear', 'nearest', 'lanczos3', 'lanczos5', 'area'].flatMap((interpolation) =>
    SIZES.map(([x, size]): Resizing => [x, size, { interpolation }]),
  ),
  ...['bilinear', 'bicubic', 'lanczos3'].flatMap((interpolation) =>
    SIZES.map(([x, size]): Resizing => [x, size, { interpolation, antialias: true }]),
  ),
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
  call: (op, [x, scale, shift], [shape, axes, method, options]) =>
    op(x, shape, scale, shift, axes, method, ...(options ? [options] : [])),
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
  cases: SCALINGS.map(([x, shape, scale, shift, axes, method, options]) => ({
    inputs: [r(x), nd(scale), nd(shift)],
    args: [shape, axes, method, ...(options ? [options] : [])],
  })),
  smooth: [
    {
      inputs: [r([3, 4], 'float64'), nd([1.3, 0.7], [2], 'float64'), nd([0.23, -0.12], [2], 'float64')],
      args: [[4, 3], [0, 1], 'bicubic'],
    },
    {
      inputs: [r([5], 'float64'), nd([0.8], [1], 'float64'), nd([0.13], [1], 'float64')],
      args: [[4], [0], 'lanczos3', { antialias: false }],
    },
  ],
  looseness: 50,
});

const transforms = (n: number, dtype: DType = 'float32'): NdArray => {
  const noise = randomArray([n, 8], { seed: 5 }).data;
  const spread = [0.5, 0.5, 3, 0.5, 0.5, 3, 0.02, 0.02];
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
    {
      inputs: [r([1, 3, 4, 2], 'float64'), nd([0.71, 0.13, 0.21, -0.12, 0.63, 0.41, 0.01, 0.02], [1, 8], 'float64')],
      args: [],
    },
    {
      inputs: [r([3, 3, 1], 'float64'), nd([1.1, 0.13, -1.21, -0.12, 0.93, 2.41, 0.01, 0.02], [8], 'float64')],
      args: [{ fillMode: 'reflect' }],
    },
    {
      inputs: [r([3, 3, 1], 'float64'), nd([1.1, 0.13, -0.21, -0.12, 0.93, 0.41, 0.01, 0.02], [8], 'float64')],
      args: [{ interpolation: 'nearest', fillMode: 'wrap' }],
    },
  ],
  looseness: 100,
});
const corners = (n: number, size: number, seed: number, dtype: DType = 'float32'): NdArray => {
  const noise = randomArray([n, 8], { low: -0.6, high: 0.6, seed }).data;
  const base = [0, 0, size, 0, 0, size, size, size];
  return nd(
    noise.map((v, i) => Math.fround(v + base[i % 8])),
    [n, 4, 2],
    dtype,
  );
};
row('image.perspectiveTransform', {
  reference: ([x, start, end], ...[[options]]: [never[]]) =>
    warp(x, projection(homography(start, end)), (options ?? {}) as WarpOptions),
  cases: [
    { inputs: [r([3, 5, 5, 2]), corners(3, 4, 1), corners(3, 4, 2)], args: [] },
    {
      inputs: [r([2, 5, 5, 2]), { ...corners(1, 4, 1), shape: [4, 2] }, { ...corners(1, 4, 3), shape: [4, 2] }],
      args: [{ interpolation: 'nearest', fillValue: 2 }],
    },
    { inputs: [r([3, 6, 6]), corners(1, 5, 4), corners(1, 5, 5)], args: [{ dataFormat: 'channels_first' }] },
  ],
  smooth: [
    { inputs: [r([1, 3, 3, 1], 'float64'), corners(1, 2, 1, 'float64'), corners(1, 2, 2, 'float64')], args: [] },
  ],
  looseness: 1000,
});

const unit = (shape: number[], dtype: DType = 'float32', seed = 1): NdArray =>
  randomArray(shape, { seed, dtype, low: 0.05, high: 0.95 });
const formatOf = (args: never[]): string | undefined =>
  (args.at(-1) as { dataFormat?: string } | undefined)?.dataFormat;
const color = (op: string, f: (pixel: number[]) => number[], more: Case[] = []): void =>
  row(op, {
    reference: ([x], args) => ofPixels(x, f, formatOf(args)),
    cases: [
      { inputs: [unit([2, 3, 4, 3])] },
      { inputs: [unit([3, 4, 3])] },
      { inputs: [unit([2, 3, 4, 5])], args: [{ dataFormat: 'channels_first' }] },
      { inputs: [unit([2, 3, 4, 3], 'float64')] },
      { inputs: [nd([0, 0, 0, 1, 1, 1, 0.5, 0.5, 0.5, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0], [1, 7, 1, 3])] },
      ...more,
    ],
    smooth: [{ inputs: [unit([1, 2, 2, 3], 'float64', 4)] }],
    looseness: 10,
  });
const gray = ([a, b, c]: number[]): number[] => [b === undefined ? a : 0.2989 * a + 0.587 * b + 0.114 * c];
color('image.rgbToGrayscale', gray, [{ inputs: [r([2, 3, 4, 1])] }]);
color('image.rgbToHsv', toHsv);
color('image.hsvToRgb', toRgb);

row('image.padImages', {
  reference: ([x], ...[[o]]: [never[]]) => {
    const { top, left, rows, columns } = (o as { twin: Record<string, number> }).twin;
    return onBatch(x, formatOf([o]), (t) => patches(t, [1, 1], [1, 1], [1, 1], [top, left], [rows, columns]));
  },
  call: (op, [x], [{ twin: _twin, ...options }]: [{ twin?: unknown }]) => op(x, options),
  cases: [
    {
      inputs: [r([2, 3, 4, 2])],
      args: [
        {
          topPadding: 1,
          bottomPadding: 2,
          leftPadding: 0,
          rightPadding: 3,
          twin: { top: 1, left: 0, rows: 6, columns: 7 },
        },
      ],
    },
    {
      inputs: [r([3, 4, 2])],
      args: [
        {
          topPadding: 1,
          targetHeight: 6,
          rightPadding: 1,
          targetWidth: 8,
          twin: { top: 1, left: 3, rows: 6, columns: 8 },
        },
      ],
    },
    {
      inputs: [r([2, 2, 3, 4])],
      args: [
        {
          bottomPadding: 1,
          targetHeight: 6,
          leftPadding: 1,
          targetWidth: 8,
          dataFormat: 'channels_first',
          twin: { top: 2, left: 1, rows: 6, columns: 8 },
        },
      ],
    },
  ],
  smooth: [
    {
      inputs: [r([2, 2, 1], 'float64')],
      args: [{ topPadding: 1, bottomPadding: 0, leftPadding: 0, targetWidth: 3, twin: {} }],
    },
  ],
});
row('image.cropImages', {
  reference: ([x], ...[[o]]: [never[]]) => {
    const { top, left, rows, columns } = (o as { twin: Record<string, number> }).twin;
    return onBatch(x, formatOf([o]), (t) => slice(t, [0, top, left, 0], [t.shape[0], rows, columns, t.shape[3]]));
  },
  call: (op, [x], [{ twin: _twin, ...options }]: [{ twin?: unknown }]) => op(x, options),
  cases: [
    {
      inputs: [r([2, 5, 6, 2])],
      args: [
        {
          topCropping: 1,
          bottomCropping: 2,
          leftCropping: 0,
          rightCropping: 3,
          twin: { top: 1, left: 0, rows: 2, columns: 3 },
        },
      ],
    },
    {
      inputs: [r([5, 6, 2])],
      args: [
        {
          topCropping: 1,
          targetHeight: 3,
          rightCropping: 1,
          targetWidth: 4,
          twin: { top: 1, left: 1, rows: 3, columns: 4 },
        },
      ],
    },
    {
      inputs: [r([2, 2, 5, 6])],
      args: [
        {
          bottomCropping: 1,
          targetHeight: 3,
          leftCropping: 2,
          rightCropping: 2,
          dataFormat: 'channels_first',
          twin: { top: 1, left: 2, rows: 3, columns: 2 },
        },
      ],
    },
  ],
  smooth: [
    {
      inputs: [r([3, 2, 1], 'float64')],
      args: [{ topCropping: 1, bottomCropping: 0, leftCropping: 0, targetWidth: 1, twin: {} }],
    },
  ],
});

interface Patching {
  strides?: number | number[];
  dilationRate?: number;
  padding?: string;
  dataFormat?: string;
}
const patching = (op: string, axes: number, cases: [number[], number | number[], Patching?][]): void =>
  row(op, {
    reference: ([x], ...[[size, options]]: [never[]]) => {
      const { strides = size, dilationRate = 1, padding = 'valid', dataFormat } = (options ?? {}) as Patching;
      const each = (v: number | number[]): number[] => (Array.isArray(v) ? v : Array<number>(axes).fill(v));
      const k = each(size);
      const s = each(strides);
      const f = (t: NdArray): NdArray => {
        const windows = k.map((n, i) => outputSize(t.shape[i + 1], (n - 1) * dilationRate + 1, s[i], padding));
        return patches(
          t,
          k,
          s,
          each(dilationRate),
          windows.map((w) => w.before),
          windows.map((w) => w.size),
        );
      };
      if (axes === 2) return onBatch(x, dataFormat, f);
      const one = x.shape.length === 4;
      const y = f(one ? reshaped(x, [1, ...x.shape]) : x);
      return one ? reshaped(y, y.shape.slice(1)) : y;
    },
    cases: cases.map(([x, size, options]) => ({ inputs: [r(x)], args: options ? [size, options] : [size] })),
    smooth: [{ inputs: [r([...Array<number>(axes).fill(3), 1], 'float64')], args: [2, { strides: 1 }] }],
  });
patching('image.extractPatches', 2, [
  [[2, 6, 7, 3], 2],
  [[2, 6, 7, 3], [3, 2], { strides: [2, 1] }],
  [[2, 6, 7, 3], 3, { padding: 'same' }],
  [[6, 7, 2], 2, { strides: 2, dilationRate: 2 }],
  [[2, 3, 6, 7], 2, { dataFormat: 'channels_first' }],
]);
patching('image.extractPatches3d', 3, [
  [[2, 4, 5, 4, 2], 2],
  [[4, 5, 4, 2], [2, 3, 1], { strides: [1, 2, 2], padding: 'same' }],
]);

const positions = (shape: number[], dtype: DType = 'float32'): NdArray =>
  randomArray(shape, { low: -4.2, high: 8.7, seed: 3, dtype });
row('image.mapCoordinates', {
  reference: ([x, c], ...[[order, options]]: [never[]]) => mapCoordinates(x, c, order, options ?? {}),
  cases: [
    ...[0, 1].flatMap((order) =>
      ['constant', 'nearest', 'wrap', 'mirror', 'reflect'].flatMap((fillMode): Case[] => [
        { inputs: [r([4, 5]), positions([2, 11])], args: [order, { fillMode, fillValue: 0.5 }] },
        { inputs: [r([3, 4, 2]), positions([3, 2, 5])], args: [order, { fillMode }] },
      ]),
    ),
    { inputs: [pixels([4, 5], 'int32'), nd([0, 1.25, 2.5, 3, 0.25, 4], [2, 3])], args: [1] },
    { inputs: [r([6]), nd([0, 1, 5, 2], [1, 4], 'int32')], args: [1] },
  ],
  smooth: [
    { inputs: [r([3, 4], 'float64'), nd([0.3, 1.6, 2.2, 0.4], [2, 2], 'float64')], args: [1] },
    { inputs: [r([4], 'float64'), nd([0.3, -1.6, 5.2], [1, 3], 'float64')], args: [1, { fillMode: 'reflect' }] },
  ],
  looseness: 100,
});
const blurKernel = ([a, b]: number[], [sa, sb]: number[]): number[][] => {
  const flat = gaussian(b, sb).flatMap((p) => gaussian(a, sa).map((q) => p * q));
  return Array.from({ length: a }, (_, i) => flat.slice(i * b, (i + 1) * b));
};
row('image.gaussianBlur', {
  reference: ([x], ...[[o]]: [never[]]) => {
    const { kernelSize = [3, 3], sigma = [1, 1] } = (o ?? {}) as { kernelSize?: number[]; sigma?: number[] };
    return filtered(x, blurKernel(kernelSize, sigma), none, formatOf([o]));
  },
  cases: [
    { inputs: [r([2, 5, 6, 3])] },
    { inputs: [r([5, 6, 3])], args: [{ kernelSize: [5, 5], sigma: [0.7, 2] }] },
    { inputs: [r([1, 5, 6, 2])], args: [{ kernelSize: [5, 3], sigma: [2, 0.5] }] },
    { inputs: [r([2, 2, 5, 6])], args: [{ sigma: [2, 2], dataFormat: 'channels_first' }] },
    { inputs: [r([2, 5, 6, 1], 'float64')] },
  ],
  smooth: [{ inputs: [r([1, 3, 3, 2], 'float64')] }],
  looseness: 10,
});
const SOBEL = [
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
];
row('image.sobelEdges', {
  reference: ([x]) => {
    const parts = [SOBEL, SOBEL[0].map((_, j) => SOBEL.map((line) => line[j]))].map((kernel) =>
      filtered(x, kernel, mirrored),
    );
    return concatenate(
      parts.map((p) => reshaped(p, [...p.shape, 1])),
      -1,
    );
  },
  cases: [{ inputs: [r([2, 5, 6, 3])] }, { inputs: [r([5, 4, 1])] }, { inputs: [r([1, 2, 2, 1], 'float64')] }],
  smooth: [{ inputs: [r([1, 3, 3, 1], 'float64')] }],
  looseness: 5,
});
row('image.ssim', {
  reference: ([x, y], ...[[o]]: [never[]]) => {
    const {
      maxVal = 1,
      filterSize = 11,
      filterSigma = 1.5,
    } = (o ?? {}) as { maxVal?: number; filterSize?: number; filterSigma?: number };
    const batch = (t: NdArray): NdArray => (t.shape.length === 4 ? t : reshaped(t, [1, ...t.shape]));
    const z = ssim(batch(x), batch(y), maxVal, filterSize, filterSigma);
    return x.shape.length === 4 ? z : reshaped(z, []);
  },
  cases: [
    { inputs: [unit([2, 12, 13, 2]), unit([2, 12, 13, 2], 'float32', 2)] },
    { inputs: [unit([6, 7, 1]), unit([6, 7, 1], 'float32', 2)], args: [{ filterSize: 5, filterSigma: 1, maxVal: 2 }] },
    { inputs: [unit([1, 5, 5, 3], 'float64'), unit([1, 5, 5, 3], 'float64')], args: [{ filterSize: 3 }] },
  ],
  smooth: [{ inputs: [unit([1, 4, 4, 1], 'float64'), unit([1, 4, 4, 1], 'float64', 2)], args: [{ filterSize: 3 }] }],
  looseness: 200,
});
// Without movement nothing changes; what moves is drawn at random: image.test.ts.
row('image.elasticTransform', {
  reference: ([x]) => x,
  cases: [
    { inputs: [r([2, 5, 6, 3])], args: [{ alpha: 0, seed: 1 }] },
    { inputs: [r([5, 6, 3])], args: [{ alpha: 0, seed: 1, sigma: 1, interpolation: 'nearest', fillMode: 'constant' }] },
    { inputs: [r([2, 2, 5, 6])], args: [{ alpha: 0, seed: 1, dataFormat: 'channels_first' }] },
  ],
  smooth: [{ inputs: [distinctArray([1, 3, 3, 1])], args: [{ alpha: 0, seed: 1, sigma: 1 }] }],
});
