/** Attributes of HDF5 groups and datasets. */
import { decodeNumbers } from '../numbers';
import { btree2Records, FractalHeap } from './btree2';
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';
import { fixedText, heapText, readDataspace, readDatatype } from './datatype';
import { MESSAGE, type Message } from './header';

/** @internal What an attribute holds: text, numbers, or lists of them. */
export type AttributeValue = string | string[] | number | number[];
/** Largest attribute that is read. */
const MAX_ATTRIBUTE_READ = 1 << 28;

/** @internal Attributes of a group or dataset. */
export function readAttributes(input: Hdf5Input, messages: readonly Message[]): Map<string, AttributeValue> {
  const out = new Map<string, AttributeValue>();
  const add = (c: Cursor): void => {
    const { name, value } = readAttribute(input, c);
    if (out.has(name)) input.fail(`two attributes have the name '${name}'`);
    if (value !== null) out.set(name, value);
  };
  for (const m of messages) {
    if (m.type === MESSAGE.attribute) {
      if (m.flags & 2) input.fail('an attribute is shared');
      add(m.body);
    } else if (m.type === MESSAGE.attributeInfo) {
      const c = m.body;
      const flags = c.skip(1).u8();
      if (flags & 1) c.skip(2);
      const heapAt = c.offset();
      const treeAt = c.offset();
      if (heapAt === UNDEFINED || treeAt === UNDEFINED) continue;
      const heap = new FractalHeap(input, heapAt);
      for (const record of btree2Records(input, treeAt).records) {
        if (record[8] & 2) input.fail('an attribute is shared');
        add(heap.get(record.subarray(0, 8)));
      }
    }
  }
  return out;
}
function readAttribute(input: Hdf5Input, c: Cursor): { name: string; value: AttributeValue | null } {
  const version = c.version(1, 2, 3);
  const flags = c.u8();
  const nameSize = c.u16();
  const typeSize = c.u16();
  const spaceSize = c.u16();
  if (version > 1 && flags & 3) input.refuse('an attribute of a type stored elsewhere');
  if (version === 3) c.skip(1);
  const padded = (n: number): number => (version === 1 ? Math.ceil(n / 8) * 8 : n);
  const part = (n: number): Cursor => new Cursor(input, c.bytes(padded(n)), 'an attribute');
  const name = fixedText(part(nameSize).data);
  const type = readDatatype(part(typeSize));
  const extent = readDataspace(part(spaceSize));
  if (extent === null) return { name, value: null };
  const { shape } = extent;
  const count = shape.reduce((a, b) => a * b, 1);
  if (count * type.size > Math.min(c.left, MAX_ATTRIBUTE_READ)) input.fail(`attribute '${name}' is cut off`);
  if (type.kind === 'vlen-string' || type.kind === 'string') {
    const data = new Cursor(input, c.bytes(count * type.size), `attribute '${name}'`);
    const texts = Array.from({ length: count }, () =>
      type.kind === 'string' ? fixedText(data.bytes(type.size)) : heapText(input, data),
    );
    return { name, value: shape.length ? texts : texts[0] };
  }
  const values = decodeNumbers(type, new Uint8Array(c.bytes(count * type.size)), count) as ArrayLike<number | bigint>;
  const isUnsigned = type.kind === 'int' && !type.signed;
  // Tensors have no uint64, and hold its bits as int64.
  const numbers = Array.from(values, (v) => Number(isUnsigned && typeof v === 'bigint' ? BigInt.asUintN(64, v) : v));
  return { name, value: shape.length ? numbers : numbers[0] };
}
