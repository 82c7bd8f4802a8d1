/** Arrays that may hold texts: what the lookup, hashing and text layers read and give. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { convert, expectValue, Tensor, tensor, type TensorLike } from '../../../core/tensor';
import { Variable } from '../../../core/variable';

/** Texts, nested to any depth. */
export type Texts = string | readonly Texts[];
/** A flat array and its shape. */
export interface Values {
  /** Sizes of the axes. */
  shape: number[];
  /** The values in row-major order. */
  flat: (string | number | bigint)[];
  /** Whether they are strings. */
  isText: boolean;
  /** Floating-point numbers. */
  isFloat: boolean;
}

/** Whether a string stands somewhere in nested arrays. */
export function hasText(x: unknown): boolean {
  return typeof x === 'string' || (Array.isArray(x) && x.some(hasText));
}
/** Whether an array holds texts, as far as its first element tells. */
export const isOfTexts = (x: unknown): x is readonly Texts[] =>
  Array.isArray(x) && (typeof x[0] === 'string' || isOfTexts(x[0]));
function flatten(op: string, x: unknown): { shape: number[]; flat: unknown[] } {
  const shape: number[] = [];
  const flat: unknown[] = [];
  const visit = (v: unknown, depth: number): void => {
    if (Array.isArray(v)) {
      if (shape.length === depth) shape.push(v.length);
      else if (shape[depth] !== v.length)
        throw new ValueError(`${op}: rows of axis ${depth} differ in length: ${shape[depth]} and ${v.length}.`);
      for (const e of v) visit(e, depth + 1);
    } else {
      if (depth !== shape.length)
        throw new ValueError(`${op}: a single value stands where a row of axis ${depth} is expected.`);
      flat.push(v);
    }
  };
  visit(x, 0);
  return { shape, flat };
}
/** Reads texts, numbers or a tensor. Numbers in plain arrays are whole unless one has a fraction. */
export function readValues(op: string, x: unknown): Values {
  if (x instanceof Tensor || x instanceof Variable || ArrayBuffer.isView(x)) {
    const t = convert(x as TensorLike);
    expectValue(t, op);
    return {
      shape: [...t.shape],
      flat: Array.from(t.readSync() as ArrayLike<number | bigint>),
      isText: false,
      isFloat: t.dtype.includes('float'),
    };
  }
  const { shape, flat } = flatten(op, x);
  const isText = flat.length > 0 && typeof flat[0] === 'string';
  for (const v of flat)
    if (isText ? typeof v !== 'string' : typeof v !== 'number' && typeof v !== 'bigint')
      throw new TypeError(`${op}: texts or numbers are expected, of one kind.\n  Received: ${describe(v)}`);
  return {
    shape,
    flat: flat as Values['flat'],
    isText,
    isFloat: flat.some((v) => typeof v === 'number' && !Number.isInteger(v)),
  };
}
/** A flat array nested again. */
export function nested<T>(flat: readonly T[], shape: readonly number[]): unknown {
  let at = 0;
  const build = (axis: number): unknown =>
    axis === shape.length ? flat[at++] : Array.from({ length: shape[axis] }, () => build(axis + 1));
  return build(0);
}
/** int64, from integers. */
export function integers(flat: readonly (number | bigint)[], shape: readonly number[]): Tensor {
  return tensor(
    BigInt64Array.from(flat, (v) => BigInt(v)),
    shape,
    'int64',
  );
}

type Batches<T> = Iterable<T> | AsyncIterable<T>;
const isAsync = (x: unknown): x is AsyncIterable<unknown> =>
  typeof x === 'object' && x !== null && Symbol.asyncIterator in x;
const isSync = (x: unknown): x is Iterable<unknown> =>
  typeof x === 'object' && x !== null && Symbol.iterator in x && !Array.isArray(x) && !ArrayBuffer.isView(x);
const first = (batch: unknown): unknown =>
  Array.isArray(batch) && batch.length <= 3 && batch[0] instanceof Tensor ? batch[0] : batch;

/**
 * Calls `f` with each batch of data: arrays and tensors are one batch, datasets, generators and other iterables many (the
 * inputs of [inputs, targets] batches). `finish` runs at the end; asynchronous data give a promise.
 */
export function forEachBatch(
  op: string,
  data: unknown,
  f: (batch: unknown) => void,
  finish: () => void,
  steps: number | null = null,
): void | Promise<void> {
  if (data === null || data === undefined)
    throw new TypeError(`${op}: data are expected.\n  Received: ${describe(data)}`);
  let count = 0;
  const take = (batch: unknown): boolean => {
    if (steps !== null && count >= steps) return false;
    count++;
    f(first(batch));
    return true;
  };
  if (data instanceof Tensor || data instanceof Variable || (!isSync(data) && !isAsync(data))) take(data);
  else if (isAsync(data))
    return (async () => {
      for await (const batch of data as Batches<unknown>) if (!take(batch)) break;
      if (!count) throw new ValueError(`${op}: there is no batch in the data.`);
      finish();
    })();
  else {
    for (const batch of data) if (!take(batch)) break;
    if (!count) throw new ValueError(`${op}: there is no batch in the data.`);
  }
  finish();
}
