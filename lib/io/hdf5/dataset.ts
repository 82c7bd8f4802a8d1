/** Values of an HDF5 dataset: in one piece, in its header, or in chunks that may be compressed. */
import { FileError } from '../../support/errors';
import type { DType, TypedArray } from '../../../binding';
import { formatShape } from '../../support/shapes';
import { decodeNumbers } from '../numbers';
import type { ReusedBytes } from '../source';
import type { AttributeValue } from './attributes';
import { chunksOf, type Chunk } from './chunks';
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';
import { dtypeOf, fixedText, heapText, type Datatype, type Extent } from './datatype';
import { readFilters, undoFilters, type Filter } from './filters';

/** Up to this many bytes a dataset may be larger than what is stored of it: empty chunks stand for zeros. */
const FREE_EXPANSION = 1 << 26;
/** Deflate cannot do more than this. */
const MAX_EXPANSION = 1100;

type Layout =
  | { kind: 'inline'; data: Buffer }
  | { kind: 'contiguous'; at: number }
  | { kind: 'chunked'; index: Parameters<typeof chunksOf>[1] };

/** @internal */
export class Hdf5Dataset {
  readonly dtype: DType | 'string';
  readonly shape: readonly number[];
  /** Sizes that its axes may grow to; Infinity where any will do. */
  readonly maximum: readonly number[];
  readonly count: number;
  private readonly layout: Layout;
  private readonly filters: Filter[];
  constructor(
    private readonly input: Hdf5Input,
    readonly path: string,
    private readonly type: Datatype,
    extent: Extent | null,
    layout: Cursor,
    filters: Cursor | null,
    readonly attributes: ReadonlyMap<string, AttributeValue>,
    /** What elements are that were never written: the bytes of one; null for zeros. */
    private readonly fill: Uint8Array | null = null,
  ) {
    this.shape = extent?.shape ?? [0];
    this.maximum = extent?.maximum ?? [0];
    this.count = this.shape.reduce((a, b) => a * b, 1);
    const dtype = dtypeOf(type);
    // Keras says so of halves that NumPy has no type for.
    this.dtype = type.size === 2 && attributes.get('dtype') === 'bfloat16' ? 'bfloat16' : dtype;
    if (!Number.isSafeInteger(this.count * type.size))
      input.fail(`dataset '${path}' of shape ${formatShape(this.shape)} is too large`);
    this.filters = filters ? readFilters(filters) : [];
    this.layout = this.readLayout(layout);
  }
  /** Bytes of all values. */
  get bytes(): number {
    return this.count * this.type.size;
  }
  /** The type of the values in the file: `float32`, `uint64 big-endian`, `text of 8 bytes`, `text`. */
  get stored(): string {
    const { type } = this;
    if (type.kind === 'string') return `text of ${type.size} bytes`;
    if (type.kind === 'vlen-string') return 'text';
    const name =
      type.kind === 'int'
        ? `${type.signed ? '' : 'u'}int${8 * type.size}`
        : type.kind === 'float'
          ? this.dtype
          : type.kind;
    return `${name}${type.kind !== 'opaque' && type.size > 1 && !type.littleEndian ? ' big-endian' : ''}`;
  }
  /** How the values are kept: the sizes of chunks, and whether they are compressed or otherwise changed. */
  get storage(): { chunks: readonly number[] | null; isFiltered: boolean } {
    return {
      chunks: this.layout.kind === 'chunked' ? this.layout.index.chunk : null,
      isFiltered: this.filters.length > 0,
    };
  }
  private readLayout(c: Cursor): Layout {
    const { input } = this;
    const version = c.version(1, 2, 3, 4, 5);
    if (version < 3) {
      const rank = c.u8();
      const kind = c.u8();
      c.skip(5);
      const at = kind === 0 ? UNDEFINED : c.offset();
      const dims = Array.from({ length: rank }, () => c.u32());
      if (kind === 0) return { kind: 'inline', data: this.sized(c.bytes(c.u32())) };
      if (kind === 1) return this.contiguous(at);
      return { kind: 'chunked', index: { kind: 'tree', at, chunk: dims.slice(0, -1) } };
    }
    const kind = c.u8();
    if (kind === 0) return { kind: 'inline', data: this.sized(c.bytes(c.u16())) };
    if (kind === 1) {
      const at = c.offset();
      const size = c.length();
      if (at !== UNDEFINED && size < this.bytes)
        input.fail(
          `dataset '${this.path}' of shape ${formatShape(this.shape)} needs ${this.bytes} bytes but holds ${size}`,
        );
      return this.contiguous(at);
    }
    if (kind === 3) return input.refuse(`dataset '${this.path}', which is virtual,`);
    if (kind !== 2) return input.fail(`dataset '${this.path}' has a layout of kind ${kind}`);
    if (version === 3) {
      const rank = c.u8();
      const at = c.offset();
      const dims = Array.from({ length: rank }, () => c.u32());
      return { kind: 'chunked', index: { kind: 'tree', at, chunk: dims.slice(0, -1) } };
    }
    const flags = c.u8();
    const rank = c.u8();
    const width = c.u8();
    if (width < 1 || width > 8) input.fail('a chunk has impossible sizes');
    const dims = Array.from({ length: rank }, () => c.uint(width)).slice(0, -1);
    const index = c.u8();
    if (index === 1) {
      const filtered = (flags & 2) !== 0;
      const size = filtered ? c.length() : undefined;
      const mask = filtered ? c.u32() : 0;
      return { kind: 'chunked', index: { kind: 'single', at: c.offset(), chunk: dims, size, mask } };
    }
    if (index === 2) return { kind: 'chunked', index: { kind: 'implicit', at: c.offset(), chunk: dims } };
    if (index === 3)
      return {
        kind: 'chunked',
        index: { kind: 'fixed', hasWideSizes: version > 4, pageBits: c.u8(), at: c.offset(), chunk: dims },
      };
    if (index === 4) {
      const [maxBits, indexElements, pointers, elements, pageBits] = [c.u8(), c.u8(), c.u8(), c.u8(), c.u8()];
      return {
        kind: 'chunked',
        index: {
          kind: 'extensible',
          hasWideSizes: version > 4,
          maxBits,
          indexElements,
          pointers,
          elements,
          pageBits,
          at: c.offset(),
          chunk: dims,
        },
      };
    }
    if (index === 5) {
      c.skip(6); // sizes of the tree's nodes, which stand in its header too
      return { kind: 'chunked', index: { kind: 'tree2', at: c.offset(), chunk: dims } };
    }
    return input.fail(`dataset '${this.path}' has an index of kind ${index}`);
  }
  private sized(data: Buffer): Buffer {
    if (data.length < this.bytes)
      this.input.fail(
        `dataset '${this.path}' of shape ${formatShape(this.shape)} needs ${this.bytes} bytes but holds ${data.length}`,
      );
    return data;
  }
  private contiguous(at: number): Layout {
    const { input } = this;
    if (this.filters.length) input.fail(`dataset '${this.path}' has filters without chunks`);
    if (at !== UNDEFINED && at + input.sizes.base + this.bytes > input.source.size)
      throw new FileError(
        `${input.source.name}: dataset '${this.path}' of shape ${formatShape(this.shape)} reaches beyond the end of the file: it is cut off.`,
      );
    return { kind: 'contiguous', at };
  }
  private refuseBomb(stored: number): void {
    if (this.bytes > Math.max(FREE_EXPANSION, stored * MAX_EXPANSION))
      throw new FileError(
        `${this.input.source.name}: dataset '${this.path}' of shape ${formatShape(this.shape)} needs ${this.bytes} bytes but only ${stored} are stored: it is refused as a decompression bomb.`,
      );
  }
  private unwritten(): Uint8Array {
    const out = new Uint8Array(this.bytes);
    const { fill } = this;
    if (fill?.length !== this.type.size || !out.length || fill.every((b) => b === 0)) return out;
    out.set(fill);
    // What is filled doubles.
    for (let n = fill.length; n < out.length; n *= 2) out.copyWithin(n, 0, Math.min(n, out.length - n));
    return out;
  }
  private async raw(signal?: AbortSignal | null, memory?: ReusedBytes): Promise<Uint8Array> {
    const { layout, input } = this;
    if (layout.kind === 'inline') return Uint8Array.from(layout.data.subarray(0, this.bytes));
    if (layout.kind === 'contiguous') {
      if (layout.at !== UNDEFINED) return input.source.read(layout.at + input.sizes.base, this.bytes, signal, memory);
      this.refuseBomb(0);
      return this.unwritten();
    }
    if (!this.count) return new Uint8Array(0);
    const { chunk } = layout.index;
    if (chunk.length !== this.shape.length || chunk.some((d) => d < 1))
      input.fail(
        `dataset '${this.path}' has chunks of shape ${formatShape(chunk)} for shape ${formatShape(this.shape)}`,
      );
    const chunkBytes = chunk.reduce((a, b) => a * b, this.type.size);
    const chunks = [...chunksOf(input, layout.index, this, chunkBytes, this.filters.length > 0)];
    const stored = chunks.reduce((n, c) => n + c.size, 0);
    this.refuseBomb(stored);
    if (chunkBytes > Math.max(FREE_EXPANSION, stored * MAX_EXPANSION))
      input.fail(`a chunk of dataset '${this.path}' is too large`);
    const out = this.unwritten();
    for (const c of chunks) {
      signal?.throwIfAborted();
      this.place(out, await this.unfilter(c, chunkBytes, signal), c.start, chunk);
    }
    return out;
  }
  private async unfilter(
    { at, size, mask }: Chunk,
    chunkBytes: number,
    signal?: AbortSignal | null,
  ): Promise<Uint8Array> {
    const { input } = this;
    const start = at + input.sizes.base;
    if (!this.filters.length && size < chunkBytes)
      input.fail(`a chunk of dataset '${this.path}' holds ${size} of ${chunkBytes} bytes`);
    let data: Uint8Array = await input.source.read(start, size, signal);
    data = await undoFilters(data, this.filters, mask, {
      input,
      dataset: this.path,
      chunkBytes,
      elementSize: this.type.size,
    });
    if (data.length < chunkBytes)
      input.fail(`a chunk of dataset '${this.path}' holds ${data.length} of ${chunkBytes} bytes`);
    return data;
  }
  // Copies the part of a chunk that lies inside of the dataset, row by row.
  private place(out: Uint8Array, data: Uint8Array, start: readonly number[], chunk: readonly number[]): void {
    const { shape } = this;
    const rank = shape.length;
    const { size } = this.type;
    if (rank === 0) {
      out.set(data.subarray(0, size));
      return;
    }
    const extent = shape.map((d, i) => Math.min(chunk[i], d - start[i]));
    if (extent.some((d, i) => d <= 0 || start[i] < 0))
      this.input.fail(`a chunk of dataset '${this.path}' lies outside of it`);
    const at = Array<number>(rank).fill(0);
    const run = extent[rank - 1] * size;
    for (;;) {
      let from = 0;
      let to = 0;
      for (let i = 0; i < rank; i++) {
        from = from * chunk[i] + at[i];
        to = to * shape[i] + start[i] + at[i];
      }
      out.set(data.subarray(from * size, from * size + run), to * size);
      let axis = rank - 2;
      while (axis >= 0 && ++at[axis] === extent[axis]) at[axis--] = 0;
      if (axis < 0) return;
    }
  }
  /** All values, in row-major order. @param memory - where they may lie: they are gone with its next use. */
  async read(signal?: AbortSignal | null, memory?: ReusedBytes): Promise<TypedArray> {
    const { type } = this;
    if (type.kind === 'string' || type.kind === 'vlen-string')
      throw new FileError(`${this.input.source.name}: dataset '${this.path}' holds texts where numbers are expected.`);
    const raw = await this.raw(signal, memory);
    if (this.dtype === 'bfloat16' && type.kind !== 'float')
      return decodeNumbers({ kind: 'opaque', size: 2 }, raw, this.count);
    return decodeNumbers(type, raw, this.count);
  }
  /** All texts of a dataset of texts. */
  async readTexts(signal?: AbortSignal | null): Promise<string[]> {
    const raw = await this.raw(signal);
    const { type, input } = this;
    if (type.kind !== 'string' && type.kind !== 'vlen-string')
      return input.fail(`dataset '${this.path}' holds numbers where texts are expected`);
    const c = new Cursor(input, Buffer.from(raw.buffer, raw.byteOffset, raw.length), `dataset '${this.path}'`);
    return Array.from({ length: this.count }, () =>
      type.kind === 'string' ? fixedText(c.bytes(type.size)) : heapText(input, c),
    );
  }
}
