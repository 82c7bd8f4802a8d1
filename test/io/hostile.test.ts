/** Files that want harm: each is refused by a clean error. The table of threats is that of docs/files.md. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { openHdf5, type Hdf5Group } from '../../lib/io/hdf5/index';
import { npyHeader, readNpy } from '../../lib/io/npz';
import { SafetensorsReader } from '../../lib/io/safetensors';
import { MemorySource } from '../../lib/io/source';
import { ZipReader } from '../../lib/io/zip';
import { mutated, readAll, samples } from './mutations';
import { temporaryFolder } from './support';

interface Member {
  name: string;
  data?: Buffer;
  method?: number;
  stored?: Buffer;
  size?: number;
  flags?: number;
  mode?: number;
  localName?: string;
  /** Where the directory says it starts. */
  at?: number;
}
/** A zip archive put together by hand, so that its parts can contradict one another. */
function zip(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const {
    name,
    data = Buffer.from('hello'),
    method = 0,
    stored = data,
    size = data.length,
    flags = 0,
    mode = 0o100644,
    localName = name,
    at: claimed,
  } of members) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(zlib.crc32(data), 14);
    local.writeUInt32LE(stored.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(Buffer.byteLength(localName), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(zlib.crc32(data), 16);
    entry.writeUInt32LE(stored.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(mode * 0x10000, 38);
    entry.writeUInt32LE(claimed ?? at, 42);
    directory.push(entry, Buffer.from(name));
    parts.push(local, Buffer.from(localName), stored);
    at += 30 + Buffer.byteLength(localName) + stored.length;
  }
  const d = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(d.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, d, end]);
}
const open = (data: Buffer): ZipReader => new ZipReader(new MemorySource('m.keras', data));

describe('hostile zip archives', () => {
  it('an honest one is read', async () => {
    const data = Buffer.from('a'.repeat(1000));
    const reader = open(zip([{ name: 'a' }, { name: 'b/c', data, method: 8, stored: zlib.deflateRawSync(data) }]));
    assert.deepEqual(reader.names, ['a', 'b/c']);
    assert.equal(Buffer.from(await reader.read('b/c')).toString(), 'a'.repeat(1000));
  });
  const refused: [string, readonly Member[], RegExp][] = [
    [
      'two members of one name',
      [{ name: 'config.json' }, { name: 'config.json' }],
      /^m\.keras: refused: there are two members 'config\.json'\.$/,
    ],
    [
      'a name that goes up',
      [{ name: 'assets/../../x' }],
      /^m\.keras: refused: a member has the name 'assets\/\.\.\/\.\.\/x', which leads out of the archive\.$/,
    ],
    ['an absolute name', [{ name: '/etc/passwd' }], /has the name '\/etc\/passwd', which leads out/],
    ['a name of Windows', [{ name: 'C:/x' }], /has the name 'C:\/x', which leads out/],
    ['a backslash', [{ name: '..\\x' }], /has the name '\.\.\\x', which leads out/],
    ['a zero in a name', [{ name: 'a\0b' }], /has the name 'a\\0b', which leads out/],
    ['a link', [{ name: 'a', mode: 0o120777 }], /member 'a' is a link/],
    ['encryption', [{ name: 'a', flags: 1 }], /member 'a' is encrypted/],
    [
      'another method',
      [{ name: 'a', method: 12 }],
      /member 'a' is compressed by method 12; stored and deflated ones are read/,
    ],
    ['headers that differ', [{ name: 'a', localName: 'b' }], /the two headers of member 'a' differ/],
    [
      'members that overlap',
      [{ name: 'a' }, { name: 'a', at: 0, localName: 'a' }].map((m, i) => ({
        ...m,
        name: i ? 'b' : 'a',
        localName: i ? 'b' : 'a',
      })),
      /the two headers of member 'b' differ|overlap/,
    ],
    ['two sizes of a stored member', [{ name: 'a', size: 7 }], /member 'a' has two sizes, 5 and 7/],
  ];
  for (const [what, members, message] of refused)
    it(`refuses ${what}`, () =>
      assert.throws(
        () => open(zip(members)),
        (e: Error) => e.name === 'FileError' && message.test(e.message),
      ));
  it('refuses overlapping members with equal headers', () => {
    // The second member's data holds a whole member, which the directory names too.
    const inner = zip([{ name: 'b' }]).subarray(0, 30 + 1 + 5);
    assert.throws(
      () =>
        open(
          zip([
            { name: 'a', data: inner },
            { name: 'b', at: 31, localName: 'c' },
          ]),
        ),
      /members 'a' and 'b' overlap/,
    );
  });
  it('refuses bombs before inflating, and what inflates to more than it says', async () => {
    const data = Buffer.alloc(1 << 25);
    const stored = zlib.deflateRawSync(data);
    await assert.rejects(open(zip([{ name: 'w', data, method: 8, stored }])).read('w'), {
      name: 'FileError',
      message: `m.keras: refused: member 'w' announces ${data.length} bytes of which ${stored.length} are stored: a decompression bomb.`,
    });
    const small = Buffer.alloc(1000);
    await assert.rejects(
      open(
        zip([{ name: 'w', data: small, method: 8, stored: zlib.deflateRawSync(Buffer.alloc(1 << 20)), size: 1000 }]),
      ).read('w'),
      {
        message: /inflates to more than the 1000 bytes it announces/,
      },
    );
    await assert.rejects(open(zip([{ name: 'w', data: small }])).read('w', 100), {
      message: /member 'w' has 1000 bytes, at most 100 are read/,
    });
  });
  it('refuses what was changed', async () => {
    const data = zip([{ name: 'a' }]);
    data[32] ^= 1;
    await assert.rejects(open(data).read('a'), { message: "m.keras: member 'a' is damaged: its checksum is wrong." });
    await assert.rejects(open(data).open('a'), { message: "m.keras: member 'a' is damaged: its checksum is wrong." });
  });
});

