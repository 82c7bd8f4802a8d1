/** Bytes that can be read anywhere: an open file, a part of one, or memory. All readers of formats work on these. */
import * as fs from 'node:fs';
import { FileError } from '../support/errors';

/** Small reads go through pages of this size. */
const PAGE = 1 << 16;
/** One call of the system reads at most this much; between two calls other work can run, or cancel. */
const PIECE = 1 << 26;

/** @internal Memory that reads one after the other use again: what is read is gone with the next one. */
export class ReusedBytes {
  private bytes = new Uint8Array(0);
  /** As many bytes, whatever they hold. */
  take(length: number): Uint8Array {
    if (this.bytes.length < length) this.bytes = new Uint8Array(Math.max(length, 2 * this.bytes.length));
    return this.bytes.subarray(0, length);
  }
}
/** @internal Random access to bytes. Reading outside of [0, size) throws FileError. */
export abstract class ByteSource {
  constructor(
    /** For messages. */
    readonly name: string,
    readonly size: number,
  ) {}
  /** @internal */
  protected abstract fill(into: Uint8Array, at: number): void;
  /** @internal */
  protected abstract fillLater(into: Uint8Array, at: number): Promise<void>;

  /** @internal Refuses what lies outside of the file. */
  check(at: number, length: number): void {
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(length) || at < 0 || length < 0 || at + length > this.size)
      throw new FileError(
        `${this.name}: it ends at byte ${this.size} but refers to ${length} bytes at ${at}: it is damaged or cut off.`,
      );
  }
  /** A few bytes, now. */
  bytes(at: number, length: number): Buffer {
    this.check(at, length);
    const out = Buffer.allocUnsafe(length);
    this.fill(out, at);
    return out;
  }
  /** Many bytes, read aside, into memory that is there. */
  async readInto(into: Uint8Array, at: number, signal?: AbortSignal | null): Promise<void> {
    this.check(at, into.length);
    // A few bytes are there before another thread would have been asked for them.
    if (into.length <= PAGE) {
      signal?.throwIfAborted();
      this.fill(into, at);
      return;
    }
    for (let done = 0; done < into.length; done += PIECE) {
      signal?.throwIfAborted();
      await this.fillLater(into.subarray(done, Math.min(done + PIECE, into.length)), at + done);
    }
  }
  /** Many bytes, in memory of their own unless it is given. */
  async read(at: number, length: number, signal?: AbortSignal | null, memory?: ReusedBytes): Promise<Uint8Array> {
    this.check(at, length);
    const out = memory?.take(length) ?? new Uint8Array(length);
    await this.readInto(out, at, signal);
    return out;
  }
  /** The bytes from `at` on as a source. */
  part(name: string, at: number, length: number): ByteSource {
    this.check(at, length);
    return new Part(this, name, at, length);
  }
}

class Part extends ByteSource {
  constructor(
    private readonly whole: ByteSource,
    name: string,
    private readonly start: number,
    size: number,
  ) {
    super(name, size);
  }
  protected fill(into: Uint8Array, at: number): void {
    this.whole['fill'](into, this.start + at);
  }
  protected fillLater(into: Uint8Array, at: number): Promise<void> {
    return this.whole['fillLater'](into, this.start + at);
  }
}

/** @internal Bytes in memory. */
export class MemorySource extends ByteSource {
  constructor(
    name: string,
    private readonly data: Uint8Array,
  ) {
    super(name, data.length);
  }
  protected fill(into: Uint8Array, at: number): void {
    into.set(this.data.subarray(at, at + into.length));
  }
  protected fillLater(into: Uint8Array, at: number): Promise<void> {
    this.fill(into, at);
    return Promise.resolve();
  }
}

/** @internal An open file. */
export class FileSource extends ByteSource {
  private pageAt = -1;
  private readonly page = Buffer.alloc(PAGE);
  private pageLength = 0;
  private constructor(
    name: string,
    size: number,
    private readonly handle: fs.promises.FileHandle,
  ) {
    super(name, size);
  }
  /** @throws FileError naming the path when there is no such file. */
  static async open(path: string): Promise<FileSource> {
    let handle: fs.promises.FileHandle;
    try {
      // Without waiting: a pipe is opened only when somebody writes into it, which may be never. Windows has no such flag.
      handle = await fs.promises.open(
        path,
        fs.constants.O_RDONLY | ((fs.constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0),
      );
    } catch (error) {
      throw cannotRead(path, error);
    }
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      throw new FileError(`${path} cannot be read: it is no file.`);
    }
    return new FileSource(path, stat.size, handle);
  }
  close(): Promise<void> {
    return this.handle.close();
  }
  private shortened(): never {
    throw new FileError(`${this.name}: it became shorter while it was read.`);
  }
  protected fill(into: Uint8Array, at: number): void {
    for (let done = 0; done < into.length;) {
      const position = at + done;
      const start = position - (position % PAGE);
      if (start !== this.pageAt) {
        this.pageLength = fs.readSync(this.handle.fd, this.page, 0, PAGE, start);
        this.pageAt = start;
      }
      const from = position - start;
      const n = Math.min(this.pageLength - from, into.length - done);
      if (n <= 0) this.shortened();
      into.set(this.page.subarray(from, from + n), done);
      done += n;
    }
  }
  protected async fillLater(into: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await this.handle.read(into, done, into.length - done, at + done);
      if (!bytesRead) this.shortened();
      done += bytesRead;
    }
  }
}

/** @internal The error of a file that cannot be opened. */
export function cannotRead(path: string, error: unknown): FileError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EACCES'
        ? 'permission denied'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'ELOOP'
            ? 'it is a link to itself'
            : message;
  return new FileError(`${path} cannot be read: ${why}.`, { cause: error });
}

/** @internal What the system refuses about writing to `path` as a FileError; any other error as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const why = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'a part of its path is no folder',
    EEXIST: 'a part of its path is no folder',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    EROFS: 'it lies where nothing can be written',
    ENOSPC: 'there is no space left',
    ENAMETOOLONG: 'its name is too long',
    ELOOP: 'it is a link to itself',
  }[code];
  return new FileError(`${path} cannot be written: ${why ?? message}.`, { cause: error });
}
/** @internal Runs `write`, which makes files or folders at `path`; what the system refuses becomes a FileError. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** @internal Opens a file, hands it over, and closes it whatever happens. */
export async function withFile<T>(path: string, use: (source: FileSource) => Promise<T>): Promise<T> {
  const source = await FileSource.open(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
/** @internal All bytes of a file. */
export const readFile = (path: string, signal?: AbortSignal | null): Promise<Buffer> =>
  withFile(path, async (source) => Buffer.from((await source.read(0, source.size, signal)).buffer));
