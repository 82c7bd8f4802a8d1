/** Arrays of unsigned bytes of known shapes out of `.npz` archives of data sets, by the reader that all `.npz` files have. */
import { FileError } from '../../errors';
import { NpzReader } from '../../io/npz';
import { MemorySource } from '../../io/source';

/** Room for the header that NumPy writes before the values. */
const HEADER_BYTES = 4096;

/**
 * @internal Arrays of unsigned bytes out of an `.npz`, inflated on other threads.
 * @param wanted - name and shape of each array; all must be there.
 * @throws FileError naming the file when it holds something else.
 */
export async function readNpz(data: Buffer, name: string, wanted: Readonly<Record<string, readonly number[]>>, signal?: AbortSignal): Promise<Record<string, Uint8Array>> {
  let file: NpzReader;
  try {
    file = new NpzReader(new MemorySource(name, data));
  } catch (error) {
    throw new FileError(`${name} is damaged or incomplete (${(error as Error).message}). Delete it and download it again.`, { cause: error });
  }
  const out: Record<string, Uint8Array> = {};
  for (const [key, shape] of Object.entries(wanted)) {
    if (!file.has(key)) throw new FileError(`${name} has no array '${key}'; ${Object.keys(wanted).join(', ')} expected. Name the right file.`);
    const most = shape.reduce((a, b) => a * b, 1) + HEADER_BYTES,
      size = file.sizeOf(key);
    if (size > most) throw new FileError(`${name}: member ${key}.npy has ${size} bytes, at most ${most} expected: it is another data set. Name the right file.`);
    const found = await file.read(key, signal);
    if (found.dtype !== 'uint8') throw new FileError(`${name}: ${key}.npy has values of type '${found.dtype}', 'uint8' expected. Name the right file.`);
    if (found.shape.length !== shape.length || found.shape.some((d, i) => d !== shape[i]))
      throw new FileError(`${name}: ${key}.npy has shape (${found.shape.join(', ')}), (${shape.join(', ')}) expected: it is another data set. Name the right file.`);
    out[key] = found.data as Uint8Array;
  }
  return out;
}
