/**
 * Writes HDF5 files that libhdf5 1.8 and later read: superblock 2, object headers 2 with the links in them, contiguous
 * datasets. Everything but the numbers is laid out first, so that the file is written from front to end in one go.
 */
import { ValueError } from '../../support/errors';
import type { DType, TypedArray } from '../../../binding';
import type { Shape } from '../../support/shapes';
import type { ByteSink } from '../atomic';
import { elementSize, encodeNumbers } from '../numbers';
import { lookup3 } from './checksum';

/** @internal Text (any length), or texts of fixed length, as NumPy's arrays of bytes. */
export type AttributeInput = string | readonly string[];
/** @internal Values of a dataset: fetched when they are written. */
export interface DatasetInput {
  shape: Shape;
  dtype: DType;
  data: () => Promise<TypedArray>;
}
/** The largest attribute that fits into an object header. Longer texts go into the heap. */
export const MAX_ATTRIBUTE_BYTES = 64512;
/** libhdf5 reads at least this much of a heap of texts. */
const MIN_HEAP = 4096;
const NONE = Buffer.alloc(8, 255);

interface Node {
  attributes: Map<string, AttributeInput>;
  children: Map<string, Node> | null;
  data: DatasetInput | null;
  header: number;
  values: number;
}
const u16 = (v: number): Buffer => {
  const b = Buffer.alloc(2);
  b.writeUInt16LE(v);
  return b;
};
const u32 = (v: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(v);
  return b;
};
const u64 = (v: number): Buffer => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(v));
  return b;
};
const withChecksum = (b: Buffer): Buffer => Buffer.concat([b, u32(lookup3(b))]);
const round8 = (n: number): number => Math.ceil(n / 8) * 8;

const integer = (size: number, signed: boolean): Buffer =>
  Buffer.concat([Buffer.from([0x10, signed ? 8 : 0, 0, 0]), u32(size), u16(0), u16(8 * size)]);
const float = (size: number, sign: number, exponent: number, mantissa: number, bias: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x11, 0x20, sign, 0]),
    u32(size),
    u16(0),
    u16(8 * size),
    Buffer.from([mantissa, exponent, 0, mantissa]),
    u32(bias),
  ]);
const TYPES: Record<DType, Buffer> = {
  float16: float(2, 15, 5, 10, 15),
  float32: float(4, 31, 8, 23, 127),
  float64: float(8, 63, 11, 52, 1023),
  // As h5py stores what NumPy has no type for: opaque, with an attribute that says what it is.
  bfloat16: Buffer.concat([Buffer.from([0x15, 0, 0, 0]), u32(2)]),
  int8: integer(1, true),
  int32: integer(4, true),
  int64: integer(8, true),
  uint8: integer(1, false),
  bool: Buffer.concat([
    Buffer.from([0x18, 2, 0, 0]),
    u32(1),
    integer(1, true),
    Buffer.from('FALSE\0\0\0TRUE\0\0\0\0', 'latin1'),
    Buffer.from([0, 1]),
  ]),
};
const TEXT = Buffer.concat([Buffer.from([0x19, 0x01, 0x01, 0x00]), u32(16), integer(1, false)]);
const fixedText = (size: number): Buffer => Buffer.concat([Buffer.from([0x13, 1, 0, 0]), u32(size)]);
const dataspace = (shape: Shape | null): Buffer =>
  Buffer.concat([Buffer.from([2, shape?.length ?? 0, 0, shape?.length ? 1 : 0]), ...(shape ?? []).map(u64)]);

