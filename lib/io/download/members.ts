/**
 * Reading known files by exact name: out of a folder, or out of a `.tar.gz` without unpacking it to the disk. Each
 * name comes with the most bytes it may have, so that a damaged or hostile archive cannot fill the memory.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { FileError, TraeError } from '../../support/errors';
import { tarStream } from '../../support/packages';

/** @internal Most bytes of each file that is wanted. */
export type Wanted = ReadonlyMap<string, number>;

/** What an archive may hold beside the wanted files, inflated. */
const OTHER_BYTES = 64 * 2 ** 20;
const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const tooLarge = (name: string, bytes: number, most: number): FileError =>
  new FileError(`${name} has ${bytes} bytes, at most ${most} expected: it is another file. Name the right one.`);
const damaged = (name: string, why: string, cause?: unknown): FileError =>
  new FileError(`${name} is damaged or incomplete (${why}). Delete it and download it again.`, { cause });

/** @internal Awaiting this lets timers and sockets run between two pieces of a long computation. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @internal Reads a file of at most `most` bytes. */
export async function readCapped(file: string, most: number, signal?: AbortSignal): Promise<Buffer> {
  const { size } = await fs.promises.stat(file);
  if (size > most) throw tooLarge(file, size, most);
  return fs.promises.readFile(file, { signal });
}

/** @internal Inflates `data` when it is gzip; gives it back as it is otherwise. */
export async function inflateIfGzip(data: Buffer, name: string, most: number): Promise<Buffer> {
  if (data.length < 2 || data[0] !== 0x1f || data[1] !== 0x8b) return data;
  try {
    return await gunzip(data, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new FileError(
        `${name} inflates to more than the ${most} bytes expected: it is another file. Name the right one.`,
      );
    throw damaged(name, (error as Error).message, error);
  }
}

/** @internal The first of `names` that exists in `folder`, with its folder. */
export function firstThere(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

async function collect(stream: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  const out = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for await (const chunk of stream) at += chunk.copy(out, at);
  return out.subarray(0, at);
}

/** Lets at most `most` bytes through. */
function meter(name: string, most: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > most)
        done(
          new FileError(
            `${name} inflates to more than the ${most} bytes expected: it is another file. Name the right one.`,
          ),
        );
      else done(null, chunk);
    },
  });
}

/**
 * @internal Reads the wanted members of a `.tar.gz` into memory.
 * @returns those that are there.
 * @throws FileError when the archive is damaged, cut off or larger than it may be.
 */
export async function readTarGz(file: string, wanted: Wanted, signal?: AbortSignal): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const extract = tarStream().extract();
  extract.on('entry', (header, stream, next) => {
    stream.on('error', () => {}); // the archive itself fails with the same error
    const most = header.type === 'file' || header.type === 'contiguous-file' ? wanted.get(header.name) : undefined;
    const { size } = header;
    if (most === undefined || found.has(header.name)) {
      stream.on('end', () => next());
      stream.resume();
    } else if (size > most) {
      next(tooLarge(`${file}: member ${header.name}`, size, most));
    } else {
      collect(stream as AsyncIterable<Buffer>, size).then((data) => {
        found.set(header.name, data);
        next();
      }, next);
    }
  });
  const all = [...wanted.values()].reduce((a, b) => a + b, OTHER_BYTES);
  try {
    await pipeline(
      fs.createReadStream(file, { highWaterMark: 1 << 18 }),
      zlib.createGunzip({ chunkSize: 1 << 18 }),
      meter(file, all),
      extract,
      { signal },
    );
  } catch (error) {
    if (signal?.aborted || error instanceof TraeError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (/^E[A-Z]+$/.test(code))
      throw new FileError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
    throw damaged(file, (error as Error).message, error);
  }
  return found;
}

/** @internal Refuses a member of the wrong size. */
export function checkSize(data: Uint8Array, name: string, expected: number): void {
  if (data.length !== expected) throw damaged(name, `it has ${data.length} bytes, ${expected} expected`);
}

/** @internal Refuses labels that are no class. */
export function checkLabels(labels: Uint8Array, name: string, classes: number): void {
  const at = labels.findIndex((label) => label >= classes);
  if (at >= 0) throw damaged(name, `label ${labels[at]} of example ${at} is not below ${classes}`);
}
