/**
 * The folder of downloaded files. A file appears under its name only once it is complete, checked and on the disk.
 * One process at a time downloads a file: the others wait for its lock and then use what it brought.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import { flush } from '../flush';
import { mismatch, type Checksum } from './checksum';
import { download, type Transfer } from './download';

const HEARTBEAT_MS = 5_000;
const STALE_MS = 60_000;
const POLL_MS = 100;

/** @internal `$TRAE_HOME/datasets`, by default `~/.trae/datasets`. */
export function cacheFolder(): string {
  return path.join(process.env.TRAE_HOME || path.join(os.homedir(), '.trae'), 'datasets');
}

/** @internal One file of the cache and how to know that it is right. */
export interface CacheEntry {
  readonly file: string;
  readonly checksum?: Checksum;
  readonly bytes?: number;
}

const isCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

async function readText(file: string): Promise<{ text: string; age: number } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([fs.promises.readFile(file, 'utf8'), fs.promises.stat(file)]);
    return { text, age: Date.now() - mtimeMs };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the owner of a lock is gone: its process (on this machine) ended, or it gave no sign for a minute. */
function isStale({ text, age }: { text: string; age: number }): boolean {
  if (age > STALE_MS) return true;
  const [host, pid] = text.split(' ');
  if (host !== os.hostname() || !/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
}

async function breakLock(lock: string, seen: string): Promise<void> {
  const aside = `${lock}.${process.pid}.${Date.now()}`;
  try {
    await fs.promises.rename(lock, aside);
    const moved = await fs.promises.readFile(aside, 'utf8');
    if (moved === seen) await fs.promises.unlink(aside);
    else await fs.promises.rename(aside, lock);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

let locks = 0;

/** Runs `work` while no other process or call works on the same file. */
async function locked<T>(file: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const mine = `${os.hostname()} ${process.pid} ${++locks} ${Date.now()}`;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await fs.promises.writeFile(lock, mine, { flag: 'wx' });
      break;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const other = await readText(lock);
    if (other && isStale(other)) await breakLock(lock, other.text);
    else if (other) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const beat = setInterval(() => {
    const now = new Date();
    fs.promises.utimes(lock, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readText(lock).catch(() => undefined))?.text === mine) await fs.promises.rm(lock, { force: true });
  }
}

async function writable<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    await fs.promises.mkdir(folder, { recursive: true });
    return await work();
  } catch (error) {
    if (!isCode(error, 'EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST')) throw error;
    const why = isCode(error, 'ENOSPC', 'EDQUOT') ? 'is full' : 'cannot be written';
    throw new FileError(
      `cache folder ${folder} ${why} (${(error as NodeJS.ErrnoException).code}): set TRAE_HOME or pass { cacheDir }`,
      { cause: error },
    );
  }
}

/** @internal True when the file is there and right. One that is there and wrong is deleted. */
export async function isCached(entry: CacheEntry, signal?: AbortSignal): Promise<boolean> {
  const good = async (): Promise<boolean | undefined> => {
    try {
      return (await mismatch(entry.file, entry.checksum, entry.bytes, signal)) === undefined;
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  };
  const found = await good();
  if (found === false) await discard(entry.file, async () => (await good()) === false, signal);
  return found === true;
}

/** @internal Deletes a file of the cache unless another process has put a better one there. */
export async function discard(file: string, stillBad: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  await writable(path.dirname(file), () =>
    locked(file, signal, async () => {
      if (await stillBad()) await fs.promises.rm(file, { force: true });
    }),
  );
}

async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(folder, 'r');
  await flush(handle).catch(() => undefined);
  await handle.close();
}

/**
 * @internal Downloads a file into the cache, unless it has come there meanwhile. A partial file of an earlier call is
 * continued when a checksum can tell that the result is right; if that turns out wrong, the download starts afresh.
 * @throws FileError when the download fails or what came is not what was expected.
 */
export async function obtain(entry: CacheEntry, urlOf: () => Promise<string>, to: Transfer): Promise<void> {
  const part = `${entry.file}.part`;
  await writable(path.dirname(entry.file), () =>
    locked(entry.file, to.signal, async () => {
      if (
        fs.existsSync(entry.file) &&
        (await mismatch(entry.file, entry.checksum, entry.bytes, to.signal)) === undefined
      )
        return;
      const url = await urlOf();
      for (;;) {
        if (!entry.checksum) await fs.promises.rm(part, { force: true });
        const continued = fs.existsSync(part);
        await download(url, part, entry.bytes, to);
        const wrong = await mismatch(part, entry.checksum, entry.bytes, to.signal);
        if (wrong === undefined) break;
        await fs.promises.rm(part, { force: true });
        if (!continued) throw new FileError(`the file downloaded is not the right one: ${wrong}`);
      }
      await fs.promises.rename(part, entry.file);
      await flushFolder(path.dirname(entry.file));
    }),
  );
}