/** @internal A file that is put together and then written. */
export class Hdf5Writer {
  private readonly root: Node = Hdf5Writer.node(true);
  private static node(isGroup: boolean): Node {
    return { attributes: new Map(), children: isGroup ? new Map() : null, data: null, header: 0, values: 0 };
  }
  private at(path: string): Node {
    let node = this.root;
    for (const name of path.split('/').filter(Boolean)) {
      if (!node.children) throw new ValueError(`HDF5: '${path}' lies below a dataset.`);
      let child = node.children.get(name);
      if (!child) node.children.set(name, (child = Hdf5Writer.node(true)));
      node = child;
    }
    return node;
  }
  /** Makes a group and those above it. */
  group(path: string): void {
    if (!this.at(path).children) throw new ValueError(`HDF5: '${path}' is a dataset already.`);
  }
  has(path: string): boolean {
    let node: Node | undefined = this.root;
    for (const name of path.split('/').filter(Boolean)) node = node?.children?.get(name);
    return node !== undefined;
  }
  attribute(path: string, name: string, value: AttributeInput): void {
    this.at(path).attributes.set(name, value);
  }
  dataset(path: string, input: DatasetInput): void {
    const cut = path.lastIndexOf('/');
    const parent = this.at(cut < 0 ? '' : path.slice(0, cut));
    const name = path.slice(cut + 1);
    if (!parent.children || parent.children.has(name)) throw new ValueError(`HDF5: there are two datasets '${path}'.`);
    parent.children.set(name, { ...Hdf5Writer.node(false), data: input });
    if (input.dtype === 'bfloat16') this.attribute(path, 'dtype', 'bfloat16');
  }

