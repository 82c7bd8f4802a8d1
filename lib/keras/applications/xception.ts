/** Xception (keras.applications.xception). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

const relu = (x: KerasTensor, name: string): KerasTensor => apply(new layers.Activation('relu', { name }), x);
function separable(x: KerasTensor, filters: number, name: string): KerasTensor {
  x = apply(new layers.SeparableConv2D(filters, 3, { padding: 'same', useBias: false, name }), x);
  return apply(new layers.BatchNormalization({ axis: -1, name: `${name}_bn` }), x);
}
/** Two separable convolutions and a pooling beside a strided 1 x 1 convolution. */
function reduction(x: KerasTensor, block: number, filters: readonly [number, number], isFirst: boolean): KerasTensor {
  const name = `block${block}`;
  let shortcut = apply(new layers.Conv2D(filters[1], 1, { strides: 2, padding: 'same', useBias: false }), x);
  shortcut = apply(new layers.BatchNormalization({ axis: -1 }), shortcut);
  if (!isFirst) x = relu(x, `${name}_sepconv1_act`);
  x = separable(x, filters[0], `${name}_sepconv1`);
  x = relu(x, `${name}_sepconv2_act`);
  x = separable(x, filters[1], `${name}_sepconv2`);
  x = apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2, padding: 'same', name: `${name}_pool` }), x);
  return layers.add([x, shortcut]) as KerasTensor;
}

/**
 * Xception: separable convolutions in 14 blocks with shortcuts. Images of 299 x 299 (at least 71), pixels from -1 to 1:
 * `xception.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Chollet 2016, arXiv:1610.02357; keras/src/applications/xception.py.
 */
export async function Xception(options: ApplicationOptions = {}): Promise<Model> {
  const settings = settingsOf('Xception', options);
  const input = imageInput(settings, imageShape('Xception', settings, 299, 71));
  let x = apply(new layers.Conv2D(32, 3, { strides: 2, useBias: false, name: 'block1_conv1' }), input);
  x = apply(new layers.BatchNormalization({ axis: -1, name: 'block1_conv1_bn' }), x);
  x = relu(x, 'block1_conv1_act');
  x = apply(new layers.Conv2D(64, 3, { useBias: false, name: 'block1_conv2' }), x);
  x = apply(new layers.BatchNormalization({ axis: -1, name: 'block1_conv2_bn' }), x);
  x = relu(x, 'block1_conv2_act');
  x = reduction(x, 2, [128, 128], true);
  x = reduction(x, 3, [256, 256], false);
  x = reduction(x, 4, [728, 728], false);
  for (let block = 5; block <= 12; block++) {
    const shortcut = x;
    for (const step of [1, 2, 3]) {
      const name = `block${block}_sepconv${step}`;
      x = separable(relu(x, `${name}_act`), 728, name);
    }
    x = layers.add([x, shortcut]) as KerasTensor;
  }
  x = reduction(x, 13, [728, 1024], false);
  x = relu(separable(x, 1536, 'block14_sepconv1'), 'block14_sepconv1_act');
  x = relu(separable(x, 2048, 'block14_sepconv2'), 'block14_sepconv2_act');
  x = classified(x, settings);
  return withWeights(modelOf(settings, input, x, 'xception'), settings, () => ({
    folder: `${KERAS_FILES}xception/`,
    file: `xception_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: settings.includeTop ? '0a58e3b7378bc2990ea3b43d5981f1f6' : 'b0042744bf5b25fce3cb969f33bebb97',
  }));
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
