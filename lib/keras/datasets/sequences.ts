/** Texts as lists of word numbers: which words are kept, how they are numbered, and how long a text may be. */
import { describe } from '../../support/describe';
import { AbortError, ValueError } from '../../support/errors';
import { breathe } from '../../io/download/members';
import { kinds, type OptionKind } from '../options';
import { checkSeed } from './housing_files';
import { MersenneTwister } from './mersenne_twister';
import { checkDatasetOptions, type DatasetOptions } from './sources';

/** Options of the data sets of texts. */
export interface SequenceOptions extends DatasetOptions {
  /** Words numbered from this on (after `indexFrom` is added) become `oovChar`. Default: the largest number of all. */
  numWords?: number | null;
  /** Words numbered below this become `oovChar`. Default: 0. */
  skipTop?: number;
  /** Texts of this length or longer are left out. Default: none. */
  maxlen?: number | null;
  /** Seed of the order, 0 to 2^32 - 1; null: another order each time. Default: 113. */
  seed?: number | null;
  /** Stands at the start of every text; null: nothing does. Default: 1. */
  startChar?: number | null;
  /** Takes the place of words that are not kept; null: they are left out. Default: 2. */
  oovChar?: number | null;
  /** Is added to the number of each word. Default: 3. */
  indexFrom?: number | null;
}
/** @internal What the options say. */
export interface SequenceRules {
  readonly numWords: number;
  readonly skipTop: number;
  readonly maxlen: number;
  readonly seed: number | null;
  readonly startChar: number | null;
  readonly oovChar: number | null;
  readonly indexFrom: number;
}
/** @internal Texts and their labels. */
export interface Labelled {
  readonly x: number[][];
  readonly y: readonly number[];
}

const OPTIONS = {
  numWords: kinds.any,
  skipTop: kinds.any,
  maxlen: kinds.any,
  seed: kinds.seed,
  startChar: kinds.any,
  oovChar: kinds.any,
  indexFrom: kinds.any,
};
const ROWS_AT_ONCE = 1000;

/** @internal The rules among the options, and the options that every data set has. */
export function splitOptions(
  where: string,
  options: SequenceOptions,
  more: Readonly<Record<string, OptionKind>> = {},
): { rules: SequenceRules; rest: DatasetOptions } {
  checkDatasetOptions(where, options, { ...OPTIONS, ...more });
  const {
    numWords = null,
    skipTop = 0,
    maxlen = null,
    seed = 113,
    startChar = 1,
    oovChar = 2,
    indexFrom = 3,
    ...rest
  } = options;
  const whole = (name: string, value: unknown, least: number): void => {
    if (value === null || (Number.isSafeInteger(value) && (value as number) >= least)) return;
    throw new ValueError(
      `${where}: ${name} must be an integer${least === 0 ? ' >= 0' : ''}${name === 'skipTop' ? '' : ' or null'}.\n  Received: ${describe(value)}`,
      {
        op: where,
      },
    );
  };
  for (const [name, value] of Object.entries({ numWords, skipTop: skipTop ?? NaN, maxlen })) whole(name, value, 0);
  for (const [name, value] of Object.entries({ startChar, oovChar, indexFrom })) whole(name, value, -Infinity);
  checkSeed(where, seed);
  return {
    rules: {
      numWords: numWords ?? 0,
      skipTop,
      maxlen: maxlen ?? 0,
      seed,
      startChar,
      oovChar,
      indexFrom: indexFrom ?? 0,
    },
    rest,
  };
}

/** Calls `work` for each row, with pauses in which other work can run. */
async function forEachRow(
  where: string,
  rows: readonly number[][],
  signal: AbortSignal | undefined,
  work: (row: number[], i: number) => void,
): Promise<void> {
  for (const [i, row] of rows.entries()) {
    work(row, i);
    if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) {
      await breathe();
      if (signal?.aborted)
        throw new AbortError(`${where}: stopped by its signal.`, { op: where, cause: signal.reason });
    }
  }
}

/**
 * @internal The parts of a data set, each shuffled by one generator after the other, numbered, and with the texts of
 * `maxlen` words or more left out; then words outside of [skipTop, numWords) of all parts are replaced or left out.
 * @throws ValueError when a part keeps no text.
 */
export async function prepare(
  where: string,
  parts: readonly Labelled[],
  rules: SequenceRules,
  signal?: AbortSignal,
): Promise<Labelled[]> {
  const { skipTop, maxlen, startChar, oovChar, indexFrom } = rules;
  const random = new MersenneTwister(rules.seed);
  const start = startChar === null ? [] : [startChar];
  const out: { x: number[][]; y: number[] }[] = [];
  let largest = -Infinity;
  for (const part of parts) {
    const x: number[][] = [];
    const y: number[] = [];
    const order = random.order(part.x.length);
    await forEachRow(where, part.x, signal, (_, i) => {
      const row = part.x[order[i]];
      if (maxlen && row.length + start.length >= maxlen) return;
      const numbered = start.slice();
      for (const word of row) numbered.push(word + indexFrom);
      for (const word of numbered) if (word > largest) largest = word;
      x.push(numbered);
      y.push(part.y[order[i]]);
    });
    if (maxlen && !x.length)
      throw new ValueError(
        `${where}: maxlen ${maxlen} keeps no text: all are as long or longer. Give a larger maxlen.`,
        { op: where },
      );
    out.push({ x, y });
  }
  const end = rules.numWords || largest;
  const isKept = (word: number): boolean => skipTop <= word && word < end;
  for (const { x } of out)
    await forEachRow(where, x, signal, (row, i) => {
      x[i] = oovChar === null ? row.filter(isKept) : row.map((word) => (isKept(word) ? word : oovChar));
    });
  return out;
}
