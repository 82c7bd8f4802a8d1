/** Plain arrays with a shape: what the naive twins compute on, always in float64. */
import * as trae from '../../lib/index';
import type { DType } from '../../lib/index';

export interface NdArray {
  shape: number[];
  data: number[];
  dtype: DType;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((p, d) => p * d, 1);
export const isFloating = (d: DType): boolean => d.startsWith('float') || d === 'bfloat16';

/** An array from values in row-major order; the shape defaults to one axis. */
export function nd(
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: DType = 'float32',
): NdArray {
  if (data.length !== sizeOf(shape)) throw new Error(`nd: ${data.length} values for shape (${shape})`);
  return { shape: [...shape], data: [...data], dtype };
}
export const scalar = (value: number, dtype: DType = 'float32'): NdArray => nd([value], [], dtype);
/** The values 0, 1, 2, ... */
export const counting = (shape: readonly number[], dtype: DType = 'float32'): NdArray =>
  nd(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
    dtype,
  );

export function toTensor({ shape, data, dtype }: NdArray): trae.Tensor {
  switch (dtype) {
    case 'int64':
      return trae.tensor(BigInt64Array.from(data, BigInt), shape, dtype);
    case 'float64':
      return trae.tensor(Float64Array.from(data), shape, dtype);
    case 'int32':
      return trae.tensor(Int32Array.from(data), shape, dtype);
    case 'int8':
      return trae.tensor(Int8Array.from(data), shape, dtype);
    case 'uint8':
    case 'bool':
      return trae.tensor(Uint8Array.from(data), shape, dtype);
    default:
      return trae.tensor(Float32Array.from(data), shape, dtype);
  }
}
export function fromTensor(t: trae.Tensor): NdArray {
  return nd(Array.from(t.dataSync() as ArrayLike<number>, Number), t.shape, t.dtype);
}
export const cast = (x: NdArray, dtype: DType): NdArray => ({ ...x, dtype });

/** Steps between neighbours of each axis, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const r = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) r[i] = r[i + 1] * shape[i + 1];
  return r;
}
/** Calls `f` with each multi-index, in row-major order. */
export function forEachIndex(shape: readonly number[], f: (index: number[], flat: number) => void): void {
  const index = shape.map(() => 0);
  const n = sizeOf(shape);
  for (let flat = 0; flat < n; flat++) {
    f(index, flat);
    for (let a = shape.length - 1; a >= 0; a--) {
      if (++index[a] < shape[a]) break;
      index[a] = 0;
    }
  }
}
const HOLDERS = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array } as const;
/** What an integer type makes of a result: it wraps around, and a division by zero gives 0. */
function held(value: number, dtype: DType): number {
  if (dtype === 'int64') return Number.isFinite(value) ? value : 0;
  return dtype in HOLDERS ? HOLDERS[dtype as 'int8'].of(value)[0] : value;
}
/** An array whose element at `index` is `f(index)`. */
export function build(shape: readonly number[], dtype: DType, f: (index: number[]) => number): NdArray {
  const data: number[] = new Array<number>(sizeOf(shape));
  forEachIndex(shape, (index, flat) => {
    data[flat] = held(f(index), dtype);
  });
  return nd(data, shape, dtype);
}
export function at(x: NdArray, index: readonly number[]): number {
  let flat = 0;
  for (let a = 0; a < index.length; a++) flat = flat * x.shape[a] + index[a];
  return x.data[flat];
}
export const normalAxis = (axis: number, ndim: number): number => (axis < 0 ? axis + ndim : axis);

export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: ndim }, (_, i) => {
    const sizes = shapes.map((s) => s[s.length - ndim + i] ?? 1);
    return sizes.find((d) => d !== 1) ?? 1;
  });
}
/** `f` of the elements at each position of the common shape. */
export function elementwise(f: (...values: number[]) => number, dtype: DType, ...xs: NdArray[]): NdArray {
  const shape = broadcastShapes(...xs.map((x) => x.shape));
  const steps = xs.map((x) => {
    const own = stridesOf(x.shape);
    const lead = shape.length - x.shape.length;
    return shape.map((_, i) => (i < lead || x.shape[i - lead] === 1 ? 0 : own[i - lead]));
  });
  return build(shape, dtype, (index) =>
    f(...xs.map((x, k) => x.data[index.reduce((p, v, a) => p + v * steps[k][a], 0)])),
  );
}
/** The dtype of an operation on both, as Keras promotes (int8 with uint8 gives int32: there is no int16). */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isFloating(a) || isFloating(b)) {
    if (!isFloating(a)) return b;
    if (!isFloating(b)) return a;
    return a === 'float64' || b === 'float64' ? 'float64' : 'float32';
  }
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  return a === 'int64' || b === 'int64' ? 'int64' : 'int32';
}
export const toFloat = (d: DType): DType => (isFloating(d) ? d : 'float32');
/** Arithmetic on truth values is arithmetic on 0 and 1. */
export const toNumeric = (d: DType): DType => (d === 'bool' ? 'int32' : d);
/** What sums and products of small integers are held in. */
export const toAccumulator = (d: DType): DType => (d === 'bool' || d === 'int8' || d === 'uint8' ? 'int32' : d);
/** The same values in another shape. */
export const reshaped = (x: NdArray, shape: readonly number[]): NdArray => nd(x.data, shape, x.dtype);
