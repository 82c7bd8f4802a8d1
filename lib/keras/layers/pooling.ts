/** Pooling layers over one and two spatial axes. */
import { ValueError } from '../../errors';
import { averagePool, checkDataFormat, maxPool, spatial, type DataFormat } from '../../ops/nn';
import { run, type Tensor } from '../../tensor';
import { registerClass } from '../saving/registry';
import { InputSpec } from './input_spec';
import { Layer, type CallOptions, type LayerOptions } from './layer';

export interface PoolingOptions extends LayerOptions {
  poolSize?: number | readonly number[];
  strides?: number | readonly number[] | null;
  padding?: string;
  dataFormat?: string | null;
}
type PoolSize = number | readonly number[] | PoolingOptions;

abstract class Pooling extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['poolSize', 'strides', 'padding', 'dataFormat'];
  readonly poolSize: number[];
  readonly strides: number[];
  readonly padding: string;
  readonly dataFormat: DataFormat;
  protected constructor(rank: number, poolSize: PoolSize | undefined, options: PoolingOptions) {
    const isSize = typeof poolSize === 'number' || Array.isArray(poolSize);
    const given: PoolingOptions = isSize ? { ...options, poolSize: poolSize as number } : { ...options, ...(poolSize as PoolingOptions) };
    super(given);
    const where = this.constructor.name;
    this.poolSize = spatial(where, 'poolSize', given.poolSize ?? 2, rank);
    this.strides = spatial(where, 'strides', given.strides ?? this.poolSize, rank);
    this.padding = (given.padding ?? 'valid').toLowerCase();
    if (!['valid', 'same'].includes(this.padding)) throw new ValueError(`${where}: padding must be 'valid' or 'same'.\n  Received: '${this.padding}'`);
    this.dataFormat = checkDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  protected abstract pool: typeof maxPool;
  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat } = this;
    return this.pool(inputs, this.poolSize, { strides, padding, dataFormat });
  }
  override getConfig() {
    return { ...super.getConfig(), poolSize: this.poolSize, padding: this.padding, strides: this.strides, dataFormat: this.dataFormat };
  }
}
/** Largest element of each window of time. Defaults: poolSize 2, strides poolSize. */
export class MaxPooling1D extends Pooling {
  protected override pool = maxPool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(1, poolSize, options);
  }
}
/** Largest element of each window of an image. Defaults: poolSize (2, 2), strides poolSize. */
export class MaxPooling2D extends Pooling {
  protected override pool = maxPool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(2, poolSize, options);
  }
}
/** Mean of each window of time. */
export class AveragePooling1D extends Pooling {
  protected override pool = averagePool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(1, poolSize, options);
  }
}
/** Mean of each window of an image. */
export class AveragePooling2D extends Pooling {
  protected override pool = averagePool;
  constructor(poolSize?: PoolSize, options: PoolingOptions = {}) {
    super(2, poolSize, options);
  }
}

export interface GlobalPoolingOptions extends LayerOptions {
  dataFormat?: string | null;
  keepdims?: boolean;
}
abstract class GlobalPooling extends Layer {
  static override options = ['dataFormat', 'keepdims'];
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  protected constructor(
    rank: number,
    private readonly reduction: 'mean' | 'max',
    options: GlobalPoolingOptions,
  ) {
    super(options);
    this.dataFormat = checkDataFormat(this.constructor.name, options.dataFormat);
    this.keepdims = options.keepdims ?? false;
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  protected get axes(): number[] {
    const rank = (this.inputSpec as InputSpec).ndim! - 2,
      first = this.dataFormat === 'channels_last' ? 1 : 2;
    return Array.from({ length: rank }, (_, i) => first + i);
  }
  override call(inputs: Tensor, _options?: CallOptions): Tensor {
    return run(this.reduction, [inputs], { axis: this.axes, keepdims: this.keepdims });
  }
  override getConfig() {
    return { ...super.getConfig(), dataFormat: this.dataFormat, keepdims: this.keepdims };
  }
}
/** Mean over time; masked steps are left out. */
export class GlobalAveragePooling1D extends GlobalPooling {
  override supportsMasking = true;
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, 'mean', options);
  }
  override call(inputs: Tensor, options: CallOptions = {}): Tensor {
    const mask = options.mask as Tensor | null | undefined;
    if (!mask) return super.call(inputs);
    const axis = this.axes,
      weights = run('reshape', [run('cast', [mask], { dtype: inputs.dtype })], {
        shape: this.dataFormat === 'channels_last' ? [...mask.shape, 1] : [mask.shape[0], 1, mask.shape[1]],
      });
    const total = run('sum', [run('multiply', [inputs, weights])], { axis, keepdims: this.keepdims });
    return run('divide', [total, run('sum', [weights], { axis, keepdims: this.keepdims })]);
  }
  override computeMask(): null {
    return null;
  }
}
/** Largest over time. */
export class GlobalMaxPooling1D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, 'max', options);
  }
}
/** Mean over height and width. */
export class GlobalAveragePooling2D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, 'mean', options);
  }
}
/** Largest over height and width. */
export class GlobalMaxPooling2D extends GlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, 'max', options);
  }
}
registerClass(
  'keras.layers',
  MaxPooling1D,
  MaxPooling2D,
  AveragePooling1D,
  AveragePooling2D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
);
