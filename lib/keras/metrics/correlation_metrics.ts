/** How predictions vary with targets (keras.src.metrics.correlation_metrics). */
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
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
    const centered = ops.subtract(x, ops.mean(x, { axis, keepdims: true }));
    return ops.divide(centered, ops.std(centered, { axis, keepdims: true }));
  };
  const [t, p] = matched(yTrue, yPred, 'pearsonCorrelation');
  return ops.mean(ops.multiply(standard(t), standard(p)), { axis });
}
/** Lin's concordance along `axis`: the correlation, lowered by differences of mean and spread. */
export function concordanceCorrelation(yTrue: TensorLike, yPred: TensorLike, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = recordOf('concordanceCorrelation', options);
  const [t, p] = matched(yTrue, yPred, 'concordanceCorrelation');
  const over = { axis, keepdims: true },
    meanTrue = ops.mean(t, over),
    meanPred = ops.mean(p, over);
  // The covariance takes the mean of predictions from both: so does Keras, and the mean over the axis is the same.
  const covariance = ops.multiply(ops.subtract(t, meanPred), ops.subtract(p, meanPred));
  const norm = ops.add(ops.add(ops.var(t, over), ops.var(p, over)), ops.square(ops.subtract(meanTrue, meanPred)));
  return ops.mean(ops.divide(ops.multiply(covariance, 2), ops.add(norm, EPSILON)), { axis });
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
