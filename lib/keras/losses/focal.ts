/** Focal cross-entropies: examples that are right already count little (Lin et al. 2018; keras.losses). */
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
import { isFloating, type Tensor, type TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { binaryPair, categoricalPair, type CrossentropySettings } from './crossentropy';
import { FunctionLoss, type LossOptions } from './loss';

const EPSILON = 1e-7;
export interface BinaryFocalSettings extends CrossentropySettings {
  /** Weighs ones by `alpha` and zeros by 1 - alpha. */
  applyClassBalancing: boolean;
  /** Weight of the ones, in [0, 1]; zeros have 1 - alpha. Default 0.25. Of categorical losses: the weight of every class. */
  alpha: number;
  /** Exponent, >= 0: the larger, the less do examples count that are right already. Default 2. */
  gamma: number;
}
export type CategoricalFocalSettings = Omit<BinaryFocalSettings, 'applyClassBalancing'>;

/** -(1 - r)^gamma (t log p + (1 - t) log(1 - p)), r = t p + (1 - t)(1 - p) being how right it is; mean over `axis`. */
export function binaryFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: Partial<BinaryFocalSettings> = {},
): Tensor {
  const {
    applyClassBalancing = false,
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  } = recordOf('binaryFocalCrossentropy', options);
  const [t, given] = binaryPair(yTrue, yPred, labelSmoothing, 'binaryFocalCrossentropy');
  const p = fromLogits ? given.sigmoid() : given;
  const not = (x: Tensor): Tensor => ops.subtract(1, x);
  const right = t.mul(p).add(not(t).mul(not(p)));
  let loss = not(right).pow(gamma).mul(ops.binaryCrossentropy(t, p));
  if (applyClassBalancing)
    loss = t
      .mul(alpha)
      .add(not(t).mul(1 - alpha))
      .mul(loss);
  return loss.mean({ axis });
}
/** -alpha sum((1 - p)^gamma t log p) over `axis`; targets are one-hot. */
export function categoricalFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: Partial<CategoricalFocalSettings> = {},
): Tensor {
  const {
    alpha = 0.25,
    gamma = 2,
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  } = recordOf('categoricalFocalCrossentropy', options);
  const [t, given] = categoricalPair(yTrue, yPred, labelSmoothing, 'categoricalFocalCrossentropy');
  const float = isFloating(given.dtype) ? given : given.cast('float32');
  const p = fromLogits ? float.softmax({ axis }) : float;
  const share = p.div(p.sum({ axis, keepdims: true })).clip(EPSILON, 1 - EPSILON);
  const weight = ops.subtract(1, share).pow(gamma).mul(alpha);
  return weight.mul(t.mul(share.log())).sum({ axis }).negative();
}
const smoothed = { fromLogits: false, labelSmoothing: 0, axis: -1 };
/** Binary cross-entropy times (1 - how right it is)^gamma. Defaults: gamma 2, alpha 0.25 (used by applyClassBalancing). */
export class BinaryFocalCrossentropy extends FunctionLoss<BinaryFocalSettings> {
  static override options: OptionKinds = {
    applyClassBalancing: kinds.boolean,
    alpha: kinds.floats,
    gamma: kinds.float,
    fromLogits: kinds.boolean,
    labelSmoothing: kinds.float,
    axis: kinds.integer,
  };
  constructor(options: LossOptions & Partial<BinaryFocalSettings> = {}) {
    super(options, { ...smoothed, applyClassBalancing: false, alpha: 0.25, gamma: 2 });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return binaryFocalCrossentropy(yTrue, yPred, this.settings);
  }
}
/** alpha (1 - p)^gamma times the categorical cross-entropy. Defaults: alpha 0.25, gamma 2. */
export class CategoricalFocalCrossentropy extends FunctionLoss<CategoricalFocalSettings> {
  static override options: OptionKinds = {
    alpha: kinds.floats,
    gamma: kinds.float,
    fromLogits: kinds.boolean,
    labelSmoothing: kinds.float,
    axis: kinds.integer,
  };
  constructor(options: LossOptions & Partial<CategoricalFocalSettings> = {}) {
    super(options, { ...smoothed, alpha: 0.25, gamma: 2 });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalFocalCrossentropy(yTrue, yPred, this.settings);
  }
}
registerClass('keras.losses', BinaryFocalCrossentropy, CategoricalFocalCrossentropy);
