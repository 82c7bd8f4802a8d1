/** Filters of HDF5 that store numbers in as few bits as they need: n-bit (H5Znbit.c) and scale-offset (H5Zscaleoffset.c). */

/** Bits of a stream, the most significant ones of each byte first. */
class Bits {
  private at = 0;
  constructor(private readonly data: Uint8Array) {}
  /** The next `n` bits as a number; null behind the end. */
  next(n: number): bigint | null {
    if (this.at + n > this.data.length * 8) return null;
    let value = 0n;
    for (let left = n; left > 0;) {
      const used = this.at & 7;
      const take = Math.min(left, 8 - used);
      const part = (this.data[this.at >> 3] >> (8 - used - take)) & ((1 << take) - 1);
      value = (value << BigInt(take)) | BigInt(part);
      this.at += take;
      left -= take;
    }
    return value;
  }
}
// Little-endian or big-endian bytes of integers, two's complement.
function put(out: Uint8Array, at: number, size: number, value: bigint, isBig: boolean): void {
  let rest = BigInt.asUintN(8 * size, value);
  for (let i = 0; i < size; i++, rest >>= 8n) out[at + (isBig ? size - 1 - i : i)] = Number(rest & 255n);
}

/** @internal What the n-bit filter was given: [parameters, nothing to do, elements, class, size, order, precision, offset]. Null where it is not that of plain numbers, or the data are cut off. */
export function unpackNbit(data: Uint8Array, values: readonly number[]): Uint8Array | null {
  const [, isWhole, count, kind, size, order, precision, offset] = values;
  if (isWhole) return data;
  if (
    kind !== 1 ||
    !(precision > 0 && precision + offset <= 8 * size && size <= 8) ||
    count * precision > data.length * 8
  )
    return null;
  const bits = new Bits(data);
  const out = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) put(out, i * size, size, bits.next(precision)! << BigInt(offset), order === 1);
  return out;
}

/**
 * @internal What the scale-offset filter was given: [way, decimal digits, elements, is float, size, is signed, order, has fill value, its bytes...].
 * Integers are stored as distances from the smallest one, floating-point numbers as whole ones after a scaling by 10^digits.
 */
export function unpackScaleOffset(data: Uint8Array, values: readonly number[]): Uint8Array | null {
  const [way, digits, count, isFloat, size, isSigned, order, hasFill, ...fill] = values;
  const isBig = order === 1;
  if (data.length < HEAD || ![1, 2, 4, 8].includes(size) || (isFloat ? way !== 0 || size < 4 : way !== 2)) return null;
  const head = new DataView(data.buffer, data.byteOffset, HEAD);
  const bits = head.getUint32(0, true);
  const body = data.subarray(HEAD);
  if (bits > 8 * size || count * bits > body.length * 8) return null;
  if (bits === 8 * size) {
    const out = body.slice(0, count * size);
    if (isBig) for (let at = 0; at < out.length; at += size) out.subarray(at, at + size).reverse();
    return out;
  }
  const out = new Uint8Array(count * size);
  const stream = new Bits(body);
  const last = (1n << BigInt(bits)) - 1n;
  const fillBits = fill.reduceRight((v, word) => (v << 32n) | BigInt(word), 0n);
  const least = isSigned ? BigInt.asIntN(8 * size, head.getBigInt64(5, true)) : head.getBigUint64(5, true);
  const restored = isFloat ? scaled(head, size, digits) : (v: bigint): bigint => v + least;
  for (let i = 0; i < count; i++) {
    const v = stream.next(bits)!;
    put(out, i * size, size, hasFill && v === last ? fillBits : restored(v), isBig);
  }
  return out;
}
/** Bits of a number, their size, the smallest number, and room that older versions used. */
const HEAD = 21;
// The bits of v / 10^digits + least, computed in the type of the numbers.
function scaled(head: DataView, size: number, digits: number): (v: bigint) => bigint {
  const view = new DataView(new ArrayBuffer(8));
  const least = size === 4 ? head.getFloat32(5, true) : head.getFloat64(5, true);
  const round = size === 4 ? Math.fround : (x: number): number => x;
  const factor = round(10 ** (digits | 0));
  return (v) => {
    const x = round(round(round(Number(BigInt.asIntN(8 * size, v))) / factor) + least);
    if (size === 4) view.setFloat32(0, x, true);
    else view.setFloat64(0, x, true);
    return size === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  };
}
