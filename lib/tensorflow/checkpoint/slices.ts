/**
 * Slices of tensors: partitioned variables of TensorFlow 1 are stored in parts, each under a key of its own that names the
 * tensor and its place in it (tensorflow/core/util/saved_tensor_slice_util.cc, tensorflow/core/lib/strings/ordered_code.cc).
 */
import type { TypedArray } from '../../core/tensor';

/** @internal Where a part lies: first place and size along each axis; size null for all of it. */
export interface Extent {
  start: number;
  length: number | null;
}
// Numbers whose bytes sort as they do: a sign and a length in the first bits, then the number, high bytes first.
function signed(x: number): number[] {
  const magnitude = x < 0 ? -x - 1 : x;
  let size = 1;
  while (magnitude >= 2 ** (7 * size - 1)) size++;
  const bytes: number[] = [];
  let rest = BigInt.asUintN(8 * size, BigInt(x));
  for (let i = 0; i < size; i++, rest >>= 8n) bytes.unshift(Number(rest & 255n));
  // As many ones as there are bytes, and a zero; turned round for negative numbers, whose own bits are ones there.
  let header = (2 ** size - 1) * 2 ** (size > 7 ? 0 : 8 - size);
  if (size > 7) header = 0xff;
  bytes[0] ^= header;
  return bytes;
}
function unsigned(x: number): number[] {
  const bytes: number[] = [];
  for (let rest = x; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [bytes.length, ...bytes];
}
/** @internal The key of a part, one character for each byte. */
export function sliceKey(name: string, extents: readonly Extent[]): string {
  const text = [...Buffer.from(name, 'utf8')].flatMap((b) => (b === 0 ? [0, 0xff] : b === 0xff ? [0xff, 0] : [b]));
  return Buffer.from([
    ...unsigned(0),
    ...text,
    0,
    1,
    ...unsigned(extents.length),
    ...extents.flatMap(({ start, length }) => [...signed(start), ...signed(length ?? -1)]),
  ]).toString('latin1');
}
/** @internal Writes a part into its place; both in row-major order. @param sizes - of the part. */
export function placeSlice(
  into: TypedArray,
  shape: readonly number[],
  part: TypedArray,
  starts: readonly number[],
  sizes: readonly number[],
): void {
  const rank = shape.length;
  const row = rank ? sizes[rank - 1] : 1;
  if (!part.length) return;
  const at = sizes.map(() => 0);
  for (let from = 0; from < part.length; from += row) {
    const to = shape.reduce((n, d, axis) => n * d + starts[axis] + at[axis], 0);
    (into as Float32Array).set(part.subarray(from, from + row) as Float32Array, to);
    for (let axis = rank - 2; axis >= 0 && ++at[axis] === sizes[axis]; axis--) at[axis] = 0;
  }
}
