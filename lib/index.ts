/**
 * trae-node: Keras 3 for Node.js on a native engine. Tensors, gradients and compiled functions at the top level, all of
 * `keras.ops` as functions, Keras under `keras`.
 * @packageDocumentation
 */
import * as hub from './hub/index';
import * as keras from './keras/index';
import * as ops from './ops/index';
import * as random from './ops/namespaces/random';

export { grad, valueAndGrad, variableGrads, customGradient, jvp } from './core/autodiff';
export { compile, type PlanOptions } from './core/compile';
export * from './support/errors';
export * from './ops/index';
export { setRandomSeed } from './core/seed';
export { config, devices, memory, tidy, version } from './core/runtime';
export {
  Tensor,
  tensor,
  type DType,
  type NestedArray,
  type Shape,
  type TensorLike,
  type TypedArray,
} from './core/tensor';
export { Variable, variable, type VariableOptions } from './core/variable';
export { KerasTensor } from './keras/keras_tensor';
export type { Activation } from './keras/activations';
export type { CallOptions, LayerOptions } from './keras/layers/layer';
export type { CompileOptions, EvaluateOptions, FitOptions, PredictOptions } from './keras/training/options';
export type { Data, Logs, StepData, StepLogs } from './keras/training/types';
export { hub, keras, ops, random };
