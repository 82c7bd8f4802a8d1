/** The reader and the writer of HDF5 beside libhdf5 (h5wasm carries it as WebAssembly), on random trees. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type * as h5wasm from 'h5wasm/node' with { 'resolution-mode': 'import' };
import { ByteSink } from '../../lib/io/atomic';
import { Hdf5Writer, openHdf5, type Hdf5Group } from '../../lib/io/hdf5/index';
import { MemorySource } from '../../lib/io/source';
import type { DType, TypedArray } from '../../lib/core/tensor';
import {
  Draws,
  NUMBERS,
  randomAttributes,
  randomGroup,
  sizeOf,
  type Attribute,
  type DatasetNode,
  type GroupNode,
  type Numbers,
  type NumberType,
} from './hdf5_trees';
import { temporaryFolder } from './support';

const TREES = 500;
type Library = typeof h5wasm;
type Counts = Record<'groups' | 'datasets' | 'attributes', number>;

let library: Library, file: string;
const bytesOf = (v: Numbers): Buffer => Buffer.from(v.buffer, v.byteOffset, v.byteLength);
const pathOf = (parent: string, name: string): string => (parent ? `${parent}/${name}` : name);
function count(group: GroupNode, counts: Counts): void {
  counts.groups++;
  counts.datasets += group.datasets.size;
  counts.attributes += group.attributes.size;
  for (const d of group.datasets.values()) counts.attributes += d.attributes.size;
  for (const child of group.groups.values()) count(child, counts);
}
/** Says which tree and which part of it differ. */
function within<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const { message, actual, expected } = error as assert.AssertionError;
    throw new assert.AssertionError({ message: `${where}: ${message}`, actual, expected });
  }
}

before(async function () {
  this.timeout(120_000);
  library = await import('h5wasm/node');
  await library.ready;
  file = path.join(temporaryFolder(), 'tree.h5');
});

