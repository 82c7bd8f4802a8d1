/** All metrics (keras.metrics). */
import { getRegisteredObject } from '../saving/registry';
import { makeKind, type Kind } from '../saving/serialize';
import { Metric, MeanMetricWrapper, type MetricFunction } from './metric';

export * from './accuracy';
export * from './errors';
export { Mean, MeanMetricWrapper, Metric, Sum, type MetricFunction, type MetricOptions, type UpdateOptions } from './metric';

const isMetric = (x: unknown): x is Metric => x instanceof Metric;
const kind: Kind<Metric> = makeKind<Metric>('keras.metrics', 'metric', isMetric, {
  mse: 'MeanSquaredError',
  mae: 'MeanAbsoluteError',
  rmse: 'RootMeanSquaredError',
  bce: 'BinaryCrossentropy',
  acc: 'Accuracy',
  categoricalaccuracy: 'CategoricalAccuracy',
});
/** A metric from a name, a config, an instance or a function `(yTrue, yPred) => values`; null for none. */
export function get(identifier: unknown): Metric | null {
  if (isMetric(identifier)) return identifier;
  const custom = typeof identifier === 'string' ? getRegisteredObject(identifier) : null;
  const f = custom ?? identifier;
  if (typeof f === 'function' && !((f as { prototype?: unknown }).prototype instanceof Metric)) return new MeanMetricWrapper(f as MetricFunction);
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
