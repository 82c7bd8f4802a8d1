/** Metrics that are sums and means of values (keras.src.metrics.reduction_metrics). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
import { convert, formatShape, type DType, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { maskOf } from '../masks';
import { applyMask, sameRank } from '../losses/loss';
import { autoName } from '../serialization/naming';
import { construct } from '../serialization/construct';
import { registerClass } from '../serialization/registry';
import { functionOf, serializeFunction } from '../serialization/serialize';
import { checkOptionsOf } from '../options';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';

type Reduce = (t: Tensor, options: { axis: number[] }) => Tensor;
const over = (reduce: Reduce, t: Tensor, from: number): Tensor =>
  t.ndim > from ? reduce(t, { axis: t.shape.slice(from).map((_, i) => i + from) }) : t;
const as = (t: Tensor, dtype: DType): Tensor => (t.dtype === dtype ? t : t.cast(dtype));

/** @internal One value for each example, and its weight. */
export function samplewise(
  given: Tensor,
  sampleWeight: TensorLike | null | undefined,
  reduce: Reduce,
  dtype: DType,
): { values: Tensor; weights: Tensor | null } {
  let values = as(given, dtype);
  if (sampleWeight == null) return { values: over(reduce, values, 1), weights: null };
  // As Keras: a mask of the values counts beside weights only.
  let weights = applyMask(as(convert(sampleWeight), dtype), maskOf(given), dtype, 'sum')!;
  [values, weights] = sameRank(values, weights);
  if (weights.ndim > values.ndim)
    throw new ValueError(
      `sampleWeight of shape ${formatShape(weights.shape)} does not fit values of shape ${formatShape(values.shape)}.`,
    );
  values = over(reduce, values, weights.ndim);
  weights = formatShape(weights.shape) === formatShape(values.shape) ? weights : weights.broadcastTo(values.shape);
  return { values: over(reduce, values.mul(weights), 1), weights: over(reduce, weights, 1) };
}

/** Weighted sum of all values seen. */
export class Sum extends Metric {
  static positional: readonly string[] = [];
  readonly total: Variable;
  constructor(options: MetricOptions = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'sum' });
    this.total = this.addVariable({ name: 'total', dtype: this.dtype });
  }
  override updateState(values: TensorLike, options: UpdateOptions | TensorLike = {}): void {
    const { values: v } = samplewise(convert(values), (options as UpdateOptions).sampleWeight, ops.sum, this.dtype);
    this.total.assignAdd(as(v.sum(), this.dtype));
  }
  override result(): Tensor {
    return this.total.value;
  }
}
/** Weighted mean of all values seen; 0 before the first. */
export class Mean extends Metric {
  static positional: readonly string[] = [];
  readonly total: Variable;
  readonly count: Variable;
  constructor(options: MetricOptions = {}) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? 'mean' });
    this.total = this.addVariable({ name: 'total', dtype: this.dtype });
    this.count = this.addVariable({ name: 'count', dtype: this.dtype });
  }
  override updateState(values: TensorLike, options: UpdateOptions | TensorLike = {}): void {
    this.add(convert(values), (options as UpdateOptions).sampleWeight);
  }
  /** @internal */
  protected add(values: Tensor, sampleWeight: TensorLike | null | undefined): void {
    const { values: v, weights } = samplewise(values, sampleWeight, ops.mean, this.dtype);
    this.total.assignAdd(as(v.sum(), this.dtype));
    const n = weights ? as(weights.sum(), this.dtype) : convert(v.ndim ? v.shape[0] : 1, this.dtype);
    this.count.assignAdd(n);
  }
  override result(): Tensor {
    const n = this.count.value;
    const isEmpty = n.equal(0);
    return ops.where(isEmpty, 0, this.total.value.div(ops.where(isEmpty, 1, n)));
  }
}

/** A function of targets and predictions. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type MetricFunction = (yTrue: any, yPred: any, options?: any) => Tensor;
/** Mean of a function `(yTrue, yPred) => values`. Other options than name and dtype are passed on to the function. */
export class MeanMetricWrapper extends Mean {
  static override positional: readonly string[] = ['fn'];
  readonly fn: MetricFunction;
  /** Options of the function. */
  readonly settings: Record<string, unknown>;
  constructor(fn: MetricFunction, options: MetricOptions & Record<string, unknown> = {}) {
    const { name, dtype, ...settings } = recordOf(new.target.name, options);
    super({ name: name ?? autoName('MeanMetricWrapper'), dtype });
    if (typeof fn !== 'function')
      throw new TypeError(
        `MeanMetricWrapper: fn must be a function (yTrue, yPred) => values.\n  Received: ${describe(fn)}`,
      );
    this.fn = fn;
    this.settings = settings;
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const p = convert(yPred as TensorLike);
    const t = convert(yTrue);
    const values = Object.keys(this.settings).length ? this.fn(t, p, this.settings) : this.fn(t, p);
    const weight = options.sampleWeight == null ? null : convert(options.sampleWeight);
    this.add(values, applyMask(weight, maskOf(p), this.dtype, 'sum'));
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: serializeFunction(this.fn), ...this.settings };
  }
  static fromConfig(config: Record<string, unknown>): unknown {
    return construct(this, config.fn === undefined ? config : { ...config, fn: functionOf(config.fn) });
  }
}
/** @internal A class of metrics that is the mean of one function with options: Keras' wrappers. */
export abstract class FunctionMetric extends MeanMetricWrapper {
  static override positional: readonly string[] = [];
  constructor(fn: MetricFunction, options: MetricOptions, name: string, defaults: Record<string, unknown> = {}) {
    checkOptionsOf(new.target, new.target.name, options);
    const given = options as Record<string, unknown>;
    const settings = Object.entries(defaults).map(([k, value]) => [k, given[k] ?? value]);
    super(fn, { name: options.name ?? name, dtype: options.dtype, ...Object.fromEntries(settings) });
  }
  override getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: this.dtype, ...this.settings };
  }
}
registerClass('keras.metrics', Mean, Sum, MeanMetricWrapper);
