/** CIFAR-10 out of local copies, in the official layout and as pictures. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { AbortError, FileError } from '../../../lib/support/errors';
import * as datasets from '../../../lib/keras/datasets';
import { loadSized } from '../../../lib/keras/datasets/cifar10_files';
import { binFiles, CIFAR, photos, pngFiles, sheet, temporary, tgz, write } from './fixtures';

describe('datasets.cifar10, local copies', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporary();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function check(place: string, train = [0, 6]): Promise<void> {
    const [[xTrain, yTrain], [xTest, yTest]] = await loadSized(CIFAR, { path: place });
    const count = train[1] - train[0];
    assert.deepEqual(
      [xTrain.shape, yTrain.shape, xTest.shape, yTest.shape],
      [
        [count, 32, 32, 3],
        [count, 1],
        [3, 32, 32, 3],
        [3, 1],
      ],
    );
    assert.deepEqual([xTrain.dtype, yTrain.dtype, xTest.dtype, yTest.dtype], ['uint8', 'uint8', 'uint8', 'uint8']);
    assert.deepEqual([...(await xTrain.data())], [...photos.xTrain.subarray(train[0] * 3072, train[1] * 3072)]);
    assert.deepEqual([...(await yTrain.data())], [...photos.yTrain.subarray(...train)]);
    assert.deepEqual([...(await xTest.data())], [...photos.xTest]);
    assert.deepEqual([...(await yTest.data())], [...photos.yTest]);
  }
  const refused = (place: string, message: RegExp): Promise<void> =>
    assert.rejects(loadSized(CIFAR, { path: place }), (error: Error) => {
      assert.ok(error instanceof FileError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    });
  const archive = async (files: Record<string, Buffer>, at: string): Promise<string> =>
    path.join(write(folder, { 'c.tar.gz': await tgz(files, at) }), 'c.tar.gz');

  it('reads the folder of the official layout, or the one above it', async () => {
    write(path.join(folder, 'cifar-10-batches-bin'), binFiles());
    await check(path.join(folder, 'cifar-10-batches-bin'));
    await check(folder);
  });
  it('reads the folder that one named batch is in', () =>
    check(path.join(write(folder, binFiles()), 'data_batch_1.bin')));
  it('uses the batches for training that are there', async () => {
    fs.rmSync(path.join(write(folder, binFiles()), 'data_batch_1.bin'));
    await check(folder, [3, 6]);
  });
  it('reads the official archive', async () => check(await archive(binFiles(), 'cifar-10-batches-bin/')));
  it('reads pictures in a folder and in an archive, to the same values', async () => {
    await check(await archive(pngFiles(), 'package/'));
    fs.rmSync(path.join(folder, 'c.tar.gz'));
    await check(write(folder, pngFiles()));
  });

  it('needs the batch for testing and one for training', async () => {
    const { 'test_batch.bin': test, ...train } = binFiles();
    await refused(write(path.join(folder, 'a'), train), /has no test_batch\.bin/);
    await refused(write(path.join(folder, 'b'), { 'test_batch.bin': test }), /has no data_batch_1\.bin/);
    await refused(folder, /neither data_batch_1\.bin/);
  });
  it('does not take an archive without all batches', async () => {
    const { 'data_batch_2.bin': _, ...some } = binFiles();
    await refused(await archive(some, 'cifar-10-batches-bin/'), /has no data_batch_2\.bin/);
  });
  it('refuses batches cut off or too long, with both sizes', async () => {
    const files = binFiles();
    await refused(
      write(path.join(folder, 'a'), { ...files, 'data_batch_2.bin': files['data_batch_2.bin'].subarray(1) }),
      /data_batch_2\.bin is damaged or incomplete \(it has 9218 bytes, 9219 expected\)\. Delete it/,
    );
    await refused(
      write(path.join(folder, 'b'), { ...files, 'test_batch.bin': Buffer.alloc(9220) }),
      /test_batch\.bin has 9220 bytes, at most 9219/,
    );
  });
  it('refuses labels that are no class', async () => {
    const files = binFiles();
    files['data_batch_1.bin'][2 * 3073] = 11;
    await refused(write(folder, files), /data_batch_1\.bin.*label 11 of example 2 is not below 10/);
    await refused(
      write(path.join(folder, 'b'), { ...pngFiles(), 'train_lables.json': Buffer.from('[1,2,3,4,5,-1]') }),
      /label -1 of example 5/,
    );
    await refused(
      write(path.join(folder, 'b'), { 'train_lables.json': Buffer.from('[1,2]') }),
      /holds 2 labels, 6 expected/,
    );
    await refused(write(path.join(folder, 'b'), { 'train_lables.json': Buffer.from('{') }), /is no JSON text/);
  });
  it('refuses archives that are cut off, damaged or of something else', async () => {
    const whole = fs.readFileSync(await archive(binFiles(), 'cifar-10-batches-bin/'));
    write(folder, {
      'cut.tar.gz': whole.subarray(0, -2000),
      'plain.tar.gz': zlib.gunzipSync(whole),
      'short.tar.gz': zlib.gzipSync(zlib.gunzipSync(whole).subarray(0, 9000)),
    });
    await refused(path.join(folder, 'cut.tar.gz'), /cut\.tar\.gz is damaged or incomplete \(unexpected end of file\)/);
    await refused(
      path.join(folder, 'plain.tar.gz'),
      /plain\.tar\.gz is damaged or incomplete \(incorrect header check\)/,
    );
    await refused(path.join(folder, 'short.tar.gz'), /short\.tar\.gz is damaged or incomplete/);
    await refused(
      await archive({ data_batch_1: Buffer.alloc(10) }, 'cifar-10-batches-py/'),
      /has no member cifar-10-batches-bin\/data_batch_1\.bin/,
    );
  });
  it('reads no more of an archive than it may hold', async () => {
    await refused(
      await archive({ ...binFiles(), 'test_batch.bin': Buffer.alloc(1e6) }, 'cifar-10-batches-bin/'),
      /member cifar-10-batches-bin\/test_batch\.bin has 1000000 bytes, at most 9219/,
    );
    await refused(
      await archive({ big: Buffer.alloc(70 * 2 ** 20), ...binFiles() }, 'cifar-10-batches-bin/'),
      /inflates to more than the \d+ bytes expected/,
    );
  });
  it('refuses pictures that are damaged, cut off, of another size or no PNG', async () => {
    const files = pngFiles();
    const png = files['test_batch.png'];
    const flipped = Buffer.from(png);
    flipped[png.length >> 1] ^= 255;
    const shortened = Buffer.concat([png.subarray(0, png.length >> 1), png.subarray(-12)]);
    const test = (data: Buffer, message: RegExp): Promise<void> =>
      refused(write(folder, { ...files, 'test_batch.png': data }), message);
    await test(flipped, /test_batch\.png is damaged/);
    await test(shortened, /test_batch\.png is damaged/);
    await test(png.subarray(0, -500), /test_batch\.png is incomplete/);
    await test(sheet(photos.xTest, 512), /test_batch\.png has 512 x 6 pixels, 1024 x 3 expected/);
    await test(Buffer.alloc(100), /test_batch\.png starts with 0000000000000000, 89504e470d0a1a0a expected/);
  });
  it('stops in the middle of decoding', async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    await assert.rejects(loadSized(CIFAR, { path: write(folder, binFiles()), signal: stop.signal }), AbortError);
  });
  it('suggests the option that was meant', () =>
    assert.rejects(datasets.cifar10.loadData({ cachedir: folder } as object), /'cachedir'.*'cacheDir'/s));
});
