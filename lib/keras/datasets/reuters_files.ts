/** The files of Reuters: where they come from, and what they hold. */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import type { Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { kinds } from '../options';
import { loadTexts, withTensor, type TextArchive, type WordIndexFile } from './sequence_files';
import { prepare, splitOptions, type SequenceOptions } from './sequences';

/** Options of `reuters.loadData`. */
export interface ReutersOptions extends SequenceOptions {
  /** Part of the texts for testing, from 0 to 1. Default: 0.2. */
  testSplit?: number;
}

/** @internal Topics by label. */
export const TOPICS =
  `cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude nat-gas cpi
  money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem
  dlr gas silver wpi hog lead`.split(/\s+/);
const HOST = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets';
/** @internal */
export const NEWSWIRES: TextArchive = {
  where: 'reuters.loadData',
  file: 'reuters.npz',
  sources: [
    {
      url: `${HOST}/reuters.npz`,
      file: 'reuters.npz',
      sha256: 'd6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916',
      bytes: 2_110_848,
    },
  ],
  parts: [{ x: 'x', y: 'y', rows: 11_228 }],
  classes: TOPICS.length,
};
/** @internal */
export const WORDS: WordIndexFile = {
  where: 'reuters.getWordIndex',
  file: 'reuters_word_index.json',
  sources: [
    {
      url: `${HOST}/reuters_word_index.json`,
      file: 'reuters_word_index.json',
      md5: '4d44cc38712099c9e383dc6e5f11a921',
    },
  ],
};

/** @internal `loadData` for archives of any size. */
export async function loadSized(
  archive: TextArchive,
  options: ReutersOptions = {},
  timing?: Partial<Timing>,
): Promise<[[number[][], Tensor], [number[][], Tensor]]> {
  const { where } = archive;
  const { rules, rest: more } = splitOptions(where, options, { testSplit: kinds.any });
  const { testSplit = 0.2, ...rest } = more as ReutersOptions;
  if (!(typeof testSplit === 'number' && testSplit >= 0 && testSplit <= 1))
    throw new ValueError(`${where}: testSplit must be from 0 to 1.\n  Received: ${describe(testSplit)}`, { op: where });
  const [{ x, y }] = await prepare(where, await loadTexts(archive, rest, timing), rules, rest.signal);
  const train = Math.trunc(x.length * (1 - testSplit));
  return [withTensor(x.slice(0, train), y.slice(0, train)), withTensor(x.slice(train), y.slice(train))];
}
