/** Indexing as Python's x[key] (keras.ops.get_item). */
import { describe } from '../support/describe';
import { IndexError, TypeError, ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import { convert, formatShape, run, Tensor, type TensorLike } from '../core/tensor';
import { Variable } from '../core/variable';
import { defineOp } from './define';
import { toIndices } from './indexing';

/** From `start` to before `stop` by `step`; what is missing or null reaches to the end. */
export interface Slice {
  /** First index; negative ones count from the end. Default null: the beginning, or the end where `step` is negative. */
  start?: number | null;
  /** Index at which the slice ends, not part of it. Default null: up to the other end. */
  stop?: number | null;
  /** Distance of neighbouring indices, not 0. Default null: 1. */
  step?: number | null;
}
/**
 * One part of a key: a number takes an element and drops the axis; a slice, as `{ start, stop, step }` or 'start:stop:step',
 * keeps it; null makes a new axis; '...' stands for all axes that are not named; integers in an array or tensor take several.
 */
export type Key = number | null | string | Slice | readonly number[] | Tensor | Variable;

/** @internal The slice that a string such as '1:', '::2' or ':-1' spells. */
export function parseSlice(text: string): Slice {
  const parts = text.split(':').map((p) => p.trim());
  if (parts.length < 2 || parts.length > 3 || parts.some((p) => !/^[+-]?\d*$/.test(p) || /^[+-]$/.test(p)))
    throw new ValueError(
      `getItem: a slice is spelled 'start:stop:step', all other axes '...'.\n  Received: '${text}'`,
      { op: 'getItem' },
    );
  const [start, stop, step] = parts.map((p) => (p === '' ? null : Number(p)));
  return { start, stop, step: step ?? null };
}
/** First index, number of elements and step along an axis of `size` elements, as Python's `slice.indices`. */
function bounds({ start = null, stop = null, step: given = null }: Slice, size: number): [number, number, number] {
  const step = given ?? 1;
  for (const v of [start, stop, step])
    if (v !== null && !Number.isInteger(v))
      throw new ValueError(`getItem: start, stop and step of a slice must be integers.\n  Received: ${v}`, {
        op: 'getItem',
      });
  if (!step) throw new ValueError('getItem: the step of a slice must not be 0.', { op: 'getItem' });
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const at = (v: number | null, whole: number): number =>
    v === null ? whole : Math.min(Math.max(v < 0 ? v + size : v, low), high);
  const from = at(start, step > 0 ? low : high);
  const to = at(stop, step > 0 ? high : low);
  return [from, Math.max(0, Math.ceil((to - from) / step)), step];
}
const isIndices = (k: Key): k is readonly number[] | Tensor | Variable =>
  Array.isArray(k) || k instanceof Tensor || k instanceof Variable;

/**
 * x[key]. `key`: one part, or an array of parts, one for each axis from the first on.
 * @example ops.getItem(x, [0, '1:', null, '...', -1]);   // x[0, 1:, None, ..., -1]
 * @throws IndexError if a number lies outside its axis; ValueError for more parts than axes.
 */
export const getItem = defineOp(
  'getItem',
  (x: TensorLike, key: Key | readonly Key[]): Tensor => {
    const t = convert(x);
    let keys: Key[] = Array.isArray(key) ? [...(key as readonly Key[])] : [key as Key];
    const wholes = keys.filter((k) => k === '...').length;
    const named = keys.filter((k) => k !== null && k !== '...').length;
    if (wholes > 1)
      throw new ValueError(`getItem: '...' may stand once in a key.\n  Received: ${wholes} times`, { op: 'getItem' });
    if (named > t.ndim)
      throw new ValueError(
        `getItem: a key for ${named} axes is too long for a tensor of shape ${formatShape(t.shape)}.`,
        { op: 'getItem' },
      );
    if (!wholes) keys.push('...');
    keys = keys.flatMap((k) => (k === '...' ? Array<Key>(t.ndim - named).fill({}) : [k]));
    const start: number[] = [];
    const size: number[] = [];
    const step: number[] = [];
    const shape: number[] = [];
    let taken: { indices: Tensor; axis: number; place: number } | null = null;
    for (const k of keys) {
      if (k === null) {
        shape.push(1);
        continue;
      }
      const axis = start.length;
      const n = t.shape[axis];
      if (typeof k === 'number') {
        if (!Number.isInteger(k) || k < -n || k >= n)
          throw new IndexError(
            `getItem: index ${k} is out of range for axis ${axis} of size ${n}.\n  Received: shape ${formatShape(t.shape)}`,
            { op: 'getItem' },
          );
        start.push(k < 0 ? k + n : k);
        size.push(1);
        step.push(1);
      } else if (isIndices(k)) {
        if (taken)
          throw new ValueError(
            'getItem: one part of a key may be integers in an array or tensor.\n  Fix: call getItem once for each.',
            { op: 'getItem' },
          );
        taken = { indices: toIndices('getItem', k as TensorLike), axis, place: shape.length };
        start.push(0);
        size.push(n);
        step.push(1);
        shape.push(n);
      } else {
        const slice = typeof k === 'string' ? parseSlice(k) : k;
        if (!isRecord(slice))
          throw new TypeError(
            `getItem: a key holds numbers, slices, null, '...' and integers.\n  Received: ${describe(k)}`,
            { op: 'getItem' },
          );
        const [from, count, by] = bounds(slice as Slice, n);
        start.push(count ? from : 0);
        size.push(count);
        step.push(by);
        shape.push(count);
      }
    }
    const isWhole = size.every((n, i) => n === t.shape[i] && step[i] === 1);
    const part = isWhole ? t : run('slice', [t], { start, size, step });
    const y = formatShape(part.shape) === formatShape(shape) ? part : run('reshape', [part], { shape });
    return taken ? run('take', [y, taken.indices], { axis: taken.place }) : y;
  },
  ['start', 'stop', 'step'],
);
