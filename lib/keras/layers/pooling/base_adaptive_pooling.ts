/** What pooling layers share that divide each spatial axis into a given number of windows. */
import type { adaptiveMaxPool } from '../../../ops/pooling';
import { checkDataFormat, spatial, type DataFormat, type Sizes } from '../../../ops/spatial';
import type { Tensor } from '../../../core/tensor';
import { InputSpec } from '../input_spec';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface AdaptivePoolingOptions extends LayerOptions {
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/** `outputSize` windows per axis: window i from floor(i n / size) to ceil((i + 1) n / size). */
export abstract class BaseAdaptivePooling extends Layer {
  static override positional = ['outputSize'];
  static override options: OptionKinds = { dataFormat: kinds.choice };
  readonly outputSize: number[];
  readonly dataFormat: DataFormat;
  protected abstract pool: typeof adaptiveMaxPool;
  protected constructor(rank: number, outputSize: Sizes, options: AdaptivePoolingOptions) {
    super(options);
    const where = this.constructor.name;
    this.outputSize = spatial(where, 'outputSize', outputSize, rank);
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  override call(inputs: Tensor): Tensor {
    return this.pool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
  override getConfig() {
    return { ...super.getConfig(), outputSize: this.outputSize, dataFormat: this.dataFormat };
  }
}
