/** Boston and California Housing: Keras' order and division, and files that are not theirs. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { zipSync } from 'fflate';
import { FileError, TypeError, ValueError } from '../../../lib/support/errors';
import * as datasets from '../../../lib/keras/datasets';
import { loadTable, type SplitOptions } from '../../../lib/keras/datasets/housing_files';
import {
  BOSTON,
  CALIFORNIA,
  loadVersion,
  type CaliforniaHousingOptions,
} from '../../../lib/keras/datasets/housing_tables';
import { MersenneTwister } from '../../../lib/keras/datasets/mersenne_twister';
import { npy, PATIENT, serve, sha256, temporary, write } from './fixtures';

interface Golden {
  orders: { seed: number; order: number[] }[];
  bostonHousing: { options: SplitOptions; rows: number[][] }[];
  californiaHousing: { options: CaliforniaHousingOptions; rows: number[][] }[];
}
const golden = JSON.parse(fs.readFileSync(path.join(__dirname, 'golden/datasets.json'), 'utf8')) as Golden;

function floats(count: number, Type: typeof Float32Array | typeof Float64Array): Uint8Array {
  const values = Array.from({ length: count }, (_, i) => i);
  return new Uint8Array((Type === Float32Array ? Float32Array.from(values) : Float64Array.from(values)).buffer);
}
function archive(
  rows: number,
  columns: number,
  Type: typeof Float32Array | typeof Float64Array,
  change: Record<string, Uint8Array> = {},
): Buffer {
  const descr = Type === Float32Array ? '<f4' : '<f8';
  return Buffer.from(
    zipSync({
      'x.npy': npy([rows, columns], floats(rows * columns, Type), descr),
      'y.npy': npy([rows], floats(rows, Type), descr),
      ...change,
    }),
  );
}
const boston = { ...BOSTON, rows: 31 };
const california = { ...CALIFORNIA, rows: 611 };

describe('datasets.bostonHousing and datasets.californiaHousing', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporary();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const { seed, order } of golden.orders)
    it(`orders ${order.length} rows as RandomState(${seed}) does`, () =>
      assert.deepEqual([...new MersenneTwister(seed).order(order.length)], order));
  it('takes another order each time for the seed null', () =>
    assert.notDeepEqual([...new MersenneTwister(null).order(100)], [...new MersenneTwister(null).order(100)]));

  async function check(
    [train, test]: Awaited<ReturnType<typeof loadTable>>,
    rows: number[][],
    columns: number,
    dtype: string,
  ): Promise<void> {
    for (const [i, [x, y]] of [train, test].entries()) {
      assert.deepEqual(
        [x.shape, y.shape, x.dtype, y.dtype],
        [[rows[i].length, columns], [rows[i].length], dtype, dtype],
      );
      assert.deepEqual([...((await y.data()) as Float64Array)], rows[i]);
      assert.deepEqual(
        [...((await x.data()) as Float64Array)],
        rows[i].flatMap((row) => Array.from({ length: columns }, (_, k) => row * columns + k)),
      );
    }
  }
  for (const { options, rows } of golden.bostonHousing)
    it(`divides Boston Housing as Keras does: ${JSON.stringify(options)}`, async () => {
      write(folder, { 'boston_housing.npz': archive(31, 13, Float64Array) });
      await check(await loadTable(boston, { ...options, path: folder }), rows, 13, 'float64');
    });
  for (const { options, rows } of golden.californiaHousing)
    it(`divides California Housing as Keras does: ${JSON.stringify(options)}`, async () => {
      write(folder, { 'california.npz': archive(611, 8, Float32Array) });
      await check(
        await loadVersion(california, { ...options, path: path.join(folder, 'california.npz') }),
        rows,
        8,
        'float32',
      );
    });

  it('downloads once, and refuses a file that was changed', async () => {
    const body = archive(31, 13, Float64Array);
    const server = await serve({ '/boston.npz': { body, cuts: [300] } });
    try {
      const sources = [{ url: `${server.url}/boston.npz`, sha256: sha256(body), bytes: body.length }];
      for (let i = 0; i < 2; i++)
        await check(
          await loadTable(boston, { sources, cacheDir: folder, verbose: false }, 31, PATIENT),
          golden.bostonHousing[0].rows,
          13,
          'float64',
        );
      assert.equal(
        server.log.length,
        2,
        'the first request breaks, the second brings the file, the second call needs none',
      );
      const other = Buffer.from(body);
      other[200] ^= 1;
      server.files['/boston.npz'].body = other;
      await assert.rejects(
        loadTable(boston, { sources, cacheDir: path.join(folder, 'other'), verbose: false }, 31, PATIENT),
        (error: Error) =>
          error instanceof FileError &&
          /bostonHousing\.loadData: no source gave the data set[^]*its SHA-256 is .* expected/.test(error.message),
      );
    } finally {
      await server.close();
    }
  });

  const refused = (files: Record<string, Buffer>, message: RegExp): Promise<void> =>
    assert.rejects(datasets.bostonHousing.loadData({ path: write(folder, files) }), (error: Error) => {
      assert.ok(error instanceof FileError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  it('refuses other files by name', async () => {
    await refused({}, /has no boston_housing\.npz/);
    await refused(
      { 'boston_housing.npz': archive(31, 13, Float64Array) },
      /boston_housing\.npz: x\.npy has shape \(31, 13\), \(506, 13\) expected/,
    );
    await refused(
      { 'boston_housing.npz': archive(507, 13, Float64Array) },
      /x\.npy has shape \(507, 13\), \(506, 13\) expected/,
    );
    await refused(
      { 'boston_housing.npz': archive(506, 13, Float64Array).subarray(0, 4000) },
      /boston_housing\.npz is damaged or incomplete/,
    );
    await refused(
      { 'boston_housing.npz': archive(506, 13, Float64Array, { 'y.npy': npy([506], new Uint8Array(506)) }) },
      /y\.npy has values of type 'uint8', 'float32' or 'float64' expected/,
    );
    await refused(
      { 'boston_housing.npz': Buffer.alloc(200_000) },
      /boston_housing\.npz has 200000 bytes, at most \d+ expected/,
    );
    await assert.rejects(
      datasets.bostonHousing.loadData({
        path: path.join(write(folder, { 'boston.csv': Buffer.from('1') }), 'boston.csv'),
      }),
      /boston\.csv is neither a folder nor an \.npz/,
    );
  });
  it('refuses options out of range', async () => {
    const wrong = (options: object, kind: typeof ValueError | typeof TypeError, message: RegExp): Promise<void> =>
      assert.rejects(
        datasets.californiaHousing.loadData({ path: folder, ...options }),
        (error: Error) => error instanceof kind && message.test(error.message),
      );
    await wrong({ testSplit: 1 }, ValueError, /testSplit must be from 0 to below 1\.\n {2}Received: 1/);
    await wrong({ testSplit: -0.1 }, ValueError, /Received: -0\.1/);
    await wrong(
      { seed: 2 ** 32 },
      ValueError,
      /seed must be an integer from 0 to 4294967295, or null\.\n {2}Received: 4294967296/,
    );
    await wrong({ seed: 1.5 }, ValueError, /Received: 1\.5/);
    await wrong({ version: 'medium' }, ValueError, /version must be 'small' or 'large'\.\n {2}Received: 'medium'/);
    await wrong({ testsplit: 0.1 }, TypeError, /unknown option 'testsplit'\. Did you mean 'testSplit'/);
  });
});
