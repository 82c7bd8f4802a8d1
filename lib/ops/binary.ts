/** Elementwise functions of two tensors with NumPy broadcasting (keras.ops). A plain number takes the other's dtype. */
import { convert, isFloating, run, Tensor, type TensorLike } from '../core/tensor';
import { defineMethods, defineOp } from './define';

/** @internal */
export type BinaryMethod = (y: TensorLike) => Tensor;

/** @internal Both operands as tensors. */
export function pair(x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  if (typeof x === 'number') {
    const b = convert(y, typeof y === 'number' ? undefined : 'float32');
    return [convert(x, b), b];
  }
  const a = convert(x, Array.isArray(x) && y instanceof Tensor ? y : undefined);
  return [a, convert(y, a)];
}
const binary = (name: string, native: string) =>
  defineOp(name, (x1: TensorLike, x2: TensorLike): Tensor => run(native, pair(x1, x2)));

/** x1 + x2 */
export const add = binary('add', 'add');
/** x1 - x2 */
export const subtract = binary('subtract', 'subtract');
/** x1 * x2 */
export const multiply = binary('multiply', 'multiply');
/** x1 / x2 as floats. */
export const divide = binary('divide', 'divide');
/** x1 / x2 as floats. */
export const trueDivide = binary('trueDivide', 'divide');
/** floor(x1 / x2) */
export const floorDivide = binary('floorDivide', 'floor_divide');
/** x1 / x2, and 0 where x2 is 0. */
export const divideNoNan = defineOp('divideNoNan', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  const isZero = run('equal', [b, convert(0, b)]);
  const q = run('divide', [a, run('where', [isZero, convert(1, b), b])]);
  return run('where', [isZero, convert(0, q), q]);
});
/** Remainder with the sign of x2. */
export const mod = binary('mod', 'mod');
/** x1 to the power of x2. */
export const power = binary('power', 'power');
/** The larger of both; NaN wins. */
export const maximum = binary('maximum', 'maximum');
/** The smaller of both; NaN wins. */
export const minimum = binary('minimum', 'minimum');
/** Angle of the point (x2, x1), radians. */
export const arctan2 = binary('arctan2', 'arctan2');
/** x1 > x2 */
export const greater = binary('greater', 'greater');
/** x1 >= x2 */
export const greaterEqual = binary('greaterEqual', 'greater_equal');
/** x1 < x2 */
export const less = binary('less', 'less');
/** x1 <= x2 */
export const lessEqual = binary('lessEqual', 'less_equal');
/** x1 == x2 */
export const equal = binary('equal', 'equal');
/** x1 != x2 */
export const notEqual = binary('notEqual', 'not_equal');
/** Both not 0. */
export const logicalAnd = binary('logicalAnd', 'logical_and');
/** One of them not 0. */
export const logicalOr = binary('logicalOr', 'logical_or');
/** Exactly one of them not 0. */
export const logicalXor = binary('logicalXor', 'logical_xor');
/** Bits set in both. */
export const bitwiseAnd = binary('bitwiseAnd', 'bitwise_and');
/** Bits set in one of them. */
export const bitwiseOr = binary('bitwiseOr', 'bitwise_or');
/** Bits set in exactly one of them. */
export const bitwiseXor = binary('bitwiseXor', 'bitwise_xor');
/** x1 * 2^x2 on integers. */
export const leftShift = binary('leftShift', 'left_shift');
/** x1 * 2^x2 on integers. */
export const bitwiseLeftShift = binary('bitwiseLeftShift', 'left_shift');
/** floor(x1 / 2^x2) on integers. */
export const rightShift = binary('rightShift', 'right_shift');
/** floor(x1 / 2^x2) on integers. */
export const bitwiseRightShift = binary('bitwiseRightShift', 'right_shift');
/** (x1 - x2)^2 */
export const squaredDifference = defineOp('squaredDifference', (x1: TensorLike, x2: TensorLike): Tensor =>
  run('square', [run('subtract', pair(x1, x2))]),
);
/** log(e^x1 + e^x2) without overflow. */
export const logaddexp = defineOp('logaddexp', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [given, b] = pair(x1, x2);
  const a = isFloating(given.dtype) || isFloating(b.dtype) ? given : run('cast', [given], { dtype: 'float32' });
  const difference = run('subtract', [a, b]); // NaN where both are the same infinity, which is then the result
  const y = run('add', [
    run('maximum', [a, b]),
    run('log1p', [run('exp', [run('negative', [run('abs', [difference])])])]),
  ]);
  return run('where', [run('isnan', [difference]), run('add', [a, b]), y]);
});
/** Where `condition` holds x1, else x2. */
export const where = defineOp('where', (condition: TensorLike, x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  return run('where', [convert(condition), a, b]);
});
/** |x1 - x2| <= atol + rtol * |x2| */
export const isclose = defineOp(
  'isclose',
  (
    x1: TensorLike,
    x2: TensorLike,
    { rtol = 1e-5, atol = 1e-8, equalNan = false }: { rtol?: number; atol?: number; equalNan?: boolean } = {},
  ): Tensor => {
    const [a, b] = pair(x1, x2);
    const same = run('equal', [a, b]);
    const limit = run('add', [
      run('multiply', [run('abs', [b]), convert(rtol, isFloating(b.dtype) ? b : 'float32')]),
      convert(atol, isFloating(b.dtype) ? b : 'float32'),
    ]);
    const near = run('logical_and', [
      run('isfinite', [b]),
      run('less_equal', [run('abs', [run('subtract', [a, b])]), limit]),
    ]);
    const close = run('logical_or', [same, near]);
    return equalNan ? run('logical_or', [close, run('logical_and', [run('isnan', [a]), run('isnan', [b])])]) : close;
  },
  ['rtol', 'atol', 'equalNan'],
);
/** Whether all elements are close: |x1 - x2| <= atol + rtol |x2|; a bool scalar. */
export const allclose = defineOp(
  'allclose',
  (x1: TensorLike, x2: TensorLike, options: { rtol?: number; atol?: number; equalNan?: boolean } = {}): Tensor =>
    run('all', [isclose(x1, x2, options)], {}),
  ['rtol', 'atol', 'equalNan'],
);

defineMethods({
  add,
  subtract,
  multiply,
  divide,
  floorDivide,
  mod,
  power,
  maximum,
  minimum,
  greater,
  greaterEqual,
  less,
  lessEqual,
  equal,
  notEqual,
  logicalAnd,
  logicalOr,
  squaredDifference,
  sub: subtract,
  mul: multiply,
  div: divide,
  pow: power,
});
declare module '../core/tensor' {
  interface Tensor {
    add: BinaryMethod;
    subtract: BinaryMethod;
    multiply: BinaryMethod;
    divide: BinaryMethod;
    floorDivide: BinaryMethod;
    mod: BinaryMethod;
    power: BinaryMethod;
    maximum: BinaryMethod;
    minimum: BinaryMethod;
    greater: BinaryMethod;
    greaterEqual: BinaryMethod;
    less: BinaryMethod;
    lessEqual: BinaryMethod;
    equal: BinaryMethod;
    notEqual: BinaryMethod;
    logicalAnd: BinaryMethod;
    logicalOr: BinaryMethod;
    squaredDifference: BinaryMethod;
    sub: BinaryMethod;
    mul: BinaryMethod;
    div: BinaryMethod;
    pow: BinaryMethod;
  }
}
