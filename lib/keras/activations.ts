/** Activation functions by name (keras.activations). */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { checkOptionNames, nearest } from '../support/options';
import { rememberLogits } from '../ops/crossentropy';
import * as ops from '../ops/index';
import { exp, sigmoid as plainSigmoid, softplus, tanh } from '../ops/unary';
import { convert, type Tensor, type TensorLike } from '../core/tensor';
import type { ACTIVATIONS, CamelCase } from './names';
import { camelCase, snakeCase } from './serialization/naming';
import { getRegisteredObject } from './serialization/registry';
import { deserializeKerasObject, functionNames, isSerialized, serializeKerasObject } from './serialization/serialize';
import type { ActivationName, RegisteredName } from './names';
import type { SerializedIdentifier } from './serialization/serialize';

/** A layer in place of an activation: what has a name and is applied to tensors. */
export interface ActivationLayer {
  /** Keras' name of the class: what a config says. */
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  apply(inputs: any, ...rest: any[]): any;
  getConfig(): Record<string, unknown>;
}
/** A function from tensor to tensor, a layer, or the name of one; null is the identity. */
export type ActivationIdentifier =
  | ActivationName
  | RegisteredName
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  | ((x: Tensor, ...rest: any[]) => Tensor)
  | ActivationLayer
  | SerializedIdentifier
  | null;

/** A function of tensors; some take more arguments. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Activation = (x: TensorLike, ...rest: any[]) => Tensor;

/**
 * keras.activations.relu: x above `threshold` (default 0), at most `maxValue` (default: no limit), and negativeSlope
 * (x - threshold) below it (default 0). In the steps of Keras' ReLU.static_call (activations.py): NaN stays where
 * there is no threshold.
 */
export function relu(
  x: TensorLike,
  options: { negativeSlope?: number; maxValue?: number | null; threshold?: number } = {},
): Tensor {
  checkOptionNames('relu', options, ['negativeSlope', 'maxValue', 'threshold']);
  const { negativeSlope = 0, maxValue = null, threshold = 0 } = options;
  const t = convert(x);
  if (negativeSlope && maxValue === null && !threshold) return t.leakyRelu({ negativeSlope });
  let y: Tensor;
  if (threshold) y = ops.where(t.greater(threshold), t, 0);
  else y = maxValue === 6 ? t.relu6() : t.relu();
  if (maxValue !== null && (threshold || maxValue !== 6)) y = y.clip(0, maxValue);
  if (!negativeSlope) return y;
  const below = (threshold ? ops.subtract(threshold, t) : t.negative()).relu();
  return y.sub(below.mul(negativeSlope));
}
/** e^x / sum(e^x) along `axis`. */
export function softmax(x: TensorLike, options: { axis?: number | readonly number[] } = {}): Tensor {
  checkOptionNames('softmax', options, ['axis']);
  const { axis = -1 } = options;
  const logits = convert(x);
  const y = logits.softmax({ axis });
  return axis === -1 ? rememberLogits(y, logits, 'softmax') : y;
}
/** 1 / (1 + e^-x) */
export function sigmoid(x: TensorLike): Tensor {
  const logits = convert(x);
  return rememberLogits(plainSigmoid(logits), logits, 'sigmoid');
}
/** e^x */
export const exponential: Activation = (x) => exp(x);
/** x */
export const linear: Activation = (x) => x as Tensor;
/** x, or negativeSlope x below 0. */
export const leakyRelu: Activation = (x, options: { negativeSlope?: number } = {}) => ops.leakyRelu(x, options);
/** x or alpha (e^x - 1). */
export const elu: Activation = (x, options: { alpha?: number } = {}) => ops.elu(x, options);
/** Gaussian error linear unit; exact unless `approximate`. */
export const gelu: Activation = (x, options: { approximate?: boolean } = {}) =>
  ops.gelu(x, { approximate: false, ...options });
export { softplus, tanh };
export const {
  relu6,
  selu,
  celu,
  silu,
  mish,
  softsign,
  logSigmoid,
  hardSigmoid,
  hardSilu,
  hardTanh,
  hardShrink,
  softShrink,
  tanhShrink,
  threshold,
  squareplus,
  sparsePlus,
  sparseSigmoid,
  sparsemax,
  glu,
  logSoftmax,
} = ops;
/** Alias of `silu`. */
export const swish: Activation = (x) => ops.silu(x);
/** Alias of `hardSilu`. */
export const hardSwish: Activation = (x) => ops.hardSilu(x);

const aliases = { swish: 'silu', hardSwish: 'hardSilu' } as const;
const all: Record<string, Activation> &
  Record<Exclude<CamelCase<(typeof ACTIVATIONS)[number]>, keyof typeof aliases>, Activation> = {
  relu,
  relu6,
  leakyRelu,
  elu,
  selu,
  celu,
  gelu,
  silu,
  sigmoid,
  tanh,
  softplus,
  softsign,
  softmax,
  logSoftmax,
  logSigmoid,
  exponential,
  hardSigmoid,
  hardSilu,
  hardTanh,
  hardShrink,
  softShrink,
  tanhShrink,
  mish,
  linear,
  glu,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  threshold,
  sparsemax,
};
for (const [name, f] of Object.entries(all)) if (!functionNames.has(f)) functionNames.set(f, snakeCase(name));

/**
 * The activation that a name, a config, a function or null (linear) means.
 * @throws ValueError for an unknown name, suggesting the nearest.
 */
export function get(identifier: unknown): Activation {
  if (identifier === null || identifier === undefined) return linear;
  if (typeof identifier === 'function') return identifier as Activation;
  if (typeof identifier === 'string') {
    const custom = getRegisteredObject(identifier);
    if (typeof custom === 'function') return custom as Activation;
    const name = camelCase(identifier);
    const f = all[aliases[name as keyof typeof aliases] ?? name];
    if (f) return f;
    const near = nearest(identifier, Object.keys(all).map(snakeCase));
    throw new ValueError(`activation '${identifier}' is not known.${near ? ` Did you mean '${near}'?` : ''}`);
  }
  if (isSerialized(identifier)) return deserialize(identifier);
  if (typeof identifier === 'object' && 'apply' in identifier)
    return (x) => (identifier as { apply(x: TensorLike): Tensor }).apply(x);
  throw new TypeError(`activation: a name or a function is expected.\n  Received: ${describe(identifier)}`);
}
/** The name of a built-in function, the config of a custom one. */
export const serialize = (f: Activation | null): unknown => (f === null ? null : serializeKerasObject(f));
/** The inverse of `serialize`. */
export function deserialize(config: unknown): Activation {
  if (isSerialized(config) && config.module === 'keras.activations')
    return get(config.class_name === 'function' ? config.config : config.class_name);
  return isSerialized(config) ? get(deserializeKerasObject(config)) : get(config);
}
// Keras 1 and 2 called this hard_sigmoid: their files mean it.
const keras2HardSigmoid: Activation = (x) => convert(x).mul(0.2).add(0.5).clip(0, 1);
functionNames.setOurs(keras2HardSigmoid, 'keras2_hard_sigmoid');
all.keras2HardSigmoid = keras2HardSigmoid;
