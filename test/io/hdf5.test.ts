/** HDF5: files of h5py (both layouts, values by h5py), our own files, and what is refused. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeAtomically } from '../../lib/io/atomic';
import { Hdf5Dataset, Hdf5Group, Hdf5Writer, isHdf5, openHdf5 } from '../../lib/io/hdf5/index';
import { decompressLzf } from '../../lib/io/hdf5/lzf';
import { SafetensorsReader } from '../../lib/io/safetensors';
import { lookup3 } from '../../lib/io/hdf5/checksum';
import { floatToHalf, halfToFloat } from '../../lib/io/numbers';
import { MemorySource, withFile } from '../../lib/io/source';
import { temporaryFolder } from './support';

const fixture = (name: string): string => path.join(__dirname, 'fixtures', name);
interface Described {
  attributes: Record<string, unknown>;
  groups: Record<string, string[]>;
  datasets: Record<string, { shape: number[]; values?: number[]; texts?: string[] }>;
}
const described = (name: string): Described => JSON.parse(fs.readFileSync(fixture(name), 'utf8')) as Described;
const open = (name: string): Hdf5Group => openHdf5(new MemorySource(name, fs.readFileSync(fixture(name))));

describe('HDF5 files of h5py', () => {
  for (const name of ['earliest.h5', 'latest.h5', 'features_earliest.h5', 'features_latest.h5']) {
    const expected = described(name.startsWith('features') ? 'features.json' : 'hdf5.json');
    it(`${name}: attributes and groups`, () => {
      const root = open(name);
      assert.deepEqual(Object.fromEntries(root.attributes), expected.attributes);
      for (const [group, members] of Object.entries(expected.groups))
        assert.deepEqual(root.group(group)!.keys().sort(), members, group);
    });
    for (const [dataset, want] of Object.entries(expected.datasets))
      it(`${name}: ${dataset}`, async () => {
        const found = open(name).dataset(dataset)!;
        assert.deepEqual([...found.shape], want.shape);
        if (want.texts) assert.deepEqual(await found.readTexts(), want.texts);
        else assert.deepEqual(Array.from((await found.read()) as ArrayLike<number | bigint>, Number), want.values);
      });
  }
  it('a file behind a user block', async () => {
    assert.deepEqual([...(await open('user_block.h5').dataset('a')!.read())], [0, 1, 2, 3, 4]);
    assert.ok(isHdf5(new MemorySource('user_block.h5', fs.readFileSync(fixture('user_block.h5')))));
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(508), fs.readFileSync(fixture('earliest.h5'))]);
    assert.ok(!isHdf5(new MemorySource('m.keras', zip)), 'an archive may hold the signature at 512');
  });
  it('LZF, alone and with shuffle and fletcher32, chunks that do not shrink, and damaged ones', async () => {
    const root = open('lzf.h5');
    const read = async (name: string): Promise<number[]> =>
      Array.from((await root.dataset(name)!.read()) as ArrayLike<number>);
    assert.deepEqual(
      await read('rows'),
      Array.from({ length: 1200 }, (_, i) => i % 30),
    );
    assert.deepEqual(
      await read('shuffled'),
      Array.from({ length: 3000 }, (_, i) => i % 7),
    );
    assert.deepEqual(
      await read('random'),
      Array.from(
        Float32Array.from((JSON.parse(fs.readFileSync(fixture('lzf.json'), 'utf8')) as { random: number[] }).random),
      ),
    );
    assert.deepEqual(await read('zeros'), Array<number>(9000).fill(0));
    // A copy from before the beginning, a run that is cut off, more than there is room for.
    for (const [bytes, most] of [[[0x20, 0], 9], [[5, 1], 9], [[0, 1, 0xe0, 0xff, 0], 9]] as const) assert.equal(decompressLzf(Uint8Array.from(bytes), most), null); // prettier-ignore
  });
  it('numbers of eight bits in safetensors are read as float32', async () => {
    const want = JSON.parse(fs.readFileSync(fixture('eight_bits.json'), 'utf8')) as Record<string, string[]>;
    const number = (s: string): number =>
      s === 'nan' ? NaN : s.endsWith('inf') ? (s.startsWith('-') ? -Infinity : Infinity) : Number(s);
    for (const [dtype, values] of Object.entries(want)) {
      const header = Buffer.from(JSON.stringify({ a: { dtype, shape: [256], data_offsets: [0, 256] } }));
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(header.length));
      const file = new SafetensorsReader(
        new MemorySource(
          'f8.safetensors',
          Buffer.concat([size, header, Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i))]),
        ),
      );
      const got = await file.read('a');
      assert.equal(got.dtype, 'float32');
      assert.deepEqual([...(got.data as Float32Array)], values.map(number), dtype);
    }
  });
});

describe('HDF5 files written here', () => {
  it('come back as they were, from many groups and long texts to empty arrays', async () => {
    const file = path.join(temporaryFolder(), 'w.h5');
    const h5 = new Hdf5Writer();
    for (let i = 0; i < 3000; i++)
      h5.dataset(`vars/${i}`, { shape: [2], dtype: 'float32', data: () => Promise.resolve(Float32Array.of(i, -i)) });
    h5.attribute('', 'config', 'ä'.repeat(100000));
    h5.attribute('', 'empty', '');
    h5.attribute('vars', 'names', ['a', 'bbb', '']);
    for (const [dtype, data] of [
      ['float64', Float64Array.of(1e300, -0)],
      ['float16', Float32Array.of(1.5, -65504)],
      ['bfloat16', Float32Array.of(1.5, -2)],
      ['int8', Int8Array.of(-128, 127)],
      ['uint8', Uint8Array.of(0, 255)],
      ['int32', Int32Array.of(-5, 2 ** 31 - 1)],
      ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
      ['bool', Uint8Array.of(1, 0)],
    ] as const)
      h5.dataset(`types/${dtype}`, { shape: [2], dtype, data: () => Promise.resolve(data) });
    h5.dataset('none', { shape: [0, 4], dtype: 'float32', data: () => Promise.resolve(new Float32Array(0)) });
    h5.dataset('one', { shape: [], dtype: 'float32', data: () => Promise.resolve(Float32Array.of(7)) });
    await writeAtomically(file, (sink) => h5.writeTo(sink));
    await withFile(file, async (source) => {
      const root = openHdf5(source);
      assert.equal(root.attributes.get('config'), 'ä'.repeat(100000));
      assert.equal(root.attributes.get('empty'), '');
      assert.deepEqual(root.group('vars')!.attributes.get('names'), ['a', 'bbb', '']);
      assert.equal(root.group('vars')!.keys().length, 3000);
      assert.deepEqual([...(await root.dataset('vars/2999')!.read())], [2999, -2999]);
      const types = root.group('types')!;
      for (const dtype of types.keys()) assert.equal(types.dataset(dtype)!.dtype, dtype);
      assert.deepEqual([...(await types.dataset('int64')!.read())], [-(2n ** 63n), 2n ** 63n - 1n]);
      assert.deepEqual([...(await types.dataset('float16')!.read())], [1.5, -65504]);
      assert.deepEqual([...(await types.dataset('bfloat16')!.read())], [1.5, -2]);
      assert.ok(root.get('none') instanceof Hdf5Dataset);
      assert.deepEqual(root.dataset('none')!.shape, [0, 4]);
      assert.deepEqual([...(await root.dataset('one')!.read())], [7]);
    });
  });
  it('refuses two datasets of one path and values of another size', async () => {
    const h5 = new Hdf5Writer();
    const data = (): Promise<Float32Array> => Promise.resolve(new Float32Array(3));
    h5.dataset('a', { shape: [2], dtype: 'float32', data });
    assert.throws(() => h5.dataset('a', { shape: [2], dtype: 'float32', data }), {
      name: 'ValueError',
      message: "HDF5: there are two datasets 'a'.",
    });
    const file = path.join(temporaryFolder(), 'w.h5');
    await assert.rejects(
      writeAtomically(file, (sink) => h5.writeTo(sink)),
      { message: /^HDF5: \d+ bytes were written instead of \d+: a value has another size than its shape says\.$/ },
    );
    assert.ok(!fs.existsSync(file));
  });
});

describe('numbers of HDF5', () => {
  it('lookup3 gives what its author prints', () => {
    // driver5() of lookup3.c
    assert.equal(lookup3(Buffer.from('Four score and seven years ago'), 0), 0x17770551);
    assert.equal(lookup3(Buffer.from('Four score and seven years ago'), 1), 0xcd628161);
    assert.equal(lookup3(Buffer.alloc(0), 0), 0xdeadbeef);
  });
  it('every half-precision number survives', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const x = halfToFloat(bits);
      if (Number.isNaN(x)) continue;
      assert.equal(floatToHalf(x), bits);
    }
  });
});
