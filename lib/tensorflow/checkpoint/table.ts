/**
 * Sorted tables of keys and values (SSTable, as LevelDB writes them: doc/table_format.md): the `.index` file of a
 * checkpoint. Blocks of entries whose keys leave out what they share with the key before; an index block that says where
 * the blocks are; a footer that says where the index is.
 */
import { FileError } from '../../support/errors';
import { crc32c, maskedCrc32c } from '../../io/crc32c';
import { snappyDecompress } from './snappy';

const FOOTER = 48;
const TRAILER = 5;
const MAGIC = 0xdb4775248b80fb57n;
const MAX_BLOCK = 2 ** 28;
const MAX_KEYS = 2 ** 26; // bytes of all keys, prefixes written out

/** @internal All entries of a table, in order; of each byte of a key one character. @throws FileError for a table that is cut off or damaged. */
export function readTable(data: Uint8Array, name: string): Map<string, Uint8Array> {
  const fail = (why: string): never => {
    throw new FileError(`${name}: it is not a valid index of a checkpoint: ${why}.`);
  };
  if (data.length < FOOTER) return fail(`it has ${data.length} bytes`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (view.getBigUint64(data.length - 8, true) !== MAGIC) return fail('it does not end as one');

  /** Numbers of 7 bits a byte, the low ones first. */
  const reader = (bytes: Uint8Array, at: number) => ({
    at,
    next(): number {
      let n = 0;
      for (let shift = 0; ; shift += 7) {
        if (this.at >= bytes.length || shift > 49) return fail('a number is cut off');
        const byte = bytes[this.at++];
        n += (byte & 127) * 2 ** shift;
        if (byte < 128) return n;
      }
    },
  });
  const block = (offset: number, size: number): Uint8Array => {
    if (size > MAX_BLOCK || offset + size + TRAILER > data.length)
      return fail(`a block of ${size} bytes at ${offset} lies outside of its ${data.length} bytes`);
    const bytes = data.subarray(offset, offset + size);
    const kind = data[offset + size];
    const stored = view.getUint32(offset + size + 1, true);
    const found = maskedCrc32c(crc32c(data.subarray(offset, offset + size + 1)));
    if (stored !== found)
      return fail(`the block at ${offset} has another checksum (${found}) than it states (${stored})`);
    if (kind === 1) return snappyDecompress(bytes, name, MAX_BLOCK);
    return kind === 0 ? bytes : fail(`the block at ${offset} is compressed in a way (${kind}) that is unknown`);
  };
  let keyBytes = 0;
  const entriesOf = (bytes: Uint8Array): [Buffer, Uint8Array][] => {
    if (bytes.length < 4) return fail('a block is cut off');
    const restarts = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
    const end = bytes.length - 4 - 4 * restarts;
    if (end < 0) return fail(`a block of ${bytes.length} bytes states ${restarts} restarts`);
    const entries: [Buffer, Uint8Array][] = [];
    const numbers = reader(bytes.subarray(0, end), 0);
    let key = Buffer.alloc(0);
    while (numbers.at < end) {
      const shared = numbers.next();
      const own = numbers.next();
      const length = numbers.next();
      const at = numbers.at;
      if (shared > key.length || at + own + length > end) return fail('an entry reaches out of its block');
      if ((keyBytes += shared + own) > MAX_KEYS) return fail(`its keys take more than ${MAX_KEYS} bytes`);
      key = Buffer.concat([key.subarray(0, shared), bytes.subarray(at, at + own)]);
      entries.push([key, bytes.subarray(at + own, at + own + length)]);
      numbers.at = at + own + length;
    }
    return entries;
  };

  const footer = reader(data.subarray(data.length - FOOTER, data.length - 8), 0);
  footer.next(); // where the block of filters is: there is none
  footer.next();
  const table = new Map<string, Uint8Array>();
  let blocks = 0;
  for (const [, handle] of entriesOf(block(footer.next(), footer.next()))) {
    // Handles that name one block again and again would make a small file large.
    if (++blocks > data.length / TRAILER) return fail('it refers to more blocks than it has');
    const place = reader(handle, 0);
    for (const [key, value] of entriesOf(block(place.next(), place.next()))) table.set(key.toString('latin1'), value);
  }
  return table;
}
