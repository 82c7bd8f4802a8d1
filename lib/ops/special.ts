/** Elementwise functions beyond the table of unary and binary ones (keras.ops). Complex parts are those of real tensors. */
import { isFloating, type DType, checkDType, convert, run, type Tensor, type TensorLike } from '../core/tensor';
import { pair } from './binary';
import { defineOp } from './define';
import { toFloat } from './unary';

const zeroOf = (t: Tensor): Tensor => convert(0, t);
const isNegative = (t: Tensor): Tensor => run('less', [t, zeroOf(t)]);
/** Floats for both, of a common dtype; int64 becomes float64 where Keras says so. */
function floatPair(x1: TensorLike, x2: TensorLike): [Tensor, Tensor] {
  const [a, b] = pair(x1, x2);
  if (isFloating(a.dtype) || isFloating(b.dtype)) return [a, b];
  const dtype: DType = a.dtype === 'int64' || b.dtype === 'int64' ? 'float64' : 'float32';
  return [run('cast', [a], { dtype }), run('cast', [b], { dtype })];
}

/** |x| of floats. */
export const fabs = defineOp('fabs', (x: TensorLike): Tensor => run('abs', [toFloat(x)]));
/** The same values in another tensor. */
export const copy = defineOp('copy', (x: TensorLike): Tensor => run('identity', [convert(x)]));
/** The bits of an integer, inverted. */
export const bitwiseInvert = defineOp('bitwiseInvert', (x: TensorLike): Tensor => run('bitwise_not', [convert(x)]));
/** Cube root, negative for negative x. */
export const cbrt = defineOp('cbrt', (x: TensorLike): Tensor => {
  const given = convert(x);
  const t = given.dtype === 'int64' ? run('cast', [given], { dtype: 'float64' }) : toFloat(given);
  return run('multiply', [run('sign', [t]), run('power', [run('abs', [t]), convert(1 / 3, t)])]);
});
/** 1 - erf(x), exact where erf(x) is near 1. */
export const erfc = defineOp('erfc', (x: TensorLike): Tensor => run('erfc', [convert(x)]));
/** Modified Bessel function of the first kind, order 0. */
export const i0 = defineOp('i0', (x: TensorLike): Tensor => run('bessel_i0', [convert(x)]));
/** sin(pi x) / (pi x), 1 at 0. */
export const sinc = defineOp('sinc', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  const isZero = run('equal', [t, zeroOf(t)]);
  const angle = run('multiply', [t, convert(Math.PI, t)]);
  return run('where', [
    isZero,
    convert(1, t),
    run('divide', [run('sin', [angle]), run('where', [isZero, convert(1, t), angle])]),
  ]);
});
/** Whether the sign bit is set: below 0, and -0. */
export const signbit = defineOp('signbit', (x: TensorLike): Tensor => {
  const t = convert(x);
  if (t.dtype === 'bool') return run('less', [run('cast', [t], { dtype: 'int32' }), convert(0, 'int32')]);
  if (!isFloating(t.dtype)) return isNegative(t);
  const isMinusZero = run('logical_and', [run('equal', [t, zeroOf(t)]), isNegative(run('reciprocal', [t]))]);
  return run('logical_or', [isNegative(t), isMinusZero]);
});
/** Whether x is -inf. */
export const isneginf = defineOp('isneginf', (x: TensorLike): Tensor => {
  const t = convert(x);
  return run('logical_and', [run('isinf', [t]), isNegative(t)]);
});
/** Whether x is inf. */
export const isposinf = defineOp('isposinf', (x: TensorLike): Tensor => {
  const t = convert(x);
  return run('logical_and', [run('isinf', [t]), run('greater', [t, zeroOf(t)])]);
});

/** Whether x has no imaginary part: true. */
export const isreal = defineOp('isreal', (x: TensorLike): Tensor =>
  run('broadcast_to', [convert(true)], { shape: [...convert(x).shape] }),
);
/** The real part: x. */
export const real = defineOp('real', (x: TensorLike): Tensor => run('identity', [convert(x)]));
/** The imaginary part: zeros. */
export const imag = defineOp('imag', (x: TensorLike): Tensor => {
  const t = convert(x);
  return run('broadcast_to', [zeroOf(t)], { shape: [...t.shape] });
});
/** The complex conjugate: x. */
export const conj = defineOp('conj', (x: TensorLike): Tensor => run('identity', [convert(x)]));
/** Alias of `conj`. */
export const conjugate = defineOp('conjugate', (x: TensorLike): Tensor => run('identity', [convert(x)]));
/** Angle in the complex plane: 0, or pi for negative x. */
export const angle = defineOp('angle', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return run('where', [isNegative(t), convert(Math.PI, t), run('multiply', [t, zeroOf(t)])]);
});
/** Cartesian coordinates [abs cos(angle), abs sin(angle)]: real and imaginary part, there being no complex tensors. */
export const polar = defineOp('polar', (abs: TensorLike, phase: TensorLike): [Tensor, Tensor] => {
  const [r, a] = pair(abs, phase);
  return [run('multiply', [r, run('cos', [a])]), run('multiply', [r, run('sin', [a])])];
});

