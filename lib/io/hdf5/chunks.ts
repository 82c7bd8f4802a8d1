/** Where the chunks of an HDF5 dataset are: the indices of its versions. */
import { btree2Records } from './btree2';
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';

/** @internal One chunk: where its bytes are, and which element it starts with. */
export interface Chunk {
  at: number;
  size: number;
  /** Bits of filters that were left out. */
  mask: number;
  start: number[];
}
/** @internal */
export type ChunkIndex = { at: number; chunk: number[] } & (
  | { kind: 'tree' | 'tree2' | 'implicit' }
  | { kind: 'single'; size?: number; mask: number }
  | { kind: 'fixed'; hasWideSizes: boolean; pageBits: number }
  | {
      kind: 'extensible';
      hasWideSizes: boolean;
      maxBits: number;
      indexElements: number;
      pointers: number;
      elements: number;
      pageBits: number;
    }
);
/** More chunks than any dataset of weights has. */
const MAX_CHUNKS = 1 << 22;

/** @internal All chunks that are stored. */
export function* chunksOf(
  input: Hdf5Input,
  index: ChunkIndex,
  { shape, maximum }: Readonly<{ shape: readonly number[]; maximum: readonly number[] }>,
  chunkBytes: number,
  filtered: boolean,
): Generator<Chunk> {
  const { at, chunk } = index;
  if (at === UNDEFINED) return;
  const { total, startOf } = numbering(input, index, shape, maximum);
  switch (index.kind) {
    case 'tree':
      yield* oldTree(input, at, shape.length, new Set(), 0);
      return;
    case 'single':
      yield { at, size: index.size ?? chunkBytes, mask: index.mask, start: shape.map(() => 0) };
      return;
    case 'implicit':
      for (let n = 0; n < total; n++) {
        const start = startOf(n);
        if (start) yield { at: at + n * chunkBytes, size: chunkBytes, mask: 0, start };
      }
      return;
    case 'tree2': {
      const { type, records } = btree2Records(input, at);
      if (type !== 10 && type !== 11) input.fail('a tree of chunks is one of something else');
      for (const record of records) {
        const c = new Cursor(input, record, 'a chunk');
        const address = c.offset();
        const width = type === 11 ? c.left - 4 - 8 * shape.length : 0;
        const size = type === 11 ? c.uint(width) : chunkBytes;
        const mask = type === 11 ? c.u32() : 0;
        yield { at: address, size, mask, start: chunk.map((d) => c.uint(8) * d) };
      }
      return;
    }
    default: {
      // Until version 5 a chunk's size takes as many bytes as that of a chunk plus one, then as many as all lengths.
      const grown = Math.min(8, 1 + Math.floor((Math.floor(Math.log2(chunkBytes)) + 8) / 8));
      const width = !filtered ? 0 : index.hasWideSizes ? input.sizes.length : grown;
      const elements =
        index.kind === 'fixed' ? fixedArray(input, index, total, width) : extensibleArray(input, index, total, width);
      let n = 0;
      for (const e of elements) {
        const start = e.at === UNDEFINED ? null : startOf(n);
        if (start) yield { at: e.at, size: filtered ? e.size : chunkBytes, mask: e.mask, start };
        n++;
      }
    }
  }
}
/**
 * How lists number their chunks: row by row over the sizes that the axes may grow to, so that a chunk keeps its number
 * when the dataset grows; the axis without an end counts as the first (H5D__earray_idx_get_addr in H5Dearray.c).
 */
