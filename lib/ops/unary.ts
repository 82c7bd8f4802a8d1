/** Elementwise functions of one tensor (keras.ops). Integers become float32 where the function is not defined on them. */
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { convert, isFloating, run, type DType, type Tensor, type TensorLike, checkDType } from '../core/tensor';
import { defineMethods, defineOp } from './define';

/** @internal */
export type UnaryMethod = () => Tensor;
const unary = (name: string, native: string) => defineOp(name, (x: TensorLike): Tensor => run(native, [convert(x)]));
// Of bool the value itself.
const unaryOfNumbers = (name: string, native: string) =>
  defineOp(name, (x: TensorLike): Tensor => {
    const t = convert(x);
    return t.dtype === 'bool' ? t : run(native, [t]);
  });

/** -x */
export const negative = unary('negative', 'negative');
/** |x| */
export const abs = unaryOfNumbers('abs', 'abs');
/** |x| */
export const absolute = unaryOfNumbers('absolute', 'abs');
/** -1, 0 or 1; NaN stays. */
export const sign = unary('sign', 'sign');
/** e^x */
export const exp = unary('exp', 'exp');
/** 2^x */
export const exp2 = unary('exp2', 'exp2');
/** e^x - 1, exact near 0. */
export const expm1 = unary('expm1', 'expm1');
/** Natural logarithm: -inf at 0, NaN below. */
export const log = unary('log', 'log');
/** log(1 + x), exact near 0. */
export const log1p = unary('log1p', 'log1p');
/** Logarithm to base 2. */
export const log2 = unary('log2', 'log2');
/** Logarithm to base 10. */
export const log10 = unary('log10', 'log10');
/** Square root; NaN below 0. */
export const sqrt = unary('sqrt', 'sqrt');
/** 1 / sqrt(x) */
export const rsqrt = unary('rsqrt', 'rsqrt');
/** x^2 */
export const square = unary('square', 'square');
/** 1 / x */
export const reciprocal = unary('reciprocal', 'reciprocal');
/** Sine of radians. */
export const sin = unary('sin', 'sin');
/** Cosine of radians. */
export const cos = unary('cos', 'cos');
/** Tangent of radians. */
export const tan = unary('tan', 'tan');
/** Inverse sine in radians. */
export const arcsin = unary('arcsin', 'arcsin');
/** Inverse cosine in radians. */
export const arccos = unary('arccos', 'arccos');
/** Inverse tangent in radians. */
export const arctan = unary('arctan', 'arctan');
/** (e^x - e^-x) / 2 */
export const sinh = unary('sinh', 'sinh');
/** (e^x + e^-x) / 2 */
export const cosh = unary('cosh', 'cosh');
/** (e^x - e^-x) / (e^x + e^-x) */
export const tanh = unary('tanh', 'tanh');
/** Inverse of sinh. */
export const arcsinh = unary('arcsinh', 'arcsinh');
/** Inverse of cosh. */
export const arccosh = unary('arccosh', 'arccosh');
/** Inverse of tanh. */
export const arctanh = unary('arctanh', 'arctanh');
/** 1 / (1 + e^-x) */
export const sigmoid = unary('sigmoid', 'sigmoid');
/** max(x, 0) */
export const relu = unary('relu', 'relu');
/** log(1 + e^x) */
export const softplus = unary('softplus', 'softplus');
/** The error function: 2 / sqrt(pi) * integral of e^(-t^2) from 0 to x. */
export const erf = unary('erf', 'erf');
/** Inverse of erf. */
export const erfinv = unary('erfinv', 'erfinv');
/** Largest integer <= x. */
export const floor = defineOp('floor', (x: TensorLike): Tensor => run('floor', [toFloat(x)]));
/** Smallest integer >= x. */
export const ceil = defineOp('ceil', (x: TensorLike): Tensor => run('ceil', [toFloat(x)]));
/** x without its fraction. */
export const trunc = unaryOfNumbers('trunc', 'trunc');
/** x rounded to `decimals` places, halves to even. */
export const round = defineOp(
  'round',
  (x: TensorLike, { decimals = 0 }: { decimals?: number } = {}): Tensor => {
    const t = convert(x);
    if (typeof decimals !== 'number' || !Number.isInteger(decimals))
      throw new ValueError(`round: decimals must be an integer.\n  Received: ${describe(decimals)}`, {
        op: 'round',
      });
    if (!decimals) return run('round', [t]);
    if (!isFloating(t.dtype)) {
      if (decimals > 0) return t;
      // Keras computes in float32, which holds no more than 24 bits; float64 keeps int32 exact.
      return run('cast', [round(run('cast', [t], { dtype: 'float64' }), { decimals })], { dtype: t.dtype });
    }
    const factor = convert(10 ** decimals, t);
    return run('divide', [run('round', [run('multiply', [t, factor])]), factor]);
  },
  ['decimals'],
);
/** Whether x is NaN. */
export const isnan = unary('isnan', 'isnan');
/** Whether x is infinite. */
export const isinf = unary('isinf', 'isinf');
/** Whether x is neither infinite nor NaN. */
export const isfinite = unary('isfinite', 'isfinite');
/** Whether x is 0. */
export const logicalNot = unary('logicalNot', 'logical_not');
/** The bits of an integer, inverted. */
export const bitwiseNot = unary('bitwiseNot', 'bitwise_not');
/** Degrees to radians. */
export const deg2rad = defineOp('deg2rad', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return run('multiply', [t, convert(Math.PI / 180, t)]);
});
/** Radians to degrees. */
export const rad2deg = defineOp('rad2deg', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return run('multiply', [t, convert(180 / Math.PI, t)]);
});

