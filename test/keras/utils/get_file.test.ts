/** getFile against a server of our own: caching, hashes, archives that stay in their folder. */
import assert from 'node:assert/strict';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { zipSync } from 'fflate';
import * as tar from 'tar-stream';
import * as trae from '../../../lib/index';
import { throwsText } from '../helpers';

const { getFile } = trae.keras.utils;
const text = Buffer.from('known content');
const sha256 = crypto.createHash('sha256').update(text).digest('hex');
const md5 = crypto.createHash('md5').update(text).digest('hex');
async function tarOf(entries: readonly (Parameters<tar.Pack['entry']>[0] & { text?: string })[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { text: body, ...header } of entries) pack.entry(header, body ?? '');
  pack.finalize();
  const parts: Buffer[] = [];
  for await (const part of pack as unknown as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

describe('getFile', () => {
  const cacheDir = fs.mkdtempSync(path.join(os.tmpdir(), 'get-file-'));
  const files = new Map<string, Buffer>([['/data/known.bin', text]]);
  const seen: string[] = [];
  let server: http.Server, root: string;
  before(async () => {
    server = http.createServer((request, response) => {
      seen.push(request.url!);
      const body = files.get(request.url!);
      response.writeHead(body ? 200 : 404, body ? { 'content-length': body.length } : {});
      response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    fs.rmSync(cacheDir, { recursive: true });
  });
  const options = { cacheDir: cacheDir, verbose: false };
  it('downloads once', async () => {
    seen.length = 0;
    const first = await getFile({ origin: `${root}/data/known.bin`, ...options });
    assert.equal(first, path.join(cacheDir, 'datasets', 'known.bin'));
    assert.deepEqual(fs.readFileSync(first), text);
    assert.equal(await getFile('known.bin', `${root}/data/known.bin`, { ...options, fileHash: sha256 }), first);
    assert.equal(await getFile('known.bin', `${root}/data/known.bin`, { ...options, md5Hash: md5 }), first);
    assert.deepEqual(seen, ['/data/known.bin']);
    await getFile('known.bin', `${root}/data/known.bin`, { ...options, forceDownload: true });
    assert.equal(seen.length, 2);
    fs.writeFileSync(first, 'spoilt');
    await getFile('known.bin', `${root}/data/known.bin`, { ...options, fileHash: md5, hashAlgorithm: 'md5' });
    assert.deepEqual(fs.readFileSync(first), text, 'one that is wrong comes anew');
    assert.equal(
      await getFile('other.bin', `${root}/data/known.bin`, { ...options, cacheSubdir: 'models' }),
      path.join(cacheDir, 'models', 'other.bin'),
    );
  });
  it('refuses another file than the hash says', async () => {
    const wrong = sha256.replace(/^./, (c) => (c === '0' ? '1' : '0'));
    await assert.rejects(
      getFile('wrong.bin', `${root}/data/known.bin`, { ...options, fileHash: wrong }),
      /^FileError: getFile: http:.*known\.bin: the file downloaded is not the right one: its SHA-256 is /,
    );
    await assert.rejects(
      getFile('wrong.bin', `${root}/data/known.bin`, { ...options, md5Hash: '0'.repeat(32) }),
      new RegExp(`the file downloaded is not the right one: its MD5 is ${md5}, 0{32} expected`),
    );
    assert.ok(!fs.existsSync(path.join(cacheDir, 'datasets', 'wrong.bin')));
    await assert.rejects(
      getFile('none.bin', `${root}/none`, options),
      /^FileError: getFile: http:.*\/none: HTTP 404 Not Found$/,
    );
  });
  it('unpacks tar, gzipped tar and zip', async () => {
    const archive = await tarOf([
      { name: 'a/', type: 'directory' },
      { name: 'a/one.txt', text: 'one' },
      { name: 'two.txt', text: 'two' },
    ]);
    files.set('/x.tar', archive);
    files.set('/x.tgz', zlib.gzipSync(archive));
    files.set('/x.zip', Buffer.from(zipSync({ 'a/one.txt': Buffer.from('one'), 'two.txt': Buffer.from('two') })));
    for (const [name, option] of [
      ['x.tar', { untar: true }],
      ['x.tgz', { extract: true }],
      ['x.zip', { extract: true }],
    ] as const) {
      const folder = await getFile(name, `${root}/${name}`, { ...options, cacheSubdir: name, ...option });
      assert.equal(folder, path.join(cacheDir, name, 'x_extracted'));
      assert.deepEqual(
        [
          fs.readFileSync(path.join(folder, 'a/one.txt'), 'utf8'),
          fs.readFileSync(path.join(folder, 'two.txt'), 'utf8'),
        ],
        ['one', 'two'],
      );
    }
    assert.equal(
      await getFile(null, `${root}/x.zip`, { ...options, cacheSubdir: 'plain', extract: true }),
      path.join(cacheDir, 'plain', 'x.zip'),
    );
  });
  it('keeps archives in their folder', async () => {
    const zip = Buffer.from(zipSync({ 'a.txt': Buffer.from('some text'), 'b.txt': Buffer.from('x') }, { level: 0 }));
    const twice = Buffer.from(zip.toString('latin1').replaceAll('b.txt', 'a.txt'), 'latin1');
    const wrong = Buffer.from(zip.toString('latin1').replace('some text', 'same text'), 'latin1');
    const broken = Buffer.from(zipSync({ 'a.txt': Buffer.from('some text '.repeat(50)) }));
    broken.fill(0xff, 35 + 4, 35 + 10); // behind the header and the name
    const hostile: [string, Buffer, RegExp][] = [
      [
        'up.tar',
        await tarOf([{ name: '../../up.txt', text: 'x' }]),
        /names '\.\.\/\.\.\/up\.txt', which lies outside of its folder/,
      ],
      [
        'root.tar',
        await tarOf([{ name: '/outside/root.txt', text: 'x' }]),
        /names '\/outside\/root\.txt', which lies outside/,
      ],
      [
        'link.tar',
        await tarOf([{ name: 'link', type: 'symlink', linkname: '/etc' }]),
        /holds 'link', a symlink\. Only files and folders are unpacked/,
      ],
      ['hard.tar', await tarOf([{ name: 'hard', type: 'link', linkname: '/etc/passwd' }]), /holds 'hard', a link\./],
      [
        'twice.tar',
        await tarOf([
          { name: 'a', text: '1' },
          { name: 'a', text: '2' },
        ]),
        /could not be unpacked: EEXIST/,
      ],
      [
        'up.zip',
        Buffer.from(zipSync({ '../up.txt': Buffer.from('x') })),
        /a member has the name '\.\.\/up\.txt', which leads out of the archive/,
      ],
      ['twice.zip', twice, /there are two members 'a\.txt'/],
      ['wrong.zip', wrong, /member 'a\.txt' is damaged: its checksum is wrong/],
      ['broken.zip', broken, /member 'a\.txt' is damaged/],
      ['cut.zip', zip.subarray(0, -30), /it is not a valid zip archive: its directory is missing/],
      [
        'cut.tgz',
        zlib.gzipSync(await tarOf([{ name: 'a', text: 'x'.repeat(5000) }])).subarray(0, 60),
        /could not be unpacked: /,
      ],
    ];
    for (const [name, data, message] of hostile) {
      files.set(`/${name}`, data);
      await assert.rejects(
        getFile(name, `${root}/${name}`, { ...options, cacheSubdir: 'hostile', extract: true }),
        message,
        name,
      );
    }
    assert.deepEqual(
      fs.readdirSync(path.join(cacheDir, 'hostile')).filter((f) => !/\.(tar|zip|tgz)$/.test(f)),
      [],
    );
    assert.ok(!fs.existsSync(path.join(cacheDir, 'up.txt')));
  });
  it('refuses what does not fit', async () => {
    await throwsText(() => getFile('a'), 'ValueError', 'getFile: origin, the URL of the file, is needed.');
    await throwsText(
      () => getFile('a', 'http://example.org/a'),
      'ValueError',
      "getFile: only https is allowed.\n  Received: 'http://example.org/a'",
    );
    await throwsText(
      () => getFile('a', 'file:///etc/passwd'),
      'ValueError',
      "getFile: only https is allowed.\n  Received: 'file:///etc/passwd'",
    );
    await throwsText(
      () => getFile('../a', `${root}/a`),
      'ValueError',
      "getFile: fname must be a name without folders.\n  Received: '../a'\n  Fix: cacheDir and cacheSubdir say where it goes.",
    );
    await throwsText(() => getFile('a', 'no url'), 'ValueError', "getFile: origin is no URL.\n  Received: 'no url'");
    await throwsText(
      () => getFile('a', `${root}/a`, { fileHash: 'xyz' }),
      'ValueError',
      "getFile: the hash must be 32 hexadecimal digits.\n  Received: 'xyz'",
    );
  });
});
