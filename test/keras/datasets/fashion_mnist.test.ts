/** Fashion-MNIST: four files of one folder, from one host after the other. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { FileError, TypeError, ValueError } from '../../../lib/support/errors';
import * as datasets from '../../../lib/keras/datasets';
import { FASHION } from '../../../lib/keras/datasets/fashion_mnist_files';
import { loadSized } from '../../../lib/keras/datasets/mnist_files';
import type { DatasetOptions, DatasetSource } from '../../../lib/keras/datasets/sources';
import { digits, idx, idxFiles, MNIST, PATIENT, serve, sha256, temporary, write, type Server } from './fixtures';

const gzipped = (): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(idxFiles()).map(([name, data]) => [`${name}.gz`, zlib.gzipSync(data)]));

describe('datasets.fashionMnist', () => {
  let folder: string, server: Server;
  beforeEach(async () => {
    folder = temporary();
    server = await serve({});
  });
  afterEach(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const offer = (at: string, files: Record<string, Buffer>): void => {
    for (const [name, body] of Object.entries(files)) server.files[`/${at}/${name}`] = { body };
  };
  const from = (at: string, files = gzipped()): DatasetSource => ({
    folder: `${server.url}/${at}/`,
    name: 'fashion-mnist',
    files: Object.entries(files).map(([file, data]) => ({ file, sha256: sha256(data), bytes: data.length })),
  });
  async function check(options: DatasetOptions): Promise<void> {
    const [[xTrain, yTrain], [xTest, yTest]] = await loadSized(
      MNIST,
      { verbose: false, cacheDir: folder, ...options },
      PATIENT,
      FASHION,
    );
    assert.deepEqual([xTrain.shape, yTrain.shape, xTest.shape, yTest.shape], [[3, 28, 28], [3], [2, 28, 28], [2]]);
    assert.deepEqual([...(await xTrain.data())], [...digits.xTrain]);
    assert.deepEqual([...(await yTrain.data())], [...digits.yTrain]);
    assert.deepEqual([...(await xTest.data())], [...digits.xTest]);
    assert.deepEqual([...(await yTest.data())], [...digits.yTest]);
  }

  it('downloads four files once into one folder', async () => {
    offer('a', gzipped());
    for (let i = 0; i < 2; i++) await check({ sources: [from('a')] });
    assert.deepEqual(
      server.log,
      Object.keys(gzipped()).map((name) => `/a/${name}`),
    );
    assert.deepEqual(fs.readdirSync(path.join(folder, 'fashion-mnist')).sort(), Object.keys(gzipped()).sort());
  });
  it('keeps what one host gave and takes the rest from the next', async () => {
    const [first, ...rest] = Object.entries(gzipped());
    offer('a', Object.fromEntries([first]));
    offer('b', Object.fromEntries(rest));
    await check({ sources: [from('a'), from('b')] });
    assert.deepEqual(server.log, [`/a/${first[0]}`, `/a/${rest[0][0]}`, ...rest.map(([name]) => `/b/${name}`)]);
  });
  it('downloads again only the file that was changed in the cache', async () => {
    offer('a', gzipped());
    await check({ sources: [from('a')] });
    server.log.length = 0;
    write(path.join(folder, 'fashion-mnist'), { 't10k-labels-idx1-ubyte.gz': Buffer.from('changed') });
    await check({ sources: [from('a')] });
    assert.deepEqual(server.log, ['/a/t10k-labels-idx1-ubyte.gz']);
  });
  it('names the file that is not the right one', async () => {
    const name = 't10k-images-idx3-ubyte.gz';
    offer('a', { ...gzipped(), [name]: zlib.gzipSync(Buffer.alloc(2000)) });
    await assert.rejects(
      check({
        sources: [
          {
            folder: `${server.url}/a`,
            name: 'fashion-mnist',
            files: Object.entries(gzipped()).map(([file, data]) => ({ file, sha256: sha256(data) })),
          },
        ],
      }),
      (error: Error) =>
        error instanceof FileError &&
        /fashionMnist\.loadData: no source[^]*\/a\/t10k-images-idx3-ubyte\.gz: the file downloaded is not the right one: its SHA-256/.test(
          error.message,
        ),
    );
  });
  it('deletes files without checksum that cannot be read', async () => {
    offer('a', { ...gzipped(), 'train-images-idx3-ubyte.gz': zlib.gzipSync(idx([3, 28, 28], digits.xTrain, 9)) });
    await assert.rejects(
      check({
        sources: [{ folder: `${server.url}/a`, name: 'f', files: Object.keys(gzipped()).map((file) => ({ file })) }],
      }),
      /starts with 0x00000903, 0x00000803 expected/,
    );
    assert.deepEqual(fs.readdirSync(path.join(folder, 'f')), []);
  });
  it('reads a local copy, plain or gzipped', async () => {
    await check({ path: write(path.join(folder, 'plain'), idxFiles()) });
    await check({ path: write(path.join(folder, 'gz'), gzipped()) });
  });
  it('refuses options that cannot be used', async () => {
    const wrong = (source: object, kind: typeof ValueError | typeof TypeError, message: RegExp): Promise<void> =>
      assert.rejects(
        datasets.fashionMnist.loadData({ sources: [source as DatasetSource] }),
        (error: Error) => error instanceof kind && message.test(error.message),
      );
    await wrong(
      { folder: 'ftp://host/', name: 'f', files: [{ file: 'a' }] },
      ValueError,
      /source folder 'ftp:\/\/host\/' is not an http or https address/,
    );
    await wrong({ folder: 'http://host/', name: 'f', files: [] }, ValueError, /must name its files/);
    await wrong({ folder: 'http://host/', files: [{ file: 'a' }] }, ValueError, /must have a name in the cache/);
    await wrong(
      { folder: 'http://host/', name: 'f', files: [{ file: '../a' }] },
      ValueError,
      /'\.\.\/a' is not a file name without folders/,
    );
    await wrong(
      { folder: 'http://host/', name: '..', files: [{ file: 'a' }] },
      ValueError,
      /'\.\.' is not a file name without folders/,
    );
    await wrong(
      { folder: 'http://host/', name: 'f', files: [{ file: 'a', sha256: 'x' }] },
      ValueError,
      /64 hexadecimal digits/,
    );
    await wrong(
      { folder: 'http://host/', name: 'f', files: [{ file: 'a' }], integrity: 'x' },
      TypeError,
      /unknown option 'integrity'/,
    );
  });
});
