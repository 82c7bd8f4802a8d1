/**
 * NumPy's arrays: `.npy` and `.npz`. Headers are read by a fixed grammar, arrays of objects are refused (they hold
 * programs), and sizes are compared with what is there before anything is allocated.
 */
import { FileError } from '../support/errors';
import type { DType, TypedArray } from '../../binding';
import { formatShape, type Shape } from '../support/shapes';
import type { ByteSink } from './atomic';
import { decodeNumbers, elementSize, encodeNumbers, type NumberType } from './numbers';
import type { ByteSource } from './source';
import { ZipReader, ZipWriter } from './zip';

/** @internal An array of a file. */
export interface NumpyArray {
  shape: number[];
  dtype: DType;
  data: TypedArray;
}
const MAX_HEADER = 1 << 16;

const HEADER =
  /^\{\s*'descr':\s*'([<>|=]?)([a-zA-Z?])(\d*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/;

/** @internal The array of a `.npy` file. @throws FileError for objects, texts, columns first, other sizes. */
export async function readNpy(source: ByteSource, signal?: AbortSignal | null): Promise<NumpyArray> {
  const { shape, dtype, type, at, count, fortran } = npyShape(source);
  const raw = await source.read(at, count * type.size, signal);
  const data = decodeNumbers(type, raw, count) as TypedArray;
  return { shape, dtype, data: fortran && shape.length > 1 ? fromColumns(data, shape) : data };
}
const unsound = (source: ByteSource, why: string): never => {
  throw new FileError(`${source.name}: it is not a valid .npy file: ${why}.`);
};
/** @internal The text of the header, and where the values start. */
export function npyHeaderText(source: ByteSource): { text: string; at: number } {
  if (source.size < 12 || source.bytes(0, 6).toString('latin1') !== '\x93NUMPY')
    unsound(
      source,
      `it starts with ${source.size < 6 ? 'too little' : source.bytes(0, 6).toString('hex')}, 934e554d5059 expected`,
    );
  const head = source.bytes(0, 12);
  const isLong = head[6] >= 2;
  const at = isLong ? 12 : 10;
  const length = isLong ? head.readUInt32LE(8) : head.readUInt16LE(8);
  if (head[6] < 1 || head[6] > 3 || length > MAX_HEADER) unsound(source, 'its header has an unknown form');
  return { text: source.bytes(at, length).toString('latin1'), at: at + length };
}
/** @internal What the header says, compared with what is there. @param size - bytes of the whole file, where `source` is its beginning alone. */
export function npyShape(
  source: ByteSource,
  size = source.size,
): { shape: number[]; dtype: DType; type: NumberType; at: number; count: number; fortran: boolean; stored: string } {
  const fail = (why: string): never => unsound(source, why);
  const { text, at } = npyHeaderText(source);
  if (/'descr':\s*'[<>|=]?O/.test(text))
    throw new FileError(`${source.name}: an array of objects is not allowed: it holds a program.`);
  const found = HEADER.exec(text);
  if (!found) return fail(`its header is ${JSON.stringify(text.trim().slice(0, 120))}`);
  const [, order, letter, digits, fortran, dims] = found;
  const width = letter === '?' ? 1 : Number(digits);
  const shape = dims
    .split(',')
    .map((d) => d.trim())
    .filter(Boolean)
    .map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  const littleEndian = order !== '>';
  let type: NumberType;
  if (letter === 'f' && [2, 4, 8].includes(width)) type = { kind: 'float', size: width, littleEndian, format: 'ieee' };
  else if ((letter === 'i' || letter === 'u') && [1, 2, 4, 8].includes(width))
    type = { kind: 'int', size: width, signed: letter === 'i', littleEndian };
  else if (letter === '?' || letter === 'b') type = { kind: 'bool', size: 1, littleEndian: true };
  else if (letter === 'V' && width === 2) type = { kind: 'opaque', size: width };
  else return fail(`its values are of type '${order}${letter}${digits}'; numbers are read`);
  if (!Number.isSafeInteger(count) || size - at !== count * width)
    fail(`shape ${formatShape(shape)} of '${letter}${digits}' needs ${count * width} bytes but ${size - at} follow`);
  const dtypes = { f2: 'float16', f4: 'float32', f8: 'float64', i1: 'int8', u1: 'uint8', V2: 'bfloat16' } as Record<
    string,
    DType
  >;
  const dtype: DType =
    type.kind === 'bool'
      ? 'bool'
      : (dtypes[`${letter}${width}`] ?? (width === 8 || `${letter}${width}` === 'u4' ? 'int64' : 'int32'));
  return { shape, dtype, type, at, count, fortran: fortran === 'True', stored: `${order}${letter}${digits}` };
}
function fromColumns(data: TypedArray, shape: readonly number[]): TypedArray {
  const out: Record<number, number | bigint> & TypedArray = data.slice();
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, 1));
  const at = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at.reduce((s, v, k) => s + v * strides[k], 0)];
    for (let k = shape.length - 1; k >= 0 && ++at[k] === shape[k]; k--) at[k] = 0;
  }
  return out;
}

