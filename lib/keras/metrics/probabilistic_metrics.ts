/** Losses of probabilities as metrics (keras.src.metrics.probabilistic_metrics). */
import * as losses from '../losses/index';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import type { MetricOptions } from './metric';
import { FunctionMetric } from './reduction_metrics';

/** Mean of sum(yTrue log(yTrue / yPred)). */
export class KLDivergence extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.klDivergence, options, 'kl_divergence');
  }
}
/** Mean of yPred - yTrue log(yPred). */
export class Poisson extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.poisson, options, 'poisson');
  }
}
/** Mean of the binary cross-entropy. */
export class BinaryCrossentropy extends FunctionMetric {
  static override options: OptionKinds = { fromLogits: kinds.boolean, labelSmoothing: kinds.number };
  override readonly direction = 'down';
  constructor(options: MetricOptions & { fromLogits?: boolean; labelSmoothing?: number } = {}) {
    super(losses.binaryCrossentropy, options, 'binary_crossentropy', { fromLogits: false, labelSmoothing: 0 });
  }
}
/** Mean of the categorical cross-entropy; targets one-hot. */
export class CategoricalCrossentropy extends FunctionMetric {
  static override options: OptionKinds = {
    fromLogits: kinds.boolean,
    labelSmoothing: kinds.number,
    axis: kinds.integer,
  };
  override readonly direction = 'down';
  constructor(options: MetricOptions & { fromLogits?: boolean; labelSmoothing?: number; axis?: number } = {}) {
    super(losses.categoricalCrossentropy, options, 'categorical_crossentropy', {
      fromLogits: false,
      labelSmoothing: 0,
      axis: -1,
    });
  }
}
/** Mean of the categorical cross-entropy; targets class numbers. */
export class SparseCategoricalCrossentropy extends FunctionMetric {
  static override options: OptionKinds = {
    fromLogits: kinds.boolean,
    ignoreClass: kinds.integer,
    axis: kinds.integer,
  };
  override readonly direction = 'down';
  constructor(options: MetricOptions & { fromLogits?: boolean; ignoreClass?: number | null; axis?: number } = {}) {
    super(losses.sparseCategoricalCrossentropy, options, 'sparse_categorical_crossentropy', {
      fromLogits: false,
      ignoreClass: null,
      axis: -1,
    });
  }
}
registerClass(
  'keras.metrics',
  KLDivergence,
  Poisson,
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
);
