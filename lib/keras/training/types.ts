/** What training takes and gives. */
import type { Tensor, TypedArray } from '../../tensor';
import type { Variable } from '../../variable';

/** Loss and metrics by name. */
export type Logs = Record<string, number>;
/** Result of one step: numbers in the order of `metricsNames`, one number, or by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BatchLogs = any;
/** A batch of an iterable: `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
export type Batch = readonly unknown[];
/** Tensors, typed arrays, nested numbers; arrays or records of these for several inputs; or an iterable of batches. */
export type Data = Tensor | Variable | TypedArray | readonly unknown[] | { readonly [name: string]: unknown } | Iterable<Batch> | AsyncIterable<Batch>;
