/** A dataset in two parts (keras.utils.split_dataset). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { mapStructure } from '../../support/nest';
import * as ops from '../../ops/index';
import { makeDefaultSeed } from '../../core/seed';
import { tensor, Tensor, isTensor } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import { shuffledRows, dataTensors } from './rows';
import { batchPositions, Dataset } from './dataset';

export interface SplitOptions {
  /** A share between 0 and 1, or a number of examples. */
  leftSize?: number | null;
  /** As `leftSize`, of the second part. Default: the rest. */
  rightSize?: number | null;
  /** Whether the examples are brought into another order first. Default false. */
  shuffle?: boolean;
  /** Seed of that order, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
/**
 * Two datasets of the examples of arrays (a tensor, or an array or record of tensors with a row for each example) or of a
 * Dataset, whose batches are joined and keep their size. Shares are rounded; what one side leaves goes to the other.
 * @throws ValueError when a part would be empty or the parts are more than there is.
 */
export async function splitDataset(dataset: unknown, options: SplitOptions = {}): Promise<[Dataset, Dataset]> {
  checkOptions('splitDataset', options, {
    leftSize: kinds.integer,
    rightSize: kinds.integer,
    shuffle: kinds.boolean,
    seed: kinds.seed,
  });
  const { rows, batchSize } = await rowsOf(dataset);
  const first = firstTensor(rows);
  const n = first.shape[0];
  const [left, right] = sizes(options.leftSize ?? null, options.rightSize ?? null, n);
  const order = options.shuffle
    ? await shuffledRows(n, (options.seed ?? makeDefaultSeed()) >>> 0)
    : Int32Array.from({ length: n }, (_, i) => i);
  const part = (positions: Int32Array): Dataset =>
    new Dataset({
      length: Math.ceil(positions.length / (batchSize ?? 1)),
      *open() {
        for (const at of batchPositions(positions, batchSize ?? 1)) {
          const picked = tensor(Int32Array.from(at));
          yield mapStructure(rows, isTensor, (t) => {
            const taken = t.take(picked, { axis: 0 });
            return batchSize === null ? taken.squeeze({ axis: 0 }) : taken;
          });
        }
      },
    });
  return [part(order.slice(0, left)), part(order.slice(n - right))];
}
async function rowsOf(dataset: unknown): Promise<{ rows: unknown; batchSize: number | null }> {
  if (dataset instanceof Dataset) {
    const batches = await dataset.toArray();
    if (!batches.length) throw new ValueError('splitDataset: the dataset is empty.');
    const joined = join(batches);
    return { rows: joined, batchSize: firstTensor(batches[0]).shape[0] };
  }
  if (dataset === null || typeof dataset !== 'object')
    throw new TypeError(`splitDataset: arrays or a Dataset are expected.\n  Received: ${describe(dataset)}`);
  const rows = dataTensors(dataset, 'splitDataset');
  const lengths = new Set<number>();
  mapStructure(rows, isTensor, (t) => void lengths.add(t.shape[0]));
  if (lengths.size !== 1 || lengths.has(0))
    throw new ValueError(
      `splitDataset: all arrays must have the same number of rows, at least 1.\n  Received: ${[...lengths].join(', ')}`,
    );
  return { rows, batchSize: null };
}
function join(batches: readonly unknown[]): unknown {
  if (batches[0] instanceof Tensor) return ops.concatenate(batches as Tensor[], { axis: 0 });
  if (Array.isArray(batches[0])) return batches[0].map((_, i) => join(batches.map((b) => (b as unknown[])[i])));
  if (typeof batches[0] !== 'object' || batches[0] === null)
    throw new TypeError(`splitDataset: batches must hold tensors.\n  Received: ${describe(batches[0])}`);
  return Object.fromEntries(
    Object.keys(batches[0]).map((k) => [k, join(batches.map((b) => (b as Record<string, unknown>)[k]))]),
  );
}
function firstTensor(rows: unknown): Tensor {
  const found: Tensor[] = [];
  mapStructure(rows, isTensor, (t) => void found.push(t));
  if (!found.length)
    throw new TypeError(`splitDataset: there are no tensors in the data.\n  Received: ${describe(rows)}`);
  return found[0];
}
function sizes(left: number | null, right: number | null, n: number): [number, number] {
  if (left === null && right === null) throw new ValueError('splitDataset: leftSize or rightSize is needed.');
  const count = (name: string, given: number | null): number | null => {
    if (given === null) return null;
    // Integers are examples, others shares.
    if (Number.isInteger(given) ? given <= 0 || given >= n : !(given > 0 && given < 1))
      throw new ValueError(
        `splitDataset: ${name} must be a number of examples from 1 to ${n - 1}, or a share between 0 and 1.\n  Received: ${given}`,
      );
    return Number.isInteger(given) ? given : Math.round(given * n);
  };
  if (left !== null && right !== null && !Number.isInteger(left) && !Number.isInteger(right) && left + right > 1)
    throw new ValueError(
      `splitDataset: leftSize and rightSize are more than the whole.\n  Received: ${left} + ${right}`,
    );
  const a = count('leftSize', left);
  const b = count('rightSize', right);
  const l = a ?? n - b!;
  const r = b ?? n - a!;
  if (l + r > n)
    throw new ValueError(
      `splitDataset: leftSize and rightSize are more than the ${n} examples there are.\n  Received: ${l} + ${r}`,
    );
  if (!l || !r) throw new ValueError(`splitDataset: a part would be empty: ${l} and ${r} of ${n} examples.`);
  return [l, r];
}
