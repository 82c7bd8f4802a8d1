/** CIFAR-100 out of small copies in the official layout. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AbortError, FileError, ValueError } from '../../../lib/support/errors';
import * as datasets from '../../../lib/keras/datasets';
import { loadSized, type Cifar100Options } from '../../../lib/keras/datasets/cifar100_files';
import { noise, PATIENT, serve, sha256, temporary, tgz, write } from './fixtures';

const SIZE = { train: 5, test: 2 };
/** For each image: the label of its group, the label of its class, then 1024 reds, greens and blues. */
const GROUPS = [
  [3, 19, 0, 7, 3],
  [1, 18],
];
const CLASSES = [
  [99, 0, 42, 20, 7],
  [21, 98],
];
const planes = GROUPS.map((labels, i) => noise(labels.length * 3072, 30 + i));
const batch = (i: number): Buffer =>
  Buffer.concat(
    GROUPS[i].map((group, row) =>
      Buffer.concat([Buffer.of(group, CLASSES[i][row]), planes[i].subarray(row * 3072, (row + 1) * 3072)]),
    ),
  );
const files = (): Record<string, Buffer> => ({ 'train.bin': batch(0), 'test.bin': batch(1) });

describe('datasets.cifar100', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporary();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function check(options: Cifar100Options, labels = CLASSES): Promise<void> {
    const parts = await loadSized(SIZE, options, PATIENT);
    for (const [i, [x, y]] of parts.entries()) {
      const count = GROUPS[i].length;
      assert.deepEqual([x.shape, x.dtype, y.shape, y.dtype], [[count, 32, 32, 3], 'uint8', [count, 1], 'uint8']);
      assert.deepEqual([...((await y.data()) as Uint8Array)], labels[i]);
      const pixels = (await x.data()) as Uint8Array;
      for (let k = 0; k < pixels.length; k++) {
        const row = Math.floor(k / 3072);
        const place = Math.floor((k % 3072) / 3);
        if (pixels[k] !== planes[i][row * 3072 + (k % 3) * 1024 + place])
          assert.fail(`image ${row}, pixel ${place}, colour ${k % 3}`);
      }
    }
  }
  it('reads the folder of the binary version, the one above it, and one named file of it', async () => {
    write(path.join(folder, 'cifar-100-binary'), files());
    await check({ path: path.join(folder, 'cifar-100-binary') });
    await check({ path: folder });
    await check({ path: path.join(folder, 'cifar-100-binary/train.bin') });
  });
  it('gives the labels of the groups', () => check({ path: write(folder, files()), labelMode: 'coarse' }, GROUPS));
  it('downloads the archive once', async () => {
    const body = await tgz(files(), 'cifar-100-binary/');
    const server = await serve({ '/cifar-100-binary.tar.gz': { body } });
    try {
      const sources = [{ url: `${server.url}/cifar-100-binary.tar.gz`, sha256: sha256(body) }];
      for (const labelMode of ['fine', 'coarse'] as const)
        await check({ sources, labelMode, cacheDir: folder, verbose: false }, labelMode === 'fine' ? CLASSES : GROUPS);
      assert.deepEqual(server.log, ['/cifar-100-binary.tar.gz']);
    } finally {
      await server.close();
    }
  });

  const refused = (change: Record<string, Buffer>, message: RegExp): Promise<void> =>
    assert.rejects(loadSized(SIZE, { path: write(folder, { ...files(), ...change }) }), (error: Error) => {
      assert.ok(error instanceof FileError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  it('refuses damaged and other files by name', async () => {
    await refused(
      { 'train.bin': batch(0).subarray(1) },
      /train\.bin is damaged or incomplete \(it has 15369 bytes, 15370 expected\)/,
    );
    await refused({ 'test.bin': batch(0) }, /test\.bin has 15370 bytes, at most 6148 expected/);
    const wrong = (at: number, label: number): Buffer => {
      const data = batch(1);
      data[at] = label;
      return data;
    };
    await refused(
      { 'train.bin': batch(0), 'test.bin': wrong(3074, 20) },
      /test\.bin, groups is damaged or incomplete \(label 20 of example 1 is not below 20\)/,
    );
    await refused(
      { 'test.bin': wrong(1, 100) },
      /test\.bin, classes is damaged or incomplete \(label 100 of example 0 is not below 100\)/,
    );
    fs.rmSync(path.join(folder, 'test.bin'));
    await assert.rejects(loadSized(SIZE, { path: folder }), /has no test\.bin .*Name cifar-100-binary\.tar\.gz/);
    await assert.rejects(
      loadSized(SIZE, { path: path.join(write(folder, { 'c.zip': Buffer.of(1) }), 'c.zip') }),
      /c\.zip is neither a folder nor/,
    );
    write(folder, { 'c.tar.gz': (await tgz(files(), 'cifar-100-binary/')).subarray(0, -500) });
    await assert.rejects(
      loadSized(SIZE, { path: path.join(folder, 'c.tar.gz') }),
      /c\.tar\.gz is damaged or incomplete/,
    );
    write(folder, { 'p.tar.gz': await tgz({ train: Buffer.of(1) }, 'cifar-100-python/') });
    await assert.rejects(
      loadSized(SIZE, { path: path.join(folder, 'p.tar.gz') }),
      /p\.tar\.gz has no train\.bin .*not the Python or Matlab version/,
    );
  });
  it('refuses another labelMode, and stops when its signal fires', async () => {
    await assert.rejects(
      datasets.cifar100.loadData({ labelMode: 'coarsest' as 'coarse' }),
      (error: Error) =>
        error instanceof ValueError &&
        /labelMode must be 'fine' or 'coarse'\.\n {2}Received: 'coarsest'/.test(error.message),
    );
    await assert.rejects(loadSized(SIZE, { path: write(folder, files()), signal: AbortSignal.abort() }), AbortError);
  });
});
