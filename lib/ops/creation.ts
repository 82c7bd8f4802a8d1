/** Tensors made from nothing but shapes and numbers (keras.ops). */
import { ValueError } from '../errors';
import { checkDType, convert, formatShape, run, type DType, type Shape, type Tensor, tensor, type TensorLike } from '../tensor';
import { defineOp } from './define';

const sizes = (shape: number | Shape): number[] => (typeof shape === 'number' ? [shape] : [...shape]);
const LIKE = ['dtype'] as const;
interface DTypeOption {
  dtype?: DType | null;
}

/** @internal A tensor full of one number; costs one element until it is read. */
export function filled(shape: Shape, value: number, dtype: DType): Tensor {
  if (shape.some((d) => !Number.isInteger(d) || d < 0)) throw new ValueError(`shape ${formatShape(shape)} must hold whole numbers >= 0.`);
  return run('broadcast_to', [tensor(value, [], dtype)], { shape: [...shape] });
}

/** A tensor of zeros. `dtype` defaults to float32. */
export const zeros = defineOp('zeros', (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor => filled(sizes(shape), 0, checkDType(dtype ?? 'float32')), LIKE);
/** A tensor of ones. `dtype` defaults to float32. */
export const ones = defineOp('ones', (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor => filled(sizes(shape), 1, checkDType(dtype ?? 'float32')), LIKE);
/** A tensor whose values do not matter: zeros. */
export const empty = defineOp('empty', (shape: number | Shape, { dtype }: DTypeOption = {}): Tensor => filled(sizes(shape), 0, checkDType(dtype ?? 'float32')), LIKE);
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

const sequence = (values: number[], dtype: DType): Tensor => tensor(values, [values.length], dtype);

/** Numbers from `start` up to, not including, `stop`; `arange(n)` starts at 0. int32 for whole numbers, else float32. */
export const arange = defineOp(
  'arange',
  (start: number, stop?: number | null | DTypeOption, step?: number | null | DTypeOption, options: DTypeOption = {}): Tensor => {
    const numbers = [start, stop, step].filter((v): v is number => typeof v === 'number');
    const opts = [stop, step].find((v): v is DTypeOption => typeof v === 'object' && v !== null) ?? options;
    const [from, to, by] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
    if (!by) throw new ValueError('arange: step must not be 0.', { op: 'arange' });
    const dtype = opts.dtype ?? (numbers.every(Number.isInteger) ? 'int32' : 'float32');
    return sequence(
      Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by),
      dtype,
    );
  },
  LIKE,
);
/** `num` numbers at equal distances from `start` to `stop`. */
export const linspace = defineOp(
  'linspace',
  (start: number, stop: number, { num = 50, endpoint = true, dtype }: DTypeOption & { num?: number; endpoint?: boolean } = {}): Tensor => {
    const gaps = endpoint ? num - 1 : num;
    return sequence(
      Array.from({ length: num }, (_, i) => (i > 0 && i === gaps && endpoint ? stop : start + (gaps ? (i * (stop - start)) / gaps : 0))),
      dtype ?? 'float32',
    );
  },
  ['num', 'endpoint', 'dtype'],
);
/** `num` numbers at equal ratios from base^start to base^stop. */
export const logspace = defineOp(
  'logspace',
  (start: number, stop: number, { num = 50, endpoint = true, base = 10, dtype }: DTypeOption & { num?: number; endpoint?: boolean; base?: number } = {}): Tensor => {
    const gaps = endpoint ? num - 1 : num;
    return sequence(
      Array.from({ length: num }, (_, i) => base ** (start + (gaps ? (i * (stop - start)) / gaps : 0))),
      dtype ?? 'float32',
    );
  },
  ['num', 'endpoint', 'base', 'dtype'],
);

/** @internal bool (rows, columns): column - row compared with k. */
export function diagonalMask(op: 'equal' | 'less_equal' | 'greater_equal', rows: number, columns: number, k: number): Tensor {
  const i = run(
    'reshape',
    [
      sequence(
        Array.from({ length: rows }, (_, r) => r + k),
        'int32',
      ),
    ],
    { shape: [rows, 1] },
  );
  const j = run(
    'reshape',
    [
      sequence(
        Array.from({ length: columns }, (_, c) => c),
        'int32',
      ),
    ],
    { shape: [1, columns] },
  );
  return run(op, [j, i]);
}
/** Ones on the k-th diagonal of an (n, m) matrix. */
export const eye = defineOp(
  'eye',
  (n: number, m?: number | null | (DTypeOption & { k?: number }), options: DTypeOption & { k?: number } = {}): Tensor => {
    const { k = 0, dtype } = typeof m === 'object' && m !== null ? m : options;
    return run('cast', [diagonalMask('equal', n, typeof m === 'number' ? m : n, k)], { dtype: dtype ?? 'float32' });
  },
  ['k', 'dtype'],
);
/** The (n, n) identity matrix. */
export const identity = defineOp('identity', (n: number, { dtype }: DTypeOption = {}): Tensor => eye(n, { dtype }), LIKE);
/** Ones at and below the k-th diagonal. */
export const tri = defineOp(
  'tri',
  (n: number, { m = null, k = 0, dtype }: DTypeOption & { m?: number | null; k?: number } = {}): Tensor =>
    run('cast', [diagonalMask('less_equal', n, m ?? n, k)], { dtype: dtype ?? 'float32' }),
  ['m', 'k', 'dtype'],
);

const triangle = (name: string, op: 'less_equal' | 'greater_equal') =>
  defineOp(
    name,
    (x: TensorLike, { k = 0 }: { k?: number } = {}): Tensor => {
      const t = convert(x);
      if (t.ndim < 2) throw new ValueError(`${name}: a matrix is expected.\n  Received: shape ${formatShape(t.shape)}`, { op: name });
      return run('where', [diagonalMask(op, t.shape[t.ndim - 2], t.shape[t.ndim - 1], k), t, tensor(0, [], t.dtype)]);
    },
    ['k'],
  );
/** x with zeros above the k-th diagonal of its last two axes. */
export const tril = triangle('tril', 'less_equal');
/** x with zeros below the k-th diagonal of its last two axes. */
export const triu = triangle('triu', 'greater_equal');

/** A tensor from numbers, nested arrays, typed arrays, tensors or variables. */
export const convertToTensor = defineOp('convertToTensor', (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => (dtype ? tensor(x, null, dtype) : convert(x)), LIKE);
/** Alias of `convertToTensor`. */
export const array = defineOp('array', (x: TensorLike, { dtype }: DTypeOption = {}): Tensor => (dtype ? tensor(x, null, dtype) : convert(x)), LIKE);
/** Whether x is a tensor. */
export const isTensor = (x: unknown): x is Tensor => x instanceof (tensor(0).constructor as new () => Tensor);
/** Sizes of the axes. */
export const shape = (x: TensorLike): number[] => [...convert(x).shape];
/** Number of axes. */
export const ndim = (x: TensorLike): number => convert(x).ndim;
/** Number of elements. */
export const size = (x: TensorLike): number => convert(x).size;
