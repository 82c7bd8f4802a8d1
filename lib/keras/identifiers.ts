/**
 * What stands for an activation, an initializer, a loss, ... where an option takes one: a name, an instance, a function
 * of your own, or Keras' JSON of one. A name outside of the tables in names.ts does not compile. A text that is known
 * only while the program runs is looked up: `activation: keras.activations.get(text)`; so is a name that holds only
 * within `customObjectScope`.
 */
import type { DType, Shape, Tensor } from '../core/tensor';
import type { Constraint } from './constraints';
import type { DTypePolicy } from './dtype_policy';
import type { Initializer } from './initializers/initializer';
import type { Layer } from './layers/layer';
import type { Loss } from './losses/loss';
import type { Metric } from './metrics/metric';
import type {
  ActivationName,
  ConstraintName,
  InitializerName,
  LossName,
  MetricName,
  OptimizerName,
  RegisteredName,
  RegularizerName,
} from './names';
import type { Optimizer } from './optimizers/optimizer';
import type { Regularizer } from './regularizers';
import type { SerializedObject } from './serialization/serialize';

export type {
  ActivationName,
  ConstraintName,
  InitializerName,
  LossName,
  MetricName,
  OptimizerName,
  RegisteredName,
  RegularizerName,
} from './names';

/** Keras' JSON of an object, as `serializeKerasObject` makes it; class name and config suffice. */
export type SerializedIdentifier = Pick<SerializedObject, 'class_name' | 'config'> & Partial<SerializedObject>;
/** A function from tensor to tensor, a layer, or the name of one; null is the identity. */
export type ActivationIdentifier =
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  ActivationName | RegisteredName | ((x: Tensor, ...rest: any[]) => Tensor) | Layer | SerializedIdentifier | null;
/** First values of a weight: a name, an initializer, a function of shape and dtype, or one number or tensor for all of it. */
export type InitializerIdentifier =
  | InitializerName
  | RegisteredName
  | Initializer
  | (new () => Initializer)
  | ((shape: Shape, options?: { dtype?: DType | null }) => Tensor)
  | number
  | Tensor
  | SerializedIdentifier
  | null;
/** A penalty added to the loss: a name, a regularizer, or a function from a tensor to a scalar; null for none. */
export type RegularizerIdentifier =
  | RegularizerName
  | RegisteredName
  | Regularizer
  | (new () => Regularizer)
  | ((x: Tensor) => Tensor)
  | SerializedIdentifier
  | null;
/** A projection after each update: a name, a constraint, or a function from weight to weight; null for none. */
export type ConstraintIdentifier =
  | ConstraintName
  | RegisteredName
  | Constraint
  | (new () => Constraint)
  | ((w: Tensor) => Tensor)
  | SerializedIdentifier
  | null;
/** A loss: a name, a Loss, or a function `(yTrue, yPred) => losses`; null for none. */
export type LossIdentifier =
  | LossName
  | RegisteredName
  | Loss
  | (new () => Loss)
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  | ((yTrue: Tensor, yPred: Tensor, ...rest: any[]) => Tensor)
  | SerializedIdentifier
  | null;
/** Losses of a model: one for all outputs, an array in their order, or a record of their structure. 'crossentropy' (or 'ce') is the one that fits the targets. */
export type LossOption =
  LossIdentifier | 'crossentropy' | 'ce' | readonly LossOption[] | { readonly [output: string]: LossOption };
/** A metric: a name, a Metric, or a function `(yTrue, yPred) => values`; null for none. */
export type MetricIdentifier =
  | MetricName
  | RegisteredName
  | Metric
  | (new () => Metric)
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  | ((yTrue: Tensor, yPred: Tensor, ...rest: any[]) => Tensor)
  | SerializedIdentifier
  | null;
/** Metrics of a model: an array, with an array for each of several outputs, or a record by output. 'crossentropy' (or 'ce') is the one that fits the targets. */
export type MetricsOption =
  readonly MetricsOfOutput[] | { readonly [output: string]: MetricsOfOutput | undefined } | null;
type MetricsOfOutput =
  | MetricIdentifier
  | 'crossentropy'
  | 'ce'
  | readonly MetricsOfOutput[]
  | { readonly [output: string]: MetricsOfOutput };
/** An optimizer, or the name of one with its default settings. */
export type OptimizerIdentifier =
  OptimizerName | RegisteredName | Optimizer | (new () => Optimizer) | SerializedIdentifier | null;
/** Name of a dtype policy: a dtype, 'mixed_float16', 'mixed_bfloat16', or one of a quantized layer, 'int8_from_float32'. */
export type DTypePolicyName =
  DType | 'mixed_float16' | 'mixed_bfloat16' | `${'int8' | 'int4' | `int4/${number}`}_from_${string}`;
/** In which dtype a layer computes and which its weights have: a dtype, the name of a policy, or a DTypePolicy; null for the global policy. */
export type DTypeIdentifier = DTypePolicyName | DTypePolicy | SerializedIdentifier | null;
/** What a callback watches: 'loss', 'val_loss', or a metric by the name that it has in the logs. */
export type MonitorName = 'loss' | 'val_loss' | 'accuracy' | 'val_accuracy' | (string & {});
/** Whether less or more is better; 'auto' asks the metric. */
export type MonitorMode = 'auto' | 'min' | 'max';
