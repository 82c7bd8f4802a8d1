/** Batches that are made when they are asked for, as often as they are asked for. */
import { isRecord } from '../../support/nest';
import { expectKind } from '../../support/guard';
import { inspectable, settingsLine } from '../inspect';
type Source<T> = Iterable<T> | AsyncIterable<T>;

/** @internal Where a dataset comes from: batches, and the examples they are made of. */
export interface DatasetParts<T> {
  /** A pass over the batches. */
  open(): Source<T>;
  /** Batches in a pass, null when not known. */
  length: number | null;
  classNames?: readonly string[] | null;
  filePaths?: readonly string[] | null;
}
/**
 * A sequence of batches for `fit`, `evaluate` and `predict`, and for `for await`. Each loop over it starts anew; shuffled ones
 * come in another order then.
 */
export class Dataset<T = unknown> implements AsyncIterable<T> {
  /** Number of batches, null when not known. */
  readonly length: number | null;
  /** Names of the classes in the order of their numbers, of datasets made from a directory. */
  readonly classNames: readonly string[] | null;
  /** Files in the order of examples, of datasets made from a directory. */
  readonly filePaths: readonly string[] | null;
  constructor(private readonly parts: DatasetParts<T>) {
    expectKind('Dataset', 'its argument', parts, isRecord(parts), 'a record of its parts');
    this.length = parts.length;
    this.classNames = parts.classNames ?? null;
    this.filePaths = parts.filePaths ?? null;
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this.parts.open();
  }
  private derived<U>(open: () => AsyncIterable<U>, length: number | null): Dataset<U> {
    return new Dataset({ open, length, classNames: this.classNames, filePaths: this.filePaths });
  }
  /** Each batch put through `f`, which may be async. */
  map<U>(f: (batch: T) => U | Promise<U>): Dataset<U> {
    const all = (): AsyncIterable<T> => this;
    return this.derived(async function* () {
      for await (const batch of all()) yield await f(batch);
    }, this.length);
  }
  /** The first `count` batches. */
  take(count: number): Dataset<T> {
    const all = (): AsyncIterable<T> => this;
    return this.derived(
      async function* () {
        let n = 0;
        if (count > 0)
          for await (const batch of all()) {
            yield batch;
            if (++n >= count) return;
          }
      },
      this.length === null ? null : Math.min(count, this.length),
    );
  }
  /** All batches but the first `count`. */
  skip(count: number): Dataset<T> {
    const all = (): AsyncIterable<T> => this;
    return this.derived(
      async function* () {
        let n = 0;
        for await (const batch of all()) if (n++ >= count) yield batch;
      },
      this.length === null ? null : Math.max(0, this.length - count),
    );
  }
  /** All batches of one pass. */
  async toArray(): Promise<T[]> {
    const out: T[] = [];
    for await (const batch of this) out.push(batch);
    return out;
  }
}
inspectable(Dataset, settingsLine);
/** @internal Positions of each batch of a pass. */
export function* batchPositions(order: ArrayLike<number>, batchSize: number): Generator<number[]> {
  for (let start = 0; start < order.length; start += batchSize)
    yield Array.from({ length: Math.min(batchSize, order.length - start) }, (_, i) => order[start + i]);
}
