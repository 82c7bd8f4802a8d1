/**
 * Tensor bundles: TensorFlow's checkpoints of version 2 (tensorflow/core/util/tensor_bundle). `<prefix>.index` says of
 * each tensor its dtype, shape and place in `<prefix>.data-00000-of-00001` and so on.
 */
import { FileError } from '../../support/errors';
import { formatShape, type DType, type TypedArray } from '../../core/tensor';
import { binding } from '../../core/binding';
import { crc32c, maskedCrc32c } from '../../io/crc32c';
import { decodeNumbers } from '../../io/numbers';
import { FileSource, withFile, type ReusedBytes } from '../../io/source';
import { DT_STRING, dtypeName, numberType, type NumberType } from '../dtypes';
import { decode, sizesOf, type BundleEntryProto, type ConstantFields } from '../saved_model/messages';
import { placeSlice, sliceKey, type Extent } from './slices';
import { readTable } from './table';

const MAX_INDEX = 2 ** 28;
const MAX_SHARDS = 100_000; // as many as the five digits of a name tell apart

/** @internal A tensor as it is stored. */
export interface StoredTensor {
  shape: number[];
  dtype: DType;
  data: TypedArray;
}
const bytesOfKey = (key: string): string => Buffer.from(key, 'utf8').toString('latin1');
/** @internal A checkpoint: tensors by their keys, read one at a time. */
export class Bundle {
  /** By their keys, a character for each byte: those of slices are no texts. */
  private readonly entries = new Map<string, BundleEntryProto>();
  private readonly shards = new Map<number, FileSource>();
  private readonly shardCount: number;
  private readonly isBigEndian: boolean;

