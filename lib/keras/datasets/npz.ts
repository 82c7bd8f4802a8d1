/** Arrays of known types and shapes out of `.npz` archives of data sets, by the reader that all `.npz` files have. */
import { FileError } from '../../support/errors';
import { NpzReader, type NumpyArray } from '../../io/npz';
import { MemorySource } from '../../io/source';
import type { DType } from '../../core/tensor';

/** Room for the header that NumPy writes before the values. */
const HEADER_BYTES = 4096;

/** Most bytes of a value. */
const VALUE_BYTES = 8;

/** @internal The archive, once its directory is known to be sound. */
export function openNpz(data: Buffer, name: string): NpzReader {
  try {
    return new NpzReader(new MemorySource(name, data));
  } catch (error) {
    throw new FileError(
      `${name} is damaged or incomplete (${(error as Error).message}). Delete it and download it again.`,
      { cause: error },
    );
  }
}

/** @internal Refuses an archive without the array `key`, or with one of more than `most` bytes, before it is read. */
export function checkMember(file: NpzReader, name: string, key: string, keys: readonly string[], most: number): void {
  if (!file.has(key))
    throw new FileError(`${name} has no array '${key}'; ${keys.join(', ')} expected. Name the right file.`);
  const size = file.sizeOf(key);
  if (size > most)
    throw new FileError(
      `${name}: member ${key}.npy has ${size} bytes, at most ${most} expected: it is another data set. Name the right file.`,
    );
}

/** @internal One array of numbers of a shape and of one of the types given. */
export async function readMember(
  file: NpzReader,
  name: string,
  key: string,
  keys: readonly string[],
  shape: readonly number[],
  dtypes: readonly DType[],
  signal?: AbortSignal,
): Promise<NumpyArray> {
  const width = dtypes.every((dtype) => dtype === 'uint8') ? 1 : VALUE_BYTES;
  checkMember(file, name, key, keys, width * shape.reduce((a, b) => a * b, 1) + HEADER_BYTES);
  const found = await file.read(key, signal);
  if (!dtypes.includes(found.dtype)) {
    const expected = dtypes.map((dtype) => `'${dtype}'`).join(' or ');
    throw new FileError(
      `${name}: ${key}.npy has values of type '${found.dtype}', ${expected} expected. Name the right file.`,
    );
  }
  if (found.shape.length !== shape.length || found.shape.some((d, i) => d !== shape[i]))
    throw new FileError(
      `${name}: ${key}.npy has shape (${found.shape.join(', ')}), (${shape.join(', ')}) expected: it is another data set. Name the right file.`,
    );
  return found;
}

/**
 * @internal Arrays of one of the `dtypes` (default: unsigned bytes) out of an `.npz`, inflated on other threads.
 * @param wanted - name and shape of each array; all must be there.
 * @throws FileError naming the file when it holds something else.
 */
export async function readNpz(
  data: Buffer,
  name: string,
  wanted: Readonly<Record<string, readonly number[]>>,
  signal?: AbortSignal,
  dtypes: readonly DType[] = ['uint8'],
): Promise<Record<string, NumpyArray>> {
  const file = openNpz(data, name);
  const keys = Object.keys(wanted);
  const out: Record<string, NumpyArray> = {};
  for (const key of keys) out[key] = await readMember(file, name, key, keys, wanted[key], dtypes, signal);
  return out;
}
