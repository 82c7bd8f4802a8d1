/** What pooling layers with windows share. */
import { lowerCase } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import type { maxPool } from '../../../ops/pooling';
import { checkDataFormat, spatial, type DataFormat, type Sizes } from '../../../ops/spatial';
import { isRecord } from '../../../support/nest';
import type { Tensor } from '../../../core/tensor';
import { InputSpec } from '../input_spec';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface PoolingOptions extends LayerOptions {
  /** Default 2 on each axis. */
  poolSize?: Sizes;
  /** Default: poolSize. */
  strides?: Sizes | null;
  /** 'valid' (default): windows lie inside of the input. 'same': it is padded so that the output is ceil(size / strides) long; padding does not count. */
  padding?: 'valid' | 'same';
  /** Where the channels are: 'channels_last' (default), (batch, ..., channels), or 'channels_first', (batch, channels, ...). */
  dataFormat?: DataFormat | null;
}
export type PoolSize = Sizes | PoolingOptions;

/** Windows of `poolSize`, `strides` apart, over one to three spatial axes. */
export abstract class BasePooling extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    poolSize: kinds.integers,
    strides: kinds.integers,
    padding: kinds.choice,
    dataFormat: kinds.choice,
  };
  readonly poolSize: number[];
  readonly strides: number[];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: DataFormat;
  protected abstract pool: typeof maxPool;
  protected constructor(rank: number, poolSize: PoolSize | undefined, options: PoolingOptions) {
    const given: PoolingOptions = isRecord(poolSize)
      ? { ...options, ...(poolSize as PoolingOptions) }
      : poolSize === undefined
        ? options
        : { ...options, poolSize: poolSize as Sizes };
    super(given);
    const where = this.constructor.name;
    this.poolSize = spatial(where, 'poolSize', given.poolSize ?? 2, rank);
    this.strides = spatial(where, 'strides', given.strides ?? this.poolSize, rank);
    this.padding = lowerCase(given.padding ?? 'valid') as 'valid' | 'same';
    if (!['valid', 'same'].includes(this.padding))
      throw new ValueError(`${where}: padding must be 'valid' or 'same'.\n  Received: '${this.padding}'`);
    this.dataFormat = checkDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return this.pool(inputs, this.poolSize, { strides, padding, dataFormat });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      poolSize: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      dataFormat: this.dataFormat,
    };
  }
}
