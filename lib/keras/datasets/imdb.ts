/** IMDB: reviews of films, for or against. */
import type { Tensor } from '../../core/tensor';
import { loadSized, REVIEWS, WORDS } from './imdb_files';
import { loadWords } from './sequence_files';
import type { SequenceOptions } from './sequences';
import type { DatasetOptions } from './sources';

export type { SequenceOptions } from './sequences';

/**
 * Loads IMDB: 25,000 reviews of films for training and 25,000 for testing, each a list of word numbers, labelled 1 (for
 * the film) or 0 (against it). Words are numbered by how often they occur: 1 is the most frequent one.
 *
 * The file is downloaded once from the host that Keras uses, checked, and kept in `$TRAE_HOME/datasets`; the lists in
 * it are read by a reader that runs no code. The order is that of Keras for the same `seed`. Data set by Andrew Maas
 * and others (Stanford).
 *
 * @param options - `numWords`: keeps the words below this number, counted after `indexFrom` is added (default: the
 *   largest one, which itself is then not kept, as in Keras). `skipTop`: leaves out the words below this number
 *   (default 0). `maxlen`: leaves out texts of this length or longer (default: none). `seed`: of the order (default
 *   113). `startChar`: starts every text (default 1). `oovChar`: stands for words that are not kept (default 2).
 *   `indexFrom`: is added to all words (default 3). null for `startChar`: no start; for `oovChar`: such words are left
 *   out. `path`: a local `imdb.npz`, or its folder. `signal`, `verbose`, `sources`, `cacheDir`, `fetch`: as for the
 *   other data sets.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`: arrays of arrays of numbers, and int64 tensors of their labels.
 * @throws ValueError for options out of range, or when `maxlen` keeps no text; FileError when no source gives the data,
 *   or the file is damaged, cut off or another one; AbortError when `signal` fires.
 * @example
 * const [[xTrain, yTrain]] = await datasets.imdb.loadData({ numWords: 10000 });
 * const x = utils.padSequences(xTrain, { maxlen: 200 });   // (25000, 200)
 */
export function loadData(options: SequenceOptions = {}): Promise<[[number[][], Tensor], [number[][], Tensor]]> {
  return loadSized(REVIEWS, options);
}

/**
 * The number of each word of IMDB, before `indexFrom` is added. Downloaded once, checked and kept as the reviews are.
 * @param options - `path`: a local `imdb_word_index.json`, or its folder. `signal`, `verbose`, `sources`, `cacheDir`,
 *   `fetch`: as for `loadData`.
 * @returns numbers by word, in a record that inherits nothing.
 * @throws FileError when no source gives the file, or it is damaged or another one; AbortError when `signal` fires.
 * @example
 * const words = new Map(Object.entries(await datasets.imdb.getWordIndex()).map(([word, i]) => [i + 3, word]));
 * xTrain[0].map((i) => words.get(i) ?? '?').join(' ');
 */
export function getWordIndex(options: DatasetOptions = {}): Promise<Record<string, number>> {
  return loadWords(WORDS, options);
}
