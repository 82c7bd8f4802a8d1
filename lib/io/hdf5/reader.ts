/**
 * Reads HDF5 files (format specification 3.0 of the HDF Group): groups, attributes and datasets, of the old layout that
 * h5py writes and the newer ones. Whatever would look outside of the file (soft and external links, external storage,
 * virtual datasets) is refused, every address is checked against the length of the file, and nothing is believed about
 * sizes before it has been compared with what is stored.
 */
import { FileError } from '../../support/errors';
import type { ByteSource } from '../source';
import { btree2Records, FractalHeap } from './btree2';
import { Cursor, Hdf5Input, UNDEFINED } from './cursor';
import { Hdf5Dataset } from './dataset';
import { dtypeOf, readDataspace, readDatatype } from './datatype';
import { readAttributes, type AttributeValue } from './attributes';
import { MESSAGE, readHeader, resolveShared, type Message } from './header';

export { Hdf5Dataset } from './dataset';
export type { AttributeValue } from './attributes';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Deepest nesting of groups. */
const MAX_DEPTH = 64;

// At 0, or behind a user block of 512, 1024, 2048, ... bytes.
function signatureAt(source: ByteSource): number | null {
  for (let at = 0; at + 8 <= source.size; at = at ? at * 2 : 512) if (source.bytes(at, 8).equals(SIGNATURE)) return at;
  return null;
}
/** @internal Whether a file is HDF5: it starts so, or behind a user block. A zip archive may hold the signature anywhere. */
export const isHdf5 = (source: ByteSource): boolean =>
  !(source.size >= 2 && source.bytes(0, 2).toString('latin1') === 'PK') && signatureAt(source) !== null;

/** @internal */
export function openHdf5(source: ByteSource): Hdf5Group {
  const input = new Hdf5Input(source);
  const at = signatureAt(source);
  if (at === null)
    throw new FileError(
      `${source.name}: it is no HDF5 file: it starts with ${source.size ? source.bytes(0, Math.min(8, source.size)).toString('hex') : 'nothing'}, 894844460d0a1a0a expected.`,
    );
  const c = new Cursor(input, source.bytes(at, Math.min(source.size - at, 128)), 'the superblock').skip(8);
  const version = c.version(0, 1, 2, 3);
  const sizes = (): void => {
    input.sizes = { offset: c.u8(), length: c.u8(), base: 0 };
    for (const n of [input.sizes.offset, input.sizes.length])
      if (n !== 4 && n !== 8) input.fail(`addresses have ${n} bytes`);
  };
  let root: number;
  if (version < 2) {
    c.skip(4);
    sizes();
    c.skip(1 + 4 + 4 + (version === 1 ? 4 : 0));
    const base = c.offset();
    c.offset();
    checkEnd(input, base, c.offset());
    c.offset();
    c.offset();
    root = c.offset();
    input.sizes.base = base;
  } else {
    sizes();
    c.skip(1);
    const base = c.offset();
    c.offset();
    const end = c.offset();
    root = c.offset();
    c.checksum();
    checkEnd(input, base, end);
    input.sizes.base = base;
  }
  return new Hdf5Group(input, root, '', 0);
}
function checkEnd(input: Hdf5Input, base: number, end: number): void {
  if (base === UNDEFINED || end === UNDEFINED) input.fail('the superblock has no end of file');
  if (end > input.source.size)
    throw new FileError(`${input.source.name}: it has ${input.source.size} bytes of ${end}: it is cut off.`);
}

// Bytes of the element that stands for those that were never written; null where none is said.
function readFillValue(input: Hdf5Input, messages: readonly Message[]): Uint8Array | null {
  const message =
    messages.find((m) => m.type === MESSAGE.fillValue) ?? messages.find((m) => m.type === MESSAGE.oldFillValue);
  if (!message) return null;
  const c = resolveShared(input, message);
  if (message.type === MESSAGE.fillValue) {
    const version = c.version(1, 2, 3);
    const isDefined = version === 3 ? (c.u8() & 32) !== 0 : c.skip(2).u8() !== 0;
    if (!isDefined) return null;
  }
  const size = c.u32();
  return size && size <= c.left ? Uint8Array.from(c.bytes(size)) : null;
}

