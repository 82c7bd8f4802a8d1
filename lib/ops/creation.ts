/** Tensors made from nothing but shapes and numbers (keras.ops). */
import { ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import {
  checkDType,
  convert,
  formatShape,
  isFloating,
  run,
  type DType,
  type Shape,
  type Tensor,
  tensor,
  type TensorLike,
} from '../core/tensor';
export { isTensor } from '../core/tensor';
import { numberList, realNumber, integerArgument } from './arguments';
import { defineOp } from './define';
import { pair } from './binary';
import { range, share } from './ranges';
import { moveaxis, normalizeAxis } from './shape';
import { toFloat } from './unary';

const sizes = (shape: number | Shape): number[] => numberList('shape', 'it', shape);
const LIKE = ['dtype'] as const;
interface DTypeOption {
  dtype?: DType | null;
}

/** @internal A tensor full of one number; costs one element until it is read. */
export function filled(shape: Shape, value: number, dtype: DType): Tensor {
  if (shape.some((d) => !Number.isInteger(d) || d < 0))
    throw new ValueError(`shape ${formatShape(shape)} must hold integers >= 0.`);
  return run('broadcast_to', [tensor(value, [], dtype)], { shape: [...shape] });
}

/** A tensor of zeros. `dtype` defaults to float32. */
export const zeros = defineOp(
  'zeros',
  (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor =>
    filled(sizes(shape), 0, checkDType(dtype ?? 'float32')),
  LIKE,
);
/** A tensor of ones. `dtype` defaults to float32. */
export const ones = defineOp(
  'ones',
  (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor =>
    filled(sizes(shape), 1, checkDType(dtype ?? 'float32')),
  LIKE,
);
/** A tensor whose values do not matter: zeros. */
export const empty = defineOp(
  'empty',
  (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor =>
    filled(sizes(shape), 0, checkDType(dtype ?? 'float32')),
  LIKE,
);
/** A tensor filled with `fillValue`, which may broadcast. */
export const full = defineOp(
  'full',
  (shape: number | Shape, fillValue: TensorLike, { dtype }: DTypeOption = {}): Tensor => {
    if (typeof fillValue === 'number') return filled(sizes(shape), fillValue, checkDType(dtype ?? 'float32'));
    const t = run('broadcast_to', [convert(fillValue)], { shape: sizes(shape) });
    return dtype ? run('cast', [t], { dtype: checkDType(dtype) }) : t;
  },
  LIKE,
);
/** Zeros of x's shape and dtype. */
export const zerosLike = defineOp(
  'zerosLike',
  (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => {
    const t = convert(x);
    return filled(t.shape, 0, dtype ?? t.dtype);
  },
  LIKE,
);
/** Ones of x's shape and dtype. */
export const onesLike = defineOp(
  'onesLike',
  (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => {
    const t = convert(x);
    return filled(t.shape, 1, dtype ?? t.dtype);
  },
  LIKE,
);
/** A tensor of x's shape and dtype, filled with `fillValue`. */
export const fullLike = defineOp(
  'fullLike',
  (x: TensorLike, fillValue: number, { dtype }: DTypeOption = {}): Tensor => {
    const t = convert(x);
    return filled(t.shape, fillValue, dtype ?? t.dtype);
  },
  LIKE,
);

/** Numbers from `start` up to, not including, `stop`; `arange(n)` starts at 0. int32 for integers, else float32. */
export const arange = defineOp(
  'arange',
  (
    start: number,
    stop?: number | null | DTypeOption,
    step?: number | null | DTypeOption,
    options: DTypeOption = {},
  ): Tensor => {
    const given: readonly unknown[] = [start, stop, step];
    const opts = given.find(isRecord) as DTypeOption | undefined;
    const numbers = given.slice(0, opts ? given.indexOf(opts) : 3).filter((v) => v !== undefined && v !== null);
    const [a, b, by = 1] = numbers.map((v, i) =>
      realNumber('arange', i || numbers.length === 1 ? (i === 2 ? 'step' : 'stop') : 'start', v),
    );
    if (a === undefined) throw new ValueError('arange: stop is missing.', { op: 'arange' });
    const [from, to] = b === undefined ? [0, a] : [a, b];
    if (!by) throw new ValueError('arange: step must not be 0.', { op: 'arange' });
    const count = Math.max(0, Math.ceil((to - from) / by));
    if (!(count < 2 ** 53))
      throw new ValueError(`arange: from ${from} to ${to} by ${by} are too many numbers for a tensor.`, {
        op: 'arange',
      });
    const dtype = (opts ?? options).dtype ?? (numbers.every(Number.isInteger) ? 'int32' : 'float32');
    return range(count, checkDType(dtype), from, by);
  },
  LIKE,
);
export interface SpaceOptions extends DTypeOption {
  /** Number of points, an integer >= 0. Default 50. */
  num?: number;
  /** Whether `stop` is the last point. Default true. */
  endpoint?: boolean;
  /** Where the new axis is, when start or stop are tensors. */
  axis?: number;
}
/** The numbers, and their distance. */
function spaced(
  op: string,
  start: TensorLike,
  stop: TensorLike,
  { num = 50, endpoint = true, dtype, axis = 0 }: SpaceOptions,
): [Tensor, Tensor] {
  integerArgument(op, 'num', num);
  const gaps = endpoint ? num - 1 : num;
  const target = checkDType(dtype ?? 'float32');
  if (typeof start === 'number' && typeof stop === 'number') {
    const y = share(
      num,
      target,
      start,
      gaps > 0 ? stop - start : 0,
      Math.max(gaps, 1),
      endpoint && gaps > 0 ? stop : undefined,
    );
    return [y, tensor(gaps > 0 ? (stop - start) / gaps : NaN, [], isFloating(target) ? target : 'float32')];
  }
  const [a, b] = pair(toFloat(start), toFloat(stop));
  const weight = run('reshape', [share(num, a.dtype, 0, gaps > 0 ? 1 : 0, Math.max(gaps, 1))], {
    shape: [num, ...Array<number>(Math.max(a.ndim, b.ndim)).fill(1)],
  });
  const y = run('add', [
    run('multiply', [a, run('subtract', [convert(1, weight), weight])]),
    run('multiply', [b, weight]),
  ]);
  const step = run('divide', [run('subtract', [b, a]), convert(gaps > 0 ? gaps : NaN, a)]);
  return [moveaxis(run('cast', [y], { dtype: dtype ?? a.dtype }), 0, normalizeAxis(op, axis, y.ndim)), step];
}
/**
 * `num` numbers at equal distances from `start` to `stop`; of tensors along a new axis at `axis`.
 * `retstep`: the distance too, as a pair. Defaults: num 50, endpoint true, axis 0.
 */
export const linspace = defineOp(
  'linspace',
  (start: TensorLike, stop: TensorLike, { retstep = false, ...options }: SpaceOptions & { retstep?: boolean } = {}) => {
    const both = spaced('linspace', start, stop, options);
    return retstep ? both : both[0];
  },
  ['num', 'endpoint', 'retstep', 'dtype', 'axis'],
) as {
  (start: TensorLike, stop: TensorLike, options: SpaceOptions & { retstep: true }): [Tensor, Tensor];
  (start: TensorLike, stop: TensorLike, options?: SpaceOptions & { retstep?: false }): Tensor;
};
/** `num` numbers at equal ratios from base^start to base^stop; of tensors along a new axis at `axis`. */
export const logspace = defineOp(
  'logspace',
  (
    start: TensorLike,
    stop: TensorLike,
    { base = 10, dtype, ...options }: SpaceOptions & { base?: number } = {},
  ): Tensor => {
    const exact = typeof start === 'number' && typeof stop === 'number' ? 'float64' : undefined;
    const [exponents] = spaced('logspace', start, stop, { ...options, dtype: exact });
    return run('cast', [run('power', [convert(realNumber('logspace', 'base', base), exponents), exponents])], {
      dtype: checkDType(dtype ?? (exact ? 'float32' : exponents.dtype)),
    });
  },
  ['num', 'endpoint', 'base', 'dtype', 'axis'],
);

/** `num` numbers at equal ratios from `start` to `stop`, both of one sign; of tensors along a new axis at `axis`. */
export const geomspace = defineOp(
  'geomspace',
  (start: TensorLike, stop: TensorLike, { dtype, ...options }: SpaceOptions = {}): Tensor => {
    integerArgument('geomspace', 'num', options.num ?? 50);
    const exact = typeof start === 'number' && typeof stop === 'number';
    const ends = [start, stop].map((v) => (exact ? tensor(v, null, 'float64') : toFloat(v)));
    const [a, b] = ends.map((t) => run('log10', [run('abs', [t])]));
    const y = logspace(a, b, options);
    const { axis = 0 } = options;
    const at = axis < 0 ? axis + y.ndim : axis;
    // The sign of the start, with the new axis.
    const sign = run('sign', [ends[0]]);
    const lead = Math.max(a.ndim, b.ndim);
    const wide = run('reshape', [sign], { shape: [...Array<number>(lead - a.ndim).fill(1), ...a.shape] });
    const signed = run('multiply', [
      y,
      run('reshape', [wide], { shape: [...wide.shape.slice(0, at), 1, ...wide.shape.slice(at)] }),
    ]);
    return run('cast', [signed], { dtype: checkDType(dtype ?? (exact ? 'float32' : y.dtype)) });
  },
  ['num', 'endpoint', 'dtype', 'axis'],
);

/** @internal bool (rows, columns): column - row compared with k. */
export function diagonalMask(
  op: 'equal' | 'less_equal' | 'greater_equal',
  rows: number,
  columns: number,
  k: number,
  caller = 'diagonal',
): Tensor {
  integerArgument(caller, 'the number of rows', rows, 0, 2 ** 53);
  integerArgument(caller, 'the number of columns', columns, 0, 2 ** 53);
  integerArgument(caller, 'k', k, -(2 ** 31));
  // int64 where positions are beyond int32.
  const dtype = Math.max(rows + Math.abs(k), columns) < 2 ** 31 ? 'int32' : 'int64';
  const i = run('reshape', [range(rows, dtype, k)], { shape: [rows, 1] });
  const j = run('reshape', [range(columns, dtype)], { shape: [1, columns] });
  return run(op, [j, i]);
}
/** Ones on the k-th diagonal of an (n, m) matrix. */
export const eye = defineOp(
  'eye',
  (
    n: number,
    m?: number | null | (DTypeOption & { k?: number }),
    options: DTypeOption & { k?: number } = {},
  ): Tensor => {
    const { k = 0, dtype } = typeof m === 'object' && m !== null ? m : options;
    return run('cast', [diagonalMask('equal', n, typeof m === 'number' ? m : n, k, 'eye')], {
      dtype: dtype ?? 'float32',
    });
  },
  ['k', 'dtype'],
);
/** The (n, n) identity matrix. */
export const identity = defineOp(
  'identity',
  (n: number, { dtype }: DTypeOption = {}): Tensor => eye(n, { dtype }),
  LIKE,
);
/** Ones at and below the k-th diagonal. */
export const tri = defineOp(
  'tri',
  (n: number, { m = null, k = 0, dtype }: DTypeOption & { m?: number | null; k?: number } = {}): Tensor =>
    run('cast', [diagonalMask('less_equal', n, m ?? n, k, 'tri')], { dtype: dtype ?? 'float32' }),
  ['m', 'k', 'dtype'],
);

const triangle = (name: string, op: 'less_equal' | 'greater_equal') =>
  defineOp(
    name,
    (x: TensorLike, { k = 0 }: { k?: number } = {}): Tensor => {
      const t = convert(x);
      if (t.ndim < 2)
        throw new ValueError(`${name}: a matrix is expected.\n  Received: shape ${formatShape(t.shape)}`, { op: name });
      return run('where', [
        diagonalMask(op, t.shape[t.ndim - 2], t.shape[t.ndim - 1], k, name),
        t,
        tensor(0, [], t.dtype),
      ]);
    },
    ['k'],
  );
/** x with zeros above the k-th diagonal of its last two axes. */
export const tril = triangle('tril', 'less_equal');
/** x with zeros below the k-th diagonal of its last two axes. */
export const triu = triangle('triu', 'greater_equal');

/** A tensor from numbers, nested arrays, typed arrays, tensors or variables. */
export const convertToTensor = defineOp(
  'convertToTensor',
  (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => (dtype ? tensor(x, null, dtype) : convert(x)),
  LIKE,
);
/** Alias of `convertToTensor`. */
export const array = defineOp(
  'array',
  (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => (dtype ? tensor(x, null, dtype) : convert(x)),
  LIKE,
);
/** Sizes of the axes. */
export const shape = (x: TensorLike): number[] => [...convert(x).shape];
/** Number of axes. */
export const ndim = (x: TensorLike): number => convert(x).ndim;
/** Number of elements. */
export const size = (x: TensorLike): number => convert(x).size;
