/** What pooling layers over whole spatial axes share. */
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import type { Tensor } from '../../../core/tensor';
import { InputSpec } from '../input_spec';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

export interface GlobalPoolingOptions extends LayerOptions {
  /** Where the channels are: 'channels_last' (default), (batch, ..., channels), or 'channels_first', (batch, channels, ...). */
  dataFormat?: DataFormat | null;
  /** Keep the spatial axes as size 1. Default false. */
  keepdims?: boolean;
}
/** One value for each channel: over one to three spatial axes. */
export abstract class BaseGlobalPooling extends Layer {
  static override options: OptionKinds = { dataFormat: kinds.choice, keepdims: kinds.boolean };
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  protected readonly axes: number[];
  protected constructor(
    rank: number,
    private readonly reduction: 'mean' | 'max',
    options: GlobalPoolingOptions,
  ) {
    super(options);
    this.dataFormat = checkDataFormat(this.constructor.name, options.dataFormat);
    this.keepdims = options.keepdims ?? false;
    this.axes = Array.from({ length: rank }, (_, i) => i + (this.dataFormat === 'channels_last' ? 1 : 2));
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    this.built = true;
  }
  override call(inputs: Tensor, _options?: CallOptions): Tensor {
    return inputs[this.reduction]({ axis: this.axes, keepdims: this.keepdims });
  }
  override getConfig() {
    return { ...super.getConfig(), dataFormat: this.dataFormat, keepdims: this.keepdims };
  }
}