/** x as another dtype. Floats are cut off towards zero, and kept within the range of an integer type. */
export const cast = defineOp('cast', (x: TensorLike, dtype: DType): Tensor => {
  const t = convert(x);
  if (t.dtype === checkDType(dtype)) return t;
  const small = dtype === 'int8' ? [-128, 127] : dtype === 'uint8' ? [0, 255] : null;
  return run('cast', [small && isFloating(t.dtype) ? run('clip', [t], { min: small[0], max: small[1] }) : t], {
    dtype,
  });
});
/** x limited to [xMin, xMax]; the limits are numbers or tensors. Where xMin > xMax the result is xMin, as TensorFlow's clip_by_value. */
export const clip = defineOp('clip', (x: TensorLike, xMin: TensorLike, xMax: TensorLike): Tensor => {
  const given = convert(x);
  const t = given.dtype === 'bool' ? run('cast', [given], { dtype: 'int32' }) : given;
  if (typeof xMin === 'number' && typeof xMax === 'number' && xMin <= xMax)
    return run('clip', [t], { min: xMin, max: xMax });
  return run('maximum', [run('minimum', [t, convert(xMax, t)]), convert(xMin, t)]);
});
/** x, through which no gradient flows. */
export const stopGradient = defineOp('stopGradient', (x: TensorLike): Tensor => run('stop_gradient', [convert(x)]));
/** The largest finite number of each floating dtype. */
const LARGEST: Partial<Record<DType, number>> = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};
/** NaN, inf and -inf replaced by numbers. Defaults: 0, the largest and the smallest float. */
export const nanToNum = defineOp(
  'nanToNum',
  (
    x: TensorLike,
    { nan = 0, posinf, neginf }: { nan?: number; posinf?: number | null; neginf?: number | null } = {},
  ): Tensor => {
    const t = convert(x);
    if (!isFloating(t.dtype)) return t;
    const limit = LARGEST[t.dtype]!;
    const replaced = run('where', [
      run('less', [t, convert(0, t)]),
      convert(neginf ?? -limit, t),
      convert(posinf ?? limit, t),
    ]);
    return run('where', [run('isnan', [t]), convert(nan, t), run('where', [run('isinf', [t]), replaced, t])]);
  },
  ['nan', 'posinf', 'neginf'],
);

/** @internal Integers and bool as float32. */
export function toFloat(x: TensorLike): Tensor {
  const t = convert(x);
  return isFloating(t.dtype) ? t : run('cast', [t], { dtype: 'float32' });
}

const names = {
  negative,
  abs,
  sign,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  rsqrt,
  square,
  reciprocal,
  sin,
  cos,
  tan,
  arcsin,
  arccos,
  arctan,
  sinh,
  cosh,
  tanh,
  sigmoid,
  relu,
  softplus,
  erf,
  floor,
  ceil,
  round,
  isnan,
  isfinite,
  logicalNot,
  cast,
  clip,
  stopGradient,
};
defineMethods(names);
declare module '../core/tensor' {
  interface Tensor {
    negative: UnaryMethod;
    abs: UnaryMethod;
    sign: UnaryMethod;
    exp: UnaryMethod;
    expm1: UnaryMethod;
    log: UnaryMethod;
    log1p: UnaryMethod;
    sqrt: UnaryMethod;
    rsqrt: UnaryMethod;
    square: UnaryMethod;
    reciprocal: UnaryMethod;
    sin: UnaryMethod;
    cos: UnaryMethod;
    tan: UnaryMethod;
    arcsin: UnaryMethod;
    arccos: UnaryMethod;
    arctan: UnaryMethod;
    sinh: UnaryMethod;
    cosh: UnaryMethod;
    tanh: UnaryMethod;
    sigmoid: UnaryMethod;
    relu: UnaryMethod;
    softplus: UnaryMethod;
    erf: UnaryMethod;
    floor: UnaryMethod;
    ceil: UnaryMethod;
    isnan: UnaryMethod;
    isfinite: UnaryMethod;
    logicalNot: UnaryMethod;
    stopGradient: UnaryMethod;
    round(options?: { decimals?: number }): Tensor;
    cast(dtype: DType): Tensor;
    clip(xMin: TensorLike, xMax: TensorLike): Tensor;
  }
}
