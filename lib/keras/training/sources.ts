/** Where steps get their examples from: rows of arrays, or batches of iterables and of objects like keras.utils.PyDataset. */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { arrayData, batchData, classWeights, isBatches, type Examples } from './data';
import { shuffledRows } from '../utils/rows';
import type { Batch, BatchedData, Data, IndexedBatches } from './types';
import { isPromise } from '../../support/realms';

/** @internal Examples and how many. */
export type Rows = Examples & { rows: number };
/** @internal Arrays: batches are gathered natively. */
export interface RowSource {
  kind: 'rows';
  data: Rows;
  /** Of these rows, the part that is used. */
  first: number;
  rows: number;
  /** Weights without those of classes. */
  plainWeight: unknown;
}
/** @internal */
export type Source = RowSource | BatchSource;
type ClassWeight = Readonly<Record<number, number>> | null;
interface Reader {
  next(): Promise<{ value?: unknown; done?: boolean }>;
  close(): Promise<void>;
}

const isIndexed = (x: object): x is IndexedBatches => typeof (x as IndexedBatches).getItem === 'function';
const countOf = (x: object): number | null => {
  const { numBatches, length } = x as { numBatches?: unknown; length?: unknown };
  const n = numBatches ?? (typeof x === 'function' ? null : length);
  return typeof n === 'number' && Number.isFinite(n) ? n : null;
};

/** @internal Batches one after the other, the next one read while the current one is computed. */
export class BatchSource {
  readonly kind = 'batches';
  /** Number of batches in one pass, where known. */
  steps: number | null;
  /** Looks at the targets of each batch, while the one before it is computed. */
  check: ((y: unknown) => Promise<void>) | null = null;
  private reader: Reader | null = null;
  private pending: Promise<Rows | null> | null = null;
  private passes = 0;
  private isInPass = false;

  constructor(
    private readonly where: string,
    private readonly given: BatchedData,
    private readonly classWeight: ClassWeight,
    private readonly shuffleSeed: number | null,
    private readonly onlyInputs = false,
  ) {
    this.steps = countOf(given);
  }
  /** An iterator cannot start anew. */
  get canRestart(): boolean {
    return !('next' in this.given);
  }
  /** Starts a pass, or goes on with the one that was left. */
  async begin(goesOn: boolean): Promise<void> {
    if (this.reader && (goesOn || !this.canRestart)) return;
    await this.close();
    if (isIndexed(this.given)) await this.given.onEpochBegin?.();
    this.reader = await this.open();
    this.isInPass = true;
  }
  private async open(): Promise<Reader> {
    const { given } = this;
    const pass = this.passes++;
    if (isIndexed(given)) {
      this.steps = countOf(given);
      const order =
        this.shuffleSeed !== null && this.steps !== null
          ? await shuffledRows(this.steps, (this.shuffleSeed + pass * 0x9e3779b9) >>> 0)
          : null;
      let i = 0;
      return {
        next: async () =>
          this.steps !== null && i >= this.steps
            ? { done: true }
            : { value: await given.getItem(order ? order[i++] : i++) },
        close: () => Promise.resolve(),
      };
    }
    const from = typeof given === 'function' ? given() : given;
    if (typeof from !== 'object' || from === null || !(Symbol.asyncIterator in from || Symbol.iterator in from))
      throw new TypeError(
        `${this.where}: a function that is given for data must return an iterable of batches.\n  Received: ${describe(from)}${isPromise(from) ? '\n  Fix: make it an async generator, async function* () { yield [x, y]; }.' : ''}`,
      );
    const iterator = Symbol.asyncIterator in from ? from[Symbol.asyncIterator]() : from[Symbol.iterator]();
    return {
      next: async () => iterator.next(),
      close: async () => {
        if (this.canRestart) await iterator.return?.();
      },
    };
  }
  /** The next batch; null at the end of the pass. */
  async next(): Promise<Rows | null> {
    const batch = await (this.pending ?? this.read());
    this.pending = null;
    if (!batch) await this.endPass();
    return batch;
  }
  private async endPass(): Promise<void> {
    this.reader = null;
    if (this.isInPass && isIndexed(this.given)) await this.given.onEpochEnd?.();
    this.isInPass = false;
  }
  readAhead(): void {
    this.pending = this.read();
    this.pending.catch(() => undefined); // thrown when it is awaited
  }
  private async read(): Promise<Rows | null> {
    if (!this.reader) return null;
    const { value, done } = await this.reader.next();
    if (done) return null;
    if (this.onlyInputs) return arrayData(this.where, (Array.isArray(value) ? value[0] : value) as Data, null, null);
    const batch = batchData(this.where, value as Batch);
    await this.check?.(batch.y);
    return this.classWeight
      ? { ...batch, sampleWeight: await classWeights(batch.y, this.classWeight, batch.sampleWeight) }
      : batch;
  }
  /** All steps of a pass are done: nothing is left to read. */
  async finish(steps: number): Promise<void> {
    if (isIndexed(this.given) && this.steps !== null && steps >= this.steps) await this.endPass();
  }
  async close(): Promise<void> {
    const { reader, pending } = this;
    this.reader = null;
    this.pending = null;
    await pending?.catch(() => undefined);
    await reader?.close();
  }
}

/** @internal The source of these data. @throws ValueError where targets stand beside batches that hold them. */
export async function openSource(
  where: string,
  x: Data,
  y: Data | null,
  sampleWeight: Data | null,
  classWeight: ClassWeight,
  shuffleSeed: number | null = null,
): Promise<Source> {
  if (isBatches(x)) {
    if (y !== null || sampleWeight !== null)
      throw new ValueError(
        `${where}: with an iterable of batches, targets and weights are part of the batches: yield [x, y, sampleWeight].`,
      );
    return new BatchSource(where, x, classWeight, shuffleSeed);
  }
  if (typeof x === 'function') throw new TypeError(`${where}: x must be data, not a function.`);
  const data = arrayData(where, x, y, sampleWeight);
  const plainWeight = data.sampleWeight;
  if (classWeight) data.sampleWeight = await classWeights(data.y, classWeight, data.sampleWeight);
  return { kind: 'rows', data, first: 0, rows: data.rows, plainWeight };
}
/** @internal The source of data to predict for: targets beside them are left alone. */
export function openInputs(x: Data): Source {
  if (isBatches(x)) return new BatchSource('predict', x, null, null, true);
  const data = arrayData('predict', x, null, null);
  return { kind: 'rows', data, first: 0, rows: data.rows, plainWeight: null };
}
/** @internal How many steps one pass takes, where known. */
export function stepsOf(source: Source, batchSize: number): number | null {
  return source.kind === 'rows' ? Math.ceil(source.rows / batchSize) : source.steps;
}
