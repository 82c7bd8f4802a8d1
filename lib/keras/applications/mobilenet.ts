/** MobileNet (keras.applications.mobilenet). */
import { ValueError } from '../../support/errors';
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { kinds } from '../options';
import { apply, imageInput, KERAS_FILES, modelOf, pooled, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { checkAlpha, knownSize } from './mobilenet_parts';
import { preprocessFor } from './preprocessing';
import { layers } from './parts';

export interface MobileNetOptions extends ApplicationOptions {
  /** Width: all numbers of channels are multiplied by it. Default 1; with the weights 'imagenet' 0.25, 0.5, 0.75 or 1. */
  alpha?: number;
  /** Channels that each depthwise convolution makes of one. Default 1, the only one with the weights 'imagenet'. */
  depthMultiplier?: number;
  /** Share of the features dropped before the classifier, in [0, 1]. Default 0.001. */
  dropout?: number;
}
/** Channels and stride of the blocks. */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;
/** Sizes and widths of which Keras has weights. */
const SIZES = [128, 160, 192, 224];
const WIDTHS = new Map([
  [0.25, '2_5'],
  [0.5, '5_0'],
  [0.75, '7_5'],
  [1, '1_0'],
]);

const relu6 = (x: KerasTensor, name: string): KerasTensor => {
  x = apply(new layers.BatchNormalization({ axis: -1, name: `${name}_bn` }), x);
  return apply(new layers.ReLU({ maxValue: 6, name: `${name}_relu` }), x);
};
/** A depthwise convolution and a 1 x 1 convolution. */
function block(x: KerasTensor, id: number, filters: number, strides: number, depthMultiplier: number): KerasTensor {
  if (strides > 1) {
    const padding: [[number, number], [number, number]] = [
      [0, 1],
      [0, 1],
    ];
    x = apply(new layers.ZeroPadding2D(padding, { name: `conv_pad_${id}` }), x);
  }
  const depthwise = { padding: strides > 1 ? 'valid' : 'same', depthMultiplier, strides, useBias: false } as const;
  x = apply(new layers.DepthwiseConv2D(3, { ...depthwise, name: `conv_dw_${id}` }), x);
  x = relu6(x, `conv_dw_${id}`);
  x = apply(new layers.Conv2D(filters, 1, { padding: 'same', useBias: false, name: `conv_pw_${id}` }), x);
  return relu6(x, `conv_pw_${id}`);
}
function checkPretrained(alpha: number, depthMultiplier: number): void {
  if (depthMultiplier !== 1)
    throw new ValueError(
      `MobileNet: the weights 'imagenet' have depthMultiplier 1.\n  Received: depthMultiplier ${depthMultiplier}`,
      { op: 'MobileNet' },
    );
  if (!WIDTHS.has(alpha))
    throw new ValueError(
      `MobileNet: there are weights 'imagenet' for alpha ${[...WIDTHS.keys()].join(', ')}.\n  Received: alpha ${alpha}`,
      { op: 'MobileNet' },
    );
}

/**
 * MobileNet: 13 blocks of a depthwise and a 1 x 1 convolution. Images of 224 x 224 (at least 32), pixels from -1 to 1:
 * `mobilenet.preprocessInput`. The weights 'imagenet' are those for squares of 128, 160, 192 or 224, else those for 224.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Howard et al. 2017, arXiv:1704.04861; keras/src/applications/mobilenet.py.
 */
export async function MobileNet(options: MobileNetOptions = {}): Promise<Model> {
  const more = { alpha: kinds.number, depthMultiplier: kinds.positiveCount, dropout: kinds.number };
  const settings = settingsOf('MobileNet', options, more);
  const alpha = options.alpha ?? 1;
  const depthMultiplier = options.depthMultiplier ?? 1;
  checkAlpha('MobileNet', alpha);
  if (settings.weights === 'imagenet') checkPretrained(alpha, depthMultiplier);
  const shape = imageShape('MobileNet', settings, knownSize(settings.inputShape, SIZES), 32);
  const input = imageInput(settings, shape);
  const stem = { strides: 2, padding: 'same', useBias: false, name: 'conv1' } as const;
  let x = apply(new layers.Conv2D(Math.trunc(32 * alpha), 3, stem), input);
  x = relu6(x, 'conv1');
  for (const [i, [filters, strides]] of BLOCKS.entries())
    x = block(x, i + 1, Math.trunc(filters * alpha), strides, depthMultiplier);
  if (settings.includeTop) {
    const { classes, classifierActivation } = settings;
    x = apply(new layers.GlobalAveragePooling2D({ keepdims: true }), x);
    x = apply(new layers.Dropout(options.dropout ?? 1e-3, { name: 'dropout' }), x);
    x = apply(new layers.Conv2D(classes, 1, { padding: 'same', name: 'conv_preds' }), x);
    x = apply(new layers.Reshape([classes], { name: 'reshape_2' }), x);
    x = apply(new layers.Activation(classifierActivation ?? 'linear', { name: 'predictions' }), x);
  } else x = pooled(x, settings);
  const rows = settings.weights === 'imagenet' ? knownSize(shape, SIZES) : (shape[0] ?? 'None');
  const name = `mobilenet_${alpha.toFixed(2)}_${rows}`;
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}mobilenet/`,
    file: `mobilenet_${WIDTHS.get(alpha)!}_${rows}_tf${settings.includeTop ? '' : '_no_top'}.h5`,
  }));
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