/** @internal An archive of arrays: read one at a time. */
export class NpzReader {
  private readonly zip: ZipReader;
  constructor(source: ByteSource) {
    this.zip = new ZipReader(source);
  }
  get names(): string[] {
    return this.zip.names.filter((n) => n.endsWith('.npy')).map((n) => n.slice(0, -4));
  }
  has(name: string): boolean {
    return this.zip.has(`${name}.npy`);
  }
  /** Bytes of an array with its header, as the archive announces them. */
  sizeOf(name: string): number {
    return this.zip.sizeOf(`${name}.npy`);
  }
  /** Shape and dtype of an array. */
  async header(name: string, signal?: AbortSignal | null): Promise<{ shape: number[]; dtype: DType }> {
    const { shape, dtype } = npyShape(await this.zip.open(`${name}.npy`, signal));
    return { shape, dtype };
  }
  /** What the header of an array says, of which no more is read. */
  describe(name: string): { shape: number[]; dtype: DType; stored: string; bytes: number } {
    const member = `${name}.npy`;
    const { shape, dtype, stored, type, count } = npyShape(this.zip.beginning(member), this.zip.sizeOf(member));
    return { shape, dtype, stored, bytes: count * type.size };
  }
  /** The file of an array. */
  open(name: string, signal?: AbortSignal | null): Promise<ByteSource> {
    return this.zip.open(`${name}.npy`, signal);
  }
  async read(name: string, signal?: AbortSignal | null): Promise<NumpyArray> {
    return readNpy(await this.zip.open(`${name}.npy`, signal), signal);
  }
}

const DESCR: Record<DType, string> = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  bfloat16: '<V2',
  int8: '|i1',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  bool: '|b1',
};
/** @internal What comes before the values. */
export function npyHeader(shape: Shape, dtype: DType): Buffer {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': (${dims}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const lead = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  lead.writeUInt16LE(padded.length, 8);
  return Buffer.concat([lead, Buffer.from(padded, 'latin1')]);
}
/** @internal Writes an archive of arrays, one after the other. */
export async function writeNpz(
  sink: ByteSink,
  arrays: Iterable<{ name: string; shape: Shape; dtype: DType; data: () => Promise<TypedArray> }>,
): Promise<void> {
  const zip = new ZipWriter(sink);
  for (const { name, shape, dtype, data } of arrays)
    await zip.add(`${name}.npy`, async () => {
      await sink.write(npyHeader(shape, dtype));
      const bytes = encodeNumbers(await data(), dtype);
      if (bytes.length !== shape.reduce((a, b) => a * b, elementSize[dtype]))
        throw new FileError(`npz: array '${name}' has another size than its shape ${formatShape(shape)}.`);
      await sink.write(bytes);
    });
  await zip.finish();
}
