/** Operations on elements: functions of one tensor, of two with broadcasting, choices and casts. */
import { convert, type Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operations } from '../operation';
import type { Value } from '../values';

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor) => Tensor;
const rowsOf = <F>(table: Readonly<Record<string, F>>, row: (f: F) => (n: NodeCall) => Value): Operations =>
  Object.fromEntries(Object.entries(table).map(([name, f]) => [name, row(f)]));

const unary: Readonly<Record<string, Unary>> = {
  Abs: (x) => ops.abs(x),
  Acos: (x) => ops.arccos(x),
  Acosh: (x) => ops.arccosh(x),
  Asin: (x) => ops.arcsin(x),
  Asinh: (x) => ops.arcsinh(x),
  Atan: (x) => ops.arctan(x),
  Atanh: (x) => ops.arctanh(x),
  Ceil: (x) => ops.ceil(x),
  Cos: (x) => ops.cos(x),
  Cosh: (x) => ops.cosh(x),
  Elu: (x) => ops.elu(x),
  Erf: (x) => ops.erf(x),
  Erfc: (x) => ops.erfc(x),
  Exp: (x) => ops.exp(x),
  Expm1: (x) => ops.expm1(x),
  Floor: (x) => ops.floor(x),
  Inv: (x) => ops.reciprocal(x),
  IsFinite: (x) => ops.isfinite(x),
  IsInf: (x) => ops.isinf(x),
  IsNan: (x) => ops.isnan(x),
  Log: (x) => ops.log(x),
  Log1p: (x) => ops.log1p(x),
  LogSoftmax: (x) => ops.logSoftmax(x),
  LogicalNot: (x) => ops.logicalNot(x),
  Neg: (x) => ops.negative(x),
  OnesLike: (x) => ops.onesLike(x),
  Reciprocal: (x) => ops.reciprocal(x),
  Relu: (x) => ops.relu(x),
  Relu6: (x) => ops.relu6(x),
  Rint: (x) => ops.round(x),
  Round: (x) => ops.round(x),
  Rsqrt: (x) => ops.rsqrt(x),
  Selu: (x) => ops.selu(x),
  Sigmoid: (x) => ops.sigmoid(x),
  Sign: (x) => ops.sign(x),
  Sin: (x) => ops.sin(x),
  Sinh: (x) => ops.sinh(x),
  Softmax: (x) => ops.softmax(x),
  Softplus: (x) => ops.softplus(x),
  Softsign: (x) => ops.softsign(x),
  Sqrt: (x) => ops.sqrt(x),
  Square: (x) => ops.square(x),
  StopGradient: (x) => ops.stopGradient(x),
  PreventGradient: (x) => ops.stopGradient(x),
  Tan: (x) => ops.tan(x),
  Tanh: (x) => ops.tanh(x),
  ZerosLike: (x) => ops.zerosLike(x),
};
const isFloat = (t: Tensor): boolean => t.dtype.includes('float');
const binary: Readonly<Record<string, Binary>> = {
  Add: (x, y) => ops.add(x, y),
  AddV2: (x, y) => ops.add(x, y),
  Atan2: (y, x) => ops.arctan2(y, x),
  BitwiseAnd: (x, y) => ops.bitwiseAnd(x, y),
  BitwiseOr: (x, y) => ops.bitwiseOr(x, y),
  BitwiseXor: (x, y) => ops.bitwiseXor(x, y),
  // Whole numbers are divided towards zero.
  Div: (x, y) => (isFloat(x) ? ops.trueDivide(x, y) : ops.cast(ops.trunc(ops.trueDivide(x, y)), x.dtype)),
  DivNoNan: (x, y) => ops.divideNoNan(x, y),
  Equal: (x, y) => ops.equal(x, y),
  FloorDiv: (x, y) => ops.floorDivide(x, y),
  FloorMod: (x, y) => ops.mod(x, y),
  Greater: (x, y) => ops.greater(x, y),
  GreaterEqual: (x, y) => ops.greaterEqual(x, y),
  Less: (x, y) => ops.less(x, y),
  LessEqual: (x, y) => ops.lessEqual(x, y),
  LogicalAnd: (x, y) => ops.logicalAnd(x, y),
  LogicalOr: (x, y) => ops.logicalOr(x, y),
  Maximum: (x, y) => ops.maximum(x, y),
  Minimum: (x, y) => ops.minimum(x, y),
  Mul: (x, y) => ops.multiply(x, y),
  MulNoNan: (x, y) => ops.where(ops.equal(y, convert(0, y)), ops.zerosLike(ops.multiply(x, y)), ops.multiply(x, y)),
  NotEqual: (x, y) => ops.notEqual(x, y),
  Pow: (x, y) => ops.power(x, y),
  RealDiv: (x, y) => ops.trueDivide(x, y),
  SquaredDifference: (x, y) => ops.square(ops.subtract(x, y)),
  Sub: (x, y) => ops.subtract(x, y),
  TruncateDiv: (x, y) => ops.cast(ops.trunc(ops.trueDivide(x, y)), x.dtype),
  Xlogy: (x, y) =>
    ops.where(ops.equal(x, convert(0, x)), ops.zerosLike(ops.multiply(x, y)), ops.multiply(x, ops.log(y))),
};

/** x where it is positive, else `slope` x. */
export const prelu = (x: Tensor, slope: Tensor): Tensor =>
  ops.where(ops.greater(x, convert(0, x)), x, ops.multiply(x, slope));
/** Of `x` or `y`, by a condition that has one value for each row where its rank is 1 (Select of TensorFlow 1). */
function selectRows(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const isByRow = condition.ndim === 1 && x.ndim > 1;
  return ops.where(isByRow ? ops.reshape(condition, [-1, ...x.shape.slice(1).map(() => 1)]) : condition, x, y);
}

/** @internal */
export const elementwise: Operations = {
  ...rowsOf(unary, (f) => (n) => f(n.tensor(0))),
  ...rowsOf(binary, (f) => (n) => f(n.tensor(0), n.tensor(1))),
  // These pass anything on.
  Identity: (n) => n.inputs[0],
  IdentityN: (n) => n.inputs,
  PlaceholderWithDefault: (n) => n.inputs[0],
  Snapshot: (n) => n.inputs[0],
  EnsureShape: (n) => n.inputs[0],
  DisableCopyOnRead: () => [],
  Assert: () => [],
  NoOp: () => [],
  PrintV2: () => [],
  CheckNumerics: (n) => n.inputs[0],
  CheckNumericsV2: (n) => n.inputs[0],
  AddN: (n) => n.tensors().reduce((sum, x) => ops.add(sum, x)),
  Cast: (n) => ops.cast(n.tensor(0), n.attributes.dtype('DstT')),
  ClipByValue: (n) => ops.minimum(ops.maximum(n.tensor(0), n.tensor(1)), n.tensor(2)),
  Prelu: (n) => prelu(n.tensor(0), n.tensor(1)),
  LeakyRelu: (n) => ops.leakyRelu(n.tensor(0), { negativeSlope: n.attributes.float('alpha', 0.2) }),
  Select: (n) => selectRows(n.tensor(0), n.tensor(1), n.tensor(2)),
  SelectV2: (n) => ops.where(n.tensor(0), n.tensor(1), n.tensor(2)),
};
