/** EfficientNetV2B0 to B3, S, M and L (keras.applications.efficientnet_v2). */
import * as initializers from '../initializers';
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { kinds } from '../options';
import { apply, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { blockName, efficientTop, kernelInitializer, shortcut, squeeze } from './efficientnet_parts';
import { STAGES, type Stage } from './efficientnet_v2_stages';
import { layers } from './parts';
import { passThrough } from './preprocessing';

export interface EfficientNetV2Options extends ApplicationOptions {
  /** Whether the model scales pixels from 0 to 255 itself; else it takes them from -1 to 1. Default true. */
  includePreprocessing?: boolean;
}
/** Largest share of examples whose block is skipped while training. */
const DROP_RATE = 0.2;
const DROPOUT_RATE = 0.2;
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

interface Scale {
  stages: readonly Stage[];
  /** Factors of the channels and of the repeats. */
  width: number;
  depth: number;
  /** Height and width of images. */
  size: number;
  /** MD5 of Keras' files: with the classifier, without. */
  hashes: readonly [string, string];
}
const scale = (
  stages: readonly Stage[],
  [width, depth, size]: readonly [number, number, number],
  top: string,
  features: string,
): Scale => ({ stages, width, depth, size, hashes: [top, features] });
const SCALES: Readonly<Record<string, Scale>> = {
  b0: scale(STAGES.b, [1, 1, 224], '21ecbf6da12460d5c40bb2f29ceb2188', '893217f2bb855e2983157299931e43ff'),
  b1: scale(STAGES.b, [1, 1.1, 240], '069f0534ff22adf035c89e2d9547a9dc', '0e80663031ca32d657f9caa404b6ec37'),
  b2: scale(STAGES.b, [1.1, 1.2, 260], '424e49f28180edbde1e94797771950a7', '1dfe2e7a5d45b6632553a8961ea609eb'),
  b3: scale(STAGES.b, [1.2, 1.4, 300], '1f1fc43bd98a6e4fd8fdfd551e02c7a0', 'f6abf7b5849ac99a89b50dd3fd532856'),
  s: scale(STAGES.s, [1, 1, 384], 'e1d88a8495beba45748fedd0cecbe016', 'af0682fb74e8c54910f2d4393339c070'),
  m: scale(STAGES.m, [1, 1, 480], 'a3bf6aa3276309f4fc6a34aa114c95cd', '1b8dc055df72dde80d614482840fe342'),
  l: scale(STAGES.l, [1, 1, 480], '27e6d408b53c7ebc868fefa357689935', 'b0b66b5c863aef5b46e8608fe1711615'),
};

const normalize = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.BatchNormalization({ axis: 3, momentum: 0.9, name }), x);
const swish = (x: KerasTensor, name: string): KerasTensor => apply(new layers.Activation('swish', { name }), x);
function convolution(x: KerasTensor, filters: number, kernel: number, strides: number, name: string): KerasTensor {
  const options = { strides, padding: 'same', useBias: false, kernelInitializer: kernelInitializer(), name } as const;
  return apply(new layers.Conv2D(filters, kernel, options), x);
}

interface Block {
  isFused: boolean;
  expansion: number;
  strides: number;
  filtersIn: number;
  filtersOut: number;
  dropRate: number;
}
/** Wider, depthwise and squeezed; fused: one convolution of 3 x 3 for the first two, and no squeeze. Then narrower. */
function block(inputs: KerasTensor, name: string, b: Block): KerasTensor {
  const filters = b.filtersIn * b.expansion;
  const isWider = b.expansion !== 1;
  let x = inputs;
  if (isWider) {
    x = b.isFused
      ? convolution(x, filters, 3, b.strides, `${name}expand_conv`)
      : convolution(x, filters, 1, 1, `${name}expand_conv`);
    x = swish(normalize(x, `${name}expand_bn`), `${name}expand_activation`);
  }
  if (!b.isFused) {
    const depthwise = new layers.DepthwiseConv2D(3, {
      strides: b.strides,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: kernelInitializer(),
      name: `${name}dwconv2`,
    });
    x = swish(normalize(apply(depthwise, x), `${name}bn`), `${name}activation`);
    x = squeeze(x, filters, Math.max(1, Math.trunc(b.filtersIn * 0.25)), name);
  }
  x =
    b.isFused && !isWider
      ? convolution(x, b.filtersOut, 3, b.strides, `${name}project_conv`)
      : convolution(x, b.filtersOut, 1, 1, `${name}project_conv`);
  x = normalize(x, `${name}project_bn`);
  if (b.isFused && !isWider) x = swish(x, `${name}project_activation`);
  return b.strides === 1 && b.filtersIn === b.filtersOut ? shortcut(x, inputs, b.dropRate, name) : x;
}

