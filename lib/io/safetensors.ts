/** safetensors: a JSON header with names, types, shapes and places, and the numbers behind it (huggingface.co/docs/safetensors). */
import { describe } from '../support/describe';
import { FileError } from '../support/errors';
import { isRecord } from '../support/nest';
import type { DType, TypedArray } from '../../binding';
import { formatShape, type Shape } from '../support/shapes';
import type { ByteSink } from './atomic';
import { decodeNumbers, elementSize, encodeNumbers, type NumberType } from './numbers';
import type { ByteSource } from './source';

const MAX_HEADER = 100_000_000; // as the reference implementation
const NAMES: Record<DType, string> = {
  float16: 'F16',
  float32: 'F32',
  float64: 'F64',
  bfloat16: 'BF16',
  int8: 'I8',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  bool: 'BOOL',
};
const TYPES: Record<string, { type: NumberType; dtype: DType }> = {};
const addType = (name: string, type: NumberType, dtype: DType): void => void (TYPES[name] = { type, dtype });
for (const size of [2, 4, 8] as const)
  addType(
    `F${8 * size}`,
    { kind: 'float', size, littleEndian: true, format: 'ieee' },
    ({ 2: 'float16', 4: 'float32', 8: 'float64' } as const)[size],
  );
addType('BF16', { kind: 'float', size: 2, littleEndian: true, format: 'bfloat16' }, 'bfloat16');
for (const size of [1, 2, 4, 8] as const) {
  addType(
    `I${8 * size}`,
    { kind: 'int', size, signed: true, littleEndian: true },
    ({ 1: 'int8', 2: 'int32', 4: 'int32', 8: 'int64' } as const)[size],
  );
  addType(
    `U${8 * size}`,
    { kind: 'int', size, signed: false, littleEndian: true },
    ({ 1: 'uint8', 2: 'int32', 4: 'int64', 8: 'int64' } as const)[size],
  );
}
addType('BOOL', { kind: 'bool', size: 1, littleEndian: true }, 'bool');

// Eight bits: a sign, 4 or 5 bits of exponent, 3 or 2 of mantissa (Micikevicius et al. 2022, arXiv:2209.05433). E4M3 has no infinity.
const EIGHT_BITS: Record<string, { exponent: number; mantissa: number }> = {
  F8_E4M3: { exponent: 4, mantissa: 3 },
  F8_E5M2: { exponent: 5, mantissa: 2 },
};
function eightBits(raw: Uint8Array, { exponent, mantissa }: { exponent: number; mantissa: number }): Float32Array {
  const bias = 2 ** (exponent - 1) - 1;
  const steps = 2 ** mantissa;
  const largest = 2 ** exponent - 1;
  const values = Float32Array.from({ length: 256 }, (_, byte) => {
    const e = (byte >> mantissa) & largest;
    const m = byte % steps;
    const sign = byte & 128 ? -1 : 1;
    if (exponent === 5 && e === largest) return m ? NaN : sign * Infinity;
    if (exponent === 4 && e === largest && m === steps - 1) return NaN;
    return sign * (e ? (1 + m / steps) * 2 ** (e - bias) : (m / steps) * 2 ** (1 - bias));
  });
  return Float32Array.from(raw, (byte) => values[byte]);
}
for (const name of Object.keys(EIGHT_BITS))
  addType(name, { kind: 'int', size: 1, signed: false, littleEndian: true }, 'float32');

