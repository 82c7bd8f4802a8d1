/** Reductions over axes (keras.ops): `axis` a number, a list, or null for all; `keepdims` keeps them as size 1. */
import { convert, run, type DType, type Tensor, type TensorLike } from '../core/tensor';
import { numberList } from './arguments';
import { defineMethods, defineOp } from './define';
import { toFloat } from './unary';

export interface ReductionOptions {
  /** Axis or axes to go over; negative ones count from the end. Default null: all of them. */
  axis?: number | readonly number[] | null;
  /** Whether these axes stay, with size 1. Default false. */
  keepdims?: boolean;
}
type Method = (options?: ReductionOptions) => Tensor;

const attrs = (op: string, { axis = null, keepdims = false }: ReductionOptions) => ({
  axis: axis === null ? undefined : numberList(op, 'axis', axis),
  keepdims,
});
const reduction = (name: string, native: string) =>
  defineOp(
    name,
    (x: TensorLike, options: ReductionOptions = {}): Tensor => run(native, [convert(x)], attrs(name, options)),
    ['axis', 'keepdims'],
  );

/** Sum. bool, int8 and uint8 are summed as int32. */
export const sum = reduction('sum', 'sum');
/** Arithmetic mean; of integers as float32. */
export const mean = reduction('mean', 'mean');
/** Product; of elements brought to `dtype` first, where it is given. */
export const prod = defineOp(
  'prod',
  (x: TensorLike, { dtype, ...options }: ReductionOptions & { dtype?: DType | null } = {}): Tensor =>
    run('prod', [inDtype(convert(x), dtype)], attrs('prod', options)),
  ['axis', 'keepdims', 'dtype'],
);
/** Whether the axes that are reduced hold nothing. */
const reducesNothing = (op: string, t: Tensor, { axis = null }: ReductionOptions): boolean =>
  t.size === 0 &&
  (axis === null ? t.shape.map((_, i) => i) : numberList(op, 'axis', axis)).some((a) => t.shape.at(a) === 0);
function extreme(
  op: 'max' | 'min',
  pairwise: 'maximum' | 'minimum',
  t: Tensor,
  initial: number | null | undefined,
  options: ReductionOptions,
): Tensor {
  if (initial == null) return run(op, [t], attrs(op, options));
  const first = convert(initial, t);
  // Of nothing the initial value; its shape is that of a sum.
  if (reducesNothing(op, t, options))
    return run('broadcast_to', [run('cast', [first], { dtype: t.dtype })], {
      shape: [...run('sum', [t], attrs(op, options)).shape],
    });
  const y = run(pairwise, [run(op, [t], attrs(op, options)), first]);
  return t.dtype === 'bool' ? run('not_equal', [y, convert(0, y)]) : y;
}
/** Largest element; NaN wins. The gradient is shared among equals. `initial`: the result is at least this. */
export const max = defineOp(
  'max',
  (x: TensorLike, { initial, ...options }: ReductionOptions & { initial?: number | null } = {}): Tensor =>
    extreme('max', 'maximum', convert(x), initial, options),
  ['axis', 'keepdims', 'initial'],
);
/** Smallest element; NaN wins. */
export const min = defineOp(
  'min',
  (x: TensorLike, { initial, ...options }: ReductionOptions & { initial?: number | null } = {}): Tensor =>
    extreme('min', 'minimum', convert(x), initial, options),
  ['axis', 'keepdims', 'initial'],
);
/** Largest element. */
export const amax = defineOp(
  'amax',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('max', [convert(x)], attrs('max', options)),
  ['axis', 'keepdims'],
);
/** Smallest element. */
export const amin = defineOp(
  'amin',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('min', [convert(x)], attrs('min', options)),
  ['axis', 'keepdims'],
);
/** Whether any element is not 0. */
export const any = reduction('any', 'any');
/** Whether all elements are not 0. */
export const all = reduction('all', 'all');
/** mean((x - mean(x))^2), without bias correction. */
export const variance = defineOp(
  'var',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = toFloat(x);
    const centered = run('subtract', [t, run('mean', [t], attrs('var', { ...options, keepdims: true }))]);
    return run('mean', [run('square', [centered])], attrs('var', options));
  },
  ['axis', 'keepdims'],
);
/** sqrt(var(x)) */
export const std = defineOp(
  'std',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('sqrt', [variance(x, options)]),
  ['axis', 'keepdims'],
);
/** log(sum(e^x)) without overflow; -inf of nothing. */
export const logsumexp = defineOp(
  'logsumexp',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => {
    const t = toFloat(x);
    if (reducesNothing('logsumexp', t, options)) return run('log', [run('sum', [t], attrs('logsumexp', options))]); // log 0
    const largest = run('max', [t], attrs('logsumexp', { ...options, keepdims: true }));
    const shift = run('stop_gradient', [run('where', [run('isfinite', [largest]), largest, convert(0, largest)])]);
    const total = run('log', [run('sum', [run('exp', [run('subtract', [t, shift])])], attrs('logsumexp', options))]);
    return run('add', [total, run('reshape', [shift], { shape: [...total.shape] })]);
  },
  ['axis', 'keepdims'],
);
/** How many elements are not 0 (int32). */
export const countNonzero = defineOp(
  'countNonzero',
  (x: TensorLike, { axis = null }: { axis?: number | readonly number[] | null } = {}): Tensor => {
    const t = convert(x);
    return run(
      'sum',
      [run('cast', [run('not_equal', [t, convert(0, t)])], { dtype: 'int32' })],
      attrs('countNonzero', { axis }),
    );
  },
  ['axis'],
);
/** Weighted mean. */
export const average = defineOp(
  'average',
  (
    x: TensorLike,
    { axis = null, weights = null }: { axis?: number | readonly number[] | null; weights?: TensorLike | null } = {},
  ): Tensor => {
    const t = toFloat(x);
    if (weights === null) return run('mean', [t], attrs('average', { axis }));
    let w = convert(weights, t);
    if (w.ndim === 1 && t.ndim > 1 && typeof axis === 'number')
      w = run('reshape', [w], { shape: t.shape.map((d, i) => (i === (axis + t.ndim) % t.ndim ? d : 1)) });
    const full = run('broadcast_to', [run('cast', [w], { dtype: t.dtype })], { shape: [...t.shape] });
    return run('divide', [
      run('sum', [run('multiply', [t, full])], attrs('average', { axis })),
      run('sum', [full], attrs('average', { axis })),
    ]);
  },
  ['axis', 'weights'],
);