/** Pixels from 0 to 255 as the model was trained on them: B0 to B3 by channel, the others from -1 to 1. */
function preprocessed(x: KerasTensor, variant: string): KerasTensor {
  if (!variant.startsWith('b') || x.shape[3] !== 3) return apply(new layers.Rescaling(1 / 128, { offset: -1 }), x);
  x = apply(new layers.Rescaling(1 / 255), x);
  return apply(new layers.Normalization({ mean: MEAN, variance: DEVIATION.map((d) => d ** 2), axis: 3 }), x);
}
function body(x: KerasTensor, { stages, width, depth }: Scale): KerasTensor {
  const filtersOf = (filters: number): number => Math.max(8, Math.floor(Math.trunc(filters * width + 4) / 8) * 8);
  x = convolution(x, filtersOf(stages[0].filtersIn), 3, 2, 'stem_conv');
  x = swish(normalize(x, 'stem_bn'), 'stem_activation');
  // Keras counts the blocks of the unscaled model here.
  const blocks = stages.reduce((sum, { repeats }) => sum + repeats, 0);
  let done = 0;
  for (const [i, stage] of stages.entries())
    for (let j = 0; j < Math.ceil(depth * stage.repeats); j++)
      x = block(x, blockName(i, j), {
        isFused: stage.isFused,
        expansion: stage.expansion,
        strides: j > 0 ? 1 : stage.strides,
        filtersIn: filtersOf(j > 0 ? stage.filtersOut : stage.filtersIn),
        filtersOut: filtersOf(stage.filtersOut),
        dropRate: (DROP_RATE * done++) / blocks,
      });
  x = convolution(x, filtersOf(1280), 1, 1, 'top_conv');
  return swish(normalize(x, 'top_bn'), 'top_activation');
}

async function efficientNetV2(variant: string, options: EfficientNetV2Options): Promise<Model> {
  const where = `EfficientNetV2${variant.toUpperCase()}`;
  const scale = SCALES[variant];
  const settings = settingsOf(where, options, { includePreprocessing: kinds.boolean });
  const name = `efficientnetv2-${variant}`;
  const input = imageInput(settings, imageShape(where, settings, scale.size, 32));
  let x = (options.includePreprocessing ?? true) ? preprocessed(input, variant) : input;
  x = efficientTop(body(x, scale), settings, DROPOUT_RATE, new initializers.Constant(0));
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}efficientnet_v2/`,
    file: `${name}${settings.includeTop ? '' : '_notop'}.h5`,
    hash: scale.hashes[settings.includeTop ? 0 : 1],
  }));
}

/**
 * EfficientNetV2B0: EfficientNet with fused blocks in its first stages. Images of 224 x 224 (at least 32), pixels from 0
 * to 255: the model scales them itself.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Tan and Le 2021, arXiv:2104.00298; keras/src/applications/efficientnet_v2.py.
 */
export async function EfficientNetV2B0(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('b0', options);
}
/** EfficientNetV2B1: as `EfficientNetV2B0`, deeper by 1.1; images of 240 x 240. */
export async function EfficientNetV2B1(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('b1', options);
}
/** EfficientNetV2B2: as `EfficientNetV2B0`, wider by 1.1 and deeper by 1.2; images of 260 x 260. */
export async function EfficientNetV2B2(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('b2', options);
}
/** EfficientNetV2B3: as `EfficientNetV2B0`, wider by 1.2 and deeper by 1.4; images of 300 x 300. */
export async function EfficientNetV2B3(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('b3', options);
}
/** EfficientNetV2S: the small one of the larger models; images of 384 x 384. */
export async function EfficientNetV2S(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('s', options);
}
/** EfficientNetV2M: the middle one of the larger models; images of 480 x 480. */
export async function EfficientNetV2M(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('m', options);
}
/** EfficientNetV2L: the large one of the larger models; images of 480 x 480. */
export async function EfficientNetV2L(options: EfficientNetV2Options = {}): Promise<Model> {
  return efficientNetV2('l', options);
}
/** The images as they are: the model scales pixels itself. */
export const preprocessInput = passThrough;
export { decodePredictions } from './imagenet_utils';
