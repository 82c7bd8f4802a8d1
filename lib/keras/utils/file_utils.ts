/** Files of the internet, kept in a folder (keras.src.utils.file_utils). */
import { describe } from '../../support/describe';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError, ValueError } from '../../support/errors';
import { cacheFolder, isCached, obtain, type CacheEntry } from '../../io/download/cache';
import { extractArchive } from '../../io/download/archives';
import { checkOptions, kinds } from '../options';

export interface GetFileOptions {
  /** Name of the file; default the last part of the URL. */
  fname?: string | null;
  /** Address of the file: https, or http on this machine. Required. */
  origin?: string | null;
  /** Old name of `extract`, for tar archives. */
  untar?: boolean;
  /** MD5 in hexadecimal digits that the file must have; an old name of `fileHash`. */
  md5Hash?: string | null;
  /** Hexadecimal digest that the file must have. */
  fileHash?: string | null;
  /** Folder below `cacheDir` that the file is kept in. Default 'datasets'. */
  cacheSubdir?: string;
  /** Kind of `fileHash`: 'md5', 'sha256', or 'auto' (default) by its length. */
  hashAlgorithm?: 'auto' | 'md5' | 'sha256';
  /** Unpacks a tar or zip archive; the folder is returned. */
  extract?: boolean;
  /** Kind of archive: 'tar', 'zip', 'auto' (default, null too) by its beginning. */
  archiveFormat?: 'auto' | 'tar' | 'zip' | null;
  /** Folder above cacheSubdir; default `$TRAE_HOME`, or `~/.trae`. */
  cacheDir?: string | null;
  /** Whether the file is downloaded even where it is there. Default false. */
  forceDownload?: boolean;
  /** Ends the download: the promise is rejected. */
  signal?: AbortSignal;
  /** Whether the download and its progress are printed. Default true. */
  verbose?: boolean;
}
const OPTIONS = {
  fname: kinds.string,
  origin: kinds.string,
  untar: kinds.boolean,
  md5Hash: kinds.string,
  fileHash: kinds.string,
  cacheSubdir: kinds.string,
  hashAlgorithm: kinds.choice,
  extract: kinds.boolean,
  archiveFormat: kinds.choice,
  cacheDir: kinds.string,
  forceDownload: kinds.boolean,
  signal: kinds.signal,
  verbose: kinds.boolean,
};
const isLocal = (host: string): boolean => host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

async function md5Of(file: string): Promise<string> {
  const hash = crypto.createHash('md5');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
/**
 * Downloads a file once and returns its path; with `extract` unpacks it and returns the folder. Only https (and this machine
 * itself); a download that was cut off goes on where a hash can tell that the result is right, and a file with another hash
 * is refused. Archives cannot write outside of their folder.
 * @example await getFile('flowers.tgz', 'https://example.org/flowers.tgz', { extract: true, fileHash: '9f86d0...' })
 */
export function getFile(
  fname?: string | null | GetFileOptions,
  origin?: string | null,
  more: GetFileOptions = {},
): Promise<string> {
  const options: GetFileOptions =
    typeof fname === 'object' && fname !== null
      ? fname
      : { ...more, fname: fname ?? more.fname, origin: origin ?? more.origin };
  return obtainFile('getFile', options);
}
/**
 * @internal The same for whoever asks.
 * @param caller - what the user called, for messages.
 */
export async function obtainFile(caller: string, options: GetFileOptions): Promise<string> {
  checkOptions(caller, options, OPTIONS);
  if (!options.origin) throw new ValueError(`${caller}: origin, the URL of the file, is needed.`);
  let url: URL;
  try {
    url = new URL(options.origin);
  } catch {
    throw new ValueError(`${caller}: origin is no URL.\n  Received: '${options.origin}'`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(url.hostname)))
    throw new ValueError(`${caller}: only https is allowed.\n  Received: '${options.origin}'`);
  const name = options.fname || decodeURIComponent(path.posix.basename(url.pathname));
  if (!name)
    throw new ValueError(`${caller}: '${options.origin}' does not end in the name of a file.\n  Fix: pass fname.`);
  if (name.includes('/') || name.includes('\\') || name === '.' || name === '..')
    throw new ValueError(
      `${caller}: fname must be a name without folders.\n  Received: '${name}'\n  Fix: cacheDir and cacheSubdir say where it goes.`,
    );
  const folder = path.join(options.cacheDir ?? path.dirname(cacheFolder()), options.cacheSubdir ?? 'datasets');
  const unpacks = !!(options.extract || options.untar);
  const hasDot = !!options.fname && name.includes('.');
  const target = path.join(folder, unpacks && !hasDot ? `${name}_archive` : name);
  const { hash, isMd5 } = hashOf(caller, options);
  const entry: CacheEntry = {
    file: target,
    ...(hash && !isMd5 ? { checksum: { algorithm: 'sha256', hex: hash } } : {}),
  };
  if (options.forceDownload) await fs.promises.rm(target, { force: true });
  const isRight = async (): Promise<boolean> => !isMd5 || (await md5Of(target)) === hash;
  let isThere = await isCached(entry, options.signal);
  if (isThere && !(await isRight())) {
    await fs.promises.rm(target, { force: true });
    isThere = false;
  }
  if (!isThere) {
    if (options.verbose ?? true) console.log(`Downloading data from ${options.origin}`);
    try {
      await obtain(entry, () => Promise.resolve(url.href), {
        signal: options.signal,
        verbose: options.verbose ?? true,
      });
    } catch (error) {
      if (error instanceof FileError)
        throw new FileError(`${caller}: ${options.origin}: ${error.message}`, { cause: error });
      throw error;
    }
    if (!(await isRight())) {
      const found = await md5Of(target);
      await fs.promises.rm(target, { force: true });
      throw new FileError(
        `${caller}: ${options.origin}: the file downloaded is not the right one: its MD5 is ${found}, ${hash} expected.`,
      );
    }
  }
  if (!unpacks) return target;
  const out = path.join(folder, hasDot ? `${name.slice(0, name.indexOf('.'))}_extracted` : name);
  try {
    await extractArchive(target, out, options.untar ? 'tar' : (options.archiveFormat ?? 'auto'), caller);
  } catch (error) {
    // Half an archive, of which no hash could tell: the next call downloads it anew.
    if (!isThere && hash === null) await fs.promises.rm(target, { force: true });
    throw error;
  }
  return out;
}
function hashOf(
  caller: string,
  { md5Hash, fileHash, hashAlgorithm = 'auto' }: GetFileOptions,
): {
  hash: string | null;
  isMd5: boolean;
} {
  if (!['auto', 'md5', 'sha256'].includes(hashAlgorithm))
    throw new ValueError(
      `${caller}: hashAlgorithm must be 'auto', 'md5' or 'sha256'.\n  Received: ${describe(hashAlgorithm)}`,
    );
  const hash = (fileHash ?? md5Hash)?.toLowerCase() ?? null;
  if (hash === null) return { hash, isMd5: false };
  const isMd5 = hashAlgorithm === 'md5' || (!fileHash && !!md5Hash) || (hashAlgorithm === 'auto' && hash.length !== 64);
  const digits = isMd5 ? 32 : 64;
  if (!/^[0-9a-f]+$/.test(hash) || hash.length !== digits)
    throw new ValueError(`${caller}: the hash must be ${digits} hexadecimal digits.\n  Received: '${hash}'`);
  return { hash, isMd5 };
}
