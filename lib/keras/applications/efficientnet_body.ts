/** The graph of EfficientNet: stages of inverted residual blocks (keras/src/applications/efficientnet.py). */
import type { KerasTensor } from '../keras_tensor';
import { apply } from './application';
import { blockName, kernelInitializer, shortcut, squeeze } from './efficientnet_parts';
import { divisible, layers, stridePadding } from './parts';

/** Stages of B0. */
const STAGES = [
  { kernel: 3, repeats: 1, filtersIn: 32, filtersOut: 16, expansion: 1, strides: 1 },
  { kernel: 3, repeats: 2, filtersIn: 16, filtersOut: 24, expansion: 6, strides: 2 },
  { kernel: 5, repeats: 2, filtersIn: 24, filtersOut: 40, expansion: 6, strides: 2 },
  { kernel: 3, repeats: 3, filtersIn: 40, filtersOut: 80, expansion: 6, strides: 2 },
  { kernel: 5, repeats: 3, filtersIn: 80, filtersOut: 112, expansion: 6, strides: 1 },
  { kernel: 5, repeats: 4, filtersIn: 112, filtersOut: 192, expansion: 6, strides: 2 },
  { kernel: 3, repeats: 1, filtersIn: 192, filtersOut: 320, expansion: 6, strides: 1 },
];
/** Largest share of examples whose block is skipped while training. */
const DROP_RATE = 0.2;
const DEVIATION = [0.229, 0.224, 0.225];

const normalize = (x: KerasTensor, bn: string, activation?: string): KerasTensor => {
  x = apply(new layers.BatchNormalization({ axis: 3, name: bn }), x);
  return activation === undefined ? x : apply(new layers.Activation('swish', { name: activation }), x);
};
const pointwise = (x: KerasTensor, filters: number, name: string): KerasTensor =>
  apply(
    new layers.Conv2D(filters, 1, { padding: 'same', useBias: false, kernelInitializer: kernelInitializer(), name }),
    x,
  );
interface Block {
  kernel: number;
  expansion: number;
  strides: number;
  filtersIn: number;
  filtersOut: number;
  dropRate: number;
}
/** Wider by 1 x 1, depthwise, squeezed, narrower by 1 x 1; the input is added where shapes allow. */
function block(inputs: KerasTensor, name: string, b: Block): KerasTensor {
  const filters = b.filtersIn * b.expansion;
  let x = inputs;
  if (b.expansion !== 1) {
    x = pointwise(x, filters, `${name}expand_conv`);
    x = normalize(x, `${name}expand_bn`, `${name}expand_activation`);
  }
  const isStrided = b.strides === 2;
  if (isStrided) x = apply(new layers.ZeroPadding2D(stridePadding(x, b.kernel), { name: `${name}dwconv_pad` }), x);
  const depthwise = new layers.DepthwiseConv2D(b.kernel, {
    strides: b.strides,
    padding: isStrided ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: kernelInitializer(),
    name: `${name}dwconv`,
  });
  x = normalize(apply(depthwise, x), `${name}bn`, `${name}activation`);
  x = squeeze(x, filters, Math.max(1, Math.trunc(b.filtersIn * 0.25)), name);
  x = normalize(pointwise(x, b.filtersOut, `${name}project_conv`), `${name}project_bn`);
  return b.strides === 1 && b.filtersIn === b.filtersOut ? shortcut(x, inputs, b.dropRate, name) : x;
}

/** @internal The graph below the classifier. @param isPretrained - whether it is for the weights 'imagenet'. */
export function efficientBody(
  input: KerasTensor,
  { width, depth }: { width: number; depth: number },
  isPretrained: boolean,
) {
  const filtersOf = (filters: number): number => divisible(filters * width);
  const repeatsOf = (repeats: number): number => Math.ceil(depth * repeats);
  let x = apply(new layers.Rescaling(1 / 255), input);
  x = apply(new layers.Normalization({ axis: 3 }), x);
  // Keras' weights were trained with a division by the deviations where Normalization divides by their roots.
  if (isPretrained) x = apply(new layers.Rescaling(DEVIATION.map((d) => 1 / Math.sqrt(d))), x);
  x = apply(new layers.ZeroPadding2D(stridePadding(x, 3), { name: 'stem_conv_pad' }), x);
  const stem = { strides: 2, padding: 'valid', useBias: false, kernelInitializer: kernelInitializer() } as const;
  x = apply(new layers.Conv2D(filtersOf(32), 3, { ...stem, name: 'stem_conv' }), x);
  x = normalize(x, 'stem_bn', 'stem_activation');
  const blocks = STAGES.reduce((sum, { repeats }) => sum + repeatsOf(repeats), 0);
  let done = 0;
  for (const [i, stage] of STAGES.entries())
    for (let j = 0; j < repeatsOf(stage.repeats); j++)
      x = block(x, blockName(i, j), {
        kernel: stage.kernel,
        expansion: stage.expansion,
        strides: j > 0 ? 1 : stage.strides,
        filtersIn: filtersOf(j > 0 ? stage.filtersOut : stage.filtersIn),
        filtersOut: filtersOf(stage.filtersOut),
        dropRate: (DROP_RATE * done++) / blocks,
      });
  x = pointwise(x, filtersOf(1280), 'top_conv');
  return normalize(x, 'top_bn', 'top_activation');
}
