/**
 * trae-node: Keras 3 for Node.js on a native engine. Tensors, gradients and compiled functions at the top level, all of
 * `keras.ops` as functions, Keras under `keras`.
 * @packageDocumentation
 */
import * as keras from './keras/index';
import * as ops from './ops/index';
import * as random from './random_namespace';

export { grad, valueAndGrad, variableGrads, customGradient, jvp } from './autodiff';
export { compile, type PlanOptions } from './compile';
export * from './errors';
export * from './ops/index';
export { setRandomSeed } from './random';
export { config, devices, memory, tidy, version } from './runtime';
export { Tensor, tensor, type DType, type NestedArray, type Shape, type TensorLike, type TypedArray } from './tensor';
export { Variable, variable, type VariableOptions } from './variable';
export { KerasTensor } from './keras/keras_tensor';
export type { Activation } from './keras/activations';
export type { CallOptions, LayerOptions } from './keras/layers/layer';
export type { CompileOptions, EvaluateOptions, FitOptions, PredictOptions } from './keras/training/options';
export type { Data, Logs, StepData, StepLogs } from './keras/training/types';
export { keras, ops, random };
