/** Files of a directory with a folder for each class (keras.src.utils.dataset_utils). */
import { describe } from '../../support/describe';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError, ValueError } from '../../support/errors';
import { makeDefaultSeed } from '../../core/seed';
import { tensor, type Tensor } from '../../core/tensor';
import { shuffledRows, shuffledRowsSync } from './rows';
import { kinds } from '../options';
import { batchPositions, Dataset } from './dataset';

export type LabelMode = 'int' | 'categorical' | 'binary' | null;
export interface DirectoryOptions {
  /** 'inferred' from the folders, null for none, or a number for each file, sorted by path. */
  labels?: 'inferred' | readonly number[] | null;
  /** How labels come: 'int' (default; a number), 'categorical' (a vector with a one), 'binary' (0 or 1, for two classes), or null: none. */
  labelMode?: LabelMode;
  /** Folders to use, in the order of class numbers. Default: all, sorted. */
  classNames?: readonly string[] | null;
  /** Files in a batch; null: one by one, without a batch axis. Default 32. */
  batchSize?: number | null;
  /** Whether files come in another order in each epoch. Default true. */
  shuffle?: boolean;
  /** Seed of the order and of the parts, an integer >= 0. Default null: of its own. */
  seed?: number | null;
  /** Share of files kept for validation. */
  validationSplit?: number | null;
  /** Which part to give with `validationSplit`: 'training', 'validation', or 'both' as an array. */
  subset?: 'training' | 'validation' | 'both' | null;
  /** Whether folders behind symbolic links are searched. Default false. */
  followLinks?: boolean;
  /** Whether it is printed how many files were found. Default true. */
  verbose?: boolean;
}
/** @internal */
export const DIRECTORY_OPTIONS = {
  labels: kinds.integers,
  labelMode: kinds.choice,
  classNames: kinds.any,
  batchSize: kinds.integer,
  shuffle: kinds.boolean,
  seed: kinds.seed,
  validationSplit: kinds.numbers,
  subset: kinds.choice,
  followLinks: kinds.boolean,
  verbose: kinds.boolean,
};
interface Files {
  files: string[];
  labels: number[] | null;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      { ENOTDIR: 'it is no directory', ENOENT: 'there is no such directory', EACCES: 'permission denied' }[
        code ?? ''
      ] ?? message;
    throw new FileError(`${folder} cannot be read: ${why}.`, { cause: error });
  }
}
// A link may lead nowhere.
const leadsToFolder = (link: string): boolean => fs.statSync(link, { throwIfNoEntry: false })?.isDirectory() === true;
function filesBelow(folder: string, formats: readonly string[], followLinks: boolean): string[] {
  const out: string[] = [];
  for (const entry of entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    const isFolder = entry.isDirectory() || (followLinks && entry.isSymbolicLink() && leadsToFolder(full));
    if (isFolder) out.push(...filesBelow(full, formats, followLinks));
    else if (formats.some((f) => entry.name.toLowerCase().endsWith(f))) out.push(full);
  }
  return out;
}
const permuted = <T>(list: readonly T[], order: ArrayLike<number>): T[] => Array.from(order, (i) => list[i]);

/**
 * @internal One dataset, or two for subset 'both', of the files of a directory.
 * @param load - what a batch holds of its files.
 */
