/** What training takes and gives. */
import type { Tensor, TypedArray } from '../../core/tensor';
import type { Variable } from '../../core/variable';

/** Loss and metrics by name. */
export type Logs = Record<string, number>;
/** Result of one step: numbers in the order of `metricsNames`, one number, or by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BatchLogs = any;
/** A batch of an iterable: `[x]`, `[x, y]` or `[x, y, sampleWeight]`; a tensor or record by itself is x. */
export type Batch = readonly unknown[] | Tensor | { readonly [name: string]: unknown };
/** What `trainStep` and its like get: `[x]`, `[x, y]` or `[x, y, sampleWeight]`; what is not given is left out. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type StepData = readonly any[];
/** What `trainStep` and `testStep` return: scalars by name. */
export type StepLogs = Record<string, Tensor>;
/** Batches by number, as keras.utils.PyDataset has them. */
export interface IndexedBatches {
  /** Number of batches; null or absent when there is no end. */
  readonly numBatches?: number | null;
  /** Number of batches, where `numBatches` is absent. */
  readonly length?: number;
  getItem(index: number): Batch | Promise<Batch>;
  onEpochBegin?(): void | Promise<void>;
  onEpochEnd?(): void | Promise<void>;
}
/** Batches that come one by one; a function is called for each epoch and gives such. */
export type BatchedData =
  Iterable<Batch> | AsyncIterable<Batch> | IndexedBatches | (() => Iterable<Batch> | AsyncIterable<Batch>);
/** Tensors, typed arrays, nested numbers; arrays or records of these for several inputs; or batches. */
export type Data =
  Tensor | Variable | TypedArray | readonly unknown[] | { readonly [name: string]: unknown } | BatchedData;
