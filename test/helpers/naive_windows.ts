/** Naive twins of convolution and pooling over any number of spatial axes. */
import { at, build, type NdArray } from './ndarray';
import { moveaxis } from './naive';

type Sizes = number | readonly number[];
export interface WindowOptions {
  strides?: Sizes | null;
  padding?: string;
  dataFormat?: string | null;
  dilationRate?: Sizes;
}

const each = (v: Sizes, n: number): number[] => (typeof v === 'number' ? Array<number>(n).fill(v) : [...v]);

/** Output size and elements added before the first, of one axis (as Keras and TensorFlow define 'same'). */
export function outputSize(
  n: number,
  window: number,
  stride: number,
  padding: string,
): { size: number; before: number } {
  if (padding === 'same') {
    const size = Math.ceil(n / stride);
    return { size, before: Math.max(0, (size - 1) * stride + window - n) >> 1 };
  }
  if (padding === 'causal') return { size: Math.floor((n - 1) / stride) + 1, before: window - 1 };
  return { size: Math.floor((n - window) / stride) + 1, before: 0 };
}
function windows(
  x: NdArray,
  size: readonly number[],
  extent: readonly number[],
  strides: readonly number[],
  padding: string,
) {
  const n = size.length;
  const axes = size.map((_, i) => outputSize(x.shape[i + 1], extent[i], strides[i], padding));
  const shape = axes.map((a) => a.size);
  /** Positions in x of each tap of the window at `where`; null in the padding. */
  const taps = (where: readonly number[], dilation: readonly number[]): { tap: number[]; from: number[] | null }[] => {
    const out: { tap: number[]; from: number[] | null }[] = [];
    build(size, 'float64', (tap) => {
      const from = tap.map((t, i) => where[i] * strides[i] - axes[i].before + t * dilation[i]);
      out.push({ tap: [...tap], from: from.some((f, i) => f < 0 || f >= x.shape[i + 1]) ? null : from });
      return 0;
    });
    return out;
  };
  return { shape, taps, n };
}
const inLastFormat = (x: NdArray, dataFormat: string | null | undefined, f: (t: NdArray) => NdArray): NdArray =>
  dataFormat === 'channels_first' ? moveaxis(f(moveaxis(x, 1, -1)), -1, 1) : f(x);

