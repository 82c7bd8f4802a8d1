/** Checkpoints: tables, snappy, checksums, several files, all dtypes; and what is damaged. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { binding } from '../../lib/core/binding';
import { FileError } from '../../lib/support/errors';
import { crc32c } from '../../lib/io/crc32c';
import { Bundle } from '../../lib/tensorflow/checkpoint/bundle';
import { snappyDecompress } from '../../lib/tensorflow/checkpoint/snappy';
import { readTable } from '../../lib/tensorflow/checkpoint/table';
import { slowCrc32c, snappy, table, varint, writeBundle, type BundleTensor } from './tables';

/** Numbers from 0 to 2^32 that look random (xorshift32). */
function numbers(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
describe('CRC-32C', () => {
  it('is that of RFC 3720, and the same bit by bit for all lengths and starts', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    const next = numbers(1);
    const data = Uint8Array.from({ length: 300 }, next);
    for (let length = 0; length < 64; length++)
      for (const start of [0, 1, 7]) {
        const part = data.subarray(start, start + length);
        assert.equal(crc32c(part), slowCrc32c(part));
        assert.equal(binding.crc32c(part, 0), slowCrc32c(part));
      }
    assert.equal(crc32c(data.subarray(100), crc32c(data.subarray(0, 100))), slowCrc32c(data));
    assert.equal(binding.crc32c(data.subarray(100), binding.crc32c(data.subarray(0, 100), 0)), slowCrc32c(data));
  });
});
describe('snappy', () => {
  it('is decompressed: literals, copies, copies of what is just written', () => {
    const next = numbers(2);
    for (let i = 0; i < 40; i++) {
      const data = Buffer.from(Array.from({ length: next() % 600 }, () => next() % (1 + (i % 5))));
      assert.deepEqual(Buffer.from(snappyDecompress(snappy(data), 'file', 1000)), data);
    }
    // One byte, and 63 copies of it; a literal whose length takes a byte of its own.
    assert.deepEqual(
      Buffer.from(snappyDecompress(Buffer.from([64, 0, 7, 0xfa, 1, 0]), 'file', 64)),
      Buffer.alloc(64, 7),
    );
    const long = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
    assert.deepEqual(
      Buffer.from(snappyDecompress(Buffer.concat([Buffer.from([100, 60 << 2, 99]), long]), 'file', 100)),
      long,
    );
  });
  for (const [what, bytes, message] of [
    ['a size that is too large', [255, 255, 255, 127], /size of 268435455 bytes, more than the 1000/],
    ['a size without an end', [255, 255, 255, 255, 255, 255], /its size is cut off/],
    ['a copy of nothing', [4, 1, 0], /not there/],
    ['a copy of bytes before the first', [5, 0, 1, 2 | (3 << 2), 9, 0], /not there/],
    ['more than it states', [1, 4, 1, 2], /do not fit/],
    ['less than it states', [5, 0, 1], /holds 1 bytes instead of 5/],
    ['a literal that is cut off', [9, 8 << 2, 1, 2], /do not fit/],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => snappyDecompress(Buffer.from(bytes), 'file', 1000),
        (e) => e instanceof FileError && message.test(e.message),
      );
    });
});
describe('tables of checkpoints', () => {
  const entries = Array.from(
    { length: 50 },
    (_, i) => [Buffer.from(`layer-${String(i).padStart(3, '0')}/kernel`), Buffer.from([i, i + 1])] as const,
  );
  for (const compress of [false, true])
    for (const [perBlock, interval] of [
      [1, 1],
      [7, 3],
      [50, 16],
    ])
      it(`are read: ${perBlock} entries a block, whole keys every ${interval}${compress ? ', snappy' : ''}`, () => {
        const read = readTable(table(entries, { perBlock, interval, compress }), 'file');
        assert.deepEqual(
          [...read].map(([k, v]) => [k, Buffer.from(v)]),
          entries.map(([k, v]) => [k.toString(), v]),
        );
      });
  it('are refused cut off at any length', () => {
    const whole = table(entries.slice(0, 9));
    for (let length = 0; length < whole.length; length++)
      assert.throws(() => readTable(whole.subarray(0, length), 'file'), FileError);
  });
  it('are refused, or read as they were, with any byte changed', () => {
    const whole = table(entries.slice(0, 9), { compress: true });
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] ^= 1 << (at % 8);
      try {
        assert.equal(readTable(changed, 'file').size, 9); // the place of the filters, or bytes between numbers
      } catch (error) {
        assert.ok(error instanceof FileError, String(error));
      }
    }
  });
});
describe('tensor bundles', () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-bundle-'));
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  const bytesOf = (a: ArrayBufferView): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
  const all: (BundleTensor & { expected: unknown })[] = [
    {
      key: 'a',
      dtype: 1,
      shape: [3],
      bytes: bytesOf(Float32Array.of(1.5, -2, 3e9)),
      shard: 0,
      expected: Float32Array.of(1.5, -2, 3e9),
    },
    {
      key: 'b',
      dtype: 2,
      shape: [1, 2],
      bytes: bytesOf(Float64Array.of(0.1, -1e300)),
      shard: 1,
      expected: Float64Array.of(0.1, -1e300),
    },
    { key: 'c', dtype: 3, shape: [], bytes: bytesOf(Int32Array.of(-7)), shard: 2, expected: Int32Array.of(-7) },
    {
      key: 'd',
      dtype: 9,
      shape: [2],
      bytes: bytesOf(BigInt64Array.of(-1n, 2n ** 60n)),
      shard: 1,
      expected: BigInt64Array.of(-1n, 2n ** 60n),
    },
    {
      key: 'e',
      dtype: 19,
      shape: [3],
      bytes: bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x7c00)),
      shard: 0,
      expected: Float32Array.of(1, -2, Infinity),
    },
    {
      key: 'f',
      dtype: 14,
      shape: [2],
      bytes: bytesOf(Uint16Array.of(0x3f80, 0xc020)),
      shard: 2,
      expected: Float32Array.of(1, -2.5),
    },
    { key: 'g', dtype: 10, shape: [3], bytes: Buffer.from([1, 0, 1]), shard: 0, expected: Uint8Array.of(1, 0, 1) },
    { key: 'h', dtype: 6, shape: [2], bytes: Buffer.from([255, 5]), shard: 0, expected: Int8Array.of(-1, 5) },
    { key: 'i', dtype: 4, shape: [2], bytes: Buffer.from([255, 5]), shard: 0, expected: Uint8Array.of(255, 5) },
    {
      key: 'j',
      dtype: 17,
      shape: [1],
      bytes: bytesOf(Uint16Array.of(65535)),
      shard: 0,
      expected: Int32Array.of(65535),
    },
    {
      key: 'k',
      dtype: 22,
      shape: [1],
      bytes: bytesOf(Uint32Array.of(2 ** 32 - 1)),
      shard: 1,
      expected: BigInt64Array.of(2n ** 32n - 1n),
    },
    { key: 'l', dtype: 5, shape: [1], bytes: bytesOf(Int16Array.of(-300)), shard: 1, expected: Int32Array.of(-300) },
    { key: 'empty', dtype: 1, shape: [0, 4], bytes: Buffer.alloc(0), shard: 1, expected: new Float32Array(0) },
  ];
  const opened = async <T>(name: string, use: (b: Bundle) => Promise<T>): Promise<T> => {
    const bundle = await Bundle.open(path.join(folder, name));
    try {
      return await use(bundle);
    } finally {
      await bundle.close();
    }
  };
  it('are read from several files, in all dtypes', async () => {
    writeBundle(path.join(folder, 'all'), all, 3, { compress: true });
    await opened('all', async (bundle) => {
      assert.deepEqual(bundle.keys, all.map((t) => t.key).sort());
      for (const { key, shape, expected } of all) {
        const t = await bundle.read(key);
        assert.deepEqual([t.shape, t.data], [shape, expected], key);
      }
    });
  });
  it('of big endian machines are read', async () => {
    writeBundle(
      path.join(folder, 'big'),
      [{ key: 'a', dtype: 3, shape: [2], bytes: Buffer.from([0, 0, 1, 2, 255, 255, 255, 254]), shard: 0 }],
      1,
      { bigEndian: true },
    );
    assert.deepEqual(await opened('big', async (b) => (await b.read('a')).data), Int32Array.of(258, -2));
  });
  const one = (change: Partial<BundleTensor>, shards = 1): string => {
    const name = `one${Math.abs(numbers(varint(JSON.stringify(change).length)[0] + 1)())}-${fs.readdirSync(folder).length}`;
    writeBundle(
      path.join(folder, name),
      [{ key: 'a', dtype: 1, shape: [2], bytes: Buffer.alloc(8, 1), shard: 0, ...change }],
      shards,
    );
    return name;
  };
  const refused = (name: string, message: RegExp): Promise<void> =>
    assert.rejects(
      opened(name, (b) => b.read('a')),
      (e) => e instanceof FileError && message.test(e.message),
    );
  it('are refused where sizes lie', async () => {
    await refused(one({ shape: [3] }), /shape \(3,\) and dtype float32 takes 12 bytes, not 8/);
    await refused(one({ shape: [2 ** 40, 2 ** 40] }), /takes .* bytes, not 8/);
    await refused(one({ dtype: 7 }), /dtype string, which holds no numbers/);
    await refused(one({ dtype: 77 }), /dtype number 77/);
    await refused(one({ key: 'b' }), /holds no tensor 'a'/);
  });
  it('are refused where files are cut off, damaged or absent', async () => {
    const name = one({});
    const data = path.join(folder, `${name}.data-00000-of-00001`);
    fs.writeFileSync(data, Buffer.alloc(8, 2));
    await refused(name, /values of 'a' are damaged: their checksum is/);
    fs.writeFileSync(data, Buffer.alloc(7, 1));
    await refused(name, /ends at byte 7 but refers to 8 bytes at 0/);
    fs.rmSync(data);
    await refused(name, /data-00000-of-00001 cannot be read: there is no such file/);
    await refused('nowhere', /nowhere.index cannot be read: there is no such file/);
  });
});
