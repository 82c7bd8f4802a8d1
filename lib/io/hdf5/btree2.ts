/** B-trees of version 2 and fractal heaps: where large groups and many attributes of newer HDF5 files live. */
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';

/** @internal Records of a B-tree of version 2, in order. */
export function btree2Records(input: Hdf5Input, at: number): { type: number; records: Buffer[] } {
  const c = input.block(at, 22 + input.sizes.offset + input.sizes.length, 'a B-tree');
  c.magic('BTHD');
  c.version(0);
  const type = c.u8();
  const nodeSize = c.u32();
  const recordSize = c.u16();
  const depth = c.u16();
  c.skip(2);
  const root = c.offset();
  const rootCount = c.u16();
  const total = c.length();
  c.checksum();
  if (!recordSize || recordSize > nodeSize || depth > 16) input.fail('a B-tree has impossible sizes');
  const out: Buffer[] = [];
  const seen = new Set<number>();
  if (root === UNDEFINED || !rootCount) return { type, records: out };
  // How many bytes a count of records takes, level by level.
  const width = (n: number): number => Math.max(1, Math.ceil(Math.log2(n + 1) / 8));
  const most = [Math.floor((nodeSize - 10) / recordSize)];
  const totals = [most[0]];
  const totalWidth: number[] = [0];
  for (let level = 1; level <= depth; level++) {
    const pointer = input.sizes.offset + width(most[0]) + totalWidth[level - 1];
    most[level] = Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer));
    totals[level] = (most[level] + 1) * totals[level - 1] + most[level];
    totalWidth[level] = width(totals[level]);
  }
  const countWidth = width(most[0]);
  const visit = (address: number, count: number, level: number): void => {
    if (seen.has(address)) input.fail('a B-tree refers back to itself (a cycle)');
    seen.add(address);
    if (count > most[level]) input.fail('a node of a B-tree holds too many records');
    const n = input.block(address, nodeSize, 'a node of a B-tree');
    n.magic(level ? 'BTIN' : 'BTLF');
    n.version(0);
    if (n.u8() !== type) input.fail('a node of a B-tree has another type than the tree');
    const records = Array.from({ length: count }, () => n.bytes(recordSize));
    const children = level
      ? Array.from({ length: count + 1 }, () => {
          const child = n.offset();
          const held = n.uint(countWidth);
          if (level > 1) n.skip(totalWidth[level - 1]);
          return { child, held };
        })
      : [];
    n.checksum();
    if (!level) out.push(...records);
    else
      children.forEach(({ child, held }, i) => {
        visit(child, held, level - 1);
        if (i < count) out.push(records[i]);
      });
    if (out.length > total) input.fail('a B-tree holds more records than it says');
  };
  visit(root, rootCount, depth);
  return { type, records: out };
}

