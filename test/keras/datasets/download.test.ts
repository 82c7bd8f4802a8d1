/** Downloading: going on after a cut, checking, the cache, and several at once. The server is a local one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AbortError, FileError } from '../../../lib/support/errors';
import { loadSized } from '../../../lib/keras/datasets/mnist_files';
import type { DatasetOptions } from '../../../lib/keras/datasets/sources';
import {
  digits,
  FAST,
  MNIST,
  npz,
  PATIENT,
  serve,
  sha256,
  temporary,
  write,
  type Served,
  type Server,
} from './fixtures';

describe('datasets, downloading', () => {
  const body = npz();
  const good = sha256(body);
  let folder: string;
  let server: Server;
  let waits = PATIENT;
  const start = async (served: Partial<Served>): Promise<void> => {
    server = await serve({ '/mnist.npz': { body, ...served } });
  };
  beforeEach(() => {
    folder = temporary();
    waits = PATIENT;
  });
  afterEach(async () => {
    await server?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const inCache = (): string[] => fs.readdirSync(folder).sort();
  async function load(
    options: DatasetOptions = {},
    source: object = { sha256: good, bytes: body.length },
  ): Promise<void> {
    const [[xTrain, yTrain]] = await loadSized(
      MNIST,
      {
        sources: [{ url: `${server.url}/mnist.npz`, file: 'mnist.npz', ...source }],
        cacheDir: folder,
        verbose: false,
        ...options,
      },
      waits,
    );
    assert.deepEqual([...(await xTrain.data())], [...digits.xTrain]);
    assert.deepEqual([...(await yTrain.data())], [...digits.yTrain]);
  }
  const refused = (message: RegExp, source?: object): Promise<void> =>
    assert.rejects(load({}, source), (error: Error) => {
      assert.ok(error instanceof FileError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    });

  it('downloads once, and needs no server after that', async () => {
    await start({});
    await load();
    assert.deepEqual(inCache(), ['mnist.npz']);
    await server.close();
    await load();
    assert.deepEqual(server.log, ['/mnist.npz']);
  });
  it('goes on where the connection was cut, twice', async () => {
    await start({ cuts: [1000, 700] });
    await load();
    assert.deepEqual(server.log, ['/mnist.npz', '/mnist.npz bytes=1000-', '/mnist.npz bytes=1700-']);
    assert.equal(sha256(fs.readFileSync(path.join(folder, 'mnist.npz'))), good);
  });
  it('starts again where the server knows no ranges', async () => {
    await start({ cuts: [1000], noRange: true });
    await load();
    assert.deepEqual(server.log, ['/mnist.npz', '/mnist.npz bytes=1000-']);
  });
  it('goes on with what an earlier call left, and starts afresh when that was something else', async () => {
    await start({});
    write(folder, { 'mnist.npz.part': body.subarray(0, 1500) });
    await load();
    assert.deepEqual(server.log, ['/mnist.npz bytes=1500-']);
    fs.rmSync(path.join(folder, 'mnist.npz'));
    write(folder, { 'mnist.npz.part': Buffer.alloc(1500) });
    await load();
    assert.deepEqual(server.log.slice(1), ['/mnist.npz bytes=1500-', '/mnist.npz']);
    assert.deepEqual(inCache(), ['mnist.npz']);
  });
  it('takes a partial file that is whole already, and not one that is too long', async () => {
    await start({});
    write(folder, { 'mnist.npz.part': body });
    await load();
    fs.rmSync(path.join(folder, 'mnist.npz'));
    write(folder, { 'mnist.npz.part': Buffer.concat([body, body]) });
    await load();
    assert.deepEqual(server.log, [
      `/mnist.npz bytes=${body.length}-`,
      `/mnist.npz bytes=${2 * body.length}-`,
      '/mnist.npz',
    ]);
  });
  it('does not go on with an earlier part when no checksum can tell', async () => {
    await start({});
    write(folder, { 'mnist.npz.part': Buffer.alloc(1500) });
    await load({}, {});
    assert.deepEqual(server.log, ['/mnist.npz']);
  });
  it('gives up after some cuts and keeps what it has', async () => {
    await start({ cuts: [100, 100, 100, 100] });
    await refused(/connection lost after 300 of \d+ bytes.*\(3 attempts\)/);
    assert.equal(fs.statSync(path.join(folder, 'mnist.npz.part')).size, 300);
    assert.deepEqual(inCache(), ['mnist.npz.part']);
  });
  it('tries again after HTTP 503, not after 404', async () => {
    await start({ status: 503 });
    await refused(/HTTP 503.*\(3 attempts\)/);
    assert.equal(server.log.length, 3);
    delete server.files['/mnist.npz'];
    await refused(/HTTP 404/);
    assert.equal(server.log.length, 4);
  });
  it('notices a server that stops sending, or never answers', async () => {
    waits = FAST;
    await start({ hang: 50 });
    await refused(/connection lost after \d+ of \d+ bytes: nothing received for 0\.25 s/);
    server.files['/mnist.npz'] = { body, hang: 0 };
    await refused(/connection lost after \d+ of \d+ bytes: nothing received for 0\.25 s/);
    server.files['/mnist.npz'] = { body, wait: 5000 };
    await refused(/no answer within 0\.4 s/);
  });

  it('refuses a file with another checksum and leaves nothing behind', async () => {
    await start({});
    await refused(/not the right one: its SHA-256 is \w{16}\.\.\., 0{16}\.\.\. expected \(\d+ bytes\)/, {
      sha256: '0'.repeat(64),
    });
    assert.deepEqual(inCache(), []);
  });
  it('refuses a file of another size before it is downloaded, and stops one that does not end', async () => {
    await start({});
    await refused(new RegExp(`offers ${body.length} bytes, 5 expected`), { bytes: 5, sha256: good });
    server.files['/mnist.npz'].noLength = true;
    await refused(/sends more than 5 bytes/, { bytes: 5, sha256: good });
    assert.equal(fs.existsSync(path.join(folder, 'mnist.npz')), false);
  });
  it('downloads again when the file in the cache has changed', async () => {
    await start({});
    const damaged = Buffer.from(body);
    damaged[900] ^= 1;
    write(folder, { 'mnist.npz': damaged });
    await load();
    assert.deepEqual(server.log, ['/mnist.npz']);
    assert.equal(sha256(fs.readFileSync(path.join(folder, 'mnist.npz'))), good);
  });
  it('deletes a wrong file also when another source gives the data', async () => {
    await start({});
    write(folder, { 'other.npz': Buffer.from('wrong') });
    const sources = [
      { url: `${server.url}/mnist.npz`, file: 'mnist.npz' },
      { url: `${server.url}/other.npz`, file: 'other.npz', sha256: good },
    ];
    await load({ sources });
    assert.deepEqual(inCache(), ['mnist.npz']);
  });
  it('refuses a file of another size when the server does not tell it before', async () => {
    await start({ noLength: true });
    await refused(new RegExp(`not the right one: it has ${body.length} bytes, 99999 expected`), { bytes: 99999 });
  });
  it('downloads again when a file without checksum cannot be read', async () => {
    await start({});
    write(folder, { 'mnist.npz': body.subarray(0, 700) });
    await load({}, {});
    assert.deepEqual(server.log, ['/mnist.npz']);
  });

  it('lets one of several calls download and the others wait for it', async () => {
    await start({ wait: 150 });
    await Promise.all([load(), load(), load()]);
    assert.deepEqual(server.log, ['/mnist.npz']);
    assert.deepEqual(inCache(), ['mnist.npz']);
  });
  it('passes over the lock of a process that has ended, and waits for one that has not', async () => {
    await start({});
    const ended = spawnSync(process.execPath, ['-e', '0']).pid;
    write(folder, { 'mnist.npz.lock': Buffer.from(`${os.hostname()} ${ended} 1 0`) });
    await load();
    assert.deepEqual(inCache(), ['mnist.npz']);
    fs.rmSync(path.join(folder, 'mnist.npz'));
    write(folder, { 'mnist.npz.lock': Buffer.from(`${os.hostname()} ${process.pid} 999 0`) });
    const later = load();
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(server.log.length, 1);
    fs.rmSync(path.join(folder, 'mnist.npz.lock'));
    await later;
    assert.equal(server.log.length, 2);
  });

  const stopped = (signal: AbortSignal): Promise<void> =>
    assert.rejects(
      load({ signal }),
      (error: Error) => error instanceof AbortError && /stopped by its signal/.test(error.message),
    );
  it('stops before, while waiting for an answer, while receiving and while waiting for a lock', async () => {
    await start({ wait: 350 });
    await stopped(AbortSignal.abort());
    assert.equal(server.log.length, 0);
    await stopped(AbortSignal.timeout(50));
    server.files['/mnist.npz'] = { body, hang: 500 };
    const receiving = new AbortController();
    const watch = setInterval(() => {
      if (inCache().includes('mnist.npz.part')) receiving.abort();
    }, 5);
    await stopped(receiving.signal).finally(() => clearInterval(watch));
    assert.deepEqual(inCache(), ['mnist.npz.part']);
    write(folder, { 'mnist.npz.lock': Buffer.from(`${os.hostname()} ${process.pid} 999 0`) });
    await stopped(AbortSignal.timeout(50));
  });
  it('uses the fetch it is given', async () => {
    await start({});
    const asked: string[] = [];
    await load({
      fetch: (input, init) => {
        asked.push(String(input));
        return fetch(input, init);
      },
    });
    assert.deepEqual(asked, [`${server.url}/mnist.npz`]);
  });
  it('says which folder it cannot write to', async function () {
    await start({});
    const file = path.join(write(folder, { occupied: Buffer.from('x') }), 'occupied');
    await assert.rejects(
      load({ cacheDir: path.join(file, 'cache') }),
      /cache folder .*occupied.cache cannot be written.*set TRAE_HOME/s,
    );
  });
});