export function datasetFromDirectory<T>(
  where: string,
  directory: string,
  formats: readonly string[],
  options: DirectoryOptions,
  load: (files: string[]) => Promise<T>,
): Dataset<T | [T, Tensor]> | Dataset<T | [T, Tensor]>[] {
  const {
    validationSplit = null,
    subset = null,
    shuffle = true,
    batchSize = 32,
    verbose = true,
    followLinks = false,
  } = options;
  const labelMode = options.labels === null ? null : options.labelMode === undefined ? 'int' : options.labelMode;
  const labels = labelMode === null ? null : (options.labels ?? 'inferred');
  const say = (text: string): void => {
    if (verbose) console.log(text);
  };
  if (!['int', 'categorical', 'binary', null].includes(labelMode))
    throw new ValueError(
      `${where}: labelMode must be 'int', 'categorical', 'binary' or null.\n  Received: ${describe(labelMode)}`,
    );
  if (labels !== null && labels !== 'inferred' && !Array.isArray(labels))
    throw new ValueError(
      `${where}: labels must be 'inferred', null or an array of class numbers.\n  Received: ${describe(labels)}`,
    );
  if (options.classNames && labels !== 'inferred')
    throw new ValueError(
      `${where}: classNames are for labels 'inferred' only.\n  Received: classNames ${describe(options.classNames)}`,
    );
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize > 0))
    throw new ValueError(`${where}: batchSize must be an integer > 0, or null.\n  Received: ${describe(batchSize)}`);
  checkSplit(where, validationSplit, subset, shuffle, options.seed ?? null);
  if (!fs.existsSync(directory)) throw new ValueError(`${where}: there is no directory '${directory}'.`);

  const seed = options.seed ?? makeDefaultSeed();
  let found: Files, names: string[] | null;
  if (labels === 'inferred') {
    const folders = entriesOf(directory)
      .filter(
        (e) =>
          !e.name.startsWith('.') &&
          (e.isDirectory() || (e.isSymbolicLink() && leadsToFolder(path.join(directory, e.name)))),
      )
      .map((e) => e.name)
      .sort();
    const missing = options.classNames?.filter((n) => !folders.includes(n)) ?? [];
    if (missing.length)
      throw new ValueError(
        `${where}: there is no folder for class '${missing.join("', '")}'.\n  Received: folders ${folders.map((f) => `'${f}'`).join(', ')}`,
      );
    names = options.classNames ? [...options.classNames] : folders;
    const byClass = names.map((n) => filesBelow(path.join(directory, n), formats, followLinks));
    found = { files: byClass.flat(), labels: byClass.flatMap((files, i) => files.map(() => i)) };
  } else {
    const files = filesBelow(directory, formats, followLinks);
    if (labels && labels.length !== files.length)
      throw new ValueError(`${where}: there are ${labels.length} labels but ${files.length} files in '${directory}'.`);
    names = labels ? [...new Set(labels)].sort((a, b) => a - b).map(String) : null;
    found = { files, labels: labels ? [...labels] : null };
  }
  say(
    names
      ? `Found ${found.files.length} files belonging to ${names.length} classes.`
      : `Found ${found.files.length} files.`,
  );
  if (labelMode === 'binary' && names!.length !== 2)
    throw new ValueError(
      `${where}: labelMode 'binary' needs two classes.\n  Received: ${names!.map((n) => `'${n}'`).join(', ')}`,
    );
  if (shuffle) {
    const order = shuffledRowsSync(found.files.length, seed >>> 0);
    found = { files: permuted(found.files, order), labels: found.labels && permuted(found.labels, order) };
  }
  const make = ({ files, labels: own }: Files, shuffles: boolean): Dataset<T | [T, Tensor]> => {
    if (!files.length)
      throw new ValueError(
        `${where}: there are no files in '${directory}'.\n  Fix: files that end in ${formats.join(', ')}.`,
      );
    let passes = 0;
    return new Dataset<T | [T, Tensor]>({
      length: Math.ceil(files.length / (batchSize ?? 1)),
      classNames: names,
      filePaths: files,
      async *open() {
        const order = shuffles
          ? await shuffledRows(files.length, (seed + ++passes * 0x9e3779b9) >>> 0)
          : Int32Array.from(files, (_, i) => i);
        for (const positions of batchPositions(order, batchSize ?? 1)) {
          const x = await load(positions.map((i) => files[i]));
          yield own
            ? [
                x,
                targets(
                  positions.map((i) => own[i]),
                  labelMode,
                  names!.length,
                ),
              ]
            : x;
        }
      },
    });
  };
  if (!validationSplit) return make(found, shuffle);
  const kept = Math.trunc(validationSplit * found.files.length);
  const cut = found.files.length - kept;
  const part = (from: number, to: number): Files => ({
    files: found.files.slice(from, to),
    labels: found.labels && found.labels.slice(from, to),
  });
  const training = (): Dataset<T | [T, Tensor]> => {
    say(`Using ${cut} files for training.`);
    return make(part(0, cut), shuffle);
  };
  const validation = (shuffles: boolean): Dataset<T | [T, Tensor]> => {
    say(`Using ${kept} files for validation.`);
    return make(part(cut, found.files.length), shuffles);
  };
  return subset === 'both' ? [training(), validation(false)] : subset === 'training' ? training() : validation(shuffle);
}
function targets(labels: number[], mode: LabelMode, classes: number): Tensor {
  const t = tensor(Int32Array.from(labels));
  if (mode === 'categorical') return t.oneHot(classes);
  return mode === 'binary' ? t.cast('float32').expandDims(-1) : t;
}
function checkSplit(
  where: string,
  validationSplit: number | null,
  subset: string | null,
  shuffle: boolean,
  seed: number | null,
): void {
  if (validationSplit !== null && !(validationSplit > 0 && validationSplit < 1))
    throw new ValueError(`${where}: validationSplit must lie between 0 and 1.\n  Received: ${validationSplit}`);
  if ((validationSplit === null) !== (subset === null))
    throw new ValueError(
      `${where}: validationSplit and subset go together.\n  Received: validationSplit ${validationSplit}, subset ${subset}`,
    );
  if (subset !== null && !['training', 'validation', 'both'].includes(subset))
    throw new ValueError(`${where}: subset must be 'training', 'validation' or 'both'.\n  Received: '${subset}'`);
  if (validationSplit !== null && shuffle && seed === null)
    throw new ValueError(
      `${where}: with validationSplit and shuffle a seed is needed, so that no file is in both parts.\n  Fix: seed, or shuffle: false.`,
    );
}
