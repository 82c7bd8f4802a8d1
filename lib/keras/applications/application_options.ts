/** Options that the architectures share, and what is refused among them. */
import * as fs from 'node:fs';
import { formatShape } from '../../core/tensor';
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import * as activations from '../activations';
import type { ActivationIdentifier } from '../activations';
import { isKerasTensor, type KerasTensor, type SymbolicShape } from '../keras_tensor';
import { checkOptions, kinds, type OptionKind } from '../options';

export interface ApplicationOptions {
  /** Whether the classifier at the top is part of the model. Default true. */
  includeTop?: boolean;
  /**
   * First values of the weights: 'imagenet' (default) downloads Keras' file once, null leaves them random, anything else
   * is the path of a file of weights, as `loadWeights` reads it.
   */
  weights?: 'imagenet' | (string & {}) | null;
  /** Symbolic tensor, batch axis included, that the model begins with. Default: an input of its own. */
  inputTensor?: KerasTensor | null;
  /**
   * Height, width and channels of an image; height and width may be null without the classifier. Default: the size that
   * the architecture was made for with its classifier, else any size and 3 channels.
   */
  inputShape?: SymbolicShape | null;
  /** Without the classifier: 'avg' or 'max' over height and width; null (default) leaves the last feature maps. */
  pooling?: 'avg' | 'max' | null;
  /** Number of classes of the classifier, >= 1. Default 1000; others only with other weights than 'imagenet'. */
  classes?: number;
  /** Activation of the classifier; null gives logits. Default 'softmax'; with weights only this and null. */
  classifierActivation?: ActivationIdentifier | null;
  /** Name of the model. Default: that of the architecture. */
  name?: string | null;
  /** Folder above `models`, where downloaded files are kept. Default `$TRAE_HOME`, or `~/.trae`. */
  cacheDir?: string | null;
  /** Ends the download and the loading: the promise is rejected. */
  signal?: AbortSignal;
  /** Whether a download and its progress are printed. Default true. */
  verbose?: boolean;
}
/** @internal The options with their defaults, `name` aside: some have it made of other options. */
export type Settings = Required<Omit<ApplicationOptions, 'name' | 'signal' | 'cacheDir' | 'verbose'>> & {
  /** Name of the model; null: that of the architecture. */
  name: string | null;
} & Pick<ApplicationOptions, 'signal' | 'cacheDir' | 'verbose'>;

const OPTIONS = {
  includeTop: kinds.boolean,
  weights: kinds.string,
  inputTensor: kinds.any,
  inputShape: kinds.shape,
  pooling: kinds.choice,
  classes: kinds.positiveCount,
  classifierActivation: kinds.activation,
  name: kinds.string,
  cacheDir: kinds.string,
  signal: kinds.signal,
  verbose: kinds.boolean,
};

/** @internal Refuses what no model can be made of; `more`: options that only this architecture has. */
export function settingsOf(
  where: string,
  options: ApplicationOptions,
  more: Readonly<Record<string, OptionKind>> = {},
): Settings {
  checkOptions(where, options, { ...OPTIONS, ...more });
  const settings: Settings = {
    includeTop: options.includeTop ?? true,
    weights: options.weights === undefined ? 'imagenet' : options.weights,
    inputTensor: options.inputTensor ?? null,
    inputShape: options.inputShape ?? null,
    pooling: options.pooling ?? null,
    classes: options.classes ?? 1000,
    classifierActivation: options.classifierActivation === undefined ? 'softmax' : options.classifierActivation,
    name: options.name ?? null,
    cacheDir: options.cacheDir,
    signal: options.signal,
    verbose: options.verbose,
  };
  const { weights, includeTop, classes, pooling, inputTensor, inputShape } = settings;
  if (weights !== null && weights !== 'imagenet' && !fs.existsSync(weights))
    throw new ValueError(
      `${where}: weights must be 'imagenet', null or the path of a file that is there.\n  Received: ${describe(weights)}`,
      { op: where },
    );
  if (weights === 'imagenet' && includeTop && classes !== 1000)
    throw new ValueError(
      `${where}: the classifier of the weights 'imagenet' has 1000 classes.\n  Received: classes ${classes}\n  Fix: pass includeTop false and put a classifier of your own on it, or weights null.`,
      { op: where },
    );
  if (pooling !== null && pooling !== 'avg' && pooling !== 'max')
    throw new ValueError(`${where}: pooling must be 'avg', 'max' or null.\n  Received: ${describe(pooling)}`, {
      op: where,
    });
  if (inputTensor !== null && !isKerasTensor(inputTensor))
    throw new TypeError(
      `${where}: inputTensor must be a symbolic tensor.\n  Received: ${describe(inputTensor)}\n  Fix: pass what Input gives, or what a layer gives for it.`,
      { op: where },
    );
  if (inputTensor !== null && inputTensor.ndim !== 4)
    throw new ValueError(
      `${where}: inputTensor must have 4 axes: batch, height, width, channels.\n  Received: ${formatShape(inputTensor.shape)}`,
      { op: where },
    );
  if (inputShape !== null) checkShape(where, inputShape);
  if (includeTop && weights !== null) checkActivation(where, settings.classifierActivation);
  return settings;
}
function checkShape(where: string, shape: SymbolicShape): void {
  const isSize = (d: unknown): boolean => d === null || (Number.isInteger(d) && (d as number) > 0);
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every(isSize) || shape[2] === null)
    throw new ValueError(
      `${where}: inputShape must be height, width and channels, integers >= 1; height and width may be null.\n  Received: ${describe(shape)}`,
      { op: where },
    );
}
function checkActivation(where: string, activation: Settings['classifierActivation']): void {
  const found = activations.get(activation);
  if (found !== activations.get('softmax') && found !== activations.get(null))
    throw new ValueError(
      `${where}: with weights, classifierActivation must be 'softmax' or null.\n  Received: ${describe(activation)}`,
      { op: where },
    );
}

/**
 * @internal The shape of the model's input.
 * @param size - height and width that the architecture was made for.
 * @param least - the smallest height and width that leave something after all strides.
 */
export function imageShape(where: string, settings: Settings, size: number, least: number): SymbolicShape {
  const { inputShape: given, weights, includeTop } = settings;
  const usual: SymbolicShape = [size, size, weights !== 'imagenet' && given ? given[2] : 3];
  if (given === null) return includeTop ? usual : [null, null, 3];
  if (weights === 'imagenet' && includeTop && given.some((d, i) => d !== usual[i]))
    throw new ValueError(
      `${where}: with its classifier and the weights 'imagenet', inputShape must be ${formatShape(usual)}.\n  Received: ${formatShape(given)}\n  Fix: pass includeTop false for images of another size.`,
      { op: where },
    );
  if (weights === 'imagenet' && given[2] !== 3)
    throw new ValueError(
      `${where}: the weights 'imagenet' are for images of 3 channels.\n  Received: inputShape ${formatShape(given)}\n  Fix: repeat the grey channel three times, or pass weights null.`,
      { op: where },
    );
  if (given.slice(0, 2).some((d) => d !== null && d < least))
    throw new ValueError(
      `${where}: height and width must be at least ${least}.\n  Received: inputShape ${formatShape(given)}`,
      { op: where },
    );
  if (includeTop && given.includes(null))
    throw new ValueError(
      `${where}: with the classifier, all sizes of inputShape must be known.\n  Received: ${formatShape(given)}\n  Fix: pass includeTop false for images of any size.`,
      { op: where },
    );
  return given;
}
