/** The files of CIFAR-100: records of a label of the group, a label of the class, and three planes of colours. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe } from '../../support/describe';
import { FileError, ValueError } from '../../support/errors';
import { tensor, type Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { breathe, checkLabels, checkSize, readCapped, readTarGz } from '../../io/download/members';
import { kinds } from '../options';
import { checkDatasetOptions, loadFrom, type DatasetOptions, type DatasetSource } from './sources';

/** Options of `cifar100.loadData`. */
export interface Cifar100Options extends DatasetOptions {
  /** Labels of the 100 classes, or of the 20 groups of classes. Default: 'fine'. */
  labelMode?: 'fine' | 'coarse';
}
/** @internal How many images a copy holds. */
export interface Cifar100Size {
  readonly train: number;
  readonly test: number;
}
interface Part {
  x: Uint8Array;
  coarse: Uint8Array;
  fine: Uint8Array;
}

/** @internal The real data set. */
export const SIZE: Cifar100Size = { train: 50_000, test: 10_000 };
const SIDE = 32;
const PIXELS = SIDE * SIDE;
const RECORD = 2 + 3 * PIXELS;
const CLASSES = { coarse: 20, fine: 100 } as const;
const ROWS_AT_ONCE = 500;
const WHERE = 'cifar100.loadData';
const FOLDER = 'cifar-100-binary';
const ARCHIVE = `${FOLDER}.tar.gz`;
const PARTS = ['train', 'test'] as const;

/** The host of its makers. */
const SOURCES: readonly DatasetSource[] = [
  {
    url: `https://www.cs.toronto.edu/~kriz/${ARCHIVE}`,
    file: ARCHIVE,
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    bytes: 168_513_733,
  },
];

async function unpack(data: Buffer, name: string, rows: number, signal?: AbortSignal): Promise<Part> {
  checkSize(data, name, rows * RECORD);
  const out: Part = { x: new Uint8Array(rows * 3 * PIXELS), coarse: new Uint8Array(rows), fine: new Uint8Array(rows) };
  let to = 0;
  for (let row = 0; row < rows; row++) {
    if (row % ROWS_AT_ONCE === 0) {
      await breathe();
      signal?.throwIfAborted();
    }
    out.coarse[row] = data[row * RECORD];
    out.fine[row] = data[row * RECORD + 1];
    const first = row * RECORD + 2;
    for (let from = first; from < first + PIXELS; from++) {
      out.x[to++] = data[from];
      out.x[to++] = data[from + PIXELS];
      out.x[to++] = data[from + 2 * PIXELS];
    }
  }
  checkLabels(out.coarse, `${name}, groups`, CLASSES.coarse);
  checkLabels(out.fine, `${name}, classes`, CLASSES.fine);
  return out;
}

async function decode(
  place: string,
  size: Cifar100Size,
  signal?: AbortSignal,
): Promise<Record<'train' | 'test', Part>> {
  let read: (name: string, most: number) => Promise<Buffer | undefined>, shown: string;
  if (/\.(tgz|tar\.gz)$/i.test(place) && fs.statSync(place).isFile()) {
    const wanted = PARTS.flatMap((part) =>
      [`${FOLDER}/${part}.bin`, `${part}.bin`].map((name) => [name, size[part] * RECORD] as const),
    );
    const members = await readTarGz(place, new Map(wanted), signal);
    read = (name) => Promise.resolve(members.get(`${FOLDER}/${name}`) ?? members.get(name));
    shown = place;
  } else {
    const isBatch = /^(train|test)\.bin$/.test(path.basename(place));
    const named = isBatch ? path.dirname(place) : place;
    if (!fs.statSync(named).isDirectory())
      throw new FileError(
        `${place} is neither a folder nor a .tar.gz, .tgz or .bin file. Name ${ARCHIVE} or the folder it unpacks to.`,
      );
    const folder =
      [named, path.join(named, FOLDER)].find((at) =>
        PARTS.some((part) => fs.existsSync(path.join(at, `${part}.bin`))),
      ) ?? named;
    read = (name, most) =>
      fs.existsSync(path.join(folder, name))
        ? readCapped(path.join(folder, name), most, signal)
        : Promise.resolve(undefined);
    shown = folder;
  }
  const load = async (part: 'train' | 'test'): Promise<Part> => {
    const name = `${part}.bin`;
    const data = await read(name, size[part] * RECORD);
    if (!data)
      throw new FileError(
        `${shown} has no ${name} (also looked for in its folder ${FOLDER}). Name ${ARCHIVE}, not the Python or Matlab version, or the folder it unpacks to.`,
      );
    return unpack(data, path.join(shown, name), size[part], signal);
  };
  return { train: await load('train'), test: await load('test') };
}

/** @internal `loadData` for copies of any size. */
export async function loadSized(
  size: Cifar100Size,
  options: Cifar100Options = {},
  timing?: Partial<Timing>,
): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  checkDatasetOptions(WHERE, options, { labelMode: kinds.any });
  const { labelMode = 'fine', ...rest } = options;
  if (labelMode !== 'fine' && labelMode !== 'coarse')
    throw new ValueError(`${WHERE}: labelMode must be 'fine' or 'coarse'.\n  Received: ${describe(labelMode)}`, {
      op: WHERE,
    });
  const { train, test } = await loadFrom(WHERE, rest, SOURCES, (place, signal) => decode(place, size, signal), timing);
  const make = (part: Part): [Tensor, Tensor] => [
    tensor(part.x, [part.fine.length, SIDE, SIDE, 3], 'uint8'),
    tensor(part[labelMode], [part.fine.length, 1], 'uint8'),
  ];
  return [make(train), make(test)];
}
