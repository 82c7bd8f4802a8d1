/** `.npz` archives of NumPy: a zip of `.npy` files, of which arrays of unsigned bytes are read. */
import { unzip, type Unzipped } from 'fflate';
import { FileError } from '../../errors';

/** Room for the header that NumPy writes before the values. */
const HEADER_BYTES = 4096;
const again = 'Delete it and download it again.';

/**
 * @internal The values of a `.npy` file of unsigned bytes in row-major order.
 * @throws FileError naming the file when it holds something else than `shape`.
 */
export function parseNpy(data: Uint8Array, name: string, shape: readonly number[]): Uint8Array {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  if (data.length < 12 || view.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new FileError(`${name} starts with ${view.toString('hex', 0, 6) || 'nothing'}, 934e554d5059 expected: it is no .npy file. ${again}`);
  const long = data[6] >= 2;
  const start = long ? 12 : 10;
  const end = start + (long ? view.readUInt32LE(8) : view.readUInt16LE(8));
  const header = view.toString('latin1', start, Math.min(end, start + HEADER_BYTES));
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const dims = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || dims === undefined) throw new FileError(`${name} has no readable .npy header. ${again}`);
  if (!/^[|<>=]?u1$/.test(descr)) throw new FileError(`${name} has values of type '${descr}', '|u1' (unsigned bytes) expected. Name the right file.`);
  if (/'fortran_order':\s*True/.test(header)) throw new FileError(`${name} is in column-major order, row-major expected. Save it again with numpy.ascontiguousarray.`);
  const found = dims
    .split(',')
    .map((d) => d.trim())
    .filter(Boolean)
    .map(Number);
  if (found.length !== shape.length || found.some((size, i) => size !== shape[i]))
    throw new FileError(`${name} has shape (${found.join(', ')}), (${shape.join(', ')}) expected: it is another data set. Name the right file.`);
  const values = shape.reduce((a, b) => a * b, 1);
  if (data.length - end !== values) throw new FileError(`${name} has ${Math.max(0, data.length - end)} bytes of values, ${values} expected. ${again}`);
  return data.subarray(end);
}

function unzipWanted(data: Buffer, name: string, wanted: ReadonlyMap<string, readonly number[]>, signal?: AbortSignal): Promise<Unzipped> {
  return new Promise((resolve, reject) => {
    let refused: FileError | undefined;
    const onAbort = (): void => {
      stop?.();
      reject(signal!.reason as Error);
    };
    const stop = unzip(
      data,
      {
        filter(member) {
          const shape = wanted.get(member.name);
          if (!shape) return false;
          const most = shape.reduce((a, b) => a * b, 1) + HEADER_BYTES;
          if (member.originalSize > most)
            refused ??= new FileError(`${name}: member ${member.name} has ${member.originalSize} bytes, at most ${most} expected: it is another data set. Name the right file.`);
          return !refused;
        },
      },
      (error, members) => {
        signal?.removeEventListener('abort', onAbort);
        if (refused) reject(refused);
        else if (error) reject(new FileError(`${name} is damaged or incomplete (${error.message}). ${again}`, { cause: error }));
        else resolve(members);
      },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * @internal Arrays of unsigned bytes out of an `.npz`, inflated on other threads.
 * @param wanted - name and shape of each array; all must be there.
 */
export async function readNpz(data: Buffer, name: string, wanted: Readonly<Record<string, readonly number[]>>, signal?: AbortSignal): Promise<Record<string, Uint8Array>> {
  const shapes = new Map(Object.entries(wanted).map(([key, shape]) => [`${key}.npy`, shape]));
  const members = await unzipWanted(data, name, shapes, signal);
  const out: Record<string, Uint8Array> = {};
  for (const [key, shape] of Object.entries(wanted)) {
    const member = members[`${key}.npy`];
    if (!member) throw new FileError(`${name} has no array '${key}'; ${Object.keys(wanted).join(', ')} expected. Name the right file.`);
    out[key] = parseNpy(member, `${name}: ${key}.npy`, shape);
  }
  return out;
}
