/** InceptionV3 (keras.applications.inception_v3). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

/** Filters, height and width of the kernel, stride; 'valid' where it has one, else 'same'. */
type Convolution = readonly [filters: number, height: number, width: number, strides?: number];

function convolution(x: KerasTensor, filters: number, size: [number, number], strides: number, isValid: boolean) {
  const padding = isValid ? 'valid' : 'same';
  x = apply(new layers.Conv2D(filters, size, { strides, padding, useBias: false }), x);
  x = apply(new layers.BatchNormalization({ axis: 3, scale: false }), x);
  return apply(new layers.Activation('relu'), x);
}
/** One convolution behind the other. */
const chain = (x: KerasTensor, convolutions: readonly Convolution[]): KerasTensor =>
  convolutions.reduce(
    (y, [filters, height, width, strides]) =>
      convolution(y, filters, [height, width], strides ?? 1, strides !== undefined),
    x,
  );
const maxPool = (x: KerasTensor): KerasTensor => apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2 }), x);
const averagePool = (x: KerasTensor): KerasTensor =>
  apply(new layers.AveragePooling2D({ poolSize: 3, strides: 1, padding: 'same' }), x);
const join = (branches: KerasTensor[], name?: string): KerasTensor =>
  apply(new layers.Concatenate({ axis: 3, name }), branches);

/** Branches of convolutions beside each other, and one of a pooling. */
function mixed(x: KerasTensor, branches: readonly (readonly Convolution[])[], pool: number | null, name: string) {
  const outputs = branches.map((branch) => chain(x, branch));
  return join([...outputs, pool === null ? maxPool(x) : chain(averagePool(x), [[pool, 1, 1]])], name);
}
const small = (pool: number, x: KerasTensor, name: string): KerasTensor => {
  const five: Convolution[] = [
    [48, 1, 1],
    [64, 5, 5],
  ];
  const double: Convolution[] = [
    [64, 1, 1],
    [96, 3, 3],
    [96, 3, 3],
  ];
  return mixed(x, [[[64, 1, 1]], five, double], pool, name);
};
/** 7 x 7 convolutions as 1 x 7 and 7 x 1, of `n` filters inside. */
const seven = (n: number, x: KerasTensor, name: string): KerasTensor => {
  const once: Convolution[] = [
    [n, 1, 1],
    [n, 1, 7],
    [192, 7, 1],
  ];
  const twice: Convolution[] = [
    [n, 1, 1],
    [n, 7, 1],
    [n, 1, 7],
    [n, 7, 1],
    [192, 1, 7],
  ];
  return mixed(x, [[[192, 1, 1]], once, twice], 192, name);
};
/** The last two blocks, which part within their branches. */
function wide(x: KerasTensor, i: number): KerasTensor {
  const part = (y: KerasTensor, name?: string): KerasTensor =>
    join([chain(y, [[384, 1, 3]]), chain(y, [[384, 3, 1]])], name);
  const single = chain(x, [[320, 1, 1]]);
  const three = part(chain(x, [[384, 1, 1]]), `mixed9_${i}`);
  const double = part(
    chain(x, [
      [448, 1, 1],
      [384, 3, 3],
    ]),
  );
  const pool = chain(averagePool(x), [[192, 1, 1]]);
  return join([single, three, double, pool], `mixed${9 + i}`);
}
function body(x: KerasTensor): KerasTensor {
  x = convolution(x, 32, [3, 3], 2, true);
  x = convolution(x, 32, [3, 3], 1, true);
  x = maxPool(convolution(x, 64, [3, 3], 1, false));
  x = convolution(x, 80, [1, 1], 1, true);
  x = maxPool(convolution(x, 192, [3, 3], 1, true));
  x = small(32, x, 'mixed0');
  x = small(64, x, 'mixed1');
  x = small(64, x, 'mixed2');
  const halved: Convolution[] = [
    [64, 1, 1],
    [96, 3, 3],
    [96, 3, 3, 2],
  ];
  x = mixed(x, [[[384, 3, 3, 2]], halved], null, 'mixed3');
  x = seven(128, x, 'mixed4');
  x = seven(160, x, 'mixed5');
  x = seven(160, x, 'mixed6');
  x = seven(192, x, 'mixed7');
  const three: Convolution[] = [
    [192, 1, 1],
    [320, 3, 3, 2],
  ];
  const sevenThree: Convolution[] = [
    [192, 1, 1],
    [192, 1, 7],
    [192, 7, 1],
    [192, 3, 3, 2],
  ];
  x = mixed(x, [three, sevenThree], null, 'mixed8');
  return wide(wide(x, 0), 1);
}

/**
 * InceptionV3: blocks of convolutions of several sizes beside each other. Images of 299 x 299 (at least 75), pixels from
 * -1 to 1: `inceptionV3.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Szegedy et al. 2015, arXiv:1512.00567; keras/src/applications/inception_v3.py.
 */
export async function InceptionV3(options: ApplicationOptions = {}): Promise<Model> {
  const settings = settingsOf('InceptionV3', options);
  const input = imageInput(settings, imageShape('InceptionV3', settings, 299, 75));
  const x = classified(body(input), settings);
  return withWeights(modelOf(settings, input, x, 'inception_v3'), settings, () => ({
    folder: `${KERAS_FILES}inception_v3/`,
    file: `inception_v3_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: settings.includeTop ? '9a0d58056eeedaa3f26cb7ebd46da564' : 'bcbd6486424b2319ff4ef7d526e38f63',
  }));
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