/** @internal A group: named groups and datasets. */
export class Hdf5Group {
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  private readonly links: Map<string, number>;
  private readonly opened = new Map<string, Hdf5Group | Hdf5Dataset>();
  constructor(
    private readonly input: Hdf5Input,
    private readonly at: number,
    /** Where it is in the file, for messages. */
    readonly path: string,
    private readonly depth: number,
    messages: readonly Message[] = readHeader(input, at),
    private readonly above: ReadonlySet<number> = new Set(),
  ) {
    if (depth > MAX_DEPTH) input.fail(`groups are nested deeper than ${MAX_DEPTH}`);
    if (above.has(at)) input.fail(`group '${path}' contains itself`);
    this.links = readLinks(input, messages, path);
    this.attributes = readAttributes(input, messages);
  }
  /** Bytes of the whole file. */
  get fileSize(): number {
    return this.input.source.size;
  }
  /** Names of what it holds. */
  keys(): string[] {
    return [...this.links.keys()];
  }
  private child(name: string): Hdf5Group | Hdf5Dataset | undefined {
    const known = this.opened.get(name);
    if (known) return known;
    const at = this.links.get(name);
    if (at === undefined) return undefined;
    const messages = readHeader(this.input, at);
    const path = this.path ? `${this.path}/${name}` : name;
    const has = (type: number): boolean => messages.some((m) => m.type === type);
    let found: Hdf5Group | Hdf5Dataset;
    if (has(MESSAGE.symbolTable) || has(MESSAGE.linkInfo))
      found = new Hdf5Group(this.input, at, path, this.depth + 1, messages, new Set([...this.above, this.at]));
    else if (has(MESSAGE.layout)) {
      const body = (type: number): Cursor =>
        resolveShared(
          this.input,
          messages.find((m) => m.type === type) ?? this.input.fail(`dataset '${path}' lacks message ${type}`),
        );
      if (has(MESSAGE.externalFiles)) this.input.refuse(`dataset '${path}' with external storage`);
      const type = readDatatype(body(MESSAGE.datatype));
      const filters = messages.find((m) => m.type === MESSAGE.filters);
      found = new Hdf5Dataset(
        this.input,
        path,
        type,
        readDataspace(body(MESSAGE.dataspace)),
        body(MESSAGE.layout),
        filters ? resolveShared(this.input, filters) : null,
        readAttributes(this.input, messages),
        type.kind === 'vlen-string' ? null : readFillValue(this.input, messages),
      );
    } else return this.input.refuse(`'${path}', which is neither group nor dataset,`);
    this.opened.set(name, found);
    return found;
  }
  /** What lies at a path below, or undefined. */
  get(path: string): Hdf5Group | Hdf5Dataset | undefined {
    const [first, ...rest] = path.split('/').filter(Boolean);
    if (first === undefined) return this;
    const child = this.child(first);
    return rest.length ? (child instanceof Hdf5Group ? child.get(rest.join('/')) : undefined) : child;
  }
  group(path: string): Hdf5Group | undefined {
    const found = this.get(path);
    return found instanceof Hdf5Group ? found : undefined;
  }
  dataset(path: string): Hdf5Dataset | undefined {
    const found = this.get(path);
    return found instanceof Hdf5Dataset ? found : undefined;
  }
  /** All datasets below, by path. */
  *datasets(): Generator<Hdf5Dataset> {
    for (const name of this.keys()) {
      const child = this.child(name);
      if (child instanceof Hdf5Dataset) yield child;
      else if (child) yield* child.datasets();
    }
  }
}