  private constructor(
    private readonly prefix: string,
    table: ReadonlyMap<string, Uint8Array>,
  ) {
    const index = `${prefix}.index`;
    const first = table.get('');
    if (!first) throw new FileError(`${index}: it is no index of a checkpoint: its header is missing.`);
    const header = decode('BundleHeaderProto', first, index);
    if (header.numShards < 1 || header.numShards > MAX_SHARDS)
      throw new FileError(`${index}: it states ${header.numShards} files of data; there are 1 to ${MAX_SHARDS}.`);
    this.shardCount = header.numShards;
    this.isBigEndian = header.endianness === 1;
    for (const [key, value] of table) if (key !== '') this.entries.set(key, decode('BundleEntryProto', value, index));
  }
  /**
   * Reads the index.
   * @param prefix - path of the files without `.index` and `.data-...`.
   * @throws FileError when it is not there or damaged.
   */
  static async open(prefix: string): Promise<Bundle> {
    const index = `${prefix}.index`;
    const table = await withFile(index, async (source) => {
      if (source.size > MAX_INDEX)
        throw new FileError(`${index}: it has ${source.size} bytes, more than the ${MAX_INDEX} that are read.`);
      return readTable(await source.read(0, source.size), index);
    });
    return new Bundle(prefix, table);
  }
  /** Keys of all tensors, sorted. */
  get keys(): string[] {
    return [...this.entries.keys()]
      .filter((k) => !k.startsWith('\0'))
      .map((k) => Buffer.from(k, 'latin1').toString('utf8'));
  }
  has(key: string): boolean {
    return this.entries.has(bytesOfKey(key));
  }
  /** Closes the files of data that were opened. */
  async close(): Promise<void> {
    for (const shard of this.shards.values()) await shard.close();
    this.shards.clear();
  }
  private async fileOf(shard: number): Promise<FileSource> {
    if (shard < 0 || shard >= this.shardCount)
      throw new FileError(`${this.prefix}.index: a tensor lies in file ${shard} of ${this.shardCount}.`);
    let source = this.shards.get(shard);
    if (!source) {
      const digits = (n: number): string => String(n).padStart(5, '0');
      source = await FileSource.open(`${this.prefix}.data-${digits(shard)}-of-${digits(this.shardCount)}`);
      this.shards.set(shard, source);
    }
    return source;
  }
  private entry(key: string): BundleEntryProto {
    const entry = this.entries.get(bytesOfKey(key));
    if (!entry) throw new FileError(`${this.prefix}.index: it holds no tensor '${key}'.`);
    return entry;
  }
  private async bytesOf(
    entry: BundleEntryProto,
    signal?: AbortSignal | null,
    memory?: ReusedBytes,
  ): Promise<Uint8Array> {
    const source = await this.fileOf(entry.shardId);
    const safe = (n: bigint): number => (n >= 0n && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : NaN);
    source.check(safe(entry.offset), safe(entry.size));
    return source.read(Number(entry.offset), Number(entry.size), signal, memory);
  }
  private checkSum(key: string, entry: BundleEntryProto, found: number): void {
    if (maskedCrc32c(found) !== entry.crc32c)
      throw new FileError(
        `${this.prefix}: the values of '${key}' are damaged: their checksum is ${maskedCrc32c(found)} instead of ${entry.crc32c}.`,
      );
  }
  /** The values of a tensor of numbers. @param memory - where they may lie: they are gone with its next use. @throws FileError when they are damaged, cut off, absent, or no numbers. */
  async read(key: string, signal?: AbortSignal | null, memory?: ReusedBytes): Promise<StoredTensor> {
    const part = this.has(key) ? null : /^(.*)\/part_(\d+)$/.exec(key);
    // Variables of TensorFlow 1 that are parts of one: the checkpoint knows the whole.
    if (part && this.has(part[1])) return this.readPart(part[1], Number(part[2]), signal);
    const entry = this.entry(key);
    return entry.slices.length ? this.readSlices(key, entry, signal) : this.readEntry(key, entry, signal, memory);
  }
  /** Part number `i` of a tensor, counted along its axes. */
  private async readPart(key: string, i: number, signal?: AbortSignal | null): Promise<StoredTensor> {
    const parts = this.partsOf(key, this.entry(key)).sort((a, b) => {
      const axis = a.starts.findIndex((start, k) => start !== b.starts[k]);
      return axis < 0 ? 0 : a.starts[axis] - b.starts[axis];
    });
    if (i >= parts.length)
      throw new FileError(`${this.prefix}.index: '${key}' has ${parts.length} parts, not ${i + 1}.`);
    return this.readEntry(key, parts[i].part, signal);
  }
  private typeOf(key: string, entry: BundleEntryProto): { known: NumberType; sizes: number[]; count: number } {
    const where = `${this.prefix}.index`;
    const known = numberType(entry.dtype);
    const shape = sizesOf(entry.shape, where);
    if (!known) throw new FileError(`${where}: '${key}' has dtype ${dtypeName(entry.dtype)}, which holds no numbers.`);
    if (!shape || shape.includes(null)) throw new FileError(`${where}: the shape of '${key}' is unknown.`);
    const sizes = shape as number[];
    return { known, sizes, count: sizes.reduce((a, b) => a * b, 1) };
  }
  private async readEntry(
    key: string,
    entry: BundleEntryProto,
    signal?: AbortSignal | null,
    memory?: ReusedBytes,
  ): Promise<StoredTensor> {
    const { known, sizes, count } = this.typeOf(key, entry);
    const bytes = count * known.type.size;
    if (!Number.isSafeInteger(bytes) || BigInt(bytes) !== entry.size)
      throw new FileError(
        `${this.prefix}.index: '${key}' of shape ${formatShape(sizes)} and dtype ${known.name} takes ${bytes} bytes, not ${entry.size}.`,
      );
    const raw = await this.bytesOf(entry, signal, memory);
    this.checkSum(key, entry, binding.crc32c(raw, 0));
    const type = this.isBigEndian ? { ...known.type, littleEndian: false } : known.type;
    return {
      shape: sizes,
      dtype: known.dtype,
      data: decodeNumbers(type as typeof known.type, raw, count) as TypedArray,
    };
  }
  private badParts(key: string, why: string): never {
    throw new FileError(`${this.prefix}.index: the parts of '${key}' ${why}.`);
  }
  /** The entries of the parts of a tensor, and their places in it. */
  private partsOf(
    key: string,
    entry: BundleEntryProto,
  ): { part: BundleEntryProto; starts: number[]; lengths: number[] }[] {
    const { sizes } = this.typeOf(key, entry);
    return entry.slices.map(({ extent }) => {
      const extents = extent.map(({ start, length }): Extent => ({
        start: Number(start),
        length: length === undefined ? null : Number(length),
      }));
      const starts = extents.map((e) => e.start);
      const lengths = extents.map((e, i) => e.length ?? sizes[i]);
      const part = this.entries.get(sliceKey(key, extents));
      if (
        extents.length !== sizes.length ||
        starts.some((s, i) => s < 0 || lengths[i] < 0 || s + lengths[i] > sizes[i])
      )
        return this.badParts(key, `lie outside of its shape ${formatShape(sizes)}`);
      if (!part || part.slices.length || part.dtype !== entry.dtype) return this.badParts(key, 'are not all there');
      return { part, starts, lengths };
    });
  }
  /** A tensor that is stored in parts, each an entry of its own. Together they must be as large as it is. */
  private async readSlices(key: string, entry: BundleEntryProto, signal?: AbortSignal | null): Promise<StoredTensor> {
    const { known, sizes, count } = this.typeOf(key, entry);
    const parts = this.partsOf(key, entry);
    const held = parts.reduce((n, p) => n + p.lengths.reduce((a, b) => a * b, 1), 0);
    if (held !== count) return this.badParts(key, `hold ${held} values instead of ${count}`);
    // What is allocated is no more than what the files hold.
    let data: TypedArray | null = null;
    for (const { part, starts, lengths } of parts) {
      const values = await this.readEntry(key, part, signal);
      if (values.shape.join() !== lengths.join()) return this.badParts(key, 'have other shapes than it says');
      data ??= new (values.data.constructor as new (n: number) => TypedArray)(count);
      placeSlice(data, sizes, values.data, starts, lengths);
    }
    return { shape: sizes, dtype: known.dtype, data: data! };
  }
  /** A tensor of texts or of numbers, as a constant of a graph has it. */
  async readAny(key: string, signal?: AbortSignal | null): Promise<ConstantFields> {
    const entry = this.entry(key);
    if (entry.dtype === DT_STRING) {
      const { shape, texts } = await this.readStrings(key, signal);
      return { dtype: DT_STRING, shape, texts };
    }
    const { known, sizes } = this.typeOf(key, entry);
    const raw = await this.bytesOf(entry, signal);
    this.checkSum(key, entry, binding.crc32c(raw, 0));
    if (this.isBigEndian) throw new FileError(`${this.prefix}: '${key}' is stored big-endian, which is not read.`);
    if (raw.length !== sizes.reduce((a, b) => a * b, known.type.size))
      throw new FileError(`${this.prefix}.index: '${key}' has ${raw.length} bytes: it is damaged.`);
    return { dtype: entry.dtype, shape: sizes, bytes: raw };
  }
  /** The bytes of a scalar of texts. */
  async readString(key: string, signal?: AbortSignal | null): Promise<Uint8Array> {
    const { shape, texts } = await this.readStrings(key, signal);
    if (shape.length || texts.length !== 1)
      throw new FileError(`${this.prefix}.index: '${key}' is no single text: it is damaged.`);
    return texts[0];
  }
  /** The bytes of each of an array of texts: all lengths, their checksum, and the texts. */
  private async readStrings(
    key: string,
    signal?: AbortSignal | null,
  ): Promise<{ shape: number[]; texts: Uint8Array[] }> {
    const entry = this.entry(key);
    const raw = await this.bytesOf(entry, signal);
    const fail = (): never => {
      throw new FileError(`${this.prefix}.index: '${key}' holds no texts in its ${raw.length} bytes: it is damaged.`);
    };
    const shape = sizesOf(entry.shape, this.prefix);
    if (entry.dtype !== DT_STRING || !shape || shape.includes(null) || entry.slices.length) return fail();
    const count = (shape as number[]).reduce((a, b) => a * b, 1);
    if (!(count <= raw.length)) return fail();
    let at = 0;
    const lengths: number[] = [];
    let sum = 0;
    for (let i = 0; i < count; i++) {
      let length = 0;
      for (let shift = 0; ; shift += 7) {
        if (at >= raw.length || shift > 49) return fail();
        const byte = raw[at++];
        length += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      if (length >= 2 ** 32) return fail();
      // In the checksum a length has four bytes.
      const size = Buffer.alloc(4);
      size.writeUInt32LE(length);
      sum = crc32c(size, sum);
      lengths.push(length);
    }
    if (at + 4 + lengths.reduce((a, b) => a + b, 0) !== raw.length) return fail();
    this.checkSum(key, entry, binding.crc32c(raw.subarray(at), sum));
    at += 4;
    const texts = lengths.map((length) => raw.subarray(at, (at += length)));
    return { shape: shape as number[], texts };
  }
}
