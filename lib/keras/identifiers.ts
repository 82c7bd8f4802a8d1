/**
 * What stands for an activation, an initializer, a loss, ... where an option takes one: a name, an instance, a function
 * of your own, or Keras' JSON of one. A name outside of the tables in names.ts does not compile. A text that is known
 * only while the program runs is looked up: `activation: keras.activations.get(text)`; so is a name that holds only
 * within `customObjectScope`.
 */
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
export type { SerializedIdentifier } from './serialization/serialize';
export type { ActivationIdentifier } from './activations';
export type { InitializerIdentifier } from './initializers/initializer';
export type { RegularizerIdentifier } from './regularizers';
export type { ConstraintIdentifier } from './constraints';
export type { LossIdentifier, LossOption } from './losses/loss';
export type { MetricIdentifier, MetricsOption } from './metrics/metric';
export type { OptimizerIdentifier } from './optimizers/optimizer';
export type { DTypePolicyName, DTypeIdentifier } from './dtype_policy';
export type { MonitorName, MonitorMode } from './callbacks/monitor_callback';
