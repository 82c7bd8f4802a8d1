/** Cropping1D, Cropping2D, Cropping3D. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import { formatShape, type Tensor } from '../../../core/tensor';
import { isOld } from '../../serialization/origin';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import { forAllAxes, oneOrOptions, pairs, type Borders, type Pair } from './borders';

export interface CroppingOptions extends LayerOptions {
  /** Elements taken away on each side of each spatial axis: one number, one for each axis, or pairs [before, after]. Default 1 for Cropping1D and Cropping3D, 0 for Cropping2D. */
  cropping?: Borders;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. Not of Cropping1D. */
  dataFormat?: DataFormat | null;
}
// Layers of files of Keras 1 and 2, which took more than there is for all.
const lenient = new WeakSet<BaseCropping>();

/** Elements taken away from the beginning and the end of each spatial axis. */
export abstract class BaseCropping extends Layer {
  static override positional: readonly string[] = ['cropping'];
  static override options: OptionKinds = { cropping: kinds.integers, dataFormat: kinds.choice };
  readonly dataFormat: DataFormat;
  protected readonly borders: Pair[];
  protected constructor(
    rank: number,
    cropping: Borders | CroppingOptions | undefined,
    options: CroppingOptions,
    fallback: number,
  ) {
    const given = oneOrOptions('cropping', cropping, options);
    super(given);
    const where = this.constructor.name;
    this.borders = pairs(where, 'cropping', given.cropping ?? fallback, rank);
    this.dataFormat = checkDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  get cropping(): Pair | Pair[] {
    return this.borders;
  }
  override call(inputs: Tensor): Tensor {
    const widths = forAllAxes(this.borders, this.dataFormat);
    const size = inputs.shape.map((d, i) => d - widths[i][0] - widths[i][1]);
    if (lenient.has(this) && size.some((d) => d < 0))
      return inputs.slice(
        size.map((d, i) => (d < 0 ? 0 : widths[i][0])),
        size.map((d) => Math.max(0, d)),
      );
    size.forEach((d, i) => {
      if (d <= 0 && !lenient.has(this) && widths[i][0] + widths[i][1] > 0)
        throw new ValueError(
          `cropping takes ${widths[i].join(' + ')} elements from axis ${i} but there are ${inputs.shape[i]}.\n  Received: shape ${formatShape(inputs.shape)}, cropping ${describe(this.cropping)}`,
        );
    });
    return inputs.slice(
      widths.map((w) => w[0]),
      size,
    );
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cropping: this.cropping, dataFormat: this.dataFormat };
  }
  static override fromConfig(config: Record<string, unknown>): Layer {
    const layer = super.fromConfig(config);
    if (isOld(config)) lenient.add(layer as BaseCropping);
    return layer;
  }
}
/** Without the first and last steps of time. `cropping`: a number or [first, last]. Default 1. Channels are last. */
export class Cropping1D extends BaseCropping {
  static override options: OptionKinds = { dataFormat: null };
  constructor(
    cropping?: Borders | Omit<CroppingOptions, 'dataFormat'>,
    options: Omit<CroppingOptions, 'dataFormat'> = {},
  ) {
    super(1, cropping, options, 1);
  }
  override get cropping(): Pair {
    return this.borders[0];
  }
  override getConfig() {
    const { dataFormat: _last, ...config } = super.getConfig();
    return config;
  }
}
/** Images without their borders. `cropping`: a number, [rows, columns], or [[top, bottom], [left, right]]. Default 0. */
export class Cropping2D extends BaseCropping {
  constructor(cropping?: Borders | CroppingOptions, options: CroppingOptions = {}) {
    super(2, cropping, options, 0);
  }
}
/** Volumes without their borders. `cropping`: a number, three of them, or three pairs. Default 1. */
export class Cropping3D extends BaseCropping {
  constructor(cropping?: Borders | CroppingOptions, options: CroppingOptions = {}) {
    super(3, cropping, options, 1);
  }
}
registerClass('keras.layers', Cropping1D, Cropping2D, Cropping3D);
