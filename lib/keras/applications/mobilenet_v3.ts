/** MobileNetV3Small and MobileNetV3Large (keras.applications.mobilenet_v3). */
import { ValueError } from '../../support/errors';
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { kinds } from '../options';
import { apply, imageInput, KERAS_FILES, modelOf, pooled, POOL_NAMES, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { checkAlpha, checkTensorShape } from './mobilenet_parts';
import { divisible, layers, stridePadding, symbolic } from './parts';
import { passThrough } from './preprocessing';

export interface MobileNetV3Options extends ApplicationOptions {
  /** Width: all numbers of channels are multiplied by it. Default 1; with the weights 'imagenet' 0.75 or 1, minimalistic only 1. */
  alpha?: number;
  /** Whether it does without squeeze-and-excitation, hard swish and kernels of 5 x 5. Default false. */
  minimalistic?: boolean;
  /** Share of the features dropped before the classifier, in [0, 1]. Default 0.2. */
  dropoutRate?: number;
  /** Whether the model scales pixels from 0 to 255 itself; else it takes them from -1 to 1. Default true. */
  includePreprocessing?: boolean;
}
/** Of a block: expansion, channels, whether its kernel is the large one, stride, whether it squeezes, whether it takes the other activation. */
type Block = readonly [
  expansion: number,
  filters: number,
  isLarge: boolean,
  strides: number,
  squeezes: boolean,
  isSwish: boolean,
];
const SMALL: readonly Block[] = [
  [1, 16, false, 2, true, false],
  [72 / 16, 24, false, 2, false, false],
  [88 / 24, 24, false, 1, false, false],
  [4, 40, true, 2, true, true],
  [6, 40, true, 1, true, true],
  [6, 40, true, 1, true, true],
  [3, 48, true, 1, true, true],
  [3, 48, true, 1, true, true],
  [6, 96, true, 2, true, true],
  [6, 96, true, 1, true, true],
  [6, 96, true, 1, true, true],
];
const LARGE: readonly Block[] = [
  [1, 16, false, 1, false, false],
  [4, 24, false, 2, false, false],
  [3, 24, false, 1, false, false],
  [3, 40, true, 2, true, false],
  [3, 40, true, 1, true, false],
  [3, 40, true, 1, true, false],
  [6, 80, false, 2, false, true],
  [2.5, 80, false, 1, false, true],
  [2.3, 80, false, 1, false, true],
  [2.3, 80, false, 1, false, true],
  [6, 112, false, 1, true, true],
  [6, 112, false, 1, true, true],
  [6, 160, true, 2, true, true],
  [6, 160, true, 1, true, true],
  [6, 160, true, 1, true, true],
];
/** MD5 of Keras' files: with the classifier, without. */
const HASHES: Readonly<Record<string, readonly [string, string]>> = {
  'large_224_0.75_float': ['765b44a33ad4005b3ac83185abf1d0eb', '40af19a13ebea4e2ee0c676887f69a2e'],
  'large_224_1.0_float': ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389'],
  'large_minimalistic_224_1.0_float': ['675e7b876c45c57e9e63e6d90a36599c', 'ec5221f64a2f6d1ef965a614bdae7973'],
  'small_224_0.75_float': ['cb65d4e5be93758266aa0a7f2c6708b7', 'ebdb5cc8e0b497cd13a7c275d475c819'],
  'small_224_1.0_float': ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836'],
  'small_minimalistic_224_1.0_float': ['99cd97fb2fcdad2bf028eb838de69e37', 'cde8136e733e811080d9fcd8a252f7e4'],
};

type Activation = (x: KerasTensor) => KerasTensor;
const relu: Activation = (x) => apply(new layers.ReLU(), x);
const hardSwish: Activation = (x) => apply(new layers.Activation('hard_swish'), x);
const hardSigmoid: Activation = (x) =>
  symbolic(apply(new layers.ReLU({ maxValue: 6 }), symbolic(x.add(3))).multiply(1 / 6));
const normalize = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.BatchNormalization({ axis: -1, epsilon: 1e-3, momentum: 0.999, name }), x);
const pointwise = (x: KerasTensor, filters: number, useBias: boolean, name: string): KerasTensor =>
  apply(new layers.Conv2D(filters, 1, { padding: 'same', useBias, name }), x);