/** @internal Objects of a fractal heap by their id. */
export class FractalHeap {
  private readonly maxManaged: number;
  /** The tree of objects that are too large for blocks, and these by their numbers once it has been read. */
  private readonly largeAt: number;
  private large: Map<number, { at: number; length: number }> | undefined;
  private readonly tableWidth: number;
  private readonly startSize: number;
  private readonly maxDirect: number;
  private readonly offsetBytes: number;
  private readonly lengthBytes: number;
  private readonly root: number;
  private readonly rootRows: number;
  private readonly hasChecksums: boolean;
  constructor(
    private readonly input: Hdf5Input,
    at: number,
  ) {
    const { offset, length } = input.sizes;
    const c = input.block(at, 26 + 12 * length + 3 * offset, 'a heap');
    c.magic('FRHP');
    c.version(0);
    c.u16();
    if (c.u16()) input.fail('a heap is compressed');
    this.hasChecksums = (c.u8() & 2) !== 0;
    this.maxManaged = c.u32();
    c.skip(length);
    this.largeAt = c.offset();
    c.skip(length + offset + 4 * length + 4 * length);
    this.tableWidth = c.u16();
    this.startSize = c.length();
    this.maxDirect = c.length();
    const heapBits = c.u16();
    c.u16();
    this.root = c.offset();
    this.rootRows = c.u16();
    c.checksum();
    if (
      !this.tableWidth ||
      this.startSize < 1 ||
      this.maxDirect < this.startSize ||
      heapBits > 64 ||
      this.rootRows > 64
    )
      input.fail('a heap has impossible sizes');
    this.offsetBytes = Math.ceil(heapBits / 8);
    this.lengthBytes = Math.min(
      Math.ceil(Math.log2(this.maxDirect) / 8),
      Math.floor(Math.log2(Math.max(1, this.maxManaged)) / 8) + 1,
    );
  }
  private rowSize(row: number): number {
    return row < 2 ? this.startSize : this.startSize * 2 ** (row - 1);
  }
  get(id: Buffer): Cursor {
    const { input } = this;
    const c = new Cursor(input, id, 'an object of a heap');
    const kind = (c.u8() >> 4) & 3;
    if (kind === 2) {
      const length = (id[0] & 15) + 1;
      return new Cursor(input, c.bytes(length), 'an object of a heap');
    }
    if (kind === 1) return this.largeObject(c);
    if (kind !== 0) input.fail(`an object of a heap is of kind ${kind}`);
    const offset = c.uint(this.offsetBytes);
    const length = c.uint(this.lengthBytes);
    return this.managed(offset, length);
  }
  // Too large for a block: the id holds its place where there is room, else its number in a tree.
  private largeObject(id: Cursor): Cursor {
    const { input } = this;
    const { sizes } = input;
    if (id.left >= sizes.offset + sizes.length) {
      const at = id.offset();
      return input.block(at, id.length(), 'an object of a heap');
    }
    const number = id.uint(Math.min(8, id.left));
    this.large ??= this.readLargeObjects();
    const found = this.large.get(number) ?? input.fail('a large object is not in its heap');
    return input.block(found.at, found.length, 'an object of a heap');
  }
  private readLargeObjects(): Map<number, { at: number; length: number }> {
    const { input } = this;
    const out = new Map<number, { at: number; length: number }>();
    if (this.largeAt === UNDEFINED) return out;
    const { type, records } = btree2Records(input, this.largeAt);
    if (type !== 1) input.fail('a tree of large objects is one of something else');
    for (const record of records) {
      const c = new Cursor(input, record, 'a large object');
      const at = c.offset();
      const length = c.length();
      out.set(c.length(), { at, length });
    }
    return out;
  }
  private managed(target: number, length: number): Cursor {
    const { input } = this;
    if (!this.rootRows) return this.direct(this.root, this.startSize, target, length);
    let address = this.root;
    let rows = this.rootRows;
    let start = 0;
    for (let depth = 0; depth < 32; depth++) {
      const directRows = Math.min(rows, Math.log2(this.maxDirect / this.startSize) + 2);
      const entries = rows * this.tableWidth;
      const c = input.block(
        address,
        5 + input.sizes.offset + this.offsetBytes + entries * input.sizes.offset + 4,
        'a block of a heap',
      );
      c.magic('FHIB');
      c.version(0);
      c.offset();
      c.skip(this.offsetBytes);
      const children = Array.from({ length: entries }, () => c.offset());
      c.checksum();
      let at = start;
      let found: { row: number; child: number; at: number } | null = null;
      for (let row = 0; row < rows && !found; row++)
        for (let k = 0; k < this.tableWidth; k++) {
          if (target >= at && target < at + this.rowSize(row)) {
            found = { row, child: children[row * this.tableWidth + k], at };
            break;
          }
          at += this.rowSize(row);
        }
      if (!found) return input.fail('an object lies outside of its heap');
      if (found.row < directRows) return this.direct(found.child, this.rowSize(found.row), target - found.at, length);
      address = found.child;
      start = found.at;
      rows = Math.log2(this.rowSize(found.row) / this.startSize / this.tableWidth) + 1;
      if (!Number.isInteger(rows) || rows < 1) return input.fail('a heap has impossible sizes');
    }
    return input.fail('a heap is nested too deeply');
  }
  private direct(address: number, size: number, offset: number, length: number): Cursor {
    const { input } = this;
    const c = input.block(address, size, 'a block of a heap');
    c.magic('FHDB');
    c.version(0);
    if (offset + length > size || offset < 5 + input.sizes.offset + this.offsetBytes + (this.hasChecksums ? 4 : 0))
      input.fail('an object lies outside of its heap');
    return new Cursor(input, c.data.subarray(offset, offset + length), 'an object of a heap');
  }
}
