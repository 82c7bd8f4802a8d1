/** The filters that chunks of HDF5 datasets went through, and how each is undone. */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { FileError } from '../../support/errors';
import { unpackNbit, unpackScaleOffset } from './bit_filters';
import type { Cursor, Hdf5Input } from './cursor';
import { decompressLzf } from './lzf';

const inflate = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflate);

/** @internal A filter by its number, with what it was given. */
export interface Filter {
  id: number;
  values: number[];
}
const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const NBIT = 5;
const SCALE_OFFSET = 6;
const LZF = 32000;
/** Filters that are named when they are refused. */
const NAMES: Readonly<Record<number, string>> = {
  4: 'szip',
  307: 'bzip2',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'bitshuffle',
  32013: 'ZFP',
  32015: 'Zstandard',
  32026: 'Blosc2',
};

/** @internal */
export function readFilters(c: Cursor): Filter[] {
  const version = c.version(1, 2);
  const count = c.u8();
  if (version === 1) c.skip(6);
  return Array.from({ length: count }, () => {
    const id = c.u16();
    const nameSize = version === 1 || id >= 256 ? c.u16() : 0;
    c.skip(2);
    const values = c.u16();
    c.skip(version === 1 ? Math.ceil(nameSize / 8) * 8 : nameSize);
    const list = Array.from({ length: values }, () => c.u32());
    if (version === 1 && values % 2) c.skip(4);
    return { id, values: list };
  });
}

/** @internal Where the chunk belongs and how large it becomes. */
export interface ChunkPlace {
  input: Hdf5Input;
  dataset: string;
  chunkBytes: number;
  elementSize: number;
}
/** @internal The bytes of a chunk, its filters undone but those that its mask names. */
export async function undoFilters(
  stored: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  place: ChunkPlace,
): Promise<Uint8Array> {
  let data = stored;
  for (let i = filters.length - 1; i >= 0; i--) if (!(mask & (1 << i))) data = await undone(data, filters[i], place);
  return data;
}
async function undone(
  data: Uint8Array,
  { id, values }: Filter,
  { input, dataset, chunkBytes, elementSize }: ChunkPlace,
): Promise<Uint8Array> {
  const most = chunkBytes + 64;
  const sound = (out: Uint8Array | null, name: string): Uint8Array =>
    out ?? input.fail(`a chunk of dataset '${dataset}' is not valid ${name}`);
  switch (id) {
    case DEFLATE:
      try {
        return await inflate(data, { maxOutputLength: most });
      } catch (error) {
        throw new FileError(
          `${input.source.name}: a chunk of dataset '${dataset}' is damaged (${(error as Error).message}).`,
          { cause: error },
        );
      }
    case LZF:
      return sound(decompressLzf(data, most), 'LZF');
    case SHUFFLE:
      return unshuffle(data, values[0] || elementSize);
    case NBIT:
    case SCALE_OFFSET: {
      // Both say how many numbers of how many bytes come out.
      const fits = values.length >= 8 ? values[2] * values[4] <= most : id === NBIT && values[1] === 1;
      if (id === NBIT) return sound(fits ? unpackNbit(data, values) : null, 'n-bit data');
      return sound(fits ? unpackScaleOffset(data, values) : null, 'scale-offset data');
    }
    case FLETCHER32: {
      if (data.length < 4) input.fail(`a chunk of dataset '${dataset}' is cut off`);
      const body = data.subarray(0, -4);
      const want = Buffer.from(data.buffer, data.byteOffset + body.length, 4).readUInt32LE(0);
      if (fletcher32(body) !== want) input.fail(`the checksum of a chunk of dataset '${dataset}' is wrong`);
      return body;
    }
    default:
      return input.refuse(
        `filter ${id}${NAMES[id] ? ` (${NAMES[id]})` : ''} of dataset '${dataset}' (known are deflate, shuffle, fletcher32, n-bit, scale-offset and LZF), which`,
      );
  }
}
function unshuffle(data: Uint8Array, size: number): Uint8Array {
  if (size < 2) return data;
  const n = Math.floor(data.length / size);
  const out = new Uint8Array(data.length);
  for (let k = 0; k < size; k++) for (let i = 0; i < n; i++) out[i * size + k] = data[k * n + i];
  out.set(data.subarray(n * size), n * size);
  return out;
}
// HDF5's own: sums of big-endian pairs of bytes.
function fletcher32(data: Uint8Array): number {
  let a = 0;
  let b = 0;
  let i = 0;
  const even = data.length & ~1;
  while (i < even) {
    const end = Math.min(even, i + 720);
    for (; i < end; i += 2) {
      a += (data[i] << 8) | data[i + 1];
      b += a;
    }
    a = (a & 0xffff) + (a >>> 16);
    b = (b & 0xffff) + (b >>> 16);
  }
  if (data.length & 1) {
    a += data[even] << 8;
    b += a;
    a = (a & 0xffff) + (a >>> 16);
    b = (b & 0xffff) + (b >>> 16);
  }
  a = (a & 0xffff) + (a >>> 16);
  b = (b & 0xffff) + (b >>> 16);
  return ((b << 16) | a) >>> 0;
}
