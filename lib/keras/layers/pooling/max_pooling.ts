/** MaxPooling1D, MaxPooling2D, MaxPooling3D. */
import { maxPool } from '../../../ops/pooling';
import { registerClass } from '../../serialization/registry';
import { BasePooling, type PoolingOptions, type PoolSize } from './base_pooling';

/** Largest element of each window of time: (batch, steps, channels) -> (batch, steps', channels). */
export class MaxPooling1D extends BasePooling {
  protected override pool = maxPool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(1, poolSize, options);
  }
}
/** Largest element of each window of an image: (batch, height, width, channels) -> (batch, height', width', channels). */
export class MaxPooling2D extends BasePooling {
  protected override pool = maxPool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(2, poolSize, options);
  }
}
/** Largest element of each window of a volume: (batch, depth, height, width, channels) -> (batch, depth', height', width', channels). */
export class MaxPooling3D extends BasePooling {
  protected override pool = maxPool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(3, poolSize, options);
  }
}
registerClass('keras.layers', MaxPooling1D, MaxPooling2D, MaxPooling3D);
