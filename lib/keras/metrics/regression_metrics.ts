/** How far predictions are from targets (keras.src.metrics.regression_metrics). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import { binding } from '../../core/binding';
import * as ops from '../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import * as losses from '../losses/index';
import { sameRank } from '../losses/loss';
import { matched } from '../losses/matched';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';
import { FunctionMetric, Mean } from './reduction_metrics';

/** Mean of (yTrue - yPred)^2. */
export class MeanSquaredError extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.meanSquaredError, options, 'mean_squared_error');
  }
}
/** Mean of |yTrue - yPred|. */
export class MeanAbsoluteError extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.meanAbsoluteError, options, 'mean_absolute_error');
  }
}
/** Mean of 100 |yTrue - yPred| / |yTrue|. */
export class MeanAbsolutePercentageError extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.meanAbsolutePercentageError, options, 'mean_absolute_percentage_error');
  }
}
/** Mean of (log(yTrue + 1) - log(yPred + 1))^2. */
export class MeanSquaredLogarithmicError extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.meanSquaredLogarithmicError, options, 'mean_squared_logarithmic_error');
  }
}
/** Mean of log(cosh(yPred - yTrue)). */
export class LogCoshError extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.logCosh, options, 'logcosh');
  }
}
const similarity = (yTrue: TensorLike, yPred: TensorLike, options: { axis?: number }): Tensor =>
  losses.cosineSimilarity(yTrue, yPred, options).negative();
/** Mean cosine of the angle between targets and predictions along `axis`, default -1. */
export class CosineSimilarity extends FunctionMetric {
  static override options: OptionKinds = { axis: kinds.integer };
  override readonly direction = 'up';
  constructor(options: MetricOptions & { axis?: number } = {}) {
    super(similarity, options, 'cosine_similarity', { axis: -1 });
  }
  // Keras' config does not have the axis: it is there only when it is not the default.
  override getConfig() {
    const { axis, ...config } = super.getConfig();
    return axis === -1 ? config : { ...config, axis };
  }
}
/** Root of the mean of (yTrue - yPred)^2. */
export class RootMeanSquaredError extends Mean {
  static override positional = [];
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'root_mean_squared_error' });
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const [t, p] = matched(yTrue, convert(yPred as TensorLike), 'rootMeanSquaredError');
    this.add(t.sub(p).square(), options.sampleWeight);
  }
  override result() {
    return super.result().sqrt();
  }
}

export type ClassAggregation = 'uniform_average' | 'variance_weighted_average' | null;
const AGGREGATIONS: readonly unknown[] = ['uniform_average', 'variance_weighted_average', null];
/**
 * Coefficient of determination: 1 - sum((yTrue - yPred)^2) / sum((yTrue - mean)^2) for each column, averaged by
 * `classAggregation` (default 'uniform_average'; null: one for each column). With `numRegressors` p > 0 the adjusted one:
 * 1 - (1 - R2)(n - 1) / (n - p - 1). Targets and predictions: (batch, columns).
 */
export class R2Score extends Metric {
  static positional: readonly string[] = [];
  static override options: OptionKinds = { classAggregation: kinds.choice, numRegressors: kinds.count };
  override readonly direction = 'up';
  readonly classAggregation: ClassAggregation;
  readonly numRegressors: number;
  readonly numSamples: Variable;
  private sums: { squaredSum: Variable; sum: Variable; residual: Variable; count: Variable } | null = null;
  constructor(options: MetricOptions & { classAggregation?: ClassAggregation; numRegressors?: number } = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'r2_score' });
    this.classAggregation = options.classAggregation === undefined ? 'uniform_average' : options.classAggregation;
    this.numRegressors = options.numRegressors ?? 0;
    if (!AGGREGATIONS.includes(this.classAggregation))
      throw new ValueError(
        `R2Score: classAggregation must be 'uniform_average', 'variance_weighted_average' or null.\n  Received: ${describe(this.classAggregation)}`,
      );
    if (!(this.numRegressors >= 0))
      throw new ValueError(`R2Score: numRegressors must be >= 0.\n  Received: ${this.numRegressors}`);
    this.numSamples = this.addVariable({ name: 'num_samples' });
  }
  private build(yTrue: Tensor, yPred: Tensor) {
    if (yTrue.ndim !== 2 || yPred.ndim !== 2)
      throw new ValueError(
        `R2Score: targets and predictions must have shape (batch, columns).\n  Received: targets ${formatShape(yTrue.shape)}, predictions ${formatShape(yPred.shape)}`,
      );
    const add = (name: string): Variable => this.addVariable({ name, shape: [yPred.shape[1]] });
    return { squaredSum: add('squared_sum'), sum: add('sum'), residual: add('residual'), count: add('count') };
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const as = (x: TensorLike): Tensor => convert(x).cast(this.dtype);
    const [t, p] = sameRank(as(yTrue), as(yPred as TensorLike));
    const s = (this.sums ??= this.build(t, p));
    let w = options.sampleWeight == null ? ops.onesLike(t) : as(options.sampleWeight);
    if (w.ndim === 1) w = w.expandDims(1);
    w = w.broadcastTo(t.shape);
    const weighted = t.mul(w);
    const total = (x: Tensor): Tensor => x.sum({ axis: 0 });
    s.sum.assignAdd(total(weighted));
    s.squaredSum.assignAdd(total(t.mul(weighted)));
    s.residual.assignAdd(total(t.sub(p).square().mul(w)));
    s.count.assignAdd(total(w));
    this.numSamples.assignAdd(t.size);
  }
  override result(): Tensor {
    const s = this.sums;
    if (!s) return convert(0, this.dtype);
    const total = s.squaredSum.value.sub(s.sum.value.mul(s.sum.value.div(s.count.value)));
    const raw = ops.subtract(1, s.residual.value.div(total));
    const scores = ops.where(ops.isinf(raw), 0, raw);
    const score =
      this.classAggregation === 'uniform_average'
        ? scores.mean()
        : this.classAggregation === null
          ? scores
          : total.mul(scores).sum().div(total.sum());
    return this.numRegressors ? this.adjusted(score) : score;
  }
  private adjusted(score: Tensor): Tensor {
    const n = this.numSamples.value;
    const p = this.numRegressors;
    if (!binding.isSymbolic(n) && p >= n.item() - 1)
      console.warn(
        `R2Score: ${n.item()} values are too few for ${p} independent predictors: the score is not adjusted.`,
      );
    const rest = n.sub(p + 1);
    const fits = rest.greater(0);
    return ops.where(
      fits,
      ops.subtract(
        1,
        ops
          .subtract(1, score)
          .mul(n.sub(1))
          .div(ops.where(fits, rest, 1)),
      ),
      score,
    );
  }
  override getConfig() {
    return { ...super.getConfig(), classAggregation: this.classAggregation, numRegressors: this.numRegressors };
  }
}
registerClass(
  'keras.metrics',
  MeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  LogCoshError,
  CosineSimilarity,
  RootMeanSquaredError,
  R2Score,
);
