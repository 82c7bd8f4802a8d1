/** AveragePooling1D, AveragePooling2D, AveragePooling3D. */
import { averagePool } from '../../../ops/pooling';
import { registerClass } from '../../serialization/registry';
import { BasePooling, type PoolingOptions, type PoolSize } from './base_pooling';

/** Mean, padding left out, of each window of time: (batch, steps, channels) -> (batch, steps', channels). */
export class AveragePooling1D extends BasePooling {
  protected override pool = averagePool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(1, poolSize, options);
  }
}
/** Mean, padding left out, of each window of an image: (batch, height, width, channels) -> (batch, height', width', channels). */
export class AveragePooling2D extends BasePooling {
  protected override pool = averagePool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(2, poolSize, options);
  }
}
/** Mean, padding left out, of each window of a volume: (batch, depth, height, width, channels) -> (batch, depth', height', width', channels). */
export class AveragePooling3D extends BasePooling {
  protected override pool = averagePool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(3, poolSize, options);
  }
}
registerClass('keras.layers', AveragePooling1D, AveragePooling2D, AveragePooling3D);
