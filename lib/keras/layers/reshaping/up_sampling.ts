/** UpSampling1D, UpSampling2D, UpSampling3D. */
import { lowerCase } from '../../../support/describe';
import { oneOf } from '../../../ops/image/layout';
import { INTERPOLATIONS, type Interpolation } from '../../../ops/image/interpolation';
import { resize } from '../../../ops/image/resize';
import { checkDataFormat, spatial, type DataFormat, type Sizes } from '../../../ops/spatial';
import { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import { oneOrOptions } from './borders';

/** Each element of the axes from `first` repeated as often as `times` says. */
function repeated(x: Tensor, first: number, times: readonly number[]): Tensor {
  const factor = (i: number): number => times[i - first] ?? 1;
  const apart = x.shape.flatMap((d, i) => (factor(i) > 1 ? [d, 1] : [d]));
  const wide = x.shape.flatMap((d, i) => (factor(i) > 1 ? [d, factor(i)] : [d]));
  return x
    .reshape(apart)
    .broadcastTo(wide)
    .reshape(x.shape.map((d, i) => d * factor(i)));
}

export interface UpSampling1DOptions extends LayerOptions {
  /** How often each step is repeated. Default 2. */
  size?: number;
}
export interface UpSampling3DOptions extends LayerOptions {
  /** Default 2 on each axis. */
  size?: Sizes;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
export interface UpSampling2DOptions extends UpSampling3DOptions {
  /** How values between elements are computed: 'nearest' (default; they are repeated), 'bilinear', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
}
/** Each step of time repeated `size` (2) times: (batch, steps, channels) -> (batch, size * steps, channels). */
export class UpSampling1D extends Layer {
  static override positional = ['size'];
  static override options: OptionKinds = { size: kinds.integer };
  readonly size: number;
  constructor(size?: number | UpSampling1DOptions, options: UpSampling1DOptions = {}) {
    const given = oneOrOptions('size', size, options);
    super(given);
    this.size = spatial('UpSampling1D', 'size', given.size ?? 2, 1)[0];
    this.inputSpec = new InputSpec({ ndim: 3 });
  }
  override call(inputs: Tensor): Tensor {
    return repeated(inputs, 1, [this.size]);
  }
  override getConfig() {
    return { ...super.getConfig(), size: this.size };
  }
}
/** Images `size` (2) times as large: pixels repeated ('nearest', the default) or interpolated as image.resize does. */
export class UpSampling2D extends Layer {
  static override positional = ['size'];
  static override options: OptionKinds = {
    size: kinds.integers,
    dataFormat: kinds.choice,
    interpolation: kinds.choice,
  };
  readonly size: number[];
  readonly dataFormat: DataFormat;
  readonly interpolation: Interpolation;
  constructor(size?: Sizes | UpSampling2DOptions, options: UpSampling2DOptions = {}) {
    const given = oneOrOptions('size', size, options);
    super(given);
    this.size = spatial('UpSampling2D', 'size', given.size ?? 2, 2);
    this.dataFormat = checkDataFormat('UpSampling2D', given.dataFormat);
    this.interpolation = oneOf(
      'UpSampling2D',
      'interpolation',
      lowerCase(given.interpolation ?? 'nearest'),
      INTERPOLATIONS,
    );
    this.inputSpec = new InputSpec({ ndim: 4 });
  }
  override call(inputs: Tensor): Tensor {
    const { size, dataFormat, interpolation } = this;
    const first = dataFormat === 'channels_last' ? 1 : 2;
    if (interpolation === 'nearest') return repeated(inputs, first, size);
    return resize(inputs, [inputs.shape[first] * size[0], inputs.shape[first + 1] * size[1]], {
      interpolation,
      dataFormat,
    });
  }
  override getConfig() {
    return { ...super.getConfig(), size: this.size, dataFormat: this.dataFormat, interpolation: this.interpolation };
  }
}
/** Each element of a volume repeated `size` (2) times on each axis. */
export class UpSampling3D extends Layer {
  static override positional = ['size'];
  static override options: OptionKinds = { size: kinds.integers, dataFormat: kinds.choice };
  readonly size: number[];
  readonly dataFormat: DataFormat;
  constructor(size?: Sizes | UpSampling3DOptions, options: UpSampling3DOptions = {}) {
    const given = oneOrOptions('size', size, options);
    super(given);
    this.size = spatial('UpSampling3D', 'size', given.size ?? 2, 3);
    this.dataFormat = checkDataFormat('UpSampling3D', given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 5 });
  }
  override call(inputs: Tensor): Tensor {
    return repeated(inputs, this.dataFormat === 'channels_last' ? 1 : 2, this.size);
  }
  override getConfig() {
    return { ...super.getConfig(), size: this.size, dataFormat: this.dataFormat };
  }
}
registerClass('keras.layers', UpSampling1D, UpSampling2D, UpSampling3D);