describe('HDF5 files written by libhdf5', () => {
  const DTYPES: Record<NumberType, string> = {
    int8: '<b',
    uint8: '<B',
    int16: '<h',
    uint16: '<H',
    int32: '<i',
    uint32: '<I',
    int64: '<q',
    uint64: '<Q',
    float32: '<f',
    float64: '<d',
  };
  const TYPES = Object.keys(DTYPES) as NumberType[];
  const typeOf = (v: Numbers): NumberType => TYPES.find((t) => v instanceof NUMBERS[t])!;
  /** Filters of libhdf5 by their numbers: deflate, shuffle, Fletcher32, n-bit, and scale-offset for integers. */
  const FILTERS: readonly (readonly [id: number, options: readonly number[], integersOnly?: boolean])[] = [
    [1, [1]],
    [1, [9]],
    [2, []],
    [3, []],
    [5, []],
    [6, [2, 0], true],
  ];
  const attribute = (draws: Draws): Attribute => {
    if (draws.chance(0.3)) return draws.text(draws.chance(0.1) ? 2000 : 30);
    if (draws.chance(0.4)) return Array.from({ length: draws.integer(1, 6) }, () => draws.text(12));
    return draws.numbers(draws.pick(TYPES), draws.integer(1, 8));
  };
  const dataset = (draws: Draws): DatasetNode => {
    const shape = draws.shape();
    const attributes = randomAttributes(draws, { attribute });
    return draws.chance(0.2)
      ? { shape, values: Array.from({ length: sizeOf(shape) }, () => draws.text(10)), attributes }
      : { shape, values: draws.numbers(draws.pick(TYPES), sizeOf(shape)), attributes };
  };

  const longest = (texts: readonly string[]): number => Math.max(1, ...texts.map((t) => Buffer.byteLength(t)));
  function writeAttribute(to: h5wasm.Group | h5wasm.Dataset, name: string, value: Attribute, draws: Draws): void {
    if (typeof value === 'string') {
      if (draws.chance(0.5)) to.create_attribute(name, value, [], `S${longest([value])}`);
      else to.create_attribute(name, value);
    } else if (Array.isArray(value))
      to.create_attribute(name, value, [value.length], draws.chance(0.5) ? `S${longest(value)}` : 'S');
    else {
      const isScalar = value.length === 1 && draws.chance(0.7);
      to.create_attribute(name, value as Float32Array, isScalar ? [] : [value.length], DTYPES[typeOf(value)]);
    }
  }
  function writeDataset(to: h5wasm.Group, name: string, { shape, values }: DatasetNode, draws: Draws): h5wasm.Dataset {
    if (Array.isArray(values)) {
      const dtype = draws.chance(0.5) && values.length ? `S${longest(values)}` : 'S';
      return to.create_dataset({ name, data: values, shape, dtype });
    }
    const type = typeOf(values);
    const isChunked = shape.length > 0 && draws.chance(0.6);
    const layout: Partial<Parameters<h5wasm.Group['create_dataset']>[0]> = {};
    if (isChunked) {
      layout.chunks = shape.map((d) => draws.integer(1, Math.max(1, d)));
      if (draws.chance(0.4)) layout.maxshape = shape.map((d) => (draws.chance(0.6) ? null : d + draws.integer(0, 3)));
      const filter = draws.chance(0.6) ? draws.pick(FILTERS) : undefined;
      // An element of all 64 bits cannot be told from one that was never written by the filter scale-offset.
      if (filter && !(filter[2] && (/^float/.test(type) || /64$/.test(type)))) {
        layout.compression = filter[0];
        layout.compression_opts = [...filter[1]];
      }
    }
    const data = values as Float32Array;
    return to.create_dataset({ name, data, shape, dtype: DTYPES[type], ...layout });
  }
  function writeGroup(to: h5wasm.Group, group: GroupNode, draws: Draws): void {
    for (const [name, value] of group.attributes) writeAttribute(to, name, value, draws);
    for (const [name, d] of group.datasets) {
      const made = writeDataset(to, name, d, draws);
      for (const [key, value] of d.attributes) writeAttribute(made, key, value, draws);
    }
    for (const [name, child] of group.groups) writeGroup(to.create_group(name, draws.chance(0.3)), child, draws);
  }

  const spaces = (text: string): string => text.replace(/ +$/, '');
  function checkAttributes(found: ReadonlyMap<string, unknown>, wanted: ReadonlyMap<string, Attribute>): void {
    assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
    for (const [name, value] of wanted)
      within(`attribute '${name}'`, () => {
        const got = found.get(name);
        // Text of a fixed length is padded with spaces by this library: those at the end are no part of it.
        if (typeof value === 'string') assert.equal(spaces(got as string), spaces(value));
        else if (Array.isArray(value)) assert.deepEqual((got as string[]).map(spaces), value.map(spaces));
        else assert.deepEqual([got].flat(), Array.from(value as ArrayLike<number | bigint>, Number));
      });
  }
  async function checkGroup(found: Hdf5Group, wanted: GroupNode, where: string): Promise<void> {
    within(where, () => {
      assert.deepEqual(found.keys().sort(), [...wanted.groups.keys(), ...wanted.datasets.keys()].sort());
      checkAttributes(found.attributes, wanted.attributes);
    });
    for (const [name, { shape, values, attributes }] of wanted.datasets) {
      const here = pathOf(where, name);
      const d = found.dataset(name)!;
      const read = Array.isArray(values) ? await d.readTexts() : await d.read();
      within(here, () => {
        assert.deepEqual([...d.shape], shape);
        checkAttributes(d.attributes, attributes);
        if (Array.isArray(values)) assert.deepEqual((read as string[]).map(spaces), values.map(spaces));
        else if (read.constructor === values.constructor)
          assert.ok(bytesOf(read as Numbers).equals(bytesOf(values))); // NaNs too, bit by bit
        else {
          // Types that tensors lack are widened; uint64 keeps its bits.
          const wide = (v: number | bigint): bigint => BigInt.asIntN(64, BigInt(v));
          assert.deepEqual(
            Array.from(read as ArrayLike<number | bigint>, wide),
            Array.from(values as ArrayLike<number | bigint>, wide),
          );
        }
      });
    }
    for (const [name, child] of wanted.groups) await checkGroup(found.group(name)!, child, pathOf(where, name));
  }

  it(`${TREES} random trees are read as they were meant`, async function () {
    this.timeout(300_000);
    const counts: Counts = { groups: 0, datasets: 0, attributes: 0 };
    for (let seed = 1; seed <= TREES; seed++) {
      const draws = new Draws(seed);
      const tree = randomGroup(draws, { dataset, attribute });
      count(tree, counts);
      const libver = draws.pick(['earliest', 'v108', 'v110', 'latest'] as const);
      const h5 = new library.File(file, 'w', { track_order: draws.chance(0.3), libver: [libver, 'latest'] });
      try {
        writeGroup(h5, tree, draws);
      } finally {
        h5.close();
      }
      await checkGroup(
        openHdf5(new MemorySource('tree.h5', fs.readFileSync(file))),
        tree,
        `tree ${seed} (${libver}), `,
      );
    }
    assert.deepEqual(counts, { groups: 1996, datasets: 4840, attributes: 8297 });
  });
});

