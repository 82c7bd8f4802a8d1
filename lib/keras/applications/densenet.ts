/** DenseNet121, DenseNet169 and DenseNet201 (keras.applications.densenet). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, POOL_NAMES, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

/** Channels that each block adds. */
const GROWTH = 32;
/** MD5 of Keras' files: with the classifier, without. */
const HASHES: Readonly<Record<string, readonly [string, string]>> = {
  densenet121: ['9d60b8095a5708f2dcce2bca79d332c7', '30ee3e1110167f948a6b9946edeeb738'],
  densenet169: ['d699b8f76981ab1b30698df4c175e90b', 'b8c4d4c20dd625c148057b9ff1c1176b'],
  densenet201: ['1ceb130c1ea1b78c3bf6114dbdfd8807', 'c13680b51ded0fb44dff2d8f86ac8bb1'],
};

const normalize = (x: KerasTensor, bn: string, activation: string): KerasTensor => {
  x = apply(new layers.BatchNormalization({ axis: 3, epsilon: 1.001e-5, name: bn }), x);
  return apply(new layers.Activation('relu', { name: activation }), x);
};
/** What a block computes stands beside what it was given. */
function block(x: KerasTensor, name: string): KerasTensor {
  let y = normalize(x, `${name}_0_bn`, `${name}_0_relu`);
  y = apply(new layers.Conv2D(4 * GROWTH, 1, { useBias: false, name: `${name}_1_conv` }), y);
  y = normalize(y, `${name}_1_bn`, `${name}_1_relu`);
  y = apply(new layers.Conv2D(GROWTH, 3, { padding: 'same', useBias: false, name: `${name}_2_conv` }), y);
  return apply(new layers.Concatenate({ axis: 3, name: `${name}_concat` }), [x, y]);
}
/** Half of the channels, half of the height and width. */
function transition(x: KerasTensor, name: string): KerasTensor {
  const filters = Math.trunc(x.shape[3]! * 0.5);
  x = normalize(x, `${name}_bn`, `${name}_relu`);
  x = apply(new layers.Conv2D(filters, 1, { useBias: false, name: `${name}_conv` }), x);
  return apply(new layers.AveragePooling2D({ poolSize: 2, strides: 2, name: `${name}_pool` }), x);
}

async function denseNet(where: string, options: ApplicationOptions, blocks: readonly number[]): Promise<Model> {
  const settings = settingsOf(where, options);
  const name = where.toLowerCase();
  const input = imageInput(settings, imageShape(where, settings, 224, 32));
  let x = apply(new layers.ZeroPadding2D(3), input);
  x = apply(new layers.Conv2D(64, 7, { strides: 2, useBias: false, name: 'conv1_conv' }), x);
  x = normalize(x, 'conv1_bn', 'conv1_relu');
  x = apply(new layers.ZeroPadding2D(1), x);
  x = apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2, name: 'pool1' }), x);
  for (const [stage, count] of blocks.entries()) {
    if (stage > 0) x = transition(x, `pool${stage + 1}`);
    for (let i = 1; i <= count; i++) x = block(x, `conv${stage + 2}_block${i}`);
  }
  x = normalize(x, 'bn', 'relu');
  x = classified(x, settings, { pools: POOL_NAMES });
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}densenet/`,
    file: `${name}_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: HASHES[name][settings.includeTop ? 0 : 1],
  }));
}

/**
 * DenseNet121: blocks that see the outputs of all blocks before them, in four stages (6, 12, 24, 16). Images of 224 x 224
 * (at least 32), pixels from 0 to 1, each channel normalized: `densenet.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Huang et al. 2016, arXiv:1608.06993; keras/src/applications/densenet.py.
 */
export async function DenseNet121(options: ApplicationOptions = {}): Promise<Model> {
  return denseNet('DenseNet121', options, [6, 12, 24, 16]);
}
/** DenseNet169: as `DenseNet121`, with stages of 6, 12, 32 and 32 blocks. */
export async function DenseNet169(options: ApplicationOptions = {}): Promise<Model> {
  return denseNet('DenseNet169', options, [6, 12, 32, 32]);
}
/** DenseNet201: as `DenseNet121`, with stages of 6, 12, 48 and 32 blocks. */
export async function DenseNet201(options: ApplicationOptions = {}): Promise<Model> {
  return denseNet('DenseNet201', options, [6, 12, 48, 32]);
}
/** Pixels from 0 to 1, each channel minus its mean over ImageNet, divided by its standard deviation. */
export const preprocessInput = preprocessFor('torch');
export { decodePredictions } from './imagenet_utils';
