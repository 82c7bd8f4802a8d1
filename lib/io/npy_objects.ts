/** NumPy's `.npy` files of objects where all that they hold is lists of integers: rows of different lengths. */
import { FileError } from '../support/errors';
import { npyHeaderText } from './npz';
import { PickleArray, readPickle } from './pickle';
import type { ByteSource } from './source';

const HEADER = /^\{\s*'descr':\s*'\|?O\d?',\s*'fortran_order':\s*(?:True|False),\s*'shape':\s*\((\d+),\),?\s*\}\s*$/;

/**
 * @internal The rows of a `.npy` file of lists of integers.
 * @throws FileError for other contents, for a pickle with anything but lists of integers, for a damaged one.
 */
export async function readIntegerLists(source: ByteSource, signal?: AbortSignal | null): Promise<number[][]> {
  const { text, at } = npyHeaderText(source);
  const header = HEADER.exec(text);
  if (!header)
    throw new FileError(
      `${source.name}: it is no array of lists with one axis: its header is ${JSON.stringify(text.trim().slice(0, 120))}.`,
    );
  const raw = await source.read(at, source.size - at, signal);
  const value = await readPickle(Buffer.from(raw.buffer, raw.byteOffset, raw.length), source.name, signal);
  const rows = Number(header[1]);
  if (!(value instanceof PickleArray && value.shape?.length === 1))
    throw new FileError(`${source.name}: its pickle is no array of objects with one axis.`);
  if (value.items.length !== rows)
    throw new FileError(`${source.name}: its pickle has ${value.items.length} rows, ${rows} expected by its header.`);
  let integers = 0;
  for (const [i, row] of value.items.entries()) {
    // Rows may be one and the same list, but all of them together are no more than what the file could have held.
    if (!Array.isArray(row) || (integers += row.length) > raw.length || !row.every(Number.isSafeInteger))
      throw new FileError(
        `${source.name}: row ${i} is no list of integers${integers > raw.length ? ': it repeats other rows' : ''}.`,
      );
  }
  return value.items as number[][];
}
