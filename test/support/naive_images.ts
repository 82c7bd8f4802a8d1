/** Naive twins of image ops: pixel by pixel, from the definitions. Images are (batch, height, width, channels). */
import { at, build, type NdArray } from './ndarray';
import { transpose } from './naive';

/** Runs `f` on one image or a batch in either format. */
export function onBatch(x: NdArray, dataFormat: string | null | undefined, f: (t: NdArray) => NdArray): NdArray {
  const batch = x.shape.length === 4 ? x : { ...x, shape: [1, ...x.shape] },
    isFirst = dataFormat === 'channels_first';
  const y = f(isFirst ? transpose(batch, [0, 2, 3, 1]) : batch),
    back = isFirst ? transpose(y, [0, 3, 1, 2]) : y;
  return x.shape.length === 4 ? back : { ...back, shape: back.shape.slice(1) };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos =
  (n: number) =>
  (x: number): number =>
    Math.abs(x) <= n ? sinc(x) * sinc(x / n) : 0;
/** Weight of a pixel at a distance. */
export const kernels: Record<string, (x: number) => number> = {
  bilinear: (x) => Math.max(0, 1 - Math.abs(x)),
  bicubic: (x) => {
    const a = Math.abs(x);
    return a < 1 ? 1.5 * a ** 3 - 2.5 * a ** 2 + 1 : a < 2 ? -0.5 * a ** 3 + 2.5 * a ** 2 - 4 * a + 2 : 0;
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};
/** Along one axis: weighted mean of all pixels, by their distance from `centre(i)`; 0 where the centre lies outside. */
function weighted(x: NdArray, axis: number, size: number, centre: (i: number) => number, weight: (distance: number) => number): NdArray {
  const n = x.shape[axis];
  return build(
    x.shape.map((d, a) => (a === axis ? size : d)),
    x.dtype,
    (index) => {
      const c = centre(index[axis]);
      let total = 0,
        sum = 0;
      if (c < -0.5 || c > n - 0.5) return 0;
      for (let j = 0; j < n; j++) {
        const w = weight(j - c);
        total += w;
        sum += w * at(x, index.with(axis, j));
      }
      return sum / total;
    },
  );
}
export interface ResizeOptions {
  interpolation?: string;
  antialias?: boolean;
  dataFormat?: string;
}
/** One axis resized. Without antialiasing bilinear repeats the border, the other kernels leave out what lies outside. */
function resizeAxis(x: NdArray, axis: number, size: number, { interpolation = 'bilinear', antialias = false }: ResizeOptions): NdArray {
  const n = x.shape[axis],
    scale = n / size;
  const shape = x.shape.map((d, a) => (a === axis ? size : d));
  const read = (index: number[], j: number): number => at(x, index.with(axis, Math.min(Math.max(j, 0), n - 1)));
  if (interpolation === 'nearest') return build(shape, x.dtype, (index) => read(index, Math.floor((index[axis] + 0.5) * scale)));
  if (interpolation === 'area')
    return build(shape, x.dtype, (index) => {
      const from = index[axis] * scale,
        to = from + scale;
      let sum = 0;
      for (let j = 0; j < n; j++) sum += Math.max(0, Math.min(to, j + 1) - Math.max(from, j)) * at(x, index.with(axis, j));
      return sum / scale;
    });
  if (interpolation === 'bilinear' && !antialias)
    return build(shape, x.dtype, (index) => {
      const c = (index[axis] + 0.5) * scale - 0.5,
        low = Math.floor(c);
      return read(index, low) * (low + 1 - c) + read(index, low + 1) * (c - low);
    });
  const widened = antialias ? Math.max(1, scale) : 1;
  return weighted(
    x,
    axis,
    size,
    (i) => (i + 0.5) * scale - 0.5,
    (d) => kernels[interpolation](d / widened),
  );
}
export const resize = (x: NdArray, [height, width]: number[], options: ResizeOptions = {}): NdArray =>
  onBatch(x, options.dataFormat, (t) => resizeAxis(resizeAxis(t, 1, height, options), 2, width, options));

export function scaleAndTranslate(x: NdArray, shape: number[], scale: number[], shift: number[], axes: number[], method: string, antialias: boolean): NdArray {
  return axes.reduce((t, axis, k) => {
    const widened = antialias ? Math.max(1, 1 / scale[k]) : 1;
    return weighted(
      t,
      axis,
      shape[axis],
      (i) => (i + 0.5 - shift[k]) / scale[k] - 0.5,
      (d) => kernels[method](d / widened),
    );
  }, x);
}

/** Where a position outside of 0 .. n - 1 is read instead. */
function bringBack(p: number, n: number, mode: string): number {
  const clamp = (v: number): number => Math.min(Math.max(v, 0), n - 1);
  if (mode === 'constant') return p;
  if (mode === 'nearest' || n === 1) return clamp(p);
  if (mode === 'reflect') {
    if (p >= 0 && p <= n - 1) return p;
    const m = ((p % (2 * n)) + 2 * n) % (2 * n);
    return clamp(m >= n ? 2 * n - 1 - m : m);
  }
  // As TensorFlow: steps of n, counted in lengths of n - 1.
  if (p < 0) return clamp(p + n * (Math.floor(-p / (n - 1)) + 1));
  return p > n - 1 ? clamp(p - n * Math.floor(p / (n - 1))) : p;
}
export interface WarpOptions {
  interpolation?: string;
  fillMode?: string;
  fillValue?: number;
  dataFormat?: string;
}
const roundAway = (v: number): number => Math.sign(v) * Math.floor(Math.abs(v) + 0.5);
/** `where(batch, row, column)` says which row and column of the image is seen. */
export function warp(x: NdArray, where: (b: number, row: number, column: number) => [number, number], options: WarpOptions): NdArray {
  const { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0, dataFormat } = options;
  return onBatch(x, dataFormat, (t) => {
    const [, height, width] = t.shape;
    return build(t.shape, t.dtype, ([b, i, j, c]) => {
      const [row, column] = where(b, i, j),
        y = bringBack(row, height, fillMode),
        z = bringBack(column, width, fillMode);
      const read = (p: number, q: number): number => (p >= 0 && p < height && q >= 0 && q < width ? at(t, [b, p, q, c]) : fillValue);
      if (interpolation === 'nearest') return read(roundAway(y), roundAway(z));
      let sum = 0;
      for (let p = Math.floor(y); p <= Math.floor(y) + 1; p++)
        for (let q = Math.floor(z); q <= Math.floor(z) + 1; q++) sum += (1 - Math.abs(y - p)) * (1 - Math.abs(z - q)) * read(p, q);
      return t.dtype.startsWith('int') || t.dtype === 'uint8' ? Math.trunc(sum) : sum;
    });
  });
}
/** [a, b, c, d, e, f, g, h] per image, or one for all. */
export function projection(transform: NdArray): (b: number, row: number, column: number) => [number, number] {
  return (b, row, column) => {
    const start = transform.data.length > 8 ? 8 * b : 0,
      [a0, a1, a2, b0, b1, b2, c0, c1] = transform.data.slice(start, start + 8);
    const k = c0 * column + c1 * row + 1;
    return [(b0 * column + b1 * row + b2) / k, (a0 * column + a1 * row + a2) / k];
  };
}
/** The transforms that show at `end` what lay at `start`, both (..., 4, 2): eight linear equations each, by elimination. */
export function homography(start: NdArray, end: NdArray): NdArray {
  const out: number[] = [];
  for (let first = 0; first < start.data.length; first += 8) {
    const m: number[][] = [];
    for (let k = first; k < first + 8; k += 2) {
      const [sx, sy, ex, ey] = [start.data[k], start.data[k + 1], end.data[k], end.data[k + 1]];
      m.push([ex, ey, 1, 0, 0, 0, -sx * ex, -sx * ey, sx], [0, 0, 0, ex, ey, 1, -sy * ex, -sy * ey, sy]);
    }
    for (let c = 0; c < 8; c++) {
      const pivot = m.slice(c).reduce((best, row, i) => (Math.abs(row[c]) > Math.abs(m[best][c]) ? c + i : best), c);
      [m[c], m[pivot]] = [m[pivot], m[c]];
      for (let r = 0; r < 8; r++)
        if (r !== c) {
          const factor = m[r][c] / m[c][c];
          m[r] = m[r].map((v, i) => v - factor * m[c][i]);
        }
    }
    out.push(...m.map((row, i) => row[8] / row[i]));
  }
  return { shape: [start.data.length / 8, 8], data: out, dtype: start.dtype };
}