const argument = (name: string, smallest: boolean) =>
  defineOp(
    name,
    (x: TensorLike, { axis = null, keepdims = false }: { axis?: number | null; keepdims?: boolean } = {}): Tensor => {
      const t = convert(x);
      if (axis !== null) return run('argmax', [t], { axis, keepdims, min: smallest });
      const y = run('argmax', [run('reshape', [t], { shape: [-1] })], { axis: 0, min: smallest });
      return keepdims ? run('reshape', [y], { shape: t.shape.map(() => 1) }) : y;
    },
    ['axis', 'keepdims'],
  );
/** Position of the largest element along `axis` (of all when null), the first of equals; int32. */
export const argmax = argument('argmax', false);
/** Position of the smallest element. */
export const argmin = argument('argmin', true);

/** @internal x as `dtype`, where one is given. */
export const inDtype = (t: Tensor, dtype?: DType | null): Tensor =>
  dtype && t.dtype !== dtype ? run('cast', [t], { dtype }) : t;
export interface CumulativeOptions {
  /** Axis along which values accumulate. Default null: all elements in row-major order, as one vector. */
  axis?: number | null;
  /** Dtype of the result. Default: that of x; int32 for bool. */
  dtype?: DType | null;
}
/** @internal Runs `f` in a dtype that holds running results; small integers wrap around in their own. */
export function cumulative(x: TensorLike, dtype: DType | null | undefined, f: (t: Tensor) => Tensor): Tensor {
  const t = inDtype(convert(x), dtype);
  if (t.dtype === 'bool') return f(run('cast', [t], { dtype: 'int32' }));
  return t.dtype === 'int8' || t.dtype === 'uint8'
    ? run('cast', [f(run('cast', [t], { dtype: 'int32' }))], { dtype: t.dtype })
    : f(t);
}
/** Running sum along `axis` (over all elements in order when null), of elements brought to `dtype` first. */
export const cumsum = defineOp(
  'cumsum',
  (x: TensorLike, { axis = null, dtype }: CumulativeOptions = {}): Tensor =>
    cumulative(x, dtype, (t) =>
      axis === null ? run('cumsum', [run('reshape', [t], { shape: [-1] })], { axis: 0 }) : run('cumsum', [t], { axis }),
    ),
  ['axis', 'dtype'],
);

/** Mean and variance over `axes`, as a pair. `synchronized` is over replicas, of which there is one. */
export const moments = defineOp(
  'moments',
  (
    x: TensorLike,
    axes: number | readonly number[],
    { keepdims = false }: { keepdims?: boolean; synchronized?: boolean } = {},
  ): [Tensor, Tensor] => [mean(x, { axis: axes, keepdims }), variance(x, { axis: axes, keepdims })],
  ['keepdims', 'synchronized'],
);

export { variance as var };
defineMethods({ sum, mean, prod, max, min, any, all, var: variance, std, argmax, argmin, logsumexp, cumsum });
declare module '../core/tensor' {
  interface Tensor {
    sum: Method;
    mean: Method;
    prod(options?: ReductionOptions & { dtype?: DType | null }): Tensor;
    max: Method;
    min: Method;
    any: Method;
    all: Method;
    var: Method;
    std: Method;
    logsumexp: Method;
    argmax(options?: { axis?: number | null; keepdims?: boolean }): Tensor;
    argmin(options?: { axis?: number | null; keepdims?: boolean }): Tensor;
    cumsum(options?: CumulativeOptions): Tensor;
  }
}
