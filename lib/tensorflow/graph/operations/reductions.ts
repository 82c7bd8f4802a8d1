/** Operations that reduce, accumulate, order and multiply: sums, extremes, products of matrices, einsum. */
import type { Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operations } from '../operation';
import type { Value } from '../values';
import { prelu } from './elementwise';

type Reduction = (x: Tensor, options: { axis: number[]; keepdims: boolean }) => Tensor;
const reductions: Readonly<Record<string, Reduction>> = {
  All: (x, o) => ops.all(x, o),
  Any: (x, o) => ops.any(x, o),
  Max: (x, o) => ops.max(x, o),
  Mean: (x, o) => ops.mean(x, o),
  Min: (x, o) => ops.min(x, o),
  Prod: (x, o) => ops.prod(x, o),
  Sum: (x, o) => ops.sum(x, o),
};
const EuclideanNorm: Reduction = (x, o) => ops.sqrt(ops.sum(ops.square(x), o));

/** Over the axes of the second input; over none of them where it is empty. */
const reduced =
  (f: Reduction) =>
  (n: NodeCall): Value => {
    const x = n.tensor(0);
    const axis = n.numbers(1);
    const y = axis.length ? f(x, { axis, keepdims: n.attributes.bool('keep_dims') }) : x;
    return y.dtype === x.dtype ? y : ops.cast(y, x.dtype);
  };
const position =
  (f: (x: Tensor, options: { axis: number }) => Tensor) =>
  (n: NodeCall): Value =>
    ops.cast(f(n.tensor(0), { axis: n.number(1) }), n.attributes.dtype('output_type', 'int64'));

/** Running results along an axis: `exclusive` leaves out the element itself, `reverse` comes from the end. */
const running =
  (f: (x: Tensor, axis: number) => Tensor, identity: number) =>
  (n: NodeCall): Value => {
    const x = n.tensor(0);
    const given = n.number(1);
    const axis = given < 0 ? given + x.ndim : given;
    const isReversed = n.attributes.bool('reverse');
    const turned = isReversed ? ops.flip(x, { axis }) : x;
    let y = f(turned, axis);
    if (n.attributes.bool('exclusive')) {
      const one = x.shape.map((_, i): [number, number] => (i === axis ? [1, 0] : [0, 0]));
      y = ops.pad(y, one, { constantValues: identity });
      y = ops.slice(
        y,
        x.shape.map(() => 0),
        x.shape,
      );
    }
    return isReversed ? ops.flip(y, { axis }) : y;
  };
const turnedIf = (x: Tensor, isTurned: boolean): Tensor => (isTurned ? ops.swapaxes(x, -1, -2) : x);
const batchProduct = (n: NodeCall): Value =>
  ops.matmul(turnedIf(n.tensor(0), n.attributes.bool('adj_x')), turnedIf(n.tensor(1), n.attributes.bool('adj_y')));
const matrixProduct = (n: NodeCall): Tensor =>
  ops.matmul(
    turnedIf(n.tensor(0), n.attributes.bool('transpose_a')),
    turnedIf(n.tensor(1), n.attributes.bool('transpose_b')),
  );
/** What converters of graphs write behind a product or a convolution. */
export function fused(n: NodeCall, y: Tensor, firstArgument: number): Tensor {
  let argument = firstArgument;
  for (const name of n.attributes.strings('fused_ops')) {
    if (name === 'BiasAdd') y = ops.add(y, n.tensor(argument++));
    else if (name === 'Relu') y = ops.relu(y);
    else if (name === 'Relu6') y = ops.relu6(y);
    else if (name === 'Elu') y = ops.elu(y);
    else if (name === 'Tanh') y = ops.tanh(y);
    else if (name === 'Sigmoid') y = ops.sigmoid(y);
    else if (name === 'LeakyRelu') y = ops.leakyRelu(y, { negativeSlope: n.attributes.float('leakyrelu_alpha', 0.2) });
    else if (name === 'Prelu') y = prelu(y, n.tensor(argument++));
    else if (name === 'FusedBatchNorm') {
      const [scale, offset, mean, variance] = n.tensors(argument, argument + 4);
      y = ops.batchNormalization(y, mean, variance, -1, {
        scale,
        offset,
        epsilon: n.attributes.float('epsilon', 1e-4),
      });
      argument += 4;
    } else n.fail(`'${name}' among its fused_ops is unknown.`);
  }
  return y;
}

/** @internal */
export const reducing: Operations = {
  ...Object.fromEntries(Object.entries({ ...reductions, EuclideanNorm }).map(([name, f]) => [name, reduced(f)])),
  ArgMax: position((x, o) => ops.argmax(x, o)),
  ArgMin: position((x, o) => ops.argmin(x, o)),
  Cumprod: running((x, axis) => ops.cumprod(x, { axis }), 1),
  Cumsum: running((x, axis) => ops.cumsum(x, { axis }), 0),
  TopKV2: {
    outputs: ['values', 'indices'],
    run: (n) => ops.topK(n.tensor(0), n.number(1), { sorted: n.attributes.bool('sorted', true) }),
  },
  MatMul: matrixProduct,
  _FusedMatMul: (n) => fused(n, matrixProduct(n), 2),
  BatchMatMul: batchProduct,
  BatchMatMulV2: batchProduct,
  BatchMatMulV3: batchProduct,
  Einsum: (n) => ops.einsum(n.attributes.string('equation'), ...n.tensors()),
  L2Loss: (n) => ops.multiply(ops.sum(ops.square(n.tensor(0))), 0.5),
};
