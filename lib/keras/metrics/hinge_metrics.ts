/** Hinge losses as metrics (keras.src.metrics.hinge_metrics). */
import * as losses from '../losses/index';
import { registerClass } from '../serialization/registry';
import type { MetricOptions } from './metric';
import { FunctionMetric } from './reduction_metrics';

/** Mean of max(1 - yTrue yPred, 0). */
export class Hinge extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.hinge, options, 'hinge');
  }
}
/** Mean of max(1 - yTrue yPred, 0)^2. */
export class SquaredHinge extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.squaredHinge, options, 'squared_hinge');
  }
}
/** Mean of max(1 + the best wrong class - the right class, 0). */
export class CategoricalHinge extends FunctionMetric {
  override readonly direction = 'down';
  constructor(options: MetricOptions = {}) {
    super(losses.categoricalHinge, options, 'categorical_hinge');
  }
}
registerClass('keras.metrics', Hinge, SquaredHinge, CategoricalHinge);
