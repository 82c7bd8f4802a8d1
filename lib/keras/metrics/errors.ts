/** Losses as metrics: their mean over all batches. */
import { convert, run, type TensorLike } from '../../tensor';
import * as losses from '../losses';
import { registerClass } from '../saving/registry';
import { base } from './accuracy';
import { Mean, MeanMetricWrapper, type MetricOptions, type UpdateOptions } from './metric';

/** Mean of (yTrue - yPred)^2. */
export class MeanSquaredError extends MeanMetricWrapper {
  static override positional = [];
  constructor(options: MetricOptions = {}) {
    super(losses.meanSquaredError, { name: 'mean_squared_error', ...options });
  }
  override getConfig() {
    return base(this);
  }
}
/** Mean of |yTrue - yPred|. */
export class MeanAbsoluteError extends MeanMetricWrapper {
  static override positional = [];
  constructor(options: MetricOptions = {}) {
    super(losses.meanAbsoluteError, { name: 'mean_absolute_error', ...options });
  }
  override getConfig() {
    return base(this);
  }
}
/** Root of the mean of (yTrue - yPred)^2. */
export class RootMeanSquaredError extends Mean {
  static override positional = [];
  constructor(options: MetricOptions = {}) {
    super({ name: 'root_mean_squared_error', ...options });
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const [t, p] = losses.matched(yTrue, convert(yPred as TensorLike), 'rootMeanSquaredError');
    this.add(run('square', [run('subtract', [t, p])]), options.sampleWeight);
  }
  override result() {
    return run('sqrt', [super.result()]);
  }
}
/** Mean of the binary cross-entropy. */
export class BinaryCrossentropy extends MeanMetricWrapper {
  static override positional = [];
  static override options = ['fromLogits', 'labelSmoothing'];
  private readonly settings: { fromLogits: boolean; labelSmoothing: number };
  constructor({ fromLogits = false, labelSmoothing = 0, ...options }: MetricOptions & { fromLogits?: boolean; labelSmoothing?: number } = {}) {
    super((t: TensorLike, p: TensorLike) => losses.binaryCrossentropy(t, p, { fromLogits, labelSmoothing }), { name: 'binary_crossentropy', ...options });
    this.settings = { fromLogits, labelSmoothing };
  }
  override getConfig() {
    return { ...base(this), ...this.settings };
  }
}
/** Mean of the categorical cross-entropy; targets one-hot. */
export class CategoricalCrossentropy extends MeanMetricWrapper {
  static override positional = [];
  static override options = ['fromLogits', 'labelSmoothing', 'axis'];
  private readonly settings: { fromLogits: boolean; labelSmoothing: number; axis: number };
  constructor({ fromLogits = false, labelSmoothing = 0, axis = -1, ...options }: MetricOptions & { fromLogits?: boolean; labelSmoothing?: number; axis?: number } = {}) {
    super((t: TensorLike, p: TensorLike) => losses.categoricalCrossentropy(t, p, { fromLogits, labelSmoothing, axis }), { name: 'categorical_crossentropy', ...options });
    this.settings = { fromLogits, labelSmoothing, axis };
  }
  override getConfig() {
    return { ...base(this), ...this.settings };
  }
}
/** Mean of the categorical cross-entropy; targets class numbers. */
export class SparseCategoricalCrossentropy extends MeanMetricWrapper {
  static override positional = [];
  static override options = ['fromLogits', 'ignoreClass', 'axis'];
  private readonly settings: { fromLogits: boolean; ignoreClass: number | null; axis: number };
  constructor({ fromLogits = false, ignoreClass = null, axis = -1, ...options }: MetricOptions & { fromLogits?: boolean; ignoreClass?: number | null; axis?: number } = {}) {
    super((t: TensorLike, p: TensorLike) => losses.sparseCategoricalCrossentropy(t, p, { fromLogits, ignoreClass, axis }), { name: 'sparse_categorical_crossentropy', ...options });
    this.settings = { fromLogits, ignoreClass, axis };
  }
  override getConfig() {
    return { ...base(this), ...this.settings };
  }
}
registerClass('keras.metrics', MeanSquaredError, MeanAbsoluteError, RootMeanSquaredError, BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy);
