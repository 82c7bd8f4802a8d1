/** InceptionResNetV2 (keras.applications.inception_resnet_v2). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { CustomScaleLayer } from './custom_scale_layer';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

interface ConvolutionOptions {
  /** Step of the kernel along height and width. Default 1. */
  strides?: number;
  /** Whether borders are padded. Default 'same'. */
  padding?: 'same' | 'valid';
  /** Of the convolution; its normalization and activation have names made of it. Default: automatic ones. */
  name?: string;
}
type Convolution = readonly [filters: number, size: number | [number, number], options?: ConvolutionOptions];

function convolution(
  x: KerasTensor,
  [filters, size, { strides = 1, padding = 'same', name } = {}]: Convolution,
): KerasTensor {
  x = apply(new layers.Conv2D(filters, size, { strides, padding, useBias: false, name }), x);
  x = apply(new layers.BatchNormalization({ axis: 3, scale: false, name: name && `${name}_bn` }), x);
  return apply(new layers.Activation('relu', { name: name && `${name}_ac` }), x);
}
/** One convolution behind the other. */
const chain = (x: KerasTensor, ...convolutions: readonly Convolution[]): KerasTensor =>
  convolutions.reduce(convolution, x);
const halved = { strides: 2, padding: 'valid' } as const;
const maxPool = (x: KerasTensor): KerasTensor =>
  apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2, padding: 'valid' }), x);
const join = (branches: readonly KerasTensor[], name: string): KerasTensor =>
  apply(new layers.Concatenate({ axis: 3, name }), branches);

/** The branches of the three kinds of residual blocks. */
const BRANCHES: Readonly<Record<string, readonly (readonly Convolution[])[]>> = {
  block35: [
    [[32, 1]],
    [
      [32, 1],
      [32, 3],
    ],
    [
      [32, 1],
      [48, 3],
      [64, 3],
    ],
  ],
  block17: [
    [[192, 1]],
    [
      [128, 1],
      [160, [1, 7]],
      [192, [7, 1]],
    ],
  ],
  block8: [
    [[192, 1]],
    [
      [192, 1],
      [224, [1, 3]],
      [256, [3, 1]],
    ],
  ],
};
/** x plus `scale` times what the branches give, with as many channels as x. */
function residual(x: KerasTensor, kind: string, index: number, scale: number, isLast = false): KerasTensor {
  const name = `${kind}_${index}`;
  const branches = BRANCHES[kind].map((branch) => chain(x, ...branch));
  const up = new layers.Conv2D(x.shape[3]!, 1, { padding: 'same', name: `${name}_conv` });
  x = apply(new CustomScaleLayer(scale), [x, apply(up, join(branches, `${name}_mixed`))]);
  return isLast ? x : apply(new layers.Activation('relu', { name: `${name}_ac` }), x);
}
function body(x: KerasTensor): KerasTensor {
  x = chain(x, [32, 3, halved], [32, 3, { padding: 'valid' }], [64, 3]);
  x = apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2 }), x);
  x = chain(x, [80, 1, { padding: 'valid' }], [192, 3, { padding: 'valid' }]);
  x = apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2 }), x);
  const five = [chain(x, [96, 1]), chain(x, [48, 1], [64, 5]), chain(x, [64, 1], [96, 3], [96, 3])];
  const pool = apply(new layers.AveragePooling2D({ poolSize: 3, strides: 1, padding: 'same' }), x);
  x = join([...five, chain(pool, [64, 1])], 'mixed_5b');
  for (let i = 1; i <= 10; i++) x = residual(x, 'block35', i, 0.17);
  const six = [chain(x, [384, 3, halved]), chain(x, [256, 1], [256, 3], [384, 3, halved])];
  x = join([...six, maxPool(x)], 'mixed_6a');
  for (let i = 1; i <= 20; i++) x = residual(x, 'block17', i, 0.1);
  const seven = [
    chain(x, [256, 1], [384, 3, halved]),
    chain(x, [256, 1], [288, 3, halved]),
    chain(x, [256, 1], [288, 3], [320, 3, halved]),
  ];
  x = join([...seven, maxPool(x)], 'mixed_7a');
  for (let i = 1; i <= 9; i++) x = residual(x, 'block8', i, 0.2);
  x = residual(x, 'block8', 10, 1, true);
  return convolution(x, [1536, 1, { name: 'conv_7b' }]);
}

/**
 * InceptionResNetV2: Inception's branches as residual blocks. Images of 299 x 299 (at least 75), pixels from -1 to 1:
 * `inceptionResnetV2.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Szegedy et al. 2016, arXiv:1602.07261; keras/src/applications/inception_resnet_v2.py.
 */
export async function InceptionResNetV2(options: ApplicationOptions = {}): Promise<Model> {
  const settings = settingsOf('InceptionResNetV2', options);
  const input = imageInput(settings, imageShape('InceptionResNetV2', settings, 299, 75));
  const x = classified(body(input), settings);
  return withWeights(modelOf(settings, input, x, 'inception_resnet_v2'), settings, () => ({
    folder: `${KERAS_FILES}inception_resnet_v2/`,
    file: `inception_resnet_v2_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: settings.includeTop ? 'e693bd0210a403b3192acc6073ad2e96' : 'd19885ff4a710c122648d3b5c3b684e4',
  }));
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
