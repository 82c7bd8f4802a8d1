/** Naive twins: the ops as short loops over float64 numbers. Slow, obvious, and independent of the engine. */
import type { DType } from '../../lib/index';
import { at, broadcastShapes, build, elementwise, forEachIndex, nd, normalAxis, sizeOf, type NdArray } from './ndarray';

export type Axes = number | readonly number[] | null | undefined;
export const axesOf = (axis: Axes, ndim: number): number[] =>
  (axis == null ? Array.from({ length: ndim }, (_, i) => i) : typeof axis === 'number' ? [axis] : [...axis]).map((a) =>
    normalAxis(a, ndim),
  );

/** `f` of the elements that the reduced axes run over, in row-major order. */
export function reduce(
  x: NdArray,
  axis: Axes,
  keepdims: boolean,
  dtype: DType,
  f: (values: number[]) => number,
): NdArray {
  const axes = axesOf(axis, x.shape.length);
  const isReduced = (i: number): boolean => axes.includes(i);
  const kept = x.shape.map((d, i) => (isReduced(i) ? 1 : d));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  forEachIndex(x.shape, (index, flat) => {
    groups[index.reduce((p, v, i) => p * kept[i] + (isReduced(i) ? 0 : v), 0)].push(x.data[flat]);
  });
  return nd(groups.map(f), keepdims ? kept : x.shape.filter((_, i) => !isReduced(i)), dtype);
}
export const total = (values: number[]): number => values.reduce((p, v) => p + v, 0);
export const average = (values: number[]): number => total(values) / values.length;
/** NaN wins. */
export const largest = (values: number[]): number => values.reduce((p, v) => Math.max(p, v), -Infinity);
export const smallest = (values: number[]): number => values.reduce((p, v) => Math.min(p, v), Infinity);
export const spread = (values: number[]): number => {
  const m = average(values);
  return average(values.map((v) => (v - m) ** 2));
};

export function transpose(x: NdArray, axes?: readonly number[] | null): NdArray {
  const n = x.shape.length;
  const order = axes ? axes.map((a) => normalAxis(a, n)) : x.shape.map((_, i) => n - 1 - i);
  return build(
    order.map((a) => x.shape[a]),
    x.dtype,
    (index) => {
      const from = new Array<number>(n);
      order.forEach((a, i) => {
        from[a] = index[i];
      });
      return at(x, from);
    },
  );
}
export function moveaxis(x: NdArray, from: number, to: number): NdArray {
  const n = x.shape.length;
  const order = x.shape.map((_, i) => i);
  order.splice(normalAxis(to, n), 0, ...order.splice(normalAxis(from, n), 1));
  return transpose(x, order);
}
/** An array without copying: the same values in another shape. */
export function reshape(x: NdArray, shape: readonly number[]): NdArray {
  const known = sizeOf(shape.filter((d) => d >= 0));
  return nd(
    x.data,
    shape.map((d) => (d < 0 ? (known ? x.data.length / known : 0) : d)),
    x.dtype,
  );
}
/** `f` of each line along one axis, which makes it `lengthOf(n)` long (default: as long as it was). */
export function alongAxis(
  x: NdArray,
  axis: number,
  dtype: DType,
  f: (line: number[]) => number[],
  lengthOf = (n: number): number => n,
): NdArray {
  const moved = moveaxis(x, axis, -1);
  const n = moved.shape.at(-1)!;
  const out: number[] = [];
  for (let i = 0; i < moved.data.length; i += n) for (const v of f(moved.data.slice(i, i + n))) out.push(v);
  return moveaxis(nd(out, [...moved.shape.slice(0, -1), lengthOf(n)], dtype), -1, axis);
}
export const slice = (
  x: NdArray,
  start: readonly number[],
  size: readonly number[],
  step: readonly number[] = size.map(() => 1),
): NdArray =>
  build(size, x.dtype, (index) =>
    at(
      x,
      index.map((v, i) => start[i] + v * step[i]),
    ),
  );