describe('hostile HDF5 files', () => {
  const load = async (name: string): Promise<void> => {
    const root = openHdf5(
      new MemorySource(name, fs.readFileSync(path.join(__dirname, 'fixtures/hostile', `${name}.h5`))),
    );
    const visit = async (g: Hdf5Group): Promise<void> => {
      for (const d of g.datasets()) await d.read();
    };
    await visit(root);
  };
  const refused: [string, RegExp][] = [
    ['soft_link', /a soft link \('\/secret'\) is not allowed: a weights file must hold its numbers itself\.$/],
    ['external_link', /(a soft|an external) link \('\/secret'\) is not allowed/],
    ['external_storage', /dataset 'secret' with external storage is not allowed/],
    ['virtual', /dataset 'secret', which is virtual, is not allowed/],
    [
      'bomb',
      /dataset 'secret' of shape \(1048576, 65536\) needs 274877906944 bytes but only 0 are stored: it is refused as a decompression bomb\.$/,
    ],
    ['objects', /a list of objects \(variable length of int\) is not allowed/],
    ['references', /a value of class 'reference' is not allowed/],
    ['compound', /a value of class 'compound' is not allowed/],
    ['circle', /group 'a\/b\/secret' contains itself/],
    ['filter_unknown', /filter 4 \(szip\) of dataset 'secret' .* is not allowed/],
  ];
  for (const [name, message] of refused)
    for (const file of [name, `${name}_latest`])
      it(`refuses ${file}`, () =>
        assert.rejects(
          load(file),
          (e: Error) => (e.name === 'FileError' && message.test(e.message)) || assert.fail(e.message),
        ));
});

describe('hostile arrays', () => {
  const npy = (descr: string, shape: string, bytes: number, order = 'False'): MemorySource => {
    const text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
    const lead = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
    lead.writeUInt16LE(text.length, 8);
    return new MemorySource('a.npy', Buffer.concat([lead, Buffer.from(text), Buffer.alloc(bytes)]));
  };
  it('NumPy: objects, bombs, records and programs in headers are refused', async () => {
    await assert.rejects(readNpy(npy("'|O'", '(2,)', 16)), {
      name: 'FileError',
      message: 'a.npy: an array of objects is not allowed: it holds a program.',
    });
    await assert.rejects(readNpy(npy("'<f4'", '(1000000, 1000000)', 16)), {
      message:
        "a.npy: it is not a valid .npy file: shape (1000000, 1000000) of 'f4' needs 4000000000000 bytes but 16 follow.",
    });
    await assert.rejects(readNpy(npy("[('a', '<f4')]", '(2,)', 8)), { message: /its header is/ });
    await assert.rejects(readNpy(npy("'<f4'", '__import__("os").system("x")', 8)), { message: /its header is/ });
    assert.deepEqual([...(await readNpy(npy("'<i2'", '(2, 2)', 8, 'True'))).data], [0, 0, 0, 0]);
    assert.equal((npyHeader([3], 'float32').length + 0) % 64, 0);
  });
  it('safetensors: headers that lie are refused', () => {
    const file = (header: unknown, bytes: number): MemorySource => {
      const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return new MemorySource('a.safetensors', Buffer.concat([length, json, Buffer.alloc(bytes)]));
    };
    const t = (from: number, to: number, shape: number[] = [2], dtype = 'F32'): unknown => ({
      dtype,
      shape,
      data_offsets: [from, to],
    });
    assert.deepEqual(new SafetensorsReader(file({ a: t(0, 8) }, 8)).names, ['a']);
    for (const [header, bytes, message] of [
      [{ a: t(0, 8), b: t(4, 12) }, 12, /overlap or leave gaps/],
      [{ a: t(8, 16) }, 16, /overlap or leave gaps/],
      [{ a: t(0, 8) }, 9, /end at byte/],
      [{ a: t(0, 4) }, 4, /needs 8 bytes but its place is 0 to 4/],
      [{ a: t(0, 8, [2 ** 40, 2 ** 40]) }, 8, /needs/],
      [{ a: t(0, 8, [2], 'constructor') }, 8, /values of type 'constructor'/],
      ['{', 0, /its header is no JSON/],
      ['[]', 0, /its header is no record/],
    ] as const)
      assert.throws(() => new SafetensorsReader(file(header, bytes)), message);
    assert.throws(
      () => new SafetensorsReader(new MemorySource('a', Buffer.alloc(8, 255))),
      /its header of 18446744073709551615 bytes does not fit/,
    );
  });
});

describe('damaged files end in an error or a correct load', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  it('cut off at every 4 KiB', async () => {
    for (const { name, data } of await samples(folder)) {
      for (let n = 0; n < data.length; n += 4096)
        await assert.rejects(
          readAll(name, data.subarray(0, n)),
          (e: Error) => e.name === 'FileError' || assert.fail(`${name} cut off at ${n}: ${e.stack}`),
        );
    }
  });
  it('bytes changed, 300 times for each format', async () => {
    for (const { name, data } of await samples(folder))
      for (let seed = 0; seed < 300; seed++)
        await readAll(name, mutated(data, seed)).catch((e: Error) => {
          if (e.name !== 'FileError') assert.fail(`${name}, mutation ${seed}: ${e.stack}`);
        });
  });
});
