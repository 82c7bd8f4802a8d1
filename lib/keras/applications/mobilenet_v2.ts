/** MobileNetV2 (keras.applications.mobilenet_v2). */
import { ValueError } from '../../support/errors';
import type { KerasTensor, SymbolicShape } from '../keras_tensor';
import type { Model } from '../models/model';
import { kinds } from '../options';
import { apply, classified, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { checkAlpha, checkTensorShape, knownSize } from './mobilenet_parts';
import { divisible, layers, stridePadding } from './parts';
import { preprocessFor } from './preprocessing';

export interface MobileNetV2Options extends ApplicationOptions {
  /** Width: all numbers of channels are multiplied by it. Default 1; with the weights 'imagenet' 0.35, 0.5, 0.75, 1, 1.3 or 1.4. */
  alpha?: number;
}
/** Channels, stride and expansion of the blocks. */
const BLOCKS = [
  [16, 1, 1],
  [24, 2, 6],
  [24, 1, 6],
  [32, 2, 6],
  [32, 1, 6],
  [32, 1, 6],
  [64, 2, 6],
  [64, 1, 6],
  [64, 1, 6],
  [64, 1, 6],
  [96, 1, 6],
  [96, 1, 6],
  [96, 1, 6],
  [160, 2, 6],
  [160, 1, 6],
  [160, 1, 6],
  [320, 1, 6],
] as const;
/** Sizes and widths of which Keras has weights. */
const SIZES = [96, 128, 160, 192, 224];
const WIDTHS = [0.35, 0.5, 0.75, 1, 1.3, 1.4];

const normalize = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.BatchNormalization({ axis: -1, epsilon: 1e-3, momentum: 0.999, name }), x);
const relu6 = (x: KerasTensor, name: string): KerasTensor => apply(new layers.ReLU({ maxValue: 6, name }), x);

/** Wider by 1 x 1, depthwise, narrower by 1 x 1; the input is added where shapes allow. */
function block(inputs: KerasTensor, id: number, filters: number, strides: number, expansion: number): KerasTensor {
  const channels = inputs.shape[3]!;
  const name = id ? `block_${id}_` : 'expanded_conv_';
  let x = inputs;
  if (id) {
    const wider = { padding: 'same', useBias: false, name: `${name}expand` } as const;
    x = apply(new layers.Conv2D(expansion * channels, 1, wider), x);
    x = relu6(normalize(x, `${name}expand_BN`), `${name}expand_relu`);
  }
  if (strides === 2) x = apply(new layers.ZeroPadding2D(stridePadding(x, 3), { name: `${name}pad` }), x);
  const depthwise = { strides, useBias: false, padding: strides === 1 ? 'same' : 'valid' } as const;
  x = apply(new layers.DepthwiseConv2D(3, { ...depthwise, name: `${name}depthwise` }), x);
  x = relu6(normalize(x, `${name}depthwise_BN`), `${name}depthwise_relu`);
  x = apply(new layers.Conv2D(filters, 1, { padding: 'same', useBias: false, name: `${name}project` }), x);
  x = normalize(x, `${name}project_BN`);
  if (channels !== filters || strides !== 1) return x;
  return apply(new layers.Add({ name: `${name}add` }), [inputs, x]);
}

/**
 * MobileNetV2: 17 inverted residual blocks. Images of 224 x 224 (at least 32), pixels from -1 to 1:
 * `mobilenetV2.preprocessInput`. The weights 'imagenet' are those for squares of 96, 128, 160, 192 or 224, else those for
 * 224.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Sandler et al. 2018, arXiv:1801.04381; keras/src/applications/mobilenet_v2.py.
 */
export async function MobileNetV2(options: MobileNetV2Options = {}): Promise<Model> {
  const settings = settingsOf('MobileNetV2', options, { alpha: kinds.number });
  const alpha = options.alpha ?? 1;
  checkAlpha('MobileNetV2', alpha);
  checkTensorShape('MobileNetV2', settings);
  if (settings.weights === 'imagenet' && !WIDTHS.includes(alpha))
    throw new ValueError(
      `MobileNetV2: there are weights 'imagenet' for alpha ${WIDTHS.join(', ')}.\n  Received: alpha ${alpha}`,
      { op: 'MobileNetV2' },
    );
  const given: SymbolicShape | null = settings.inputShape ?? settings.inputTensor?.shape.slice(1) ?? null;
  const shape = imageShape('MobileNetV2', settings, knownSize(given, SIZES), 32);
  const input = imageInput(settings, shape);
  const stem = { strides: 2, padding: 'same', useBias: false, name: 'Conv1' } as const;
  let x = apply(new layers.Conv2D(divisible(32 * alpha), 3, stem), input);
  x = relu6(normalize(x, 'bn_Conv1'), 'Conv1_relu');
  for (const [id, [filters, strides, expansion]] of BLOCKS.entries())
    x = block(x, id, divisible(Math.trunc(filters * alpha)), strides, expansion);
  const last = alpha > 1 ? divisible(1280 * alpha) : 1280;
  x = apply(new layers.Conv2D(last, 1, { useBias: false, name: 'Conv_1' }), x);
  x = relu6(normalize(x, 'Conv_1_bn'), 'out_relu');
  x = classified(x, settings, { top: null });
  const rows = settings.weights === 'imagenet' ? knownSize(shape, SIZES) : (shape[0] ?? 'None');
  const name = `mobilenetv2_${alpha.toFixed(2)}_${rows}`;
  const width = Number.isInteger(alpha) ? alpha.toFixed(1) : String(alpha);
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}mobilenet_v2/`,
    file: `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${width}_${rows}${settings.includeTop ? '' : '_no_top'}.h5`,
  }));
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