/** kernel: (...kernel, channels / groups, filters). */
export function conv(
  input: NdArray,
  kernel: NdArray,
  { strides, padding = 'valid', dataFormat, dilationRate = 1 }: WindowOptions = {},
): NdArray {
  const n = kernel.shape.length - 2;
  const s = each(strides ?? 1, n);
  const d = each(dilationRate, n);
  const size = kernel.shape.slice(0, n);
  return inLastFormat(input, dataFormat, (x) => {
    const w = windows(
      x,
      size,
      size.map((k, i) => (k - 1) * d[i] + 1),
      s,
      padding.toLowerCase(),
    );
    const perGroup = kernel.shape[n];
    const filters = kernel.shape[n + 1];
    const filtersPerGroup = filters / (x.shape.at(-1)! / perGroup);
    return build([x.shape[0], ...w.shape, filters], x.dtype, (index) => {
      const batch = index[0];
      const filter = index[n + 1];
      const first = Math.floor(filter / filtersPerGroup) * perGroup;
      let sum = 0;
      for (const { tap, from } of w.taps(index.slice(1, n + 1), d))
        if (from)
          for (let c = 0; c < perGroup; c++)
            sum += at(x, [batch, ...from, first + c]) * at(kernel, [...tap, c, filter]);
      return sum;
    });
  });
}
/** kernel: (...kernel, channels, multiplier); filter c * multiplier + m sees channel c alone. */
export function depthwiseConv(input: NdArray, kernel: NdArray, options: WindowOptions = {}): NdArray {
  const n = kernel.shape.length - 2;
  const [channels, multiplier] = kernel.shape.slice(n);
  return conv(input, { ...kernel, shape: [...kernel.shape.slice(0, n), 1, channels * multiplier] }, options);
}
/** Each input element spreads the kernel, times itself, over the output. kernel: (...kernel, filters, channels). */
export function convTranspose(
  input: NdArray,
  kernel: NdArray,
  {
    strides,
    padding = 'valid',
    dataFormat,
    dilationRate = 1,
    outputPadding = null,
  }: WindowOptions & { outputPadding?: Sizes | null } = {},
): NdArray {
  const n = kernel.shape.length - 2;
  const s = each(strides ?? 1, n);
  const d = each(dilationRate, n);
  const extra = outputPadding === null ? null : each(outputPadding, n);
  const [filters, channels] = kernel.shape.slice(n);
  return inLastFormat(input, dataFormat, (x) => {
    const extents = d.map((rate, i) => (kernel.shape[i] - 1) * rate + 1);
    const sizes = extents.map((k, i) => {
      const first = (x.shape[i + 1] - 1) * s[i];
      if (padding === 'valid') return first + k + (extra ? extra[i] : Math.max(k, s[i]) - k);
      return extra ? first + (k % 2) + extra[i] : x.shape[i + 1] * s[i];
    });
    const before = extents.map((k, i) =>
      padding === 'valid' ? 0 : Math.max(0, (x.shape[i + 1] - 1) * s[i] + k - sizes[i]) >> 1,
    );
    const shape = [x.shape[0], ...sizes, filters];
    const y = build(shape, x.dtype, () => 0);
    build(x.shape, x.dtype, (index) => {
      build([...kernel.shape.slice(0, n), filters], x.dtype, (tap) => {
        const to = before.map((b, i) => index[i + 1] * s[i] + tap[i] * d[i] - b);
        if (to.some((t, i) => t < 0 || t >= sizes[i])) return 0;
        const flat = [index[0], ...to, tap[n]].reduce((p, v, i) => p * shape[i] + v, 0);
        y.data[flat] += at(x, index) * at(kernel, [...tap, index[n + 1]]);
        return channels;
      });
      return 0;
    });
    return y;
  });
}
/** `f` of each of `outputSize` windows per axis, from floor(i n / size) to ceil((i + 1) n / size). */
export function adaptivePool(
  input: NdArray,
  outputSize: Sizes,
  { dataFormat }: WindowOptions,
  f: (values: number[]) => number,
): NdArray {
  const n = input.shape.length - 2;
  const size = each(outputSize, n);
  return inLastFormat(input, dataFormat, (x) =>
    build([x.shape[0], ...size, x.shape.at(-1)!], x.dtype, (index) => {
      const values: number[] = [];
      const first = size.map((m, i) => Math.floor((index[i + 1] * x.shape[i + 1]) / m));
      const lengths = size.map((m, i) => Math.ceil(((index[i + 1] + 1) * x.shape[i + 1]) / m) - first[i]);
      build(lengths, x.dtype, (tap) => {
        values.push(at(x, [index[0], ...tap.map((t, i) => first[i] + t), index[n + 1]]));
        return 0;
      });
      return f(values);
    }),
  );
}
/** Padding takes no part in the maximum nor in the mean. */
export function pool(
  input: NdArray,
  poolSize: Sizes,
  { strides, padding = 'valid', dataFormat }: WindowOptions,
  f: (values: number[]) => number,
): NdArray {
  const n = input.shape.length - 2;
  const size = each(poolSize, n);
  const s = each(strides ?? poolSize, n);
  return inLastFormat(input, dataFormat, (x) => {
    const w = windows(x, size, size, s, padding.toLowerCase());
    return build([x.shape[0], ...w.shape, x.shape.at(-1)!], x.dtype, (index) => {
      const inside = w
        .taps(
          index.slice(1, n + 1),
          size.map(() => 1),
        )
        .flatMap(({ from }) => (from ? [at(x, [index[0], ...from, index[n + 1]])] : []));
      return f(inside);
    });
  });
}
