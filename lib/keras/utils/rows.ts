/** Data as tensors with a row for each example, and orders of rows. */
import { convert, fromOtherCopy, tensor, type TensorLike, type TypedArray, isTensor } from '../../core/tensor';
import { tidy } from '../../core/runtime';
import { Variable } from '../../core/variable';
import { permutation } from '../../ops/random';
import { describe } from '../../support/describe';
import { TypeError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { isFloat64Array, isTypedArray } from '../../support/realms';

const isNumbers = (x: unknown): boolean =>
  typeof x === 'number' ||
  typeof x === 'boolean' ||
  typeof x === 'bigint' ||
  isTypedArray(x) ||
  (Array.isArray(x) && x.length > 0 && isNumbers(x[0]));

/** @internal Tensors in the structure that was given. float64 arrays of numbers become float32, Keras' default. */
export function dataTensors(data: unknown, what: string): unknown {
  if (data === null || data === undefined) return null;
  if (isTensor(data)) return data;
  if (data instanceof Variable) return data.value;
  const foreign = fromOtherCopy(data);
  if (foreign) return foreign;
  if (isTypedArray(data)) {
    const shaped = data as TypedArray & { shape?: readonly number[] };
    return tensor(data, shaped.shape ?? null, isFloat64Array(data) ? 'float32' : undefined);
  }
  if (isNumbers(data)) return convert(data as TensorLike);
  if (Array.isArray(data)) return data.map((d) => dataTensors(d, what));
  if (isRecord(data)) return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, dataTensors(v, what)]));
  throw new TypeError(
    `${what}: tensors, typed arrays, nested numbers, or arrays or records of these are expected.\n  Received: ${describe(data)}`,
  );
}

/** @internal Row numbers in random order, as `random.shuffle` with that seed puts rows. */
export async function shuffledRows(rows: number, seed: number): Promise<Int32Array> {
  const order = tidy(() => permutation(rows, seed));
  const numbers = (await order.data()) as Int32Array;
  order.dispose();
  return numbers;
}
/** @internal The same where it cannot be awaited. */
export function shuffledRowsSync(rows: number, seed: number): Int32Array {
  return tidy(() => permutation(rows, seed).dataSync() as Int32Array);
}
