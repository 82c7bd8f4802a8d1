/** Means of precision and recall (keras.src.metrics.f_score_metrics). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';

const EPSILON = 1e-7;
export type Average = 'micro' | 'macro' | 'weighted' | null;
const AVERAGES: readonly unknown[] = ['micro', 'macro', 'weighted', null];
export interface FScoreOptions extends MetricOptions {
  /** How the scores of the classes become one: 'micro' counts all elements together, 'macro' takes their mean, 'weighted' weighs it by how often each class occurs. Default null: one score for each class. */
  average?: Average;
  /** How many times as much recall counts as precision, > 0. Default 1. */
  beta?: number;
  /** Predictions above it are 1, in (0, 1]. Default null: the largest one of each row is. */
  threshold?: number | null;
}
/**
 * (1 + beta^2) precision recall / (beta^2 precision + recall) for each class. Targets one-hot or several ones a row,
 * predictions (batch, classes): the largest counts as a one, or all above `threshold`.
 * @param options.average - null (default): one for each class; 'micro': of all counts together; 'macro': their mean;
 *   'weighted': their mean by how often each class is a target.
 */
export class FBetaScore extends Metric {
  static positional: readonly string[] = [];
  static override options: OptionKinds = { average: kinds.choice, beta: kinds.float, threshold: kinds.floats };
  override readonly direction = 'up';
  readonly average: Average;
  readonly beta: number;
  readonly threshold: number | null;
  private counts: {
    truePositives: Variable;
    falsePositives: Variable;
    falseNegatives: Variable;
    intermediateWeights: Variable;
  } | null = null;
  constructor(options: FScoreOptions = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'fbeta_score' });
    const cls = this.constructor.name;
    this.average = options.average ?? null;
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? null;
    if (!AVERAGES.includes(this.average))
      throw new ValueError(
        `${cls}: average must be 'micro', 'macro', 'weighted' or null.\n  Received: ${describe(this.average)}`,
      );
    if (!(typeof this.beta === 'number' && this.beta > 0))
      throw new ValueError(`${cls}: beta must be a number > 0.\n  Received: ${describe(this.beta)}`);
    if (this.threshold !== null && !(typeof this.threshold === 'number' && this.threshold > 0 && this.threshold <= 1))
      throw new ValueError(`${cls}: threshold must lie above 0 and up to 1.\n  Received: ${describe(this.threshold)}`);
  }
  private build(yTrue: Tensor, yPred: Tensor) {
    if (yTrue.ndim !== 2 || yPred.ndim !== 2)
      throw new ValueError(
        `${this.constructor.name}: targets and predictions must have shape (batch, classes).\n  Received: targets ${formatShape(yTrue.shape)}, predictions ${formatShape(yPred.shape)}`,
      );
    const shape = this.average === 'micro' ? [] : [yPred.shape[1]];
    const add = (name: string): Variable => this.addVariable({ name, shape, dtype: this.dtype });
    return {
      truePositives: add('true_positives'),
      falsePositives: add('false_positives'),
      falseNegatives: add('false_negatives'),
      intermediateWeights: add('intermediate_weights'),
    };
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const as = (x: TensorLike): Tensor => convert(x).cast(this.dtype);
    const t = as(yTrue);
    const p = as(yPred as TensorLike);
    const counts = (this.counts ??= this.build(t, p));
    // Rows of zeros have no largest one.
    const isOne =
      this.threshold === null
        ? p.greaterEqual(p.max({ axis: -1, keepdims: true })).logicalAnd(p.abs().greater(1e-9))
        : p.greater(this.threshold);
    const said = as(isOne);
    const weight = options.sampleWeight == null ? null : as(options.sampleWeight).expandDims(1);
    const total = (x: Tensor): Tensor =>
      (weight ? x.mul(weight) : x).sum({ axis: this.average === 'micro' ? null : 0 });
    counts.truePositives.assignAdd(total(said.mul(t)));
    counts.falsePositives.assignAdd(total(said.mul(ops.subtract(1, t))));
    counts.falseNegatives.assignAdd(total(ops.subtract(1, said).mul(t)));
    counts.intermediateWeights.assignAdd(total(t));
  }
  override result(): Tensor {
    if (!this.counts) return convert(0, this.dtype);
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn, intermediateWeights } = this.counts;
    const square = this.beta ** 2;
    const share = (wrong: Variable): Tensor => tp.value.div(tp.value.add(wrong.value).add(EPSILON));
    const precision = share(fp);
    const recall = share(fn);
    const mean = precision.mul(recall).div(precision.mul(square).add(recall).add(EPSILON));
    const score = mean.mul(1 + square);
    if (this.average === null) return score;
    if (this.average !== 'weighted') return score.mean();
    const w = intermediateWeights.value;
    return score.mul(w.div(w.sum().add(EPSILON))).sum();
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), average: this.average, beta: this.beta, threshold: this.threshold };
  }
}
/** 2 precision recall / (precision + recall): FBetaScore with beta 1. */
export class F1Score extends FBetaScore {
  static override options: OptionKinds = { beta: null };
  constructor(options: Omit<FScoreOptions, 'beta'> = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'f1_score' });
  }
  override getConfig() {
    const { beta, ...config } = super.getConfig();
    void beta;
    return config;
  }
}
registerClass('keras.metrics', FBetaScore, F1Score);
