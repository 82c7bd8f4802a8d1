/** All metrics (keras.metrics). */
import { otherPackageOf } from '../../support/copies';
import { getRegisteredObject } from '../serialization/registry';
import {
  functionNames,
  functionOf,
  isSerialized,
  makeKind,
  nameOfFunction,
  type Kind,
} from '../serialization/serialize';
import { METRIC_ALIASES } from '../names';
import { snakeCase } from '../serialization/naming';
import * as accuracies from './accuracy_metrics';
import { concordanceCorrelation, pearsonCorrelation } from './correlation_metrics';
import { Metric } from './metric';
import { MeanMetricWrapper, type MetricFunction } from './reduction_metrics';

export {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './accuracy_metrics';
export { AUC, type AUCOptions } from './auc';
export {
  FalseNegatives,
  FalsePositives,
  Precision,
  PrecisionAtRecall,
  Recall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  TrueNegatives,
  TruePositives,
} from './confusion_metrics';
export {
  ConcordanceCorrelation,
  PearsonCorrelation,
  concordanceCorrelation,
  pearsonCorrelation,
} from './correlation_metrics';
export { F1Score, FBetaScore } from './f_score_metrics';
export { CategoricalHinge, Hinge, SquaredHinge } from './hinge_metrics';
export { BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou_metrics';
export { Metric, type MetricOptions, type UpdateOptions } from './metric';
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
} from './probabilistic_metrics';
export { Mean, MeanMetricWrapper, Sum, type MetricFunction } from './reduction_metrics';
export {
  CosineSimilarity,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  R2Score,
  RootMeanSquaredError,
} from './regression_metrics';
export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '../losses/index';

const functions: Record<string, MetricFunction> = {
  accuracy: accuracies.accuracy,
  binaryAccuracy: accuracies.binaryAccuracy,
  categoricalAccuracy: accuracies.categoricalAccuracy,
  sparseCategoricalAccuracy: accuracies.sparseCategoricalAccuracy,
  topKCategoricalAccuracy: accuracies.topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy: accuracies.sparseTopKCategoricalAccuracy,
  pearsonCorrelation,
  concordanceCorrelation,
};
for (const [name, f] of Object.entries(functions)) functionNames.set(f, snakeCase(name));

const isMetric = (x: unknown): x is Metric => x instanceof Metric;
const kind: Kind<Metric> = makeKind<Metric>('keras.metrics', 'metric', isMetric, METRIC_ALIASES);
/** A metric from a name, a config, an instance or a function `(yTrue, yPred) => values`; null for none. */
export function get(identifier: unknown): Metric | null {
  if (isMetric(identifier) && otherPackageOf(identifier) === null) return identifier;
  if (isSerialized(identifier) && identifier.class_name === 'function') return get(functionOf(identifier));
  const custom = typeof identifier === 'string' ? getRegisteredObject(identifier) : null;
  const f = custom ?? identifier;
  if (typeof f === 'function' && !((f as { prototype?: unknown }).prototype instanceof Metric))
    return new MeanMetricWrapper(f as MetricFunction, { name: nameOfFunction(f) });
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
