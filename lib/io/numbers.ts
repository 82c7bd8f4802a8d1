/** Numbers in files: their types, and the bytes of them to and from typed arrays. Halves and bfloat16 are float32 in memory. */
import type { DType, TypedArray } from '../../binding';

/** @internal How a file stores numbers. */
export type NumberType =
  | { kind: 'int'; size: number; signed: boolean; littleEndian: boolean; bits?: { offset: number; precision: number } }
  | { kind: 'float'; size: number; littleEndian: boolean; format: 'ieee' | 'bfloat16' }
  | { kind: 'bool'; size: number; littleEndian: boolean }
  | { kind: 'opaque'; size: number };

/** @internal Bytes of one element. */
export const elementSize: Record<DType, number> = {
  float16: 2,
  float32: 4,
  float64: 8,
  bfloat16: 2,
  int8: 1,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};
const floatBits = new Float32Array(1);
const floatWord = new Uint32Array(floatBits.buffer);
/** @internal Bits of the half-precision number nearest to `x`. */
export function floatToHalf(x: number): number {
  floatBits[0] = x;
  const sign = (floatWord[0] >>> 16) & 0x8000;
  const a = Math.abs(floatBits[0]);
  if (Number.isNaN(a)) return sign | 0x7e00;
  if (a >= 65520) return sign | 0x7c00;
  const roundEven = (v: number): number => {
    const f = Math.floor(v);
    const d = v - f;
    return d > 0.5 || (d === 0.5 && f % 2 === 1) ? f + 1 : f;
  };
  if (a < 2 ** -14) return sign | roundEven(a * 2 ** 24);
  const e = Math.floor(Math.log2(a));
  const exponent = a < 2 ** e ? e - 1 : e;
  return sign | (((exponent + 15) << 10) + roundEven((a / 2 ** exponent - 1) * 1024));
}
/** @internal The bytes in which files hold values of a dtype. */
export function encodeNumbers(data: TypedArray, dtype: DType): Uint8Array {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(data as Float32Array, floatToHalf).buffer);
  if (dtype === 'bfloat16') {
    const words = new Uint32Array(Float32Array.from(data as Float32Array).buffer);
    return new Uint8Array(Uint16Array.from(words, (w) => w >>> 16).buffer);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** @internal A half-precision number from its bits. */
export function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction;
}

/** @internal Typed array of `count` values out of their bytes. `raw` may be used up. */
export function decodeNumbers(
  type: NumberType,
  raw: Uint8Array,
  count: number,
): Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array {
  const isLittle = type.kind === 'opaque' || type.littleEndian;
  const aligned = raw.byteOffset % 8 === 0 ? raw : new Uint8Array(raw);
  if (!isLittle && type.size > 1) {
    const b = Buffer.from(aligned.buffer, aligned.byteOffset, aligned.length);
    if (type.size === 2) b.swap16();
    else if (type.size === 4) b.swap32();
    else b.swap64();
  }
  const { buffer, byteOffset } = aligned;
  switch (type.kind) {
    case 'float':
      if (type.size === 8) return new Float64Array(buffer, byteOffset, count);
      if (type.size === 4) return new Float32Array(buffer, byteOffset, count);
      return type.format === 'bfloat16'
        ? bfloats(buffer, byteOffset, count)
        : Float32Array.from(new Uint16Array(buffer, byteOffset, count), halfToFloat);
    case 'int':
      if (type.bits) placeBits(aligned, type.size, type.bits, type.signed, count);
      if (type.size === 1)
        return type.signed ? new Int8Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
      if (type.size === 2)
        return Int32Array.from(
          type.signed ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count),
        );
      if (type.size === 4)
        return type.signed
          ? new Int32Array(buffer, byteOffset, count)
          : BigInt64Array.from(new Uint32Array(buffer, byteOffset, count), BigInt);
      return new BigInt64Array(buffer, byteOffset, count);
    case 'bool':
      return Uint8Array.from({ length: count }, (_, i) => (aligned[i * type.size] ? 1 : 0));
    default:
      return type.size === 2 ? bfloats(buffer, byteOffset, count) : aligned;
  }
}
// Integers of fewer bits than their bytes have: moved to the lowest ones, the sign through all above.
function placeBits(
  raw: Uint8Array,
  size: number,
  { offset, precision }: { offset: number; precision: number },
  signed: boolean,
  count: number,
): void {
  const view = new DataView(raw.buffer, raw.byteOffset, count * size);
  for (let i = 0; i < count; i++) {
    let v = 0n;
    for (let k = size - 1; k >= 0; k--) v = (v << 8n) | BigInt(view.getUint8(i * size + k));
    v >>= BigInt(offset);
    v = signed ? BigInt.asIntN(precision, v) : BigInt.asUintN(precision, v);
    v = BigInt.asUintN(8 * size, v);
    for (let k = 0; k < size; k++, v >>= 8n) view.setUint8(i * size + k, Number(v & 255n));
  }
}
function bfloats(buffer: ArrayBufferLike, byteOffset: number, count: number): Float32Array {
  const half = new Uint16Array(buffer, byteOffset, count);
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = half[i] << 16;
  return new Float32Array(out.buffer);
}
