/** Losses that ask for a margin: zero beyond it (keras.losses). */
import * as ops from '../../ops/index';
import type { Tensor, TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { FunctionLoss, type LossOptions } from './loss';
import { matched } from './matched';
import { lastMean } from './regression';

/** Targets 0 and 1 become -1 and 1 when there are no others. */
function signed(t: Tensor): Tensor {
  const isBinary = t.equal(0).logicalOr(t.equal(1)).all();
  return ops.where(isBinary, t.mul(2).sub(1), t);
}
const shortfall = (yTrue: TensorLike, yPred: TensorLike, where: string): Tensor => {
  const [t, p] = matched(yTrue, yPred, where);
  return ops.subtract(1, signed(t).mul(p)).relu();
};
/** mean(max(1 - yTrue yPred, 0)) over the last axis; targets -1 and 1, or 0 and 1. */
export function hinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return lastMean(shortfall(yTrue, yPred, 'hinge'));
}
/** mean(max(1 - yTrue yPred, 0)^2) over the last axis; targets -1 and 1, or 0 and 1. */
export function squaredHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return lastMean(shortfall(yTrue, yPred, 'squaredHinge').square());
}
/** max(1 + max((1 - yTrue) yPred) - sum(yTrue yPred), 0) over the last axis; targets 0 and 1. */
export function categoricalHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'categoricalHinge');
  const right = t.mul(p).sum({ axis: -1 });
  const wrong = ops.subtract(1, t).mul(p).max({ axis: -1 });
  return wrong.sub(right).add(1).relu();
}
/** mean(max(1 - yTrue yPred, 0)) */
export class Hinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = hinge;
}
/** mean(max(1 - yTrue yPred, 0)^2) */
export class SquaredHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = squaredHinge;
}
/** max(1 + the best wrong class - the right class, 0) */
export class CategoricalHinge extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = categoricalHinge;
}
registerClass('keras.losses', Hinge, SquaredHinge, CategoricalHinge);
