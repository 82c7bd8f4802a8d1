/** AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D. */
import { adaptiveMaxPool } from '../../../ops/pooling';
import type { Sizes } from '../../../ops/spatial';
import { registerClass } from '../../serialization/registry';
import { BaseAdaptivePooling, type AdaptivePoolingOptions } from './base_adaptive_pooling';

/** Largest element of each of `outputSize` windows of time: (batch, steps, channels) -> (batch, outputSize, channels). */
export class AdaptiveMaxPooling1D extends BaseAdaptivePooling {
  protected override pool = adaptiveMaxPool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(1, outputSize, options);
  }
}

/** Largest element of each of `outputSize` windows of an image: (batch, height, width, channels) -> (batch, ...outputSize, channels). */
export class AdaptiveMaxPooling2D extends BaseAdaptivePooling {
  protected override pool = adaptiveMaxPool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(2, outputSize, options);
  }
}

/** Largest element of each of `outputSize` windows of a volume: (batch, depth, height, width, channels) -> (batch, ...outputSize, channels). */
export class AdaptiveMaxPooling3D extends BaseAdaptivePooling {
  protected override pool = adaptiveMaxPool;
  constructor(outputSize: Sizes, options: AdaptivePoolingOptions = {}) {
    super(3, outputSize, options);
  }
}
registerClass('keras.layers', AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D);
