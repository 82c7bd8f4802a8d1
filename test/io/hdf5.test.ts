/** HDF5: files of h5py (both layouts, values by h5py), our own files, and what is refused. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeAtomically } from '../../lib/io/atomic';
import { Hdf5Dataset, Hdf5Group, Hdf5Writer, openHdf5 } from '../../lib/io/hdf5/index';
import { lookup3 } from '../../lib/io/hdf5/checksum';
import { halfToFloat } from '../../lib/io/hdf5/datatype';
import { floatToHalf } from '../../lib/io/hdf5/writer';
import { MemorySource, withFile } from '../../lib/io/source';
import { temporaryFolder } from './support';

const fixture = (name: string): string => path.join(__dirname, 'fixtures', name);
interface Described {
  attributes: Record<string, unknown>;
  groups: Record<string, string[]>;
  datasets: Record<string, { shape: number[]; values?: number[]; texts?: string[] }>;
}
const expected = JSON.parse(fs.readFileSync(fixture('hdf5.json'), 'utf8')) as Described;
const open = (name: string): Hdf5Group => openHdf5(new MemorySource(name, fs.readFileSync(fixture(name))));

describe('HDF5 files of h5py', () => {
  for (const name of ['earliest.h5', 'latest.h5']) {
    it(`${name}: attributes and groups`, () => {
      const root = open(name);
      assert.deepEqual(Object.fromEntries(root.attributes), expected.attributes);
      for (const [group, members] of Object.entries(expected.groups)) assert.deepEqual(root.group(group)!.keys().sort(), members, group);
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
  });
});

describe('HDF5 files written here', () => {
  it('come back as they were, from many groups and long texts to empty arrays', async () => {
    const file = path.join(temporaryFolder(), 'w.h5'),
      h5 = new Hdf5Writer();
    for (let i = 0; i < 3000; i++) h5.dataset(`vars/${i}`, { shape: [2], dtype: 'float32', data: () => Promise.resolve(Float32Array.of(i, -i)) });
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
    const h5 = new Hdf5Writer(),
      data = (): Promise<Float32Array> => Promise.resolve(new Float32Array(3));
    h5.dataset('a', { shape: [2], dtype: 'float32', data });
    assert.throws(() => h5.dataset('a', { shape: [2], dtype: 'float32', data }), { name: 'ValueError', message: "HDF5: there are two datasets 'a'." });
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
