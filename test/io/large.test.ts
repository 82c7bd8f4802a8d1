/** What only large files need, at small cost: zip64, places beyond 4 GiB in sparse files, long arrays. benchmarks/big_files.ts does it in earnest. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { crc32 } from 'node:zlib';
import { writeAtomically } from '../../lib/io/atomic';
import { npyHeader, readNpy } from '../../lib/io/npz';
import { SafetensorsReader } from '../../lib/io/safetensors';
import { withFile } from '../../lib/io/source';
import { ZipReader, ZipWriter } from '../../lib/io/zip';
import { randomSource } from './random_source';
import { temporaryFolder } from './support';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const LONG = 0xffffffff;

describe('large files', () => {
  it('zip64: sizes and places that do not fit into 32 bits, and short ones beside them', async () => {
    const members = { 'small.bin': 200, 'long.bin': 5000, 'behind.bin': 300 };
    await writeAtomically(at('long.zip'), async (sink) => {
      const zip = new ZipWriter(sink, 1000);
      for (const [name, size] of Object.entries(members)) await zip.add(name, (s) => s.write(Buffer.alloc(size, name)));
      await zip.finish();
    });
    const raw = fs.readFileSync(at('long.zip'));
    // The local headers: sizes of the long one stand in its extra field.
    const local = (name: string): number => raw.indexOf(name) - 30;
    assert.equal(raw.readUInt32LE(local('small.bin') + 22), 200);
    assert.equal(raw.readUInt32LE(local('long.bin') + 22), LONG);
    assert.equal(Number(raw.readBigUInt64LE(local('long.bin') + 30 + 'long.bin'.length + 4)), 5000);
    // The directory: the place of the last one too.
    const entry = raw.lastIndexOf('behind.bin') - 46;
    assert.equal(raw.readUInt32LE(entry), 0x02014b50);
    assert.equal(raw.readUInt32LE(entry + 42), LONG);
    assert.ok(
      raw.includes(Buffer.from('504b0606', 'hex')) && raw.includes(Buffer.from('504b0607', 'hex')),
      "zip64's end of the directory",
    );
    await withFile(at('long.zip'), async (source) => {
      const zip = new ZipReader(source);
      for (const [name, size] of Object.entries(members)) {
        assert.deepEqual(Buffer.from(await zip.read(name)), Buffer.alloc(size, name));
        assert.equal((await zip.open(name)).size, size);
      }
    });
  });
  it('tensors beyond 4 GiB of a sparse file', async () => {
    const hole = 4.5 * 2 ** 30;
    const values = Float32Array.of(1.5, -2, 3);
    const json = Buffer.from(
      JSON.stringify({
        hole: { dtype: 'U8', shape: [hole], data_offsets: [0, hole] },
        far: { dtype: 'F32', shape: [3], data_offsets: [hole, hole + 12] },
      }),
    );
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(json.length));
    const handle = await fs.promises.open(at('far.safetensors'), 'w');
    await handle.write(Buffer.concat([head, json]));
    await handle.write(new Uint8Array(values.buffer), 0, 12, 8 + json.length + hole);
    await handle.close();
    await withFile(at('far.safetensors'), async (source) => {
      assert.ok(source.size > 2 ** 32);
      const file = new SafetensorsReader(source);
      assert.deepEqual(file.names, ['hole', 'far']);
      assert.deepEqual((await file.read('far')).data, values);
      const last = source.part('part', source.size - 8, 8);
      assert.equal(last.bytes(0, 8).readFloatLE(4), 3);
      assert.throws(() => source.bytes(source.size - 4, 8), { name: 'FileError' });
    });
  });
  it('arrays that are written and read in several pieces', async () => {
    const random = randomSource(4);
    const values = Float32Array.from({ length: 5_000_003 }, random); // 19 MiB, more than one piece
    let crc = 0;
    await writeAtomically(at('long.npy'), async (sink) => {
      await sink.write(npyHeader([values.length], 'float32'));
      crc = await sink.checksummed(() => sink.write(new Uint8Array(values.buffer)));
      assert.equal(sink.position, 128 + values.byteLength);
    });
    assert.equal(crc, crc32(new Uint8Array(values.buffer)));
    await withFile(at('long.npy'), async (source) =>
      assert.deepEqual(Buffer.from((await readNpy(source)).data.buffer), Buffer.from(values.buffer)),
    );
  });
});