/** sqrt(x1^2 + x2^2) without overflow. */
export const hypot = defineOp('hypot', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [x, y] = floatPair(x1, x2);
  const a = run('abs', [x]);
  const b = run('abs', [y]);
  const large = run('maximum', [a, b]);
  const isZero = run('equal', [large, zeroOf(large)]);
  const ratio = run('divide', [run('minimum', [a, b]), run('where', [isZero, convert(1, large), large])]);
  return run('multiply', [large, run('sqrt', [run('add', [run('square', [ratio]), convert(1, ratio)])])]);
});
/** 0 below 0, 1 above, x2 at 0. */
export const heaviside = defineOp('heaviside', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = floatPair(x1, x2);
  return run('where', [
    isNegative(a),
    zeroOf(b),
    run('where', [run('greater', [a, zeroOf(a)]), convert(1, b), run('add', [b, run('multiply', [a, zeroOf(a)])])]),
  ]);
});
/** log2(2^x1 + 2^x2) without overflow. */
export const logaddexp2 = defineOp('logaddexp2', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [p, q] = pair(x1, x2);
  const a = toFloat(p);
  const difference = run('subtract', [a, q]);
  const size = run('negative', [run('abs', [difference])]);
  const y = run('add', [
    run('maximum', [a, q]),
    run('divide', [run('log1p', [run('exp2', [size])]), convert(Math.LN2, size)]),
  ]);
  return run('where', [run('isnan', [difference]), run('add', [a, q]), y]);
});
/** The larger of both; of a number and NaN the number. */
export const fmax = defineOp('fmax', (x1: TensorLike, x2: TensorLike): Tensor => withoutNan('maximum', x1, x2));
/** The smaller of both; of a number and NaN the number. */
export const fmin = defineOp('fmin', (x1: TensorLike, x2: TensorLike): Tensor => withoutNan('minimum', x1, x2));
function withoutNan(op: string, x1: TensorLike, x2: TensorLike): Tensor {
  const [a, b] = pair(x1, x2);
  return run('where', [run('isnan', [a]), b, run('where', [run('isnan', [b]), a, run(op, [a, b])])]);
}
/** Remainder with the sign of x1. */
export const fmod = defineOp('fmod', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  return run('multiply', [run('sign', [a]), run('mod', [run('abs', [a]), run('abs', [b])])]);
});
/** x1 * 2^x2, x2 being integers. */
export const ldexp = defineOp('ldexp', (x1: TensorLike, x2: TensorLike): Tensor => {
  const a = toFloat(x1);
  const b = convert(x2, 'int32');
  const isFixed = run('logical_or', [run('isinf', [a]), run('equal', [a, zeroOf(a)])]);
  const y = run('multiply', [a, run('exp2', [run('cast', [b], { dtype: a.dtype })])]);
  return run('where', [isFixed, a, y]);
});
/** The float next to x1 towards x2. */
export const nextafter = defineOp('nextafter', (x1: TensorLike, x2: TensorLike): Tensor =>
  run('next_after', pair(x1, x2)),
);
/** Greatest common divisor of integers. */
export const gcd = defineOp('gcd', (x1: TensorLike, x2: TensorLike): Tensor => run('gcd', pair(x1, x2)));
/** Least common multiple of integers. */
export const lcm = defineOp('lcm', (x1: TensorLike, x2: TensorLike): Tensor => run('lcm', pair(x1, x2)));

const RANGES: Partial<Record<DType, [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int32: [-2147483648, 2147483647],
  float16: [-65504, 65504],
};
/** x as another dtype, limited to the numbers it holds. */
export const saturateCast = defineOp('saturateCast', (x: TensorLike, dtype: DType): Tensor => {
  const t = convert(x);
  const range = RANGES[checkDType(dtype)];
  if (t.dtype === dtype) return t;
  if (!range || t.dtype === 'bool') return run('cast', [t], { dtype });
  const [low, high] = range;
  const own = RANGES[t.dtype];
  const min = own && !isFloating(t.dtype) ? Math.max(low, own[0]) : low;
  const max = own && !isFloating(t.dtype) ? Math.min(high, own[1]) : high;
  // 2^31 - 1 is no float32: clipped in float64, which holds it.
  const wide =
    t.dtype !== 'float64' && isFloating(t.dtype) && dtype === 'int32' ? run('cast', [t], { dtype: 'float64' }) : t;
  return run('cast', [run('clip', [wide], { min, max })], { dtype });
});