function numbering(
  input: Hdf5Input,
  { kind, chunk }: ChunkIndex,
  shape: readonly number[],
  maximum: readonly number[],
): {
  /** One more than the largest number of a chunk. */
  total: number;
  /** The first element of a chunk; null when it lies outside of the dataset as it is now. */
  startOf: (n: number) => number[] | null;
} {
  const axes = shape.map((_, i) => i);
  const endless = maximum.indexOf(Infinity);
  if (kind === 'extensible' && endless > 0) axes.unshift(...axes.splice(endless, 1));
  const grid = (sizes: readonly number[]): number[] => axes.map((i) => Math.ceil(sizes[i] / chunk[i]));
  const used = grid(shape);
  const counts = kind === 'tree' || kind === 'tree2' ? used : grid(maximum);
  let total = 0;
  if (!used.includes(0)) {
    used.forEach((n, k) => (total = total * (k ? counts[k] : 1) + n - 1));
    total++;
  }
  if (!(total <= MAX_CHUNKS)) input.fail(`a dataset has ${total} chunks`);
  const startOf = (n: number): number[] | null => {
    const out = Array<number>(shape.length);
    for (let k = axes.length - 1; k >= 0; k--) {
      const at = k ? n % counts[k] : n;
      if (at >= used[k]) return null;
      out[axes[k]] = at * chunk[axes[k]];
      if (k) n = (n - at) / counts[k];
    }
    return out;
  };
  return { total, startOf };
}

function* oldTree(input: Hdf5Input, at: number, rank: number, seen: Set<number>, depth: number): Generator<Chunk> {
  if (seen.has(at)) input.fail('a tree of chunks refers back to itself (a cycle)');
  seen.add(at);
  if (depth > 32 || seen.size > MAX_CHUNKS) input.fail('a tree of chunks is too deep');
  const { offset } = input.sizes;
  const key = 8 + 8 * (rank + 1);
  const head = input.block(at, 8, 'a tree of chunks');
  head.magic('TREE');
  if (head.u8() !== 1) input.fail('a tree of chunks is one of names');
  const level = head.u8();
  const used = head.u16();
  const c = input.block(at, 8 + 2 * offset + used * (key + offset), 'a tree of chunks').skip(8 + 2 * offset);
  for (let i = 0; i < used; i++) {
    const size = c.u32();
    const mask = c.u32();
    const start = Array.from({ length: rank }, () => c.uint(8));
    c.skip(8);
    const child = c.offset();
    if (level) yield* oldTree(input, child, rank, seen, depth + 1);
    else yield { at: child, size, mask, start };
  }
}

interface Element {
  at: number;
  size: number;
  mask: number;
}
const readElement = (c: Cursor, width: number): Element => ({
  at: c.offset(),
  size: width ? c.uint(width) : 0,
  mask: width ? c.u32() : 0,
});

function fixedArray(
  input: Hdf5Input,
  index: { at: number; pageBits: number },
  total: number,
  width: number,
): Element[] {
  const { offset, length } = input.sizes;
  const elementSize = offset + (width ? width + 4 : 0);
  const head = input.block(index.at, 12 + length + offset, 'a list of chunks');
  head.magic('FAHD');
  head.version(0);
  head.skip(3);
  const count = head.length();
  const block = head.offset();
  head.checksum();
  if (count < total || block === UNDEFINED) return [];
  const pageSize = 2 ** index.pageBits;
  const lead = 6 + offset;
  if (count <= pageSize) {
    const c = input.block(block, lead + count * elementSize + 4, 'a list of chunks');
    c.magic('FADB');
    c.skip(2 + offset);
    const out = Array.from({ length: count }, () => readElement(c, width));
    c.checksum();
    return out.slice(0, total);
  }
  const pages = Math.ceil(count / pageSize);
  const bitmap = Math.ceil(pages / 8);
  const out: Element[] = [];
  const c = input.block(block, lead + bitmap + 4, 'a list of chunks').skip(lead);
  const used = c.bytes(bitmap);
  for (let p = 0, at = block + lead + bitmap + 4; p < pages; p++, at += pageSize * elementSize + 4) {
    const n = Math.min(pageSize, count - p * pageSize);
    if (used[p >> 3] & (0x80 >> (p & 7))) {
      const page = input.block(at, n * elementSize + 4, 'a list of chunks');
      for (let i = 0; i < n; i++) out.push(readElement(page, width));
      page.checksum();
    } else for (let i = 0; i < n; i++) out.push({ at: UNDEFINED, size: 0, mask: 0 });
  }
  return out.slice(0, total);
}