export function concatenate(xs: readonly NdArray[], axis: number, dtype: DType = xs[0].dtype): NdArray {
  const a = normalAxis(axis, xs[0].shape.length);
  const shape = xs[0].shape.map((d, i) => (i === a ? total(xs.map((x) => x.shape[a])) : d));
  return build(shape, dtype, (index) => {
    let k = 0;
    let v = index[a];
    while (v >= xs[k].shape[a]) v -= xs[k++].shape[a];
    return at(
      xs[k],
      index.map((d, i) => (i === a ? v : d)),
    );
  });
}
export function take(x: NdArray, indices: NdArray, axis: number): NdArray {
  const a = normalAxis(axis, x.shape.length);
  const n = indices.shape.length;
  return build([...x.shape.slice(0, a), ...indices.shape, ...x.shape.slice(a + 1)], x.dtype, (index) => {
    const i = at(indices, index.slice(a, a + n));
    return at(x, [...index.slice(0, a), i < 0 ? i + x.shape[a] : i, ...index.slice(a + n)]);
  });
}
/** Matrix product over the last two axes, leading axes broadcast; vectors as in NumPy. */
export function matmul(x: NdArray, y: NdArray, dtype: DType): NdArray {
  const a = x.shape.length === 1 ? reshape(x, [1, -1]) : x;
  const b = y.shape.length === 1 ? reshape(y, [-1, 1]) : y;
  const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inner = a.shape.at(-1)!;
  const own = (t: NdArray, index: number[]): number[] => {
    const n = t.shape.length - 2;
    return index.slice(lead.length - n, lead.length).map((v, i) => (t.shape[i] === 1 ? 0 : v));
  };
  const full = build([...lead, a.shape.at(-2)!, b.shape.at(-1)!], dtype, (index) => {
    const [row, column] = index.slice(-2);
    const rowsOf = own(a, index);
    const columnsOf = own(b, index);
    let p = 0;
    for (let k = 0; k < inner; k++) p += at(a, [...rowsOf, row, k]) * at(b, [...columnsOf, k, column]);
    return p;
  });
  const n = full.shape.length;
  return {
    ...full,
    shape: full.shape.filter(
      (_, i) => !(x.shape.length === 1 && i === n - 2) && !(y.shape.length === 1 && i === n - 1),
    ),
  };
}
/** Sum of products in Einstein's notation, one loop over all letters; the result's letters are named. */
export function einsum(subscripts: string, xs: readonly NdArray[], dtype: DType): NdArray {
  const [inputs, output] = subscripts.split('->');
  const parts = inputs.split(',');
  const sizes = new Map<string, number>();
  parts.forEach((p, i) => [...p].forEach((letter, k) => sizes.set(letter, xs[i].shape[k])));
  const letters = [...output, ...[...sizes.keys()].filter((l) => !output.includes(l))];
  const shape = [...output].map((l) => sizes.get(l)!);
  const data = new Array<number>(sizeOf(shape)).fill(0);
  forEachIndex(
    letters.map((l) => sizes.get(l)!),
    (index) => {
      const value = (l: string): number => index[letters.indexOf(l)];
      data[shape.reduce((p, d, i) => p * d + index[i], 0)] += parts.reduce(
        (p, part, i) => p * at(xs[i], [...part].map(value)),
        1,
      );
    },
  );
  return nd(data, shape, dtype);
}
export const softmax = (line: number[]): number[] => {
  const m = Math.max(...line);
  const e = line.map((v) => Math.exp(v - m));
  const s = total(e);
  return e.map((v) => v / s);
};
export const logSoftmax = (line: number[]): number[] => {
  const m = Math.max(...line);
  const s = Math.log(total(line.map((v) => Math.exp(v - m))));
  return line.map((v) => v - m - s);
};
/** Positions that sort the line, equals in order, NaN last. */
export const argsort = (line: number[]): number[] =>
  line
    .map((_, i) => i)
    .sort((i, j) => {
      const a = line[i];
      const b = line[j];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j;
      return a === b ? i - j : a < b ? -1 : 1;
    });
/** Largest first, equals in order. */
export const argsortDescending = (line: number[]): number[] =>
  line.map((_, i) => i).sort((i, j) => line[j] - line[i] || i - j);
export { elementwise };
