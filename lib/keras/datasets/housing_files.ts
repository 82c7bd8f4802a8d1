/** Tables of houses and their prices: an `.npz` with `x` and `y`, shuffled and divided as Keras does. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe } from '../../support/describe';
import { FileError, ValueError } from '../../support/errors';
import { tensor, type Tensor, type TypedArray } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { firstThere, readCapped } from '../../io/download/members';
import { kinds } from '../options';
import { MersenneTwister } from './mersenne_twister';
import { readNpz } from './npz';
import { checkDatasetOptions, loadFrom, type DatasetOptions, type DatasetSource } from './sources';

/** Options of the data sets that are one table, to be shuffled and divided. */
export interface SplitOptions extends DatasetOptions {
  /** Part of the examples for testing, from 0 to below 1. Default: 0.2. */
  testSplit?: number;
  /** Seed of the order, 0 to 2^32 - 1; null: another order each time. Default: 113. */
  seed?: number | null;
}

/** @internal A table: where it comes from, and how many rows and columns it has. */
export interface Table {
  readonly where: string;
  readonly file: string;
  readonly sources: readonly DatasetSource[];
  readonly rows: number;
  readonly columns: number;
}

/** @internal Refuses a seed that NumPy would refuse. */
export function checkSeed(where: string, seed: unknown): void {
  if (seed !== null && !(Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) < 2 ** 32))
    throw new ValueError(
      `${where}: seed must be an integer from 0 to ${2 ** 32 - 1}, or null.\n  Received: ${describe(seed)}`,
      { op: where },
    );
}

async function decode(
  { file, rows, columns }: Table,
  place: string,
  signal?: AbortSignal,
): Promise<{ x: TypedArray; y: TypedArray }> {
  const npz = fs.statSync(place).isDirectory() ? firstThere(place, [file]) : place;
  if (!npz) throw new FileError(`${place} has no ${file}. Name the folder it is in, or the file.`);
  if (!/\.npz$/i.test(npz))
    throw new FileError(`${path.resolve(npz)} is neither a folder nor an .npz file. Name ${file}.`);
  const data = await readCapped(npz, rows * (columns + 1) * 8 + (1 << 16), signal);
  const { x, y } = await readNpz(data, npz, { x: [rows, columns], y: [rows] }, signal, ['float32', 'float64']);
  return { x: x.data, y: y.data };
}

/** @internal `loadData` for tables of any size; `use`: how many of the rows, counted from the first, take part. */
export async function loadTable(
  table: Table,
  options: SplitOptions,
  use = table.rows,
  timing?: Partial<Timing>,
): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  const { where, columns } = table;
  checkDatasetOptions(where, options, { testSplit: kinds.any, seed: kinds.seed });
  const { testSplit = 0.2, seed = 113, ...rest } = options;
  if (!(typeof testSplit === 'number' && testSplit >= 0 && testSplit < 1))
    throw new ValueError(`${where}: testSplit must be from 0 to below 1.\n  Received: ${describe(testSplit)}`, {
      op: where,
    });
  checkSeed(where, seed);
  const { x, y } = await loadFrom(where, rest, table.sources, (place, signal) => decode(table, place, signal), timing);
  const order = new MersenneTwister(seed).order(use);
  const train = Math.trunc(use * (1 - testSplit));
  const part = (rows: Uint32Array): [Tensor, Tensor] => {
    const px = new (x.constructor as Float64ArrayConstructor)(rows.length * columns);
    const py = new (y.constructor as Float64ArrayConstructor)(rows.length);
    rows.forEach((row, i) => {
      px.set((x as Float64Array).subarray(row * columns, (row + 1) * columns), i * columns);
      py[i] = (y as Float64Array)[row];
    });
    return [tensor(px, [rows.length, columns]), tensor(py, [rows.length])];
  };
  return [part(order.subarray(0, train)), part(order.subarray(train))];
}
