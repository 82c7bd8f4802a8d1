/** IMDB and Reuters: Keras' numbers for every option, out of files that NumPy wrote. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { AbortError, FileError, TypeError, ValueError } from '../../../lib/support/errors';
import * as datasets from '../../../lib/keras/datasets';
import * as imdb from '../../../lib/keras/datasets/imdb_files';
import * as reuters from '../../../lib/keras/datasets/reuters_files';
import { loadWords } from '../../../lib/keras/datasets/sequence_files';
import type { SequenceOptions } from '../../../lib/keras/datasets/sequences';
import type { Tensor } from '../../../lib/core/tensor';
import { npy, PATIENT, serve, sha256, temporary, write } from './fixtures';

const MD5 = 'b37941968c0e6dd09a1414ddc60f9615';
type Result = [number[][], number[]][];
interface Golden {
  imdb: { options: SequenceOptions; result: Result }[];
  reuters: { options: reuters.ReutersOptions; result: Result }[];
}
const GOLDEN = path.join(__dirname, 'golden');
const golden = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'datasets.json'), 'utf8')) as Golden;
const reviews = { ...imdb.REVIEWS, parts: imdb.REVIEWS.parts.map((part, i) => ({ ...part, rows: [12, 10][i] })) };
const newswires = { ...reuters.NEWSWIRES, parts: [{ x: 'x', y: 'y', rows: 23 }] };

async function plain(parts: [number[][], Tensor][]): Promise<Result> {
  const out: Result = [];
  for (const [x, y] of parts) {
    assert.equal(y.dtype, 'int64');
    out.push([x, Array.from((await y.data()) as BigInt64Array, Number)]);
  }
  return out;
}

describe('datasets.imdb and datasets.reuters', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporary();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const { options, result } of golden.imdb)
    it(`gives the reviews that Keras gives: ${JSON.stringify(options)}`, async () => {
      assert.deepEqual(await plain(await imdb.loadSized(reviews, { ...options, path: GOLDEN })), result);
      assert.deepEqual(
        await plain(await imdb.loadSized(reviews, { ...options, path: path.join(GOLDEN, 'imdb_python2.npz') })),
        result,
      );
    });
  for (const { options, result } of golden.reuters)
    it(`gives the newswires that Keras gives: ${JSON.stringify(options)}`, async () =>
      assert.deepEqual(
        await plain(await reuters.loadSized(newswires, { ...options, path: path.join(GOLDEN, 'reuters.npz') })),
        result,
      ));

  it('downloads once, going on where the connection broke', async () => {
    const body = fs.readFileSync(path.join(GOLDEN, 'imdb.npz'));
    const server = await serve({ '/imdb.npz': { body, cuts: [700] } });
    try {
      const sources = [{ url: `${server.url}/imdb.npz`, sha256: sha256(body) }];
      for (let i = 0; i < 2; i++)
        assert.deepEqual(
          await plain(await imdb.loadSized(reviews, { sources, cacheDir: folder, verbose: false }, PATIENT)),
          golden.imdb[0].result,
        );
      assert.equal(
        server.log.length,
        2,
        'the first request breaks, the second brings the file, the second call needs none',
      );
    } finally {
      await server.close();
    }
  });

  const members = (): Record<string, Uint8Array> => unzipSync(fs.readFileSync(path.join(GOLDEN, 'imdb.npz')));
  const refused = (files: Record<string, Uint8Array>, message: RegExp): Promise<void> =>
    assert.rejects(imdb.loadSized(reviews, { path: write(folder, files) }), (error: Error) => {
      assert.ok(error instanceof FileError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  const changed = (change: Record<string, Uint8Array>): Record<string, Uint8Array> => ({
    'imdb.npz': zipSync({ ...members(), ...change }),
  });
  it('refuses other and damaged files by name', async () => {
    const { 'x_train.npy': x, 'x_test.npy': other } = members();
    await refused({}, /has no imdb\.npz/);
    await refused(
      { 'imdb.npz': fs.readFileSync(path.join(GOLDEN, 'imdb.npz')).subarray(0, 900) },
      /imdb\.npz is damaged or incomplete/,
    );
    await refused(
      { 'imdb.npz': fs.readFileSync(path.join(GOLDEN, 'reuters.npz')) },
      /imdb\.npz has no array 'x_train'; x_train, y_train, x_test, y_test expected/,
    );
    await refused(changed({ 'x_train.npy': other }), /imdb\.npz: x_train\.npy has 10 texts, 12 expected/);
    await refused(
      changed({ 'x_train.npy': x.subarray(0, -20) }),
      /x_train\.npy is damaged or incomplete \(its pickle ends at byte/,
    );
    await refused(
      changed({ 'x_train.npy': Buffer.concat([x, Buffer.alloc(3)]) }),
      /3 bytes follow the end of its pickle/,
    );
    await refused(
      changed({ 'x_train.npy': npy([12], new Uint8Array(12)) }),
      /x_train\.npy: it is no array of lists with one axis: its header is .*\|u1/,
    );
    await refused(
      changed({ 'y_train.npy': npy([12], new Uint8Array(12).fill(2)) }),
      /label 2 of text 0 in y_train\.npy is not below 2/,
    );
    await refused(
      changed({ 'y_train.npy': npy([11], new Uint8Array(11)) }),
      /y_train\.npy has shape \(11\), \(12\) expected/,
    );
  });
  it('refuses the small file as the real data set', () =>
    assert.rejects(
      datasets.reuters.loadData({ path: path.join(GOLDEN, 'reuters.npz') }),
      /x\.npy has 23 texts, 11228 expected/,
    ));
  it('refuses options out of range', async () => {
    const wrong = (options: object, kind: typeof ValueError | typeof TypeError, message: RegExp): Promise<void> =>
      assert.rejects(
        datasets.reuters.loadData({ path: GOLDEN, ...options }),
        (error: Error) => error instanceof kind && message.test(error.message),
      );
    await wrong(
      { numWords: -1 },
      ValueError,
      /reuters\.loadData: numWords must be an integer >= 0 or null\.\n {2}Received: -1/,
    );
    await wrong({ skipTop: 'a' }, ValueError, /skipTop must be an integer >= 0\.\n {2}Received: 'a'/);
    await wrong({ startChar: 1.5 }, ValueError, /startChar must be an integer or null\.\n {2}Received: 1\.5/);
    await wrong({ seed: -1 }, ValueError, /seed must be an integer >= 0/);
    await wrong({ testSplit: 2 }, ValueError, /testSplit must be from 0 to 1\.\n {2}Received: 2/);
    await wrong({ num_words: 3 }, TypeError, /unknown option 'num_words'\. Did you mean 'numWords'/);
    await assert.rejects(datasets.imdb.loadData({ testSplit: 0.1 } as object), TypeError);
  });
  it('says so when maxlen keeps no text', () =>
    assert.rejects(
      imdb.loadSized(reviews, { path: GOLDEN, maxlen: 1 }),
      (error: Error) => error instanceof ValueError && /imdb\.loadData: maxlen 1 keeps no text/.test(error.message),
    ));
  it('stops when its signal fires', () =>
    assert.rejects(imdb.loadSized(reviews, { path: GOLDEN, signal: AbortSignal.abort() }), AbortError));

  const WORDS = { ...imdb.WORDS, sources: [] };
  it('reads the numbers of words, whatever they are called', async () => {
    write(folder, { 'imdb_word_index.json': Buffer.from('{"the":1,"constructor":88,"__proto__":7}') });
    const words = await datasets.imdb.getWordIndex({ path: folder });
    assert.deepEqual(Object.entries(words), [
      ['the', 1],
      ['constructor', 88],
      ['__proto__', 7],
    ]);
    assert.equal(words.toString, undefined);
  });
  it('checks the numbers of words by their MD5', async () => {
    const server = await serve({ '/words.json': { body: '{"the":1}' } });
    try {
      const url = `${server.url}/words.json`;
      const words = await loadWords(
        WORDS,
        { sources: [{ url, md5: 'd58d35a0e4c0e5a1ea4b2ad5a9cc2d47' }], cacheDir: folder, verbose: false },
        PATIENT,
      ).catch((e: Error) => e);
      assert.match(
        (words as Error).message,
        /imdb\.getWordIndex: no source gave the data set[^]*its MD5 is [0-9a-f]{16}\.\.\., d58d35a0e4c0e5a1\.\.\. expected/,
      );
      assert.deepEqual(
        { ...(await loadWords(WORDS, { sources: [{ url, md5: MD5 }], cacheDir: folder, verbose: false }, PATIENT)) },
        { the: 1 },
      );
      await assert.rejects(
        datasets.imdb.getWordIndex({ sources: [{ url, md5: 'abc' }] }),
        /md5 'abc' is not 32 hexadecimal digits/,
      );
    } finally {
      await server.close();
    }
  });
  it('refuses what is no record of numbers', async () => {
    for (const [text, message] of [
      ['{"the":1', /reuters_word_index\.json is damaged or incomplete/],
      ['[1]', /reuters_word_index\.json is no record of words/],
      ['{"the":"1"}', /the number of the word 'the' is "1", an integer expected/],
    ] as const) {
      write(folder, { 'reuters_word_index.json': Buffer.from(text) });
      await assert.rejects(
        datasets.reuters.getWordIndex({ path: folder }),
        (error: Error) => error instanceof FileError && message.test(error.message),
      );
    }
  });
  it('names the 46 topics', () => {
    const names = datasets.reuters.getLabelNames();
    assert.equal(names.length, 46);
    assert.equal(new Set(names).size, 46);
    assert.deepEqual([names[0], names[3], names[19], names[45]], ['cocoa', 'earn', 'money-fx', 'lead']);
  });
});
