/** What both EfficientNets have: first values, the squeeze, and the way past a block. */
import type { InitializerIdentifier } from '../initializers/initializer';
import * as initializers from '../initializers';
import type { KerasTensor } from '../keras_tensor';
import { apply, pooled, POOL_NAMES } from './application';
import type { Settings } from './application_options';
import { layers } from './parts';

/** @internal First values of the kernels. */
export const kernelInitializer = (): InitializerIdentifier =>
  new initializers.VarianceScaling({ scale: 2, mode: 'fan_out', distribution: 'truncated_normal' });

/** @internal Each channel times what the means of all channels say of it, through a quarter of the block's inputs. */
export function squeeze(x: KerasTensor, channels: number, reduced: number, name: string): KerasTensor {
  const convolution = { padding: 'same', kernelInitializer: kernelInitializer() } as const;
  let se = apply(new layers.GlobalAveragePooling2D({ name: `${name}se_squeeze` }), x);
  se = apply(new layers.Reshape([1, 1, channels], { name: `${name}se_reshape` }), se);
  const reduce = { ...convolution, activation: 'swish', name: `${name}se_reduce` } as const;
  se = apply(new layers.Conv2D(reduced, 1, reduce), se);
  const expand = { ...convolution, activation: 'sigmoid', name: `${name}se_expand` } as const;
  se = apply(new layers.Conv2D(channels, 1, expand), se);
  return apply(new layers.Multiply({ name: `${name}se_excite` }), [x, se]);
}
/** @internal x plus the block's inputs; while training, all of x is dropped with probability `rate`. */
export function shortcut(x: KerasTensor, inputs: KerasTensor, rate: number, name: string): KerasTensor {
  if (rate > 0) x = apply(new layers.Dropout(rate, { noiseShape: [null, 1, 1, 1], name: `${name}drop` }), x);
  return apply(new layers.Add({ name: `${name}add` }), [x, inputs]);
}
/** @internal The classifier, or the pooling asked for. */
export function efficientTop(
  x: KerasTensor,
  settings: Settings,
  dropoutRate: number,
  biasInitializer?: InitializerIdentifier,
): KerasTensor {
  if (!settings.includeTop) return pooled(x, settings, POOL_NAMES);
  const { classes, classifierActivation: activation } = settings;
  const dense = new initializers.VarianceScaling({ scale: 1 / 3, mode: 'fan_out', distribution: 'uniform' });
  x = apply(new layers.GlobalAveragePooling2D({ name: 'avg_pool' }), x);
  x = apply(new layers.Dropout(dropoutRate, { name: 'top_dropout' }), x);
  const options = { activation, kernelInitializer: dense, name: 'predictions' };
  return apply(new layers.Dense(classes, biasInitializer ? { ...options, biasInitializer } : options), x);
}
/** @internal The name of repeat `j` of stage `i`: 'block2a_'. */
export const blockName = (i: number, j: number): string => `block${i + 1}${String.fromCharCode(97 + j)}_`;