/** Each channel times what the means of all channels say of it. */
function squeeze(inputs: KerasTensor, filters: number, name: string): KerasTensor {
  let x = apply(new layers.GlobalAveragePooling2D({ keepdims: true, name: `${name}avg_pool` }), inputs);
  x = pointwise(x, divisible(filters * 0.25), true, `${name}conv`);
  x = apply(new layers.ReLU({ name: `${name}relu` }), x);
  x = hardSigmoid(pointwise(x, filters, true, `${name}conv_1`));
  return apply(new layers.Multiply({ name: `${name}mul` }), [inputs, x]);
}
/** Wider by 1 x 1, depthwise, squeezed, narrower by 1 x 1; the input is added where shapes allow. */
function block(
  inputs: KerasTensor,
  id: number,
  [expansion, , , strides, squeezes]: Block,
  filters: number,
  kernel: number,
  activation: Activation,
): KerasTensor {
  const channels = inputs.shape[3]!;
  const wide = divisible(channels * expansion);
  const name = id ? `expanded_conv_${id}_` : 'expanded_conv_';
  let x = inputs;
  if (id) x = activation(normalize(pointwise(x, wide, false, `${name}expand`), `${name}expand_bn`));
  if (strides === 2) x = apply(new layers.ZeroPadding2D(stridePadding(x, kernel), { name: `${name}depthwise_pad` }), x);
  const depthwise = { strides, padding: strides === 1 ? 'same' : 'valid', useBias: false } as const;
  x = apply(new layers.DepthwiseConv2D(kernel, { ...depthwise, name: `${name}depthwise` }), x);
  x = activation(normalize(x, `${name}depthwise_bn`));
  if (squeezes) x = squeeze(x, wide, `${name}squeeze_excite_`);
  x = normalize(pointwise(x, filters, false, `${name}project`), `${name}project_bn`);
  if (strides !== 1 || channels !== filters) return x;
  return apply(new layers.Add({ name: `${name}add` }), [inputs, x]);
}

async function mobileNetV3(
  where: string,
  kind: 'small' | 'large',
  options: MobileNetV3Options,
  blocks: readonly Block[],
  lastFilters: number,
): Promise<Model> {
  const settings = settingsOf(where, options, {
    alpha: kinds.number,
    minimalistic: kinds.boolean,
    dropoutRate: kinds.number,
    includePreprocessing: kinds.boolean,
  });
  const { alpha, minimalistic, dropoutRate, includePreprocessing } = {
    alpha: options.alpha ?? 1,
    minimalistic: options.minimalistic ?? false,
    dropoutRate: options.dropoutRate ?? 0.2,
    includePreprocessing: options.includePreprocessing ?? true,
  };
  checkAlpha(where, alpha);
  checkTensorShape(where, settings);
  const file = `${kind}${minimalistic ? '_minimalistic' : ''}_224_${alpha === 1 ? '1.0' : alpha}_float`;
  if (settings.weights === 'imagenet' && !(file in HASHES))
    throw new ValueError(
      `${where}: there are weights 'imagenet' for alpha ${minimalistic ? '1 where it is minimalistic' : '0.75 and 1'}.\n  Received: alpha ${alpha}`,
      { op: where },
    );
  // All of it is convolutions: the classifier too takes images of any size.
  const shape = imageShape(where, { ...settings, includeTop: false }, 224, 32);
  const input = imageInput(settings, shape);
  const kernel = minimalistic ? 3 : 5;
  const activation = minimalistic ? relu : hardSwish;
  let x = input;
  if (includePreprocessing) x = apply(new layers.Rescaling(1 / 127.5, { offset: -1 }), x);
  x = apply(new layers.Conv2D(16, 3, { strides: 2, padding: 'same', useBias: false, name: 'conv' }), x);
  x = activation(normalize(x, 'conv_bn'));
  for (const [id, row] of blocks.entries()) {
    const [, filters, isLarge, , squeezes, isSwish] = row;
    const kept: Block = minimalistic && squeezes ? [row[0], filters, isLarge, row[3], false, isSwish] : row;
    x = block(x, id, kept, divisible(filters * alpha), isLarge ? kernel : 3, isSwish ? activation : relu);
  }
  x = pointwise(x, divisible(x.shape[3]! * 6), false, 'conv_1');
  x = activation(normalize(x, 'conv_1_bn'));
  if (settings.includeTop) {
    const { classes, classifierActivation } = settings;
    x = apply(new layers.GlobalAveragePooling2D({ keepdims: true }), x);
    x = activation(pointwise(x, alpha > 1 ? divisible(lastFilters * alpha) : lastFilters, true, 'conv_2'));
    if (dropoutRate > 0) x = apply(new layers.Dropout(dropoutRate), x);
    x = pointwise(x, classes, true, 'logits');
    x = apply(new layers.Flatten(), x);
    x = apply(new layers.Activation(classifierActivation ?? 'linear', { name: 'predictions' }), x);
  } else x = pooled(x, settings, POOL_NAMES);
  return withWeights(modelOf(settings, input, x, where), settings, () => ({
    folder: `${KERAS_FILES}mobilenet_v3/`,
    file: `weights_mobilenet_v3_${file}${settings.includeTop ? '' : '_no_top_v2'}.h5`,
    hash: HASHES[file][settings.includeTop ? 0 : 1],
  }));
}

/**
 * MobileNetV3Small: 11 inverted residual blocks with squeeze-and-excitation and hard swish. Images of any size from 32
 * (trained on 224), pixels from 0 to 255: the model scales them itself.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Howard et al. 2019, arXiv:1905.02244; keras/src/applications/mobilenet_v3.py.
 */
export async function MobileNetV3Small(options: MobileNetV3Options = {}): Promise<Model> {
  return mobileNetV3('MobileNetV3Small', 'small', options, SMALL, 1024);
}
/** MobileNetV3Large: as `MobileNetV3Small`, with 15 blocks. */
export async function MobileNetV3Large(options: MobileNetV3Options = {}): Promise<Model> {
  return mobileNetV3('MobileNetV3Large', 'large', options, LARGE, 1280);
}
/** The images as they are: the model scales pixels itself. */
export const preprocessInput = passThrough;
export { decodePredictions } from './imagenet_utils';