// Elements in the index block, then in data blocks of growing size, the later ones behind secondary blocks.
function extensibleArray(
  input: Hdf5Input,
  index: { at: number; maxBits: number; indexElements: number; pointers: number; elements: number; pageBits: number },
  total: number,
  width: number,
): Element[] {
  const { offset, length } = input.sizes;
  const elementSize = offset + (width ? width + 4 : 0);
  const out: Element[] = [];
  const head = input.block(index.at, 16 + 6 * length + offset, 'a list of chunks');
  head.magic('EAHD');
  head.version(0);
  head.skip(7 + 6 * length);
  const at = head.offset();
  head.checksum();
  const { maxBits, indexElements, pointers, elements, pageBits } = index;
  if (!elements || !pointers || (elements & (elements - 1)) !== 0 || (pointers & (pointers - 1)) !== 0 || maxBits > 64)
    input.fail('a list of chunks has impossible sizes');
  if (at === UNDEFINED) return [];
  const superBlocks = 1 + maxBits - Math.log2(elements);
  const info = Array.from({ length: superBlocks }, (_, u) => ({
    blocks: 2 ** Math.floor(u / 2),
    size: 2 ** Math.floor((u + 1) / 2) * elements,
  }));
  const firstSecondary = 2 * Math.log2(pointers);
  const direct = 2 * (pointers - 1);
  const secondary = superBlocks - firstSecondary;
  const c = input.block(
    at,
    6 + offset + indexElements * elementSize + (direct + Math.max(0, secondary)) * offset + 4,
    'a list of chunks',
  );
  c.magic('EAIB');
  c.skip(2 + offset);
  for (let i = 0; i < indexElements; i++) out.push(readElement(c, width));
  const directAt = Array.from({ length: direct }, () => c.offset());
  const secondaryAt = Array.from({ length: Math.max(0, secondary) }, () => c.offset());
  c.checksum();
  const offsetBytes = Math.ceil(maxBits / 8);
  const pageSize = 2 ** pageBits;
  const dataBlock = (address: number, n: number, initialized: (page: number) => boolean): void => {
    if (out.length >= total) return;
    if (address === UNDEFINED) {
      for (let i = 0; i < n && out.length < total; i++) out.push({ at: UNDEFINED, size: 0, mask: 0 });
      return;
    }
    const lead = 6 + offset + offsetBytes;
    if (n <= pageSize) {
      const b = input.block(address, lead + n * elementSize + 4, 'a list of chunks');
      b.magic('EADB');
      b.skip(lead - 4);
      for (let i = 0; i < n; i++) out.push(readElement(b, width));
      b.checksum();
    } else
      for (let p = 0; p < n / pageSize && out.length < total; p++) {
        if (!initialized(p)) {
          for (let i = 0; i < pageSize; i++) out.push({ at: UNDEFINED, size: 0, mask: 0 });
          continue;
        }
        const page = input.block(
          address + lead + 4 + p * (pageSize * elementSize + 4),
          pageSize * elementSize + 4,
          'a list of chunks',
        );
        for (let i = 0; i < pageSize; i++) out.push(readElement(page, width));
        page.checksum();
      }
  };
  let block = 0;
  for (let u = 0; u < superBlocks && out.length < total; u++) {
    const { blocks, size } = info[u];
    if (u < firstSecondary) {
      for (let k = 0; k < blocks; k++) dataBlock(directAt[block++] ?? UNDEFINED, size, () => true);
      continue;
    }
    const address = secondaryAt[u - firstSecondary] ?? UNDEFINED;
    if (address === UNDEFINED) {
      for (let i = 0; i < blocks * size && out.length < total; i++) out.push({ at: UNDEFINED, size: 0, mask: 0 });
      continue;
    }
    const pages = size > pageSize ? size / pageSize : 0;
    const bitmap = pages ? Math.ceil(pages / 8) : 0;
    const s = input.block(
      address,
      6 + offset + offsetBytes + blocks * bitmap + blocks * offset + 4,
      'a list of chunks',
    );
    s.magic('EASB');
    s.skip(2 + offset + offsetBytes);
    const maps = Array.from({ length: blocks }, () => s.bytes(bitmap));
    const addresses = Array.from({ length: blocks }, () => s.offset());
    s.checksum();
    addresses.forEach((a, k) => dataBlock(a, size, (p) => (maps[k][p >> 3] & (0x80 >> (p & 7))) !== 0));
  }
  return out.slice(0, total);
}
