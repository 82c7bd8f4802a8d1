/** Naive twins of image ops: pixel by pixel, from the definitions. Images are (batch, height, width, channels). */
import { at, build, type NdArray } from './ndarray';
import { transpose } from './naive';

/** Runs `f` on one image or a batch in either format. */
export function onBatch(x: NdArray, dataFormat: string | null | undefined, f: (t: NdArray) => NdArray): NdArray {
  const batch = x.shape.length === 4 ? x : { ...x, shape: [1, ...x.shape] };
  const isFirst = dataFormat === 'channels_first';
  const y = f(isFirst ? transpose(batch, [0, 2, 3, 1]) : batch);
  const back = isFirst ? transpose(y, [0, 3, 1, 2]) : y;
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
function weighted(
  x: NdArray,
  axis: number,
  size: number,
  centre: (i: number) => number,
  weight: (distance: number) => number,
): NdArray {
  const n = x.shape[axis];
  return build(
    x.shape.map((d, a) => (a === axis ? size : d)),
    x.dtype,
    (index) => {
      const c = centre(index[axis]);
      let total = 0;
      let sum = 0;
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
function resizeAxis(
  x: NdArray,
  axis: number,
  size: number,
  { interpolation = 'bilinear', antialias = false }: ResizeOptions,
): NdArray {
  const n = x.shape[axis];
  const scale = n / size;
  const shape = x.shape.map((d, a) => (a === axis ? size : d));
  const read = (index: number[], j: number): number => at(x, index.with(axis, Math.min(Math.max(j, 0), n - 1)));
  if (interpolation === 'nearest')
    return build(shape, x.dtype, (index) => read(index, Math.floor((index[axis] + 0.5) * scale)));
  if (interpolation === 'area')
    return build(shape, x.dtype, (index) => {
      const from = index[axis] * scale;
      const to = from + scale;
      let sum = 0;
      for (let j = 0; j < n; j++)
        sum += Math.max(0, Math.min(to, j + 1) - Math.max(from, j)) * at(x, index.with(axis, j));
      return sum / scale;
    });
  if (interpolation === 'bilinear' && !antialias)
    return build(shape, x.dtype, (index) => {
      const c = (index[axis] + 0.5) * scale - 0.5;
      const low = Math.floor(c);
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

export function scaleAndTranslate(
  x: NdArray,
  shape: number[],
  scale: number[],
  shift: number[],
  axes: number[],
  method: string,
  antialias: boolean,
): NdArray {
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
export function warp(
  x: NdArray,
  where: (b: number, row: number, column: number) => [number, number],
  options: WarpOptions,
): NdArray {
  const { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0, dataFormat } = options;
  return onBatch(x, dataFormat, (t) => {
    const [, height, width] = t.shape;
    return build(t.shape, t.dtype, ([b, i, j, c]) => {
      const [row, column] = where(b, i, j);
      const y = bringBack(row, height, fillMode);
      const z = bringBack(column, width, fillMode);
      const read = (p: number, q: number): number =>
        p >= 0 && p < height && q >= 0 && q < width ? at(t, [b, p, q, c]) : fillValue;
      if (interpolation === 'nearest') return read(roundAway(y), roundAway(z));
      let sum = 0;
      for (let p = Math.floor(y); p <= Math.floor(y) + 1; p++)
        for (let q = Math.floor(z); q <= Math.floor(z) + 1; q++)
          sum += (1 - Math.abs(y - p)) * (1 - Math.abs(z - q)) * read(p, q);
      return t.dtype.startsWith('int') || t.dtype === 'uint8' ? Math.trunc(sum) : sum;
    });
  });
}
/** [a, b, c, d, e, f, g, h] per image, or one for all. */
export function projection(transform: NdArray): (b: number, row: number, column: number) => [number, number] {
  return (b, row, column) => {
    const start = transform.data.length > 8 ? 8 * b : 0;
    const [a0, a1, a2, b0, b1, b2, c0, c1] = transform.data.slice(start, start + 8);
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

/** `f` of the channels of each pixel. */
export const ofPixels = (x: NdArray, f: (pixel: number[]) => number[], dataFormat?: string): NdArray =>
  onBatch(x, dataFormat, (t) => {
    const channels = t.shape[3];
    const out: number[] = [];
    for (let i = 0; i < t.data.length; i += channels) out.push(...f(t.data.slice(i, i + channels)));
    return { shape: [...t.shape.slice(0, 3), out.length / (t.data.length / channels)], data: out, dtype: t.dtype };
  });
export function toHsv([r, g, b]: number[]): number[] {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  const turn =
    range === 0 ? 0 : value === r ? (g - b) / range : value === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  return [(((turn / 6) % 1) + 1) % 1, value === 0 ? 0 : range / value, value];
}
export function toRgb([h, s, v]: number[]): number[] {
  const sector = h * 6;
  const channel = (n: number): number => {
    const k = (n + sector) % 6;
    return v - v * s * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}
/** Inside an array of size n, or null. Patterns from scipy.ndimage. */
function outside(p: number, n: number, mode: string): number | null {
  if (p >= 0 && p < n) return p;
  const cycle = (period: number): number => ((p % period) + period) % period;
  if (mode === 'nearest') return p < 0 ? 0 : n - 1;
  if (mode === 'wrap') return cycle(n);
  if (mode === 'reflect') return cycle(2 * n) < n ? cycle(2 * n) : 2 * n - 1 - cycle(2 * n);
  if (mode === 'mirror') return n === 1 ? 0 : cycle(2 * n - 2) < n ? cycle(2 * n - 2) : 2 * n - 2 - cycle(2 * n - 2);
  return null;
}
export function mapCoordinates(
  x: NdArray,
  coordinates: NdArray,
  order: number,
  { fillMode = 'constant', fillValue = 0 }: WarpOptions = {},
): NdArray {
  const shape = coordinates.shape.slice(1);
  const isWhole = !x.dtype.startsWith('float');
  return build(shape, x.dtype, (index) => {
    let corners = [{ at: [] as number[], weight: 1, valid: true }];
    x.shape.forEach((n, axis) => {
      const p = at(coordinates, [axis, ...index]);
      const low = Math.floor(p);
      const even = (v: number): number => (Math.abs(v - Math.trunc(v)) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));
      const ends =
        order === 0
          ? [[even(p), 1]]
          : [
              [low, low + 1 - p],
              [low + 1, p - low],
            ];
      corners = corners.flatMap((c) =>
        ends.map(([k, w]) => {
          const q = outside(k, n, fillMode);
          return { at: [...c.at, q ?? 0], weight: c.weight * w, valid: c.valid && q !== null };
        }),
      );
    });
    const sum = corners.reduce((s, c) => s + c.weight * (c.valid ? at(x, c.at) : fillValue), 0);
    return isWhole ? Math.round(sum) : sum;
  });
}
/** Each channel correlated with a kernel (rows, columns), `border` telling what stands outside (null: zero). */
export const filtered = (
  x: NdArray,
  kernel: number[][],
  border: (p: number, n: number) => number | null,
  dataFormat?: string,
): NdArray =>
  onBatch(x, dataFormat, (t) =>
    build(t.shape, t.dtype, ([b, i, j, c]) => {
      let sum = 0;
      kernel.forEach((line, u) =>
        line.forEach((w, v) => {
          const p = border(i + u - ((kernel.length - 1) >> 1), t.shape[1]);
          const q = border(j + v - ((line.length - 1) >> 1), t.shape[2]);
          if (p !== null && q !== null) sum += w * at(t, [b, p, q, c]);
        }),
      );
      return sum;
    }),
  );
export const none = (p: number, n: number): number | null => (p < 0 || p >= n ? null : p);
export const mirrored = (p: number, n: number): number | null => outside(p, n, 'mirror');
export function gaussian(size: number, sigma: number): number[] {
  const g = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2));
  const total = g.reduce((a, b) => a + b, 0);
  return g.map((v) => v / total);
}
/** The index of each window of each channel, then the mean. Images (batch, height, width, channels). */
export function ssim(x: NdArray, y: NdArray, maxVal: number, size: number, sigma: number): NdArray {
  const g = gaussian(size, sigma);
  const [c1, c2] = [(0.01 * maxVal) ** 2, (0.03 * maxVal) ** 2];
  const [batch, height, width, channels] = x.shape;
  return build([batch], x.dtype, ([b]) => {
    let total = 0;
    let count = 0;
    for (let i = 0; i + size <= height; i++)
      for (let j = 0; j + size <= width; j++)
        for (let c = 0; c < channels; c++) {
          const mean = (f: (p: number, q: number) => number): number => {
            let s = 0;
            for (let u = 0; u < size; u++)
              for (let v = 0; v < size; v++)
                s += g[u] * g[v] * f(at(x, [b, i + u, j + v, c]), at(y, [b, i + u, j + v, c]));
            return s;
          };
          const m = mean((p) => p);
          const n = mean((_, q) => q);
          const [sm, sn, mn] = [
            mean((p) => (p - m) ** 2),
            mean((_, q) => (q - n) ** 2),
            mean((p, q) => (p - m) * (q - n)),
          ];
          total += ((2 * m * n + c1) * (2 * mn + c2)) / ((m * m + n * n + c1) * (sm + sn + c2));
          count++;
        }
    return total / count;
  });
}
/** Windows as vectors, channels last; `where` are the first elements of the windows per axis. */
export function patches(
  x: NdArray,
  size: number[],
  strides: number[],
  dilation: number[],
  before: number[],
  counts: number[],
): NdArray {
  const n = size.length;
  const channels = x.shape[n + 1];
  return build([x.shape[0], ...counts, size.reduce((p, k) => p * k, channels)], x.dtype, (index) => {
    let rest = index[n + 1];
    const channel = rest % channels;
    rest = Math.floor(rest / channels);
    const tap = new Array<number>(n);
    for (let a = n - 1; a >= 0; a--) {
      tap[a] = rest % size[a];
      rest = Math.floor(rest / size[a]);
    }
    const p = tap.map((t, a) => index[a + 1] * strides[a] - before[a] + t * dilation[a]);
    return p.some((v, a) => v < 0 || v >= x.shape[a + 1]) ? 0 : at(x, [index[0], ...p, channel]);
  });
}
