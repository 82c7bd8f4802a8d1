/** VGG16 and VGG19 (keras.applications.vgg16, vgg19). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, imageInput, KERAS_FILES, modelOf, pooled, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

const FILTERS = [64, 128, 256, 512, 512];

async function vgg(
  where: string,
  options: ApplicationOptions,
  convolutions: readonly number[],
  hashes: readonly [top: string, features: string],
): Promise<Model> {
  const settings = settingsOf(where, options);
  const name = where.toLowerCase();
  const input = imageInput(settings, imageShape(where, settings, 224, 32));
  let x: KerasTensor = input;
  for (const [i, count] of convolutions.entries()) {
    const block = `block${i + 1}`;
    for (let j = 1; j <= count; j++) {
      const convolution = { activation: 'relu', padding: 'same', name: `${block}_conv${j}` } as const;
      x = apply(new layers.Conv2D(FILTERS[i], 3, convolution), x);
    }
    x = apply(new layers.MaxPooling2D({ poolSize: 2, strides: 2, name: `${block}_pool` }), x);
  }
  if (settings.includeTop) {
    x = apply(new layers.Flatten({ name: 'flatten' }), x);
    x = apply(new layers.Dense(4096, { activation: 'relu', name: 'fc1' }), x);
    x = apply(new layers.Dense(4096, { activation: 'relu', name: 'fc2' }), x);
    const { classes, classifierActivation: activation } = settings;
    x = apply(new layers.Dense(classes, { activation, name: 'predictions' }), x);
  } else x = pooled(x, settings);
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}${name}/`,
    file: `${name}_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: hashes[settings.includeTop ? 0 : 1],
  }));
}

/**
 * VGG16: 13 convolutions of 3 x 3 in five blocks, each ending in a max pooling, and 3 dense layers.
 * Images of 224 x 224 (at least 32), blue, green, red, each minus its mean: `vgg16.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Simonyan and Zisserman 2014, arXiv:1409.1556; keras/src/applications/vgg16.py.
 */
export async function VGG16(options: ApplicationOptions = {}): Promise<Model> {
  return vgg(
    'VGG16',
    options,
    [2, 2, 3, 3, 3],
    ['64373286793e3c8b2b4e3219cbf3544b', '6d6bbae143d832006294945121d1f1fc'],
  );
}
/**
 * VGG19: 16 convolutions of 3 x 3 in five blocks, each ending in a max pooling, and 3 dense layers.
 * Images of 224 x 224 (at least 32), blue, green, red, each minus its mean: `vgg19.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Simonyan and Zisserman 2014, arXiv:1409.1556; keras/src/applications/vgg19.py.
 */
export async function VGG19(options: ApplicationOptions = {}): Promise<Model> {
  return vgg(
    'VGG19',
    options,
    [2, 2, 4, 4, 4],
    ['cbe5617147190e668d6c5d5026f83318', '253f8cb515780f3b799900260a226db6'],
  );
}
/** Channels blue, green, red, each minus its mean over ImageNet. */
export const preprocessInput = preprocessFor('caffe');
export { decodePredictions } from './imagenet_utils';
