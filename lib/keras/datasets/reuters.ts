/** Reuters: newswires of 46 topics. */
import type { Tensor } from '../../core/tensor';
import { loadSized, NEWSWIRES, TOPICS, WORDS, type ReutersOptions } from './reuters_files';
import { loadWords } from './sequence_files';
import type { DatasetOptions } from './sources';

export type { ReutersOptions } from './reuters_files';

/**
 * Loads Reuters: 11,228 newswires, each a list of word numbers, labelled with one of 46 topics ({@link getLabelNames}).
 * Words are numbered by how often they occur: 1 is the most frequent one.
 *
 * The file is downloaded once from the host that Keras uses, checked, and kept in `$TRAE_HOME/datasets`; the lists in
 * it are read by a reader that runs no code. The order is that of Keras for the same `seed`.
 *
 * @param options - `testSplit`: part of the texts for testing (default 0.2). `numWords`, `skipTop`, `maxlen`, `seed`,
 *   `startChar`, `oovChar`, `indexFrom`: as for `imdb.loadData`. `path`: a local `reuters.npz`, or its folder. `signal`,
 *   `verbose`, `sources`, `cacheDir`, `fetch`: as for the other data sets.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`: arrays of arrays of numbers, and int64 tensors of their labels; 8,982
 *   and 2,246 of them by default.
 * @throws ValueError for options out of range, or when `maxlen` keeps no text; FileError when no source gives the data,
 *   or the file is damaged, cut off or another one; AbortError when `signal` fires.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.reuters.loadData({ numWords: 10000 });
 */
export function loadData(options: ReutersOptions = {}): Promise<[[number[][], Tensor], [number[][], Tensor]]> {
  return loadSized(NEWSWIRES, options);
}

/**
 * The number of each word of Reuters, before `indexFrom` is added. Downloaded once, checked and kept as the texts are.
 * @param options - `path`: a local `reuters_word_index.json`, or its folder. `signal`, `verbose`, `sources`, `cacheDir`,
 *   `fetch`: as for `loadData`.
 * @returns numbers by word, in a record that inherits nothing.
 * @throws FileError when no source gives the file, or it is damaged or another one; AbortError when `signal` fires.
 * @example (await datasets.reuters.getWordIndex()).the   // 1
 */
export function getWordIndex(options: DatasetOptions = {}): Promise<Record<string, number>> {
  return loadWords(WORDS, options);
}

/**
 * The topics of Reuters: the label of a text is the place of its topic in this list.
 * @returns 46 names.
 * @example datasets.reuters.getLabelNames()[3]   // 'earn'
 */
export function getLabelNames(): string[] {
  return [...TOPICS];
}
