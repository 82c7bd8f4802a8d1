/** ZeroPadding1D, ZeroPadding2D, ZeroPadding3D. */
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import { forAllAxes, oneOrOptions, pairs, type Borders, type Pair } from './borders';

export interface ZeroPaddingOptions extends LayerOptions {
  /** Default 1 on each side. */
  padding?: Borders;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/** Zeros before and after the elements of each spatial axis. */
export abstract class BaseZeroPadding extends Layer {
  static override positional: readonly string[] = ['padding'];
  static override options: OptionKinds = { padding: kinds.integers, dataFormat: kinds.choice };
  readonly dataFormat: DataFormat;
  protected readonly borders: Pair[];
  protected constructor(rank: number, padding: Borders | ZeroPaddingOptions | undefined, options: ZeroPaddingOptions) {
    const given = oneOrOptions('padding', padding, options);
    super(given);
    const where = this.constructor.name;
    this.borders = pairs(where, 'padding', given.padding ?? 1, rank);
    this.dataFormat = checkDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  get padding(): Pair | Pair[] {
    return this.borders;
  }
  override call(inputs: Tensor): Tensor {
    return inputs.pad(forAllAxes(this.borders, this.dataFormat));
  }
  override getConfig() {
    return { ...super.getConfig(), padding: this.padding, dataFormat: this.dataFormat };
  }
}
/** Steps of zeros before and after time. `padding`: a number or [before, after]. Default 1. */
export class ZeroPadding1D extends BaseZeroPadding {
  constructor(padding?: Borders | ZeroPaddingOptions, options: ZeroPaddingOptions = {}) {
    super(1, padding, options);
  }
  override get padding(): Pair {
    return this.borders[0];
  }
}
/** Rows and columns of zeros around images. `padding`: a number, [rows, columns], or [[top, bottom], [left, right]]. Default 1. */
export class ZeroPadding2D extends BaseZeroPadding {
  constructor(padding?: Borders | ZeroPaddingOptions, options: ZeroPaddingOptions = {}) {
    super(2, padding, options);
  }
}
/** Zeros around volumes. `padding`: a number, three of them, or three pairs. Default 1. */
export class ZeroPadding3D extends BaseZeroPadding {
  constructor(padding?: Borders | ZeroPaddingOptions, options: ZeroPaddingOptions = {}) {
    super(3, padding, options);
  }
}
registerClass('keras.layers', ZeroPadding1D, ZeroPadding2D, ZeroPadding3D);
