/**
 * Saving that cannot leave half a file: everything goes into a temporary file in the same folder, which is flushed to
 * the disk and then renamed. Whoever looks finds the old file or the new one, whole.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { crc32 } from 'node:zlib';
import { FileError } from '../support/errors';
import { flush } from './flush';
import { cannotWrite } from './source';

/** One call of the system writes at most this much; between two, other work can run, or cancel. */
const PIECE = 1 << 24;
/** Small writes are gathered up to this. */
const GATHER = 1 << 20;

/** @internal A file that is being written. */
export class ByteSink {
  /** Bytes written so far. */
  position = 0;
  private readonly buffer = Buffer.alloc(GATHER);
  private held = 0;
  private crc: number | null = null;
  constructor(
    private readonly handle: fs.promises.FileHandle,
    private readonly signal?: AbortSignal | null,
  ) {}
  private async flush(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.signal?.throwIfAborted();
      const { bytesWritten } = await this.handle.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
  }
  /** Appends. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE) await this.append(bytes.subarray(at, at + PIECE));
  }
  private async append(bytes: Uint8Array): Promise<void> {
    this.position += bytes.length;
    if (this.crc !== null) this.crc = crc32(bytes, this.crc);
    if (this.held + bytes.length <= GATHER) {
      this.buffer.set(bytes, this.held);
      this.held += bytes.length;
      return;
    }
    await this.drain();
    if (bytes.length < GATHER) {
      this.buffer.set(bytes, 0);
      this.held = bytes.length;
    } else await this.flush(bytes);
  }
  /** @internal */
  async drain(): Promise<void> {
    const n = this.held;
    this.held = 0;
    await this.flush(this.buffer.subarray(0, n));
  }
  /** The CRC-32 of what `write` appends. */
  async checksummed(write: () => Promise<void>): Promise<number> {
    this.crc = 0;
    await write();
    const { crc } = this;
    this.crc = null;
    return crc;
  }
  /** Writes over what is there already. */
  async patch(bytes: Uint8Array, at: number): Promise<void> {
    await this.drain();
    await this.handle.write(bytes, 0, bytes.length, at);
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Not every system lets folders be opened: there the rename alone has to do.
  const handle = await fs.promises.open(folder, 'r').catch(() => null);
  if (!handle) return;
  await flush(handle).catch(() => undefined);
  await handle.close();
}

/** What is replaced under this name: where links lead to, and the permissions of what is there. Only files are replaced. */
async function targetOf(file: string): Promise<{ target: string; mode: number | undefined }> {
  let target = path.resolve(file);
  for (let links = 0; links < 40; links++) {
    const stat = await fs.promises.lstat(target).catch(() => null);
    if (stat?.isSymbolicLink()) {
      target = path.resolve(path.dirname(target), await fs.promises.readlink(target));
      continue;
    }
    if (!stat || stat.isFile()) return { target, mode: stat ? stat.mode & 0o777 : undefined };
    throw new FileError(`${file} cannot be written: it is ${stat.isDirectory() ? 'a folder' : 'no file'}.`);
  }
  throw new FileError(`${file} cannot be written: it is a link to itself.`);
}
/** @internal Writes a file through `use`; the file appears under its name when all of it is on the disk. */
export async function writeAtomically(
  file: string,
  use: (sink: ByteSink) => Promise<void>,
  signal?: AbortSignal | null,
): Promise<void> {
  signal?.throwIfAborted();
  const { target, mode } = await targetOf(file);
  const folder = path.dirname(target);
  const temporary = path.join(
    folder,
    `.${path.basename(target).slice(0, 50)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`,
  );
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(temporary, 'wx', mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EACCES') throw cannotWrite(file, error);
    throw new FileError(
      `${file} cannot be written: ${code === 'ENOENT' ? `there is no folder ${folder}` : `permission denied in ${folder}`}.`,
      { cause: error },
    );
  }
  try {
    if (mode !== undefined) await handle.chmod(mode);
    const sink = new ByteSink(handle, signal);
    await use(sink);
    await sink.drain();
    await flush(handle);
    await handle.close();
    signal?.throwIfAborted();
    await fs.promises.rename(temporary, target);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await fs.promises.rm(temporary, { force: true });
    throw cannotWrite(file, error);
  }
  await syncFolder(folder);
}