interface Entry {
  code: string;
  type: NumberType;
  dtype: DType;
  shape: number[];
  at: number;
  bytes: number;
}
/** @internal Tensors of a file: read one at a time. */
export class SafetensorsReader {
  private readonly entries = new Map<string, Entry>();
  readonly metadata: ReadonlyMap<string, string> = new Map();
  constructor(private readonly source: ByteSource) {
    if (source.size < 8) this.fail(`it has ${source.size} bytes`);
    const length = source.bytes(0, 8).readBigUInt64LE(0);
    if (length > BigInt(Math.min(MAX_HEADER, source.size - 8))) this.fail(`its header of ${length} bytes does not fit`);
    const start = 8 + Number(length);
    let header: unknown;
    try {
      header = JSON.parse(source.bytes(8, Number(length)).toString('utf8'));
    } catch (error) {
      throw new FileError(`${source.name}: it is not a valid safetensors file: its header is no JSON.`, {
        cause: error,
      });
    }
    if (!isRecord(header)) return this.fail('its header is no record');
    const metadata = header.__metadata__;
    this.metadata = new Map(isRecord(metadata) ? Object.entries(metadata).map(([k, v]) => [k, String(v)]) : []);
    for (const [name, e] of Object.entries(header))
      if (name !== '__metadata__') this.entries.set(name, this.entry(name, e, start));
    // Nothing may overlap or lie unused between two tensors.
    let end = start;
    for (const { at, bytes } of [...this.entries.values()].sort((a, b) => a.at - b.at || a.bytes - b.bytes)) {
      if (at !== end) this.fail('its tensors overlap or leave gaps');
      end = at + bytes;
    }
    if (end !== source.size) this.fail(`its tensors end at byte ${end} of ${source.size}`);
  }
  private fail(why: string): never {
    throw new FileError(`${this.source.name}: it is not a valid safetensors file: ${why}.`);
  }
  private entry(name: string, e: unknown, start: number): Entry {
    const isSize = (v: unknown): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0;
    if (
      !isRecord(e) ||
      !Array.isArray(e.shape) ||
      !e.shape.every(isSize) ||
      !Array.isArray(e.data_offsets) ||
      e.data_offsets.length !== 2 ||
      !e.data_offsets.every(isSize)
    )
      return this.fail(`tensor '${name}' is described wrongly`);
    const known = Object.hasOwn(TYPES, String(e.dtype)) ? TYPES[String(e.dtype)] : undefined;
    if (!known)
      return this.fail(
        `tensor '${name}' has values of type ${describe(e.dtype)}; known are ${Object.keys(TYPES).join(', ')}`,
      );
    const [from, to] = e.data_offsets as number[];
    const shape = e.shape as number[];
    const bytes = shape.reduce((a, b) => a * b, known.type.size);
    if (to - from !== bytes || start + to > this.source.size)
      this.fail(
        `tensor '${name}' of shape ${formatShape(shape)} needs ${bytes} bytes but its place is ${from} to ${to} of ${this.source.size - start}`,
      );
    return { ...known, code: String(e.dtype), shape, at: start + from, bytes };
  }
  get names(): string[] {
    return [...this.entries.keys()];
  }
  shapeOf(name: string): readonly number[] | undefined {
    return this.entries.get(name)?.shape;
  }
  /** What the header says of a tensor: its type as the file names it, what it becomes here, the bytes it takes. */
  describe(name: string): { shape: readonly number[]; dtype: DType; stored: string; bytes: number } | undefined {
    const e = this.entries.get(name);
    return e && { shape: e.shape, dtype: e.dtype, stored: e.code, bytes: e.bytes };
  }
  async read(name: string, signal?: AbortSignal | null): Promise<{ shape: number[]; dtype: DType; data: TypedArray }> {
    const e = this.entries.get(name);
    if (!e) throw new FileError(`${this.source.name}: it has no tensor '${name}'.`);
    const raw = await this.source.read(e.at, e.bytes, signal);
    if (Object.hasOwn(EIGHT_BITS, e.code))
      return { shape: e.shape, dtype: 'float32', data: eightBits(raw, EIGHT_BITS[e.code]) };
    return {
      shape: e.shape,
      dtype: e.dtype,
      data: decodeNumbers(
        e.type,
        raw,
        e.shape.reduce((a, b) => a * b, 1),
      ) as TypedArray,
    };
  }
}

/** @internal Writes tensors in the order given. */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: readonly { name: string; shape: Shape; dtype: DType; data: () => Promise<TypedArray> }[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  let at = 0;
  const header: [string, unknown][] = Object.keys(metadata).length ? [['__metadata__', metadata]] : [];
  for (const { name, shape, dtype } of tensors) {
    const bytes = shape.reduce((a, b) => a * b, elementSize[dtype]);
    header.push([name, { dtype: NAMES[dtype], shape, data_offsets: [at, at + bytes] }]);
    at += bytes;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)), 'utf8');
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await sink.write(length);
  await sink.write(padded);
  for (const { dtype, data } of tensors) await sink.write(encodeNumbers(await data(), dtype));
}
