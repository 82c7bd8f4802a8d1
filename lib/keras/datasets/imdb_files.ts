/** The files of IMDB: where they come from, and what they hold. */
import type { Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { loadTexts, withTensor, type TextArchive, type WordIndexFile } from './sequence_files';
import { prepare, splitOptions, type SequenceOptions } from './sequences';

const HOST = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets';
/** @internal */
export const REVIEWS: TextArchive = {
  where: 'imdb.loadData',
  file: 'imdb.npz',
  sources: [
    {
      url: `${HOST}/imdb.npz`,
      file: 'imdb.npz',
      sha256: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f',
      bytes: 17_464_789,
    },
  ],
  parts: [
    { x: 'x_train', y: 'y_train', rows: 25_000 },
    { x: 'x_test', y: 'y_test', rows: 25_000 },
  ],
  classes: 2,
};
/** @internal */
export const WORDS: WordIndexFile = {
  where: 'imdb.getWordIndex',
  file: 'imdb_word_index.json',
  sources: [
    {
      url: `${HOST}/imdb_word_index.json`,
      file: 'imdb_word_index.json',
      md5: 'bfafd718b763782e994055a2d397834f',
      bytes: 1_641_221,
    },
  ],
};

/** @internal `loadData` for archives of any size. */
export async function loadSized(
  archive: TextArchive,
  options: SequenceOptions = {},
  timing?: Partial<Timing>,
): Promise<[[number[][], Tensor], [number[][], Tensor]]> {
  const { rules, rest } = splitOptions(archive.where, options);
  const [train, test] = await prepare(archive.where, await loadTexts(archive, rest, timing), rules, rest.signal);
  return [withTensor(train.x, train.y), withTensor(test.x, test.y)];
}
