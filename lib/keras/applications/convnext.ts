/** ConvNeXtTiny, Small, Base, Large and XLarge (keras.applications.convnext). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { kinds } from '../options';
import { apply, imageInput, KERAS_FILES, modelOf, pooled, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions, type Settings } from './application_options';
import { LayerScale } from './convnext_layers';
import { layers, Sequential, symbolic } from './parts';
import { passThrough } from './preprocessing';

export interface ConvNeXtOptions extends ApplicationOptions {
  /** Whether the model normalizes pixels from 0 to 255 itself, when they have 3 channels. Default true. */
  includePreprocessing?: boolean;
}
interface Scale {
  /** Blocks of the four stages. */
  depths: readonly number[];
  /** Channels of the four stages. */
  filters: readonly number[];
  /** SHA-256 of Keras' files: with the classifier, without. */
  hashes: readonly [string, string];
}
const SCALES: Readonly<Record<string, Scale>> = {
  Tiny: {
    depths: [3, 3, 9, 3],
    filters: [96, 192, 384, 768],
    hashes: [
      '8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff',
      'd547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1',
    ],
  },
  Small: {
    depths: [3, 3, 27, 3],
    filters: [96, 192, 384, 768],
    hashes: [
      'ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c',
      '6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab',
    ],
  },
  Base: {
    depths: [3, 3, 27, 3],
    filters: [128, 256, 512, 1024],
    hashes: [
      '52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6',
      '40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45',
    ],
  },
  Large: {
    depths: [3, 3, 27, 3],
    filters: [192, 384, 768, 1536],
    hashes: [
      '070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6',
      '96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd',
    ],
  },
  XLarge: {
    depths: [3, 3, 27, 3],
    filters: [256, 512, 1024, 2048],
    hashes: [
      'c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee',
      'de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05',
    ],
  },
};
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];
const EPSILON = 1e-6;
const LAYER_SCALE = 1e-6;

/** A depthwise convolution of 7 x 7, then two dense layers over the channels; the input is added. */
function block(inputs: KerasTensor, filters: number, name: string): KerasTensor {
  const depthwise = { padding: 'same', groups: filters, name: `${name}_depthwise_conv` } as const;
  let x = apply(new layers.Conv2D(filters, 7, depthwise), inputs);
  x = apply(new layers.LayerNormalization({ epsilon: EPSILON, name: `${name}_layernorm` }), x);
  x = apply(new layers.Dense(4 * filters, { name: `${name}_pointwise_conv_1` }), x);
  x = apply(new layers.Activation('gelu', { name: `${name}_gelu` }), x);
  x = apply(new layers.Dense(filters, { name: `${name}_pointwise_conv_2` }), x);
  x = apply(new LayerScale(LAYER_SCALE, filters, { name: `${name}_layer_scale` }), x);
  x = apply(new layers.Activation('linear', { name: `${name}_identity` }), x);
  return symbolic(inputs.add(x));
}
/** Models within the model: first patches of 4 x 4, then half of the height and width before each stage. */
function downsampling(stage: number, filters: number, name: string): Sequential {
  const normalization = (suffix: string): layers.LayerNormalization =>
    new layers.LayerNormalization({ epsilon: EPSILON, name: `${name}_${suffix}` });
  const convolution = (size: number, suffix: string): layers.Conv2D =>
    new layers.Conv2D(filters, size, { strides: size, name: `${name}_${suffix}` });
  if (stage === 0)
    return new Sequential([convolution(4, 'stem_conv'), normalization('stem_layernorm')], { name: `${name}_stem` });
  const i = stage - 1;
  return new Sequential([normalization(`downsampling_layernorm_${i}`), convolution(2, `downsampling_conv_${i}`)], {
    name: `${name}_downsampling_block_${i}`,
  });
}
function top(x: KerasTensor, settings: Settings, name: string): KerasTensor {
  if (!settings.includeTop) return apply(new layers.LayerNormalization({ epsilon: EPSILON }), pooled(x, settings));
  const { classes, classifierActivation: activation } = settings;
  x = apply(new layers.GlobalAveragePooling2D({ name: `${name}_head_gap` }), x);
  x = apply(new layers.LayerNormalization({ epsilon: EPSILON, name: `${name}_head_layernorm` }), x);
  return apply(new layers.Dense(classes, { activation, name: `${name}_head_dense` }), x);
}

async function convNeXt(variant: string, options: ConvNeXtOptions): Promise<Model> {
  const where = `ConvNeXt${variant}`;
  const { depths, filters, hashes } = SCALES[variant];
  const settings = settingsOf(where, options, { includePreprocessing: kinds.boolean });
  const file = `convnext_${variant.toLowerCase()}`;
  const name = settings.name ?? file;
  const input = imageInput(settings, imageShape(where, settings, 224, 32));
  let x = input;
  if ((options.includePreprocessing ?? true) && x.shape[3] === 3) {
    const statistics = { mean: MEAN.map((m) => m * 255), variance: DEVIATION.map((d) => (d * 255) ** 2) };
    x = apply(new layers.Normalization({ ...statistics, name: `${name}_prestem_normalization` }), x);
  }
  for (const [stage, depth] of depths.entries()) {
    x = apply(downsampling(stage, filters[stage], name), x);
    for (let i = 0; i < depth; i++) x = block(x, filters[stage], `${name}_stage_${stage}_block_${i}`);
  }
  x = top(x, settings, name);
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}convnext/`,
    file: `${file}${settings.includeTop ? '' : '_notop'}.h5`,
    hash: hashes[settings.includeTop ? 0 : 1],
  }));
}

/**
 * ConvNeXtTiny: a convolutional network built as transformers are, stages of 3, 3, 9 and 3 blocks. Images of 224 x 224 (at
 * least 32), pixels from 0 to 255: the model normalizes them itself. Its layers bear the name of the model.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Liu et al. 2022, arXiv:2201.03545; keras/src/applications/convnext.py.
 */
export async function ConvNeXtTiny(options: ConvNeXtOptions = {}): Promise<Model> {
  return convNeXt('Tiny', options);
}
/** ConvNeXtSmall: as `ConvNeXtTiny`, with 27 blocks in the third stage. */
export async function ConvNeXtSmall(options: ConvNeXtOptions = {}): Promise<Model> {
  return convNeXt('Small', options);
}
/** ConvNeXtBase: as `ConvNeXtSmall`, with 128 to 1024 channels. */
export async function ConvNeXtBase(options: ConvNeXtOptions = {}): Promise<Model> {
  return convNeXt('Base', options);
}
/** ConvNeXtLarge: as `ConvNeXtSmall`, with 192 to 1536 channels. */
export async function ConvNeXtLarge(options: ConvNeXtOptions = {}): Promise<Model> {
  return convNeXt('Large', options);
}
/** ConvNeXtXLarge: as `ConvNeXtSmall`, with 256 to 2048 channels. */
export async function ConvNeXtXLarge(options: ConvNeXtOptions = {}): Promise<Model> {
  return convNeXt('XLarge', options);
}
/** The images as they are: the model scales pixels itself. */
export const preprocessInput = passThrough;
export { decodePredictions } from './imagenet_utils';