describe('HDF5 files written here, read by libhdf5', () => {
  interface Kind {
    dtype: DType;
    bytes: Numbers;
    data: TypedArray;
  }
  /** Values of a dtype, and the bytes in which they must stand in the file. */
  function valuesOf(draws: Draws, dtype: DType, n: number): Kind {
    if (dtype === 'bool') {
      const data = Uint8Array.from({ length: n }, () => draws.integer(0, 1));
      return { dtype, bytes: data, data };
    }
    if (dtype !== 'float16' && dtype !== 'bfloat16') {
      const data = draws.numbers(dtype, n) as TypedArray & Numbers;
      return { dtype, bytes: data, data };
    }
    // Numbers that 16 bits hold; any NaN has other bits.
    const bits = draws.numbers('uint16', n) as Uint16Array;
    const isNan = (h: number): boolean => (dtype === 'float16' ? (h & 0x7fff) > 0x7c00 : (h & 0x7fff) > 0x7f80);
    const bytes = bits.map((h) => (isNan(h) ? h & 0x8000 : h));
    const value = (h: number): number => {
      if (dtype === 'bfloat16') return new Float32Array(Uint32Array.of(h * 65536).buffer)[0];
      const sign = h >> 15 ? -1 : 1;
      const exponent = (h >> 10) & 31;
      const fraction = (h & 1023) / 1024;
      if (exponent === 31) return sign * Infinity;
      return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
    };
    return { dtype, bytes, data: Float32Array.from(bytes, value) };
  }
  const DTYPES: readonly DType[] = [
    'float16',
    'float32',
    'float64',
    'bfloat16',
    'int8',
    'int32',
    'int64',
    'uint8',
    'bool',
  ];
  const ASCII = 'abcdefghijklmnopqrstuvwxyz/_:0123456789';
  const attribute = (draws: Draws): Attribute =>
    draws.chance(0.5)
      ? draws.text(draws.chance(0.05) ? 70_000 : 60)
      : Array.from({ length: draws.integer(0, 8) }, () => draws.text(20, ASCII));

  function write(h5: Hdf5Writer, group: GroupNode, kinds: Map<DatasetNode, Kind>, at = ''): void {
    h5.group(at);
    for (const [name, value] of group.attributes) h5.attribute(at, name, value as string | string[]);
    for (const [name, d] of group.datasets) {
      const here = pathOf(at, name);
      const { dtype, data } = kinds.get(d)!;
      h5.dataset(here, { shape: d.shape, dtype, data: () => Promise.resolve(data) });
      for (const [key, value] of d.attributes) h5.attribute(here, key, value as string | string[]);
    }
    for (const [name, child] of group.groups) write(h5, child, kinds, pathOf(at, name));
  }
  /** Bytes of a dataset as libhdf5 gives them: h5wasm has no array for halves. */
  function rawBytes(Module: Awaited<Library['ready']>, d: h5wasm.Dataset): Buffer {
    const bytes = d.metadata.size * d.metadata.total_size;
    const at = Module._malloc(Math.max(1, bytes));
    try {
      Module.get_dataset_data(d.file_id, d.path, null, null, null, BigInt(at));
      return Buffer.from(Module.HEAPU8.slice(at, at + bytes));
    } finally {
      Module._free(at);
    }
  }
  function checkAttributes(found: h5wasm.Group | h5wasm.Dataset, wanted: ReadonlyMap<string, Attribute>): void {
    const { attrs } = found;
    assert.deepEqual(Object.keys(attrs).sort(), [...wanted.keys()].sort());
    for (const [name, value] of wanted) within(`attribute '${name}'`, () => assert.deepEqual(attrs[name].value, value));
  }

  it(`${TREES} random trees are what was written`, async function () {
    this.timeout(300_000);
    const Module = await library.ready;
    const counts: Counts = { groups: 0, datasets: 0, attributes: 0 };
    const INTEGER = 0;
    const FLOAT = 1;
    const OPAQUE = 5;
    const ENUM = 8;
    for (let seed = 1; seed <= TREES; seed++) {
      const draws = new Draws(1_000_000 + seed);
      const kinds = new Map<DatasetNode, Kind>();
      const dataset = (): DatasetNode => {
        const shape = draws.shape();
        const kind = valuesOf(draws, draws.pick(DTYPES), sizeOf(shape));
        const node = { shape, values: kind.bytes, attributes: randomAttributes(draws, { attribute }) };
        kinds.set(node, kind);
        return node;
      };
      const tree = randomGroup(draws, { dataset, attribute });
      count(tree, counts);
      const h5 = new Hdf5Writer();
      write(h5, tree, kinds);
      const handle = await fs.promises.open(file, 'w');
      const sink = new ByteSink(handle);
      await h5.writeTo(sink);
      await sink.drain();
      await handle.close();

      const visit = (found: h5wasm.Group, wanted: GroupNode): void => {
        assert.deepEqual(found.keys().sort(), [...wanted.groups.keys(), ...wanted.datasets.keys()].sort());
        checkAttributes(found, wanted.attributes);
        for (const [name, d] of wanted.datasets)
          within(`'${name}'`, () => {
            const got = found.get(name) as h5wasm.Dataset;
            const { dtype, bytes } = kinds.get(d)!;
            const attributes = new Map(d.attributes);
            if (dtype === 'bfloat16') attributes.set('dtype', 'bfloat16');
            assert.deepEqual(got.shape, d.shape);
            assert.equal(
              got.metadata.type,
              dtype === 'bool' ? ENUM : dtype === 'bfloat16' ? OPAQUE : /^float/.test(dtype) ? FLOAT : INTEGER,
            );
            assert.equal(got.metadata.size, bytes.BYTES_PER_ELEMENT);
            if (got.metadata.type === INTEGER) assert.equal(got.metadata.signed, !dtype.startsWith('uint'));
            assert.ok(rawBytes(Module, got).equals(bytesOf(bytes)), 'other bytes');
            checkAttributes(got, attributes);
          });
        for (const [name, child] of wanted.groups)
          within(`'${name}'`, () => visit(found.get(name) as h5wasm.Group, child));
      };
      const read = new library.File(file, 'r');
      try {
        within(`tree ${seed}`, () => visit(read, tree));
      } finally {
        read.close();
      }
    }
    assert.deepEqual(counts, { groups: 1942, datasets: 4916, attributes: 8437 });
  });
});
