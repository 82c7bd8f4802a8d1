/** How predictions vary with targets (keras.src.metrics.correlation_metrics). */
import { recordOf } from '../../support/guard';
import type { Tensor, TensorLike } from '../../core/tensor';
import { matched } from '../losses/matched';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import type { MetricOptions } from './metric';
import { FunctionMetric } from './reduction_metrics';

const EPSILON = 1e-7;
/** Pearson's correlation along `axis`: 1 where predictions grow linearly with targets. */
export function pearsonCorrelation(yTrue: TensorLike, yPred: TensorLike, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = recordOf('pearsonCorrelation', options);
  const standard = (x: Tensor): Tensor => {
    const centered = x.sub(x.mean({ axis, keepdims: true }));
    return centered.div(centered.std({ axis, keepdims: true }));
  };
  const [t, p] = matched(yTrue, yPred, 'pearsonCorrelation');
  return standard(t).mul(standard(p)).mean({ axis });
}
/** Lin's concordance along `axis`: the correlation, lowered by differences of mean and spread. */
export function concordanceCorrelation(yTrue: TensorLike, yPred: TensorLike, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = recordOf('concordanceCorrelation', options);
  const [t, p] = matched(yTrue, yPred, 'concordanceCorrelation');
  const over = { axis, keepdims: true };
  const meanTrue = t.mean(over);
  const meanPred = p.mean(over);
  // The covariance takes the mean of predictions from both: so does Keras, and the mean over the axis is the same.
  const covariance = t.sub(meanPred).mul(p.sub(meanPred));
  const norm = t.var(over).add(p.var(over)).add(meanTrue.sub(meanPred).square());
  return covariance.mul(2).div(norm.add(EPSILON)).mean({ axis });
}
/** Mean of Pearson's correlation along `axis`, default -1. */
export class PearsonCorrelation extends FunctionMetric {
  static override options: OptionKinds = { axis: kinds.integer };
  override readonly direction = 'up';
  constructor(options: MetricOptions & { axis?: number } = {}) {
    super(pearsonCorrelation, options, 'pearson_correlation', { axis: -1 });
  }
}
/** Mean of Lin's concordance along `axis`, default -1. */
export class ConcordanceCorrelation extends FunctionMetric {
  static override options: OptionKinds = { axis: kinds.integer };
  override readonly direction = 'up';
  constructor(options: MetricOptions & { axis?: number } = {}) {
    super(concordanceCorrelation, options, 'concordance_correlation', { axis: -1 });
  }
}
registerClass('keras.metrics', PearsonCorrelation, ConcordanceCorrelation);
