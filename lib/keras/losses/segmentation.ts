/** Losses of overlap, for images whose pixels are classified (keras.losses). */
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
import type { Tensor, TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { FunctionLoss, type LossOptions } from './loss';
import { matched } from './matched';

const EPSILON = 1e-7;
type Axis = number | readonly number[] | null;

/** 1 - 2 sum(yTrue yPred) / (sum(yTrue) + sum(yPred)) over `axis`, all axes by default (Dice 1945). */
export function dice(yTrue: TensorLike, yPred: TensorLike, options: { axis?: Axis } = {}): Tensor {
  const { axis = null } = recordOf('dice', options);
  const [t, p] = matched(yTrue, yPred, 'dice');
  const common = t.mul(p).sum({ axis });
  const total = t.sum({ axis }).add(p.sum({ axis })).add(EPSILON);
  return ops.subtract(1, common.mul(2).div(total));
}
/**
 * 1 - c / (c + alpha sum(yTrue (1 - yPred)) + beta sum(yPred (1 - yTrue))), c = sum(yTrue yPred), over `axis`, all axes by
 * default (Salehi et al. 2017). With alpha = beta = 0.5 it is the Dice loss.
 */
export function tversky(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: { alpha?: number; beta?: number; axis?: Axis } = {},
): Tensor {
  const { alpha = 0.5, beta = 0.5, axis = null } = recordOf('tversky', options);
  const [t, p] = matched(yTrue, yPred, 'tversky');
  const common = t.mul(p).sum({ axis });
  const missed = ops.subtract(1, p).mul(t).sum({ axis });
  const invented = p.mul(ops.subtract(1, t)).sum({ axis });
  const total = common.add(missed.mul(alpha)).add(invented.mul(beta)).add(EPSILON);
  return ops.subtract(1, common.div(total));
}
/** 1 - the Dice coefficient of targets and predictions over `axis`, all axes by default. */
export class Dice extends FunctionLoss<{ axis: Axis }> {
  static override options: OptionKinds = { axis: kinds.integers };
  constructor(options: LossOptions & { axis?: Axis } = {}) {
    super(options, { axis: null });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return dice(yTrue, yPred, this.settings);
  }
}
/** 1 - the Tversky index: `alpha` weighs what is missed, `beta` what is invented. Defaults 0.5, all axes. */
export class Tversky extends FunctionLoss<{ alpha: number; beta: number; axis: Axis }> {
  static override options: OptionKinds = { alpha: kinds.floats, beta: kinds.float, axis: kinds.integers };
  constructor(options: LossOptions & { alpha?: number; beta?: number; axis?: Axis } = {}) {
    super(options, { alpha: 0.5, beta: 0.5, axis: null });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return tversky(yTrue, yPred, this.settings);
  }
}
registerClass('keras.losses', Dice, Tversky);
