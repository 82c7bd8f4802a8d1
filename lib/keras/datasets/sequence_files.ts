/** The files of the data sets of texts: an `.npz` of lists of word numbers, and a JSON text with the numbers of words. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import { readIntegerLists } from '../../io/npy_objects';
import { tensor, type Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { firstThere, readCapped } from '../../io/download/members';
import { checkMember, openNpz, readMember } from './npz';
import type { Labelled } from './sequences';
import { loadFrom, type DatasetOptions, type DatasetSource } from './sources';

/** @internal One part of an archive of texts. */
export interface TextPart {
  readonly x: string;
  readonly y: string;
  readonly rows: number;
}
/** @internal An archive of texts: where it comes from, its parts, and how many kinds of texts there are. */
export interface TextArchive {
  readonly where: string;
  readonly file: string;
  readonly sources: readonly DatasetSource[];
  readonly parts: readonly TextPart[];
  readonly classes: number;
}
/** Most bytes of an archive, and of the lists of one part in it. */
const MAX_BYTES = 256 * 2 ** 20;

/** The file itself, or the one of this name in a folder. */
function fileAt(place: string, name: string): string {
  if (!fs.statSync(place).isDirectory()) return place;
  const file = firstThere(place, [name]);
  if (!file) throw new FileError(`${place} has no ${name}. Name the folder it is in, or the file.`);
  return file;
}

async function decode(archive: TextArchive, place: string, signal?: AbortSignal): Promise<Labelled[]> {
  const file = fileAt(place, archive.file);
  if (!/\.npz$/i.test(file))
    throw new FileError(`${path.resolve(file)} is neither a folder nor an .npz file. Name ${archive.file}.`);
  const npz = openNpz(await readCapped(file, MAX_BYTES, signal), file);
  const keys = archive.parts.flatMap(({ x, y }) => [x, y]);
  const out: Labelled[] = [];
  for (const part of archive.parts) {
    checkMember(npz, file, part.x, keys, MAX_BYTES);
    const x = await readIntegerLists(await npz.open(part.x, signal), signal);
    if (x.length !== part.rows)
      throw new FileError(
        `${file}: ${part.x}.npy has ${x.length} texts, ${part.rows} expected: it is another data set. Name the right file.`,
      );
    const { data } = await readMember(
      npz,
      file,
      part.y,
      keys,
      [part.rows],
      ['int64', 'int32', 'int8', 'uint8'],
      signal,
    );
    const y = Array.from(data as ArrayLike<number | bigint>, Number);
    const wrong = y.findIndex((label) => !(label >= 0 && label < archive.classes));
    if (wrong >= 0)
      throw new FileError(
        `${file}: label ${y[wrong]} of text ${wrong} in ${part.y}.npy is not below ${archive.classes}. Delete it and download it again.`,
      );
    out.push({ x, y });
  }
  return out;
}

/** @internal Texts and labels, as the archive has them. */
export function loadTexts(
  archive: TextArchive,
  options: DatasetOptions,
  timing?: Partial<Timing>,
): Promise<Labelled[]> {
  return loadFrom(archive.where, options, archive.sources, (place, signal) => decode(archive, place, signal), timing);
}

/** @internal Texts, and their labels as an int64 tensor. */
export function withTensor(x: number[][], y: readonly number[]): [number[][], Tensor] {
  return [x, tensor(BigInt64Array.from(y, BigInt), [y.length], 'int64')];
}

/** @internal A JSON file of the numbers of words: where it comes from. */
export interface WordIndexFile {
  readonly where: string;
  readonly file: string;
  readonly sources: readonly DatasetSource[];
}

async function decodeWords(words: WordIndexFile, place: string, signal?: AbortSignal): Promise<Record<string, number>> {
  const file = fileAt(place, words.file);
  const data = await readCapped(file, MAX_BYTES, signal);
  let found: unknown;
  try {
    found = JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new FileError(
      `${file} is damaged or incomplete (${(cause as Error).message}). Delete it and download it again.`,
      { cause },
    );
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new FileError(`${file} is no record of words and their numbers. Name ${words.file}.`);
  for (const [word, index] of Object.entries(found))
    if (!Number.isSafeInteger(index))
      throw new FileError(
        `${file}: the number of the word '${word.slice(0, 40)}' is ${JSON.stringify(index).slice(0, 40)}, an integer expected. Name ${words.file}.`,
      );
  // Words like 'constructor' are words here: nothing is inherited.
  return Object.assign(Object.create(null) as Record<string, number>, found as Record<string, number>);
}

/** @internal Numbers by word. */
export function loadWords(
  words: WordIndexFile,
  options: DatasetOptions,
  timing?: Partial<Timing>,
): Promise<Record<string, number>> {
  return loadFrom(words.where, options, words.sources, (place, signal) => decodeWords(words, place, signal), timing);
}