  /** Writes all of it from where the sink is. */
  async writeTo(sink: ByteSink): Promise<void> {
    const start = sink.position;
    const nodes: Node[] = [];
    const visit = (node: Node): void => {
      nodes.push(node);
      node.children?.forEach(visit);
    };
    visit(this.root);
    // Texts go into heaps, a few of them in one as long as they are small.
    const texts = new Map<string, { at: number; index: number; length: number }>();
    const heaps: Buffer[] = [];
    let position = 48;
    let held: { text: string; data: Buffer }[] = [];
    let heldBytes = 0;
    const closeHeap = (): void => {
      if (!held.length) return;
      const objects = held.map(({ data }, i) =>
        Buffer.concat([
          u16(i + 1),
          u16(1),
          u32(0),
          u64(data.length),
          data,
          Buffer.alloc(round8(data.length) - data.length),
        ]),
      );
      const used = 16 + objects.reduce((n, o) => n + o.length, 0);
      const size = Math.max(MIN_HEAP, used + 16);
      const free = size - used;
      held.forEach(({ text, data }, i) => texts.set(text, { at: position, index: i + 1, length: data.length }));
      heaps.push(
        Buffer.concat([
          Buffer.from('GCOL', 'latin1'),
          Buffer.from([1, 0, 0, 0]),
          u64(size),
          ...objects,
          u16(0),
          u16(0),
          u32(0),
          u64(free),
          Buffer.alloc(free - 16),
        ]),
      );
      position += size;
      held = [];
      heldBytes = 0;
    };
    for (const node of nodes)
      for (const value of node.attributes.values())
        if (typeof value === 'string' && value && !texts.has(value) && !held.some((h) => h.text === value)) {
          const data = Buffer.from(value, 'utf8');
          if (heldBytes + data.length > 1 << 16) closeHeap();
          held.push({ text: value, data });
          heldBytes += data.length + 32;
        }
    closeHeap();
    // Sizes of headers do not depend on addresses, so a first pass finds where each will be.
    for (const node of nodes) {
      node.header = position;
      position = round8(position + this.header(node, texts).length);
    }
    for (const node of nodes)
      if (node.data) {
        const bytes = node.data.shape.reduce((a, b) => a * b, 1) * elementSize[node.data.dtype];
        node.values = bytes ? position : -1;
        position = round8(position + bytes);
      }
    const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
    await sink.write(
      withChecksum(
        Buffer.concat([signature, Buffer.from([2, 8, 8, 0]), u64(0), NONE, u64(position), u64(this.root.header)]),
      ),
    );
    for (const heap of heaps) await sink.write(heap);
    for (const node of nodes) await sink.write(this.padded(this.header(node, texts)));
    for (const node of nodes)
      if (node.data && node.values >= 0) {
        const bytes = encodeNumbers(await node.data.data(), node.data.dtype);
        await sink.write(bytes);
        await sink.write(Buffer.alloc(round8(bytes.length) - bytes.length));
      }
    if (sink.position - start !== position)
      throw new ValueError(
        `HDF5: ${sink.position - start} bytes were written instead of ${position}: a value has another size than its shape says.`,
      );
  }
  private padded(b: Buffer): Buffer {
    return Buffer.concat([b, Buffer.alloc(round8(b.length) - b.length)]);
  }
  private header(node: Node, texts: ReadonlyMap<string, { at: number; index: number; length: number }>): Buffer {
    const messages: Buffer[] = [];
    const add = (type: number, body: Buffer): void => {
      if (body.length > 65535)
        throw new ValueError(
          `HDF5: message ${type} of ${body.length} bytes does not fit into an object header of at most 65535.`,
        );
      messages.push(Buffer.from([type]), u16(body.length), Buffer.from([0]), body);
    };
    if (node.children) {
      add(0x02, Buffer.concat([Buffer.from([0, 0]), NONE, NONE]));
      add(0x0a, Buffer.from([0, 0]));
      for (const [name, child] of node.children) {
        const text = Buffer.from(name, 'utf8');
        const isLong = text.length > 255;
        const isUtf8 = text.length !== name.length;
        add(
          0x06,
          Buffer.concat([
            Buffer.from([1, (isLong ? 1 : 0) | (isUtf8 ? 16 : 0)]),
            Buffer.from(isUtf8 ? [1] : []),
            isLong ? u16(text.length) : Buffer.from([text.length]),
            text,
            u64(child.header),
          ]),
        );
      }
    } else {
      const { shape, dtype } = node.data!;
      const bytes = shape.reduce((a, b) => a * b, 1) * elementSize[dtype];
      add(0x01, dataspace(shape));
      add(0x03, TYPES[dtype]);
      add(0x05, Buffer.from([3, 0x0a]));
      add(0x08, Buffer.concat([Buffer.from([3, 1]), node.values < 0 ? NONE : u64(node.values), u64(bytes)]));
    }
    for (const [name, value] of node.attributes) add(0x0c, this.attributeMessage(name, value, texts));
    const body = Buffer.concat(messages);
    return withChecksum(Buffer.concat([Buffer.from('OHDR', 'latin1'), Buffer.from([2, 2]), u32(body.length), body]));
  }
  private attributeMessage(
    name: string,
    value: AttributeInput,
    texts: ReadonlyMap<string, { at: number; index: number; length: number }>,
  ): Buffer {
    const title = Buffer.from(`${name}\0`, 'utf8');
    let type: Buffer, space: Buffer, data: Buffer;
    if (typeof value === 'string') {
      const place = texts.get(value);
      type = TEXT;
      space = dataspace(null);
      data = place ? Buffer.concat([u32(place.length), u64(place.at), u32(place.index)]) : Buffer.alloc(16);
    } else {
      const encoded = value.map((v) => Buffer.from(v, 'utf8'));
      const size = Math.max(1, ...encoded.map((b) => b.length));
      type = fixedText(size);
      space = dataspace([value.length]);
      data = Buffer.concat(encoded.map((b) => Buffer.concat([b, Buffer.alloc(size - b.length)])));
      if (data.length > MAX_ATTRIBUTE_BYTES)
        throw new ValueError(
          `HDF5: attribute '${name}' of ${data.length} bytes does not fit into an object header of at most ${MAX_ATTRIBUTE_BYTES}.`,
        );
    }
    return Buffer.concat([
      Buffer.from([3, 0]),
      u16(title.length),
      u16(type.length),
      u16(space.length),
      Buffer.from([1]),
      title,
      type,
      space,
      data,
    ]);
  }
}
