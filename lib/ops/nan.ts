/** Reductions that leave NaN out (keras.ops). */
import { convert, expectValue, isFloating, run, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { range } from './ranges';
import { moveaxis, normalizeAxis } from './shape';
import { cumprod, type QuantileMethod } from './statistics';
import { cumsum, type CumulativeOptions, type ReductionOptions } from './reduction';
import { toFloat } from './unary';

const attrs = ({ axis = null, keepdims = false }: ReductionOptions) => ({
  axis: axis === null ? undefined : typeof axis === 'number' ? [axis] : [...axis],
  keepdims,
});
const isNan = (t: Tensor): Tensor => run('isnan', [t]);
const without = (t: Tensor, value: number): Tensor =>
  isFloating(t.dtype) ? run('where', [isNan(t), convert(value, t), t]) : t;
const OPTIONS = ['axis', 'keepdims'];

/** Sum of what is not NaN. */
export const nansum = defineOp(
  'nansum',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('sum', [without(convert(x), 0)], attrs(options)),
  OPTIONS,
);
/** Product of what is not NaN. */
export const nanprod = defineOp(
  'nanprod',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('prod', [without(convert(x), 1)], attrs(options)),
  OPTIONS,
);
const extreme = (name: string, native: string, worst: number) =>
  defineOp(
    name,
    (x: TensorLike, options: ReductionOptions = {}): Tensor => {
      const t = convert(x);
      if (!isFloating(t.dtype)) return run(native, [t], attrs(options));
      return run('where', [
        run('all', [isNan(t)], attrs(options)),
        convert(NaN, t),
        run(native, [without(t, worst)], attrs(options)),
      ]);
    },
    OPTIONS,
  );
/** Largest element that is not NaN; NaN where all are. */
export const nanmax = extreme('nanmax', 'max', -Infinity);
/** Smallest element that is not NaN; NaN where all are. */
export const nanmin = extreme('nanmin', 'min', Infinity);
/** Mean of what is not NaN. */
export const nanmean = defineOp(
  'nanmean',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => meanOf(toFloat(x), options),
  OPTIONS,
);
const countOf = (t: Tensor, options: ReductionOptions): Tensor =>
  run('sum', [run('cast', [run('logical_not', [isNan(t)])], { dtype: t.dtype })], attrs(options));
function meanOf(t: Tensor, options: ReductionOptions): Tensor {
  return run('divide', [run('sum', [without(t, 0)], attrs(options)), countOf(t, options)]);
}
function varianceOf(t: Tensor, options: ReductionOptions): Tensor {
  const difference = run('subtract', [t, meanOf(t, { ...options, keepdims: true })]);
  // NaN goes before squaring: 0 times NaN would be the gradient of what is left out.
  const centered = run('where', [isNan(t), convert(0, t), difference]);
  return run('divide', [run('sum', [run('square', [centered])], attrs(options)), countOf(t, options)]);
}
/** Variance of what is not NaN, without bias correction. */
export const nanvar = defineOp(
  'nanvar',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => varianceOf(toFloat(x), options),
  OPTIONS,
);
/** Standard deviation of what is not NaN. */
export const nanstd = defineOp(
  'nanstd',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => run('sqrt', [varianceOf(toFloat(x), options)]),
  OPTIONS,
);

const position = (name: string, worst: number) =>
  defineOp(
    name,
    (x: TensorLike, { axis = null, keepdims = false }: { axis?: number | null; keepdims?: boolean } = {}): Tensor => {
      const given = convert(x);
      const t = axis === null ? run('reshape', [given], { shape: [-1] }) : given;
      const a = axis ?? 0;
      const at = run('argmax', [without(t, worst)], { axis: a, keepdims, min: worst > 0 });
      const y = isFloating(t.dtype)
        ? run('where', [run('all', [isNan(t)], { axis: [a], keepdims }), convert(-1, 'int32'), at])
        : at;
      return axis === null && keepdims ? run('reshape', [y], { shape: given.shape.map(() => 1) }) : y;
    },
    OPTIONS,
  );
/** Position of the largest element that is not NaN; -1 where all are. */
export const nanargmax = position('nanargmax', -Infinity);
/** Position of the smallest element that is not NaN; -1 where all are. */
export const nanargmin = position('nanargmin', Infinity);
/** Running sum with NaN as 0. */
export const nancumsum = defineOp(
  'nancumsum',
  (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumsum(without(convert(x), 0), options),
  ['axis', 'dtype'],
);
/** Running product with NaN as 1. */
export const nancumprod = defineOp(
  'nancumprod',
  (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumprod(without(convert(x), 1), options),
  ['axis', 'dtype'],
);

interface QuantileOptions extends ReductionOptions {
  /** Which value stands for a quantile between two elements: 'linear' (default; between them), 'lower', 'higher', 'midpoint' or 'nearest'. */
  method?: QuantileMethod;
}
/** Quantiles of each line's own count of numbers: positions are computed, not known. */
function quantiles(
  name: string,
  x: TensorLike,
  q: TensorLike,
  scale: number,
  { axis = null, keepdims = false, method = 'linear' }: QuantileOptions,
): Tensor {
  const t = toFloat(x);
  const axes =
    axis === null
      ? t.shape.map((_, i) => i)
      : (typeof axis === 'number' ? [axis] : [...axis]).map((a) => normalizeAxis(name, a, t.ndim, t.shape));
  const kept = t.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const lead = kept.map((i) => t.shape[i]);
  const rows = lead.reduce((p, d) => p * d, 1);
  const given = convert(q, 'float64');
  expectValue(given, name);
  const qs = Float64Array.from(given.readSync() as ArrayLike<number>, (v) => Number(v) / scale);
  const lines = run('reshape', [run('transpose', [t], { axes: [...kept, ...axes] })], { shape: [rows, -1] });
  const n = lines.shape[1];
  const sorted = run('reshape', [run('sort', [lines])], { shape: [-1] }); // NaN last
  const count = run('sum', [run('cast', [run('logical_not', [isNan(lines)])], { dtype: 'float64' })], {
    axis: [1],
    keepdims: true,
  });
  const last = run('subtract', [count, convert(1, count)]);
  const exact = run('multiply', [last, tensor(qs, [1, qs.length])]);
  const zero = convert(0, exact);
  const limited = (v: Tensor): Tensor => run('maximum', [run('minimum', [v, last]), zero]);
  const low = limited(run('floor', [exact]));
  const high = limited(run('ceil', [exact]));
  const start = run('reshape', [range(rows, 'float64', 0, n)], { shape: [rows, 1] });
  const pick = (at: Tensor): Tensor =>
    run('take', [sorted, run('cast', [run('add', [at, start])], { dtype: 'int32' })], { axis: 0 });
  const between = (weight: Tensor): Tensor => {
    const w = run('cast', [weight], { dtype: t.dtype });
    return run('add', [
      run('multiply', [pick(low), run('subtract', [convert(1, w), w])]),
      run('multiply', [pick(high), w]),
    ]);
  };
  let y: Tensor;
  if (method === 'lower') y = pick(low);
  else if (method === 'higher') y = pick(high);
  else if (method === 'nearest') y = pick(limited(run('round', [exact])));
  else if (method === 'midpoint') y = between(convert(0.5, exact));
  else y = between(run('subtract', [exact, low]));
  y = run('where', [run('equal', [count, zero]), convert(NaN, y), y]);
  const out = keepdims ? t.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : lead;
  return run('reshape', [moveaxis(y, -1, 0)], { shape: [...given.shape, ...out] });
}
/** `quantile` of what is not NaN. */
export const nanquantile = defineOp(
  'nanquantile',
  (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantiles('nanquantile', x, q, 1, options),
  ['axis', 'method', 'keepdims'],
);
/** `percentile` of what is not NaN. */
export const nanpercentile = defineOp(
  'nanpercentile',
  (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor =>
    quantiles('nanpercentile', x, q, 100, options),
  ['axis', 'method', 'keepdims'],
);
/** `median` of what is not NaN. */
export const nanmedian = defineOp(
  'nanmedian',
  (x: TensorLike, options: ReductionOptions = {}): Tensor => quantiles('nanmedian', x, 0.5, 1, options),
  OPTIONS,
);
