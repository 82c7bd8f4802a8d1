/** What layers find among their attributes, and tensors among their inputs. */
import { describe } from '../../support/describe';
import { TypeError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { convert, fromOtherCopy, Tensor, tensor, type TensorLike } from '../../core/tensor';
import { Variable } from '../../core/variable';
import { isKerasTensor } from '../keras_tensor';
import type { Metric } from '../metrics/metric';
import { isMap, isSet } from '../../support/realms';

/** @internal Values inside of arrays, records, maps and sets, some levels deep; long lists of numbers are not looked through. */
export function held<T>(x: unknown, is: (x: unknown) => x is T, isClosed: (x: object) => boolean, depth = 0): T[] {
  if (is(x)) return [x];
  if (typeof x !== 'object' || x === null || depth > 4 || isClosed(x)) return [];
  const inner = (list: Iterable<unknown>): T[] => [...list].flatMap((e) => held(e, is, isClosed, depth + 1));
  if (Array.isArray(x)) return typeof x[0] === 'number' ? [] : inner(x);
  if (isMap(x)) return inner(x.values());
  if (isSet(x)) return inner(x);
  return isRecord(x) ? inner(Object.values(x)) : [];
}
/** @internal */
export const isMetric = (x: unknown): x is Metric =>
  typeof x === 'object' &&
  x !== null &&
  typeof (x as Metric).updateState === 'function' &&
  typeof (x as Metric).resetState === 'function' &&
  typeof (x as Metric).result === 'function';

/** @internal A tensor, variable, typed array or nested numbers where a call expects tensors. */
export function toTensors(x: unknown): unknown {
  if (x instanceof Tensor || isKerasTensor(x) || x === null || x === undefined) return x;
  if (x instanceof Variable) return x.value;
  if (ArrayBuffer.isView(x) || isNumber(x)) return convert(x as TensorLike);
  if (Array.isArray(x)) return x.some((e) => !isNumbers(e)) || !x.length ? x.map(toTensors) : tensor(x as TensorLike);
  if (isRecord(x)) return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, toTensors(v)]));
  const foreign = fromOtherCopy(x);
  if (foreign) return foreign;
  throw new TypeError(`a tensor is expected.\n  Received: ${describe(x)}`);
}
const isNumber = (x: unknown): boolean => typeof x === 'number' || typeof x === 'bigint';
const isNumbers = (x: unknown): boolean => isNumber(x) || (Array.isArray(x) && x.length > 0 && x.every(isNumbers));
