/** Object headers of HDF5: the messages that describe a group or a dataset, in their two versions. */
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';

/** @internal Kinds of messages that matter here. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;
/** More messages than any file of weights has. */
const MAX_MESSAGES = 1 << 20;

/** @internal */
export interface Message {
  type: number;
  flags: number;
  body: Cursor;
}

/** @internal All messages of the object at an address. */
export function readHeader(input: Hdf5Input, at: number): Message[] {
  const out: Message[] = [];
  const seen = new Set<number>();
  const isNew = input.block(at, 4, 'an object').data.toString('latin1') === 'OHDR';
  const add = (type: number, flags: number, body: Cursor, next: [number, number][]): void => {
    if (out.length >= MAX_MESSAGES) input.fail('an object has too many messages');
    if (type === MESSAGE.continuation) next.push([body.offset(), body.length()]);
    else if (type !== 0) out.push({ type, flags, body });
  };
  const once = (address: number): void => {
    if (seen.has(address)) input.fail('an object refers back to itself (a cycle)');
    seen.add(address);
  };
  once(at);
  const blocks: [number, number][] = [];
  if (!isNew) {
    const head = input.block(at, 16, 'an object header');
    head.version(1);
    head.skip(1).u16();
    head.skip(4);
    blocks.push([at + 16, head.u32()]);
    for (const [start, length] of blocks) {
      if (start !== at + 16) once(start);
      const c = input.block(start, length, 'an object header');
      while (c.left >= 8) {
        const type = c.u16();
        const size = c.u16();
        const flags = c.u8();
        add(type, flags, new Cursor(input, c.skip(3).bytes(size), `message ${type}`), blocks);
      }
    }
    return out;
  }
  const head = input.block(at, 6, 'an object header').skip(4);
  head.version(2);
  const flags = head.u8();
  const lead = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const size = input
    .block(at, lead + width, 'an object header')
    .skip(lead)
    .uint(width);
  const messages = (c: Cursor, end: number): void => {
    const least = flags & 4 ? 6 : 4;
    while (c.at + least <= end) {
      const type = c.u8();
      const bytes = c.u16();
      const f = c.u8();
      if (flags & 4) c.skip(2);
      add(type, f, new Cursor(input, c.bytes(bytes), `message ${type}`), blocks);
    }
    c.at = end;
    c.checksum();
  };
  messages(input.block(at, lead + width + size + 4, 'an object header').skip(lead + width), lead + width + size);
  for (const [start, length] of blocks) {
    once(start);
    const c = input.block(start, length, 'an object header');
    c.magic('OCHK');
    messages(c, length - 4);
  }
  return out;
}

/** @internal The message itself, or the one in another object that it refers to (datatypes with a name). */
export function resolveShared(input: Hdf5Input, message: Message): Cursor {
  if (!(message.flags & 2)) return message.body;
  const c = message.body;
  const version = c.version(1, 2, 3);
  const kind = c.u8();
  if (version === 1) c.skip(6);
  if (version === 3 && kind !== 2) input.fail('a message lies in a heap of shared messages');
  const address = version === 1 ? (c.length(), c.offset()) : c.offset();
  if (address === UNDEFINED) input.fail('a shared message has no address');
  const found = readHeader(input, address).find((m) => m.type === message.type);
  if (!found || found.flags & 2) input.fail('a shared message is not there');
  return found!.body;
}
