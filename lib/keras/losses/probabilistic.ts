/** Losses of probabilities but cross-entropies: divergence, counts (keras.losses). */
import type { Tensor, TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { FunctionLoss, type LossOptions } from './loss';
import { matched } from './matched';
import { lastMean } from './regression';

const EPSILON = 1e-7;
/** sum(yTrue log(yTrue / yPred)) over the last axis, both kept in [1e-7, 1]. */
export function klDivergence(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'klDivergence').map((x) => x.clip(EPSILON, 1));
  return t.mul(t.div(p).log()).sum({ axis: -1 });
}
/** mean(yPred - yTrue log(yPred + 1e-7)) over the last axis: how unlikely the counts are, but for a constant. */
export function poisson(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'poisson');
  return lastMean(p.sub(t.mul(p.add(EPSILON).log())));
}
/** sum(yTrue log(yTrue / yPred)) */
export class KLDivergence extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {}, 'kl_divergence');
  }
  override lossOf = klDivergence;
}
/** mean(yPred - yTrue log(yPred)) */
export class Poisson extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = poisson;
}
registerClass('keras.losses', KLDivergence, Poisson);