function readLinks(input: Hdf5Input, messages: readonly Message[], path: string): Map<string, number> {
  const out = new Map<string, number>();
  const add = (name: string, at: number): void => {
    if (out.has(name)) input.fail(`group '${path}' has two members '${name}'`);
    if (!name || name === '.' || name === '..' || name.includes('/'))
      input.fail(`group '${path}' has a member with the name '${name}'`);
    out.set(name, at);
  };
  const addMessage = (c: Cursor): void => {
    c.version(1);
    const flags = c.u8();
    const kind = flags & 8 ? c.u8() : 0;
    if (flags & 4) c.skip(8);
    if (flags & 16) c.skip(1);
    const name = c.bytes(c.uint(1 << (flags & 3))).toString('utf8');
    if (kind !== 0)
      input.refuse(
        `${kind === 1 ? 'a soft' : kind === 64 ? 'an external' : 'a user-defined'} link ('${path}/${name}')`,
      );
    add(name, c.offset());
  };
  for (const m of messages) {
    if (m.type === MESSAGE.symbolTable) {
      const tree = m.body.offset();
      const heap = localHeap(input, m.body.offset());
      readSymbols(input, tree, new Set(), 0, (nameAt, at, cache) => {
        if (nameAt < 0 || nameAt >= heap.length) input.fail('a name lies outside of its heap');
        const end = heap.indexOf(0, nameAt);
        const name = heap.toString('utf8', nameAt, end < 0 ? heap.length : end);
        if (cache === 2 || at === UNDEFINED) input.refuse(`a soft link ('${path}/${name}')`);
        add(name, at);
      });
    } else if (m.type === MESSAGE.link) addMessage(m.body);
    else if (m.type === MESSAGE.linkInfo) {
      const c = m.body;
      c.version(0);
      if (c.u8() & 1) c.skip(8);
      const heapAt = c.offset();
      const treeAt = c.offset();
      if (heapAt === UNDEFINED || treeAt === UNDEFINED) continue;
      const heap = new FractalHeap(input, heapAt);
      for (const record of btree2Records(input, treeAt).records) addMessage(heap.get(record.subarray(4, 11)));
    }
  }
  return out;
}
function localHeap(input: Hdf5Input, at: number): Buffer {
  const c = input.block(at, 8 + 2 * input.sizes.length + input.sizes.offset, 'a heap of names');
  c.magic('HEAP');
  c.version(0);
  const size = c.skip(3).length();
  c.length();
  return input.block(c.offset(), size, 'a heap of names').data;
}
function readSymbols(
  input: Hdf5Input,
  at: number,
  seen: Set<number>,
  depth: number,
  add: (nameAt: number, at: number, cache: number) => void,
): void {
  if (seen.has(at)) input.fail('a tree of names refers back to itself (a cycle)');
  seen.add(at);
  if (depth > 32) input.fail('a tree of names is too deep');
  const { offset, length } = input.sizes;
  const kind = input.block(at, 4, 'a tree of names').data.toString('latin1');
  if (kind === 'SNOD') {
    const head = input.block(at, 8, 'a list of names').skip(4);
    head.version(1);
    const count = head.skip(1).u16();
    const c = input.block(at, 8 + count * (2 * offset + 24), 'a list of names').skip(8);
    for (let i = 0; i < count; i++) {
      const nameAt = c.uint(offset);
      const object = c.offset();
      const cache = c.u32();
      c.skip(20);
      add(nameAt, object, cache);
    }
    return;
  }
  const head = input.block(at, 8 + 2 * offset, 'a tree of names');
  head.magic('TREE');
  if (head.u8() !== 0) input.fail('a tree of names is one of chunks');
  const level = head.u8();
  const used = head.u16();
  const c = input.block(at, 8 + 2 * offset + used * (length + offset) + length, 'a tree of names').skip(8 + 2 * offset);
  for (let i = 0; i < used; i++) {
    c.skip(length);
    const child = c.offset();
    if (level === 0 && input.block(child, 4, 'a list of names').data.toString('latin1') !== 'SNOD')
      input.fail('a tree of names has no list of names');
    readSymbols(input, child, seen, depth + 1, add);
  }
}
/** @internal */
export const hdf5Dtype = dtypeOf;
