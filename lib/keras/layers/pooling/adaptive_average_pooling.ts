/** AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D. */
import { adaptiveAveragePool } from '../../../ops/pooling';
import type { Sizes } from '../../../ops/spatial';
import { registerClass } from '../../serialization/registry';
import { BaseAdaptivePooling, type AdaptivePoolingOptions } from './base_adaptive_pooling';

/** Mean of each of `outputSize` windows of time: (batch, steps, channels) -> (batch, outputSize, channels). */
export class AdaptiveAveragePooling1D extends BaseAdaptivePooling {
  protected override pool = adaptiveAveragePool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(1, outputSize, options);
  }
}

/** Mean of each of `outputSize` windows of an image: (batch, height, width, channels) -> (batch, ...outputSize, channels). */
export class AdaptiveAveragePooling2D extends BaseAdaptivePooling {
  protected override pool = adaptiveAveragePool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(2, outputSize, options);
  }
}

/** Mean of each of `outputSize` windows of a volume: (batch, depth, height, width, channels) -> (batch, ...outputSize, channels). */
export class AdaptiveAveragePooling3D extends BaseAdaptivePooling {
  protected override pool = adaptiveAveragePool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(3, outputSize, options);
  }
}
registerClass('keras.layers', AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D);
