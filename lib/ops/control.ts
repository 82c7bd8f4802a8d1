/**
 * Control flow (keras.ops). While a function is traced, the values that decide are not known: `cond` and `switch` then
 * compute all branches and choose, `scan`, `map` and `foriLoop` are unrolled, `whileLoop` needs `maximumIterations`.
 */
import { describe } from '../support/describe';
import { binding } from '../core/binding';
import { RuntimeError, TypeError, ValueError } from '../support/errors';
import { requireHeap, TENSOR_BYTES } from '../support/limits';
import { flattenStructure, mapStructure } from '../support/nest';
import { convert, formatShape, run, Tensor, type TensorLike, isTensor } from '../core/tensor';
import { Variable } from '../core/variable';
import { defineOp } from './define';
import { concatenate, normalizeAxis, sliceAxis, stack } from './shape';

/** How many rows a function is called for; each makes tensors. */
function rowCount(n: number): number {
  requireHeap(`a call for each of ${n} rows`, n * TENSOR_BYTES);
  return n;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- structures of tensors: arrays, records, single ones
type Structure = any;
const isInput = (x: unknown): x is Tensor | Variable => x instanceof Tensor || x instanceof Variable;
const leaves = (x: Structure): Tensor[] => flattenStructure(x, isTensor);
const asTensors = (x: Structure): Structure =>
  isInput(x) || typeof x === 'number' || ArrayBuffer.isView(x)
    ? convert(x as TensorLike)
    : mapStructure(x, isInput, (t) => convert(t));
/** The structure of `x` with other tensors in it. */
function packed(x: Structure, tensors: readonly Tensor[]): Structure {
  let i = 0;
  return mapStructure(x, isTensor, () => tensors[i++]);
}
const isKnown = (x: unknown): boolean => !(x instanceof Tensor && binding.isSymbolic(x));
const valueOf = (x: unknown): number =>
  typeof x === 'boolean' || typeof x === 'number' ? Number(x) : convert(x as TensorLike).item();
function choose(op: string, condition: Tensor, x: Structure, y: Structure): Structure {
  const a = leaves(x);
  const b = leaves(y);
  if (a.length !== b.length || a.some((t, i) => formatShape(t.shape) !== formatShape(b[i].shape)))
    throw new ValueError(
      `${op}: all branches must give tensors of the same shapes.\n  Received: ${a.map((t) => formatShape(t.shape)).join(', ')} and ${b.map((t) => formatShape(t.shape)).join(', ')}`,
      { op },
    );
  return packed(
    x,
    a.map((t, i) => run('where', [condition, t, b[i]])),
  );
}

/** `trueFn()` where `pred` holds, else `falseFn()`. */
export const cond = defineOp(
  'cond',
  (pred: TensorLike, trueFn: () => Structure, falseFn: () => Structure): Structure => {
    if (isKnown(pred)) return valueOf(pred) ? trueFn() : falseFn();
    return choose('cond', convert(pred), trueFn(), falseFn());
  },
);
/** `branches[index](...operands)`; an index outside is moved to the nearest. */
const switchOp = defineOp(
  'switch',
  (
    index: TensorLike,
    branches: readonly ((...operands: Structure[]) => Structure)[],
    ...operands: Structure[]
  ): Structure => {
    if (!Array.isArray(branches) || !branches.length)
      throw new TypeError('switch: a list of functions is expected.', { op: 'switch' });
    if (isKnown(index)) return branches[Math.max(0, Math.min(branches.length - 1, valueOf(index)))](...operands);
    const at = convert(index);
    let y: Structure = branches[branches.length - 1](...operands);
    for (let i = branches.length - 2; i >= 0; i--)
      y = choose('switch', run('less_equal', [at, convert(i, at)]), branches[i](...operands), y);
    return y;
  },
);
export { switchOp as switch };

/**
 * Repeats `loopVars = body(...loopVars)` while `cond(...loopVars)` holds, `maximumIterations` times at most.
 * @throws RuntimeError while tracing without `maximumIterations`.
 */
export const whileLoop = defineOp(
  'whileLoop',
  (
    condition: (...vars: Structure[]) => TensorLike,
    body: (...vars: Structure[]) => Structure,
    loopVars: Structure,
    { maximumIterations = null }: { maximumIterations?: number | null } = {},
  ): Structure => {
    const isList = Array.isArray(loopVars);
    let vars: Structure[] = isList ? loopVars.map(asTensors) : [asTensors(loopVars)];
    const next = (): Structure[] => {
      const y = body(...vars);
      return isList ? (y as Structure[]) : [y];
    };
    for (let i = 0; maximumIterations === null || i < maximumIterations; i++) {
      const goesOn = condition(...vars);
      if (isKnown(goesOn)) {
        if (!valueOf(goesOn)) break;
        vars = next();
      } else {
        if (maximumIterations === null)
          throw new RuntimeError(
            'whileLoop: how often the body runs depends on values that are not known while a function is traced.\n  Fix: give maximumIterations, or do not compile the function.',
            { op: 'whileLoop' },
          );
        vars = choose('whileLoop', convert(goesOn), next(), vars);
      }
    }
    return isList ? vars : vars[0];
  },
  ['maximumIterations'],
);
/** The last of `value = bodyFun(i, value)` for i from `lower` to before `upper`. */
export const foriLoop = defineOp(
  'foriLoop',
  (
    lower: TensorLike,
    upper: TensorLike,
    bodyFun: (i: number, value: Structure) => Structure,
    initVal: Structure,
  ): Structure => {
    if (!isKnown(lower) || !isKnown(upper))
      throw new RuntimeError('foriLoop: both limits must be known while a function is traced.', { op: 'foriLoop' });
    let value = asTensors(initVal);
    for (let i = valueOf(lower), end = valueOf(upper); i < end; i++) value = bodyFun(i, value);
    return value;
  },
);

const row = (x: Structure, i: number): Structure =>
  packed(
    x,
    leaves(x).map((t) => run('reshape', [sliceAxis(t, 0, i, 1)], { shape: t.shape.slice(1) })),
  );
function rowsOf(op: string, xs: Structure): number {
  const all = leaves(xs);
  if (!all.length || all.some((t) => !t.ndim || t.shape[0] !== all[0].shape[0]))
    throw new ValueError(
      `${op}: tensors of one length along the first axis are expected.\n  Received: shapes ${all.map((t) => formatShape(t.shape)).join(', ')}`,
      { op },
    );
  return all[0].shape[0];
}
function stacked(op: string, ys: readonly Structure[]): Structure {
  if (!ys.length) throw new ValueError(`${op}: there are no rows, so the shape of the result is not known.`, { op });
  const lists = ys.map(leaves);
  return packed(
    ys[0],
    lists[0].map((_, k) => stack(lists.map((l) => l[k]))),
  );
}
/**
 * `[carry, y] = f(carry, x)` for each row x of `xs` (or `length` times with x null): the last carry and all y, stacked.
 * @returns [carry, ys].
 */
export const scan = defineOp(
  'scan',
  (
    f: (carry: Structure, x: Structure) => Structure[],
    init: Structure,
    {
      xs = null,
      length = null,
      reverse = false,
    }: { xs?: Structure; length?: number | null; reverse?: boolean; unroll?: number | boolean } = {},
  ): Structure[] => {
    if (typeof f !== 'function')
      throw new TypeError(`scan: a function is expected first.\n  Received: ${describe(f)}`, { op: 'scan' });
    const given = xs === null ? null : asTensors(xs);
    if (given === null && length === null) throw new ValueError('scan: xs or length must be given.', { op: 'scan' });
    const n = given === null ? length! : rowsOf('scan', given);
    if (length !== null && length !== n)
      throw new ValueError(`scan: length is ${length} but xs has ${n} rows.`, { op: 'scan' });
    let carry = asTensors(init);
    const ys = Array<Structure>(n);
    for (let k = 0, rows = rowCount(n); k < rows; k++) {
      const i = reverse ? n - 1 - k : k;
      [carry, ys[i]] = f(carry, given === null ? null : row(given, i));
    }
    return [carry, n && ys[0] != null ? stacked('scan', ys) : null];
  },
  ['xs', 'length', 'reverse', 'unroll'],
);
/** `f` of each row of `xs`, stacked. */
export const map = defineOp('map', (f: (x: Structure) => Structure, xs: Structure): Structure => {
  const given = asTensors(xs);
  const n = rowsOf('map', given);
  return stacked(
    'map',
    Array.from({ length: rowCount(n) }, (_, i) => f(row(given, i))),
  );
});
/** `f` of each row of `elements`, stacked. */
export const vectorizedMap = defineOp(
  'vectorizedMap',
  (f: (x: Structure) => Structure, elements: Structure): Structure => {
    const given = asTensors(elements);
    const n = rowsOf('vectorizedMap', given);
    return stacked(
      'vectorizedMap',
      Array.from({ length: rowCount(n) }, (_, i) => f(row(given, i))),
    );
  },
);
/** A function of rows made one of whole tensors: it is applied to the rows of all its arguments. */
export const vectorize = defineOp(
  'vectorize',
  (f: (...xs: Tensor[]) => Tensor): ((...xs: TensorLike[]) => Tensor) =>
    (...xs) => {
      const given = xs.map((x) => convert(x));
      const n = rowsOf('vectorize', given);
      return stacked(
        'vectorize',
        Array.from({ length: rowCount(n) }, (_, i) => f(...(row(given, i) as Tensor[]))),
      ) as Tensor;
    },
);
/**
 * All results of an associative function over the first elements: y[i] = f(f(x[0], x[1]), ... x[i]), in log2(n) steps.
 * `f` takes and gives whole tensors (or structures of them).
 */
export const associativeScan = defineOp(
  'associativeScan',
  (
    f: (a: Structure, b: Structure) => Structure,
    elems: Structure,
    { reverse = false, axis = 0 }: { reverse?: boolean; axis?: number } = {},
  ): Structure => {
    const given = asTensors(elems);
    const all = leaves(given);
    const axes = all.map((t) => normalizeAxis('associativeScan', axis, t.ndim, t.shape));
    const n = all[0].shape[axes[0]];
    const cut = (ts: readonly Tensor[], start: number, size: number): Tensor[] =>
      ts.map((t, i) => sliceAxis(t, axes[i], start, size));
    let current = all;
    for (let step = 1; step < n; step *= 2) {
      const early = cut(current, reverse ? step : 0, n - step);
      const late = cut(current, reverse ? 0 : step, n - step);
      // The elements nearer to the beginning of the scan come first.
      const joined = leaves(f(packed(given, early), packed(given, late)));
      const kept = cut(current, reverse ? n - step : 0, step);
      current = joined.map((t, i) => concatenate(reverse ? [t, kept[i]] : [kept[i], t], { axis: axes[i] }));
    }
    return packed(given, current);
  },
  ['reverse', 'axis'],
);
