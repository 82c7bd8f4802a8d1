/** Where a SavedModel is: a folder, an archive, or the address of one, which is downloaded once and kept. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError, TraeError } from '../support/errors';
import { extractArchive } from '../io/download/archives';
import { cannotRead } from '../io/source';
import { obtainFile } from '../keras/utils/file_utils';

/** @internal */
export interface HandleOptions {
  /** Folder in which downloads are kept, in a folder `hub`. Default `$TRAE_HOME`, or `~/.trae`. */
  cacheDir?: string | null;
  /** Hexadecimal SHA-256 that a downloaded archive must have. */
  sha256?: string | null;
  /** Ends the loading: the promise is rejected. */
  signal?: AbortSignal | null;
  /** Whether downloads and their progress are printed. Default true. */
  verbose?: boolean;
}
/** @internal A SavedModel's folder, or the `model.json` of TensorFlow.js. */
export type Found = { folder: string } | { json: string };
/** The address of the archive: pages of models on tfhub.dev and Kaggle become those of their archives. */
function archiveUrl(handle: string): URL {
  const url = new URL(handle);
  if (/(^|\.)tfhub\.dev$/.test(url.hostname) && !url.searchParams.has('tf-hub-format'))
    url.searchParams.set('tf-hub-format', 'compressed');
  if (
    /(^|\.)kaggle\.com$/.test(url.hostname) &&
    /^\/models\/[^/]+\/[^/]+\/[^/]+\/[^/]+(\/\d+)?\/?$/.test(url.pathname)
  ) {
    url.pathname = `/api/v1${url.pathname.replace(/\/$/, '')}/download`;
    url.search = '';
  }
  return url;
}
/** A name for what is kept: the address in letters that every system allows, and none too long. */
const nameOf = (url: URL): string =>
  `${url.hostname}${url.pathname}${url.search}`.replace(/[^A-Za-z0-9.-]+/g, '_').slice(-180);

/** The model in a folder: its `saved_model.pb` or `model.json`, there or in the only folder inside. */
function modelIn(folder: string, handle: string): Found {
  for (let at = folder, depth = 0; depth < 4; depth++) {
    if (fs.existsSync(path.join(at, 'saved_model.pb'))) return { folder: at };
    const json = path.join(at, 'model.json');
    if (fs.existsSync(json)) return { json };
    const inside = fs.readdirSync(at, { withFileTypes: true }).filter((e) => e.isDirectory());
    if (inside.length !== 1) break;
    at = path.join(at, inside[0].name);
  }
  throw new FileError(
    `hub.KerasLayer.load: ${handle} holds no model: there is no saved_model.pb and no model.json in it.`,
  );
}
/** @internal Hands over the place of a model; an archive on this machine is unpacked for that time only. */
export async function withModel<T>(
  handle: string,
  { cacheDir, sha256, signal, verbose }: HandleOptions,
  use: (found: Found) => Promise<T>,
): Promise<T> {
  if (/^https?:/i.test(handle)) {
    const url = archiveUrl(handle);
    const folder = await obtainFile('hub.KerasLayer.load', {
      fname: nameOf(url),
      origin: url.href,
      extract: true,
      cacheSubdir: 'hub',
      cacheDir: cacheDir ?? undefined,
      fileHash: sha256 ?? undefined,
      hashAlgorithm: 'sha256',
      signal: signal ?? undefined,
      verbose,
    });
    return use(modelIn(folder, handle));
  }
  const place = /^file:/i.test(handle) ? fileURLToPath(handle) : handle;
  let isFolder: boolean;
  try {
    isFolder = fs.statSync(place).isDirectory();
  } catch (error) {
    throw cannotRead(place, error);
  }
  if (isFolder) return use(modelIn(place, handle));
  if (path.basename(place) === 'saved_model.pb') return use({ folder: path.dirname(place) });
  if (/\.json$/i.test(place)) return use({ json: place });
  const aside = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'trae-hub-'));
  const folder = path.join(aside, 'model');
  try {
    await extractArchive(place, folder, 'auto', 'hub.KerasLayer.load');
    return await use(modelIn(folder, handle));
  } catch (error) {
    // The folder is gone when the message is read.
    if (error instanceof TraeError) error.message = error.message.replaceAll(folder, place);
    throw error;
  } finally {
    await fs.promises.rm(aside, { recursive: true, force: true });
  }
}
