/** Residual networks, before and after "identity mappings": ResNet and ResNetV2 (keras.applications.resnet, resnet_v2). */
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, POOL_NAMES, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { layers } from './parts';

/** MD5 of Keras' files: with the classifier, without. */
const HASHES: Readonly<Record<string, readonly [string, string]>> = {
  resnet50: ['2cb95161c43110f7111970584f804107', '4d473c1dd8becc155b73f8504c6f6626'],
  resnet101: ['f1aeb4b969a6efcfb50fad2f0c20cfc5', '88cf7a10940856eca736dc7b7e228a21'],
  resnet152: ['100835be76be38e30d865e96f2aaae62', 'ee4c566cf9a93f14d82f913c2dc6dd0c'],
  resnet50v2: ['3ef43a0b657b3be2300d5770ece849e0', 'fac2f116257151a9d068a22e544a4917'],
  resnet101v2: ['6343647c601c52e1368623803854d971', 'c0ed64b8031c3730f411d2eb4eea35b5'],
  resnet152v2: ['a49b44d1979771252814e80f8ec446f9', 'ed17cf2e0169df9d443503ef94b23b33'],
};
const FILTERS = [64, 128, 256, 512];

const normalize = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.BatchNormalization({ axis: 3, epsilon: 1.001e-5, name }), x);
const relu = (x: KerasTensor, name: string): KerasTensor => apply(new layers.Activation('relu', { name }), x);
const pad = (x: KerasTensor, padding: number, name: string): KerasTensor =>
  apply(new layers.ZeroPadding2D(padding, { name }), x);

/** 1 x 1, 3 x 3 and 1 x 1 convolutions beside a shortcut; ReLU after the sum. */
function block1(x: KerasTensor, filters: number, name: string, stride: number, isFirst: boolean): KerasTensor {
  let shortcut = x;
  if (isFirst) {
    shortcut = apply(new layers.Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` }), x);
    shortcut = normalize(shortcut, `${name}_0_bn`);
  }
  x = apply(new layers.Conv2D(filters, 1, { strides: stride, name: `${name}_1_conv` }), x);
  x = relu(normalize(x, `${name}_1_bn`), `${name}_1_relu`);
  x = apply(new layers.Conv2D(filters, 3, { padding: 'same', name: `${name}_2_conv` }), x);
  x = relu(normalize(x, `${name}_2_bn`), `${name}_2_relu`);
  x = apply(new layers.Conv2D(4 * filters, 1, { name: `${name}_3_conv` }), x);
  x = normalize(x, `${name}_3_bn`);
  x = apply(new layers.Add({ name: `${name}_add` }), [shortcut, x]);
  return relu(x, `${name}_out`);
}
/** The same with normalization and ReLU before each convolution, and nothing after the sum. */
function block2(x: KerasTensor, filters: number, name: string, stride: number, isFirst: boolean): KerasTensor {
  const before = relu(normalize(x, `${name}_preact_bn`), `${name}_preact_relu`);
  let shortcut = x;
  if (isFirst) shortcut = apply(new layers.Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` }), before);
  else if (stride > 1) shortcut = apply(new layers.MaxPooling2D({ poolSize: 1, strides: stride }), x);
  x = apply(new layers.Conv2D(filters, 1, { strides: 1, useBias: false, name: `${name}_1_conv` }), before);
  x = relu(normalize(x, `${name}_1_bn`), `${name}_1_relu`);
  x = pad(x, 1, `${name}_2_pad`);
  x = apply(new layers.Conv2D(filters, 3, { strides: stride, useBias: false, name: `${name}_2_conv` }), x);
  x = relu(normalize(x, `${name}_2_bn`), `${name}_2_relu`);
  x = apply(new layers.Conv2D(4 * filters, 1, { name: `${name}_3_conv` }), x);
  return apply(new layers.Add({ name: `${name}_out` }), [shortcut, x]);
}

/** The four stages: the first version strides in the first block of each but the first, the second in the last of each but the last. */
function stages(x: KerasTensor, blocks: readonly number[], isV2: boolean): KerasTensor {
  for (const [stage, count] of blocks.entries())
    for (let i = 1; i <= count; i++) {
      const name = `conv${stage + 2}_block${i}`;
      if (isV2) x = block2(x, FILTERS[stage], name, i === count && stage < blocks.length - 1 ? 2 : 1, i === 1);
      else x = block1(x, FILTERS[stage], name, i === 1 && stage > 0 ? 2 : 1, i === 1);
    }
  return x;
}

/** @internal A residual network of `blocks` blocks in its four stages. */
export async function resNet(
  where: string,
  options: ApplicationOptions,
  blocks: readonly number[],
  isV2: boolean,
): Promise<Model> {
  const settings = settingsOf(where, options);
  const name = where.toLowerCase();
  const input = imageInput(settings, imageShape(where, settings, 224, 32));
  let x = pad(input, 3, 'conv1_pad');
  x = apply(new layers.Conv2D(64, 7, { strides: 2, name: 'conv1_conv' }), x);
  if (!isV2) x = relu(normalize(x, 'conv1_bn'), 'conv1_relu');
  x = pad(x, 1, 'pool1_pad');
  x = apply(new layers.MaxPooling2D({ poolSize: 3, strides: 2, name: 'pool1_pool' }), x);
  x = stages(x, blocks, isV2);
  if (isV2) x = relu(normalize(x, 'post_bn'), 'post_relu');
  x = classified(x, settings, { pools: POOL_NAMES });
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}resnet/`,
    file: `${name}_weights_tf_dim_ordering_tf_kernels${settings.includeTop ? '' : '_notop'}.h5`,
    hash: HASHES[name][settings.includeTop ? 0 : 1],
  }));
}
