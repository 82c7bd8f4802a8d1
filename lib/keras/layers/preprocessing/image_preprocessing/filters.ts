/** Layers of neighbourhoods: blur and elastic distortion. */
import { describe } from '../../../../support/describe';
import { bent } from '../../../../ops/image/coordinates';
import { gaussianBlur } from '../../../../ops/image/filters';
import { sampleImages, type Outside } from '../../../../ops/image/sampling';
import { ValueError } from '../../../../support/errors';
import * as ops from '../../../../ops/index';
import { Tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import {
  BaseImagePreprocessingLayer,
  factorRange,
  FILL_MODES,
  IMAGE_OPTIONS,
  INTERPOLATIONS,
  oneOfNames,
  valueRangeOf,
  type Factor,
  type Transformation,
  type WarpFillMode,
  type WarpInterpolation,
} from './base_image_preprocessing_layer';
import { withFactor, type ToneOptions } from './tone';

type Drawn = NonNullable<Transformation>;
export interface BlurOptions extends ToneOptions {
  /** Probability that an image is blurred, drawn from 0 to this number, or between two, in [0, 1]. Default 1. */
  factor?: Factor;
  /** Height and width of the kernel, in pixels. Default 3. */
  kernelSize?: number | readonly number[];
  /** Standard deviation of the kernel, in pixels: up to this number, or between two, in [0, 1]. Default 1. */
  sigma?: Factor;
}
/** Images blurred by a Gaussian kernel of a width drawn from `sigma`, with a probability drawn from `factor` (default 1). */
export class RandomGaussianBlur extends BaseImagePreprocessingLayer {
  static override positional = ['factor'];
  static override options: OptionKinds = {
    factor: kinds.floats,
    kernelSize: kinds.integers,
    sigma: kinds.floats,
    valueRange: kinds.numbers,
    ...IMAGE_OPTIONS,
  };
  readonly factor: [number, number];
  readonly kernelSize: [number, number];
  readonly sigma: [number, number];
  readonly valueRange: [number, number];
  constructor(factor: Factor | BlurOptions = 1, options: BlurOptions = {}) {
    const all = withFactor<BlurOptions>(factor, options);
    super(all);
    this.factor = factorRange('RandomGaussianBlur', 'factor', all.factor ?? 1, [0, 1]);
    const size = all.kernelSize ?? 3;
    this.kernelSize = (typeof size === 'number' ? [size, size] : [...size]) as [number, number];
    if (this.kernelSize.length !== 2 || this.kernelSize.some((k) => !Number.isInteger(k) || k < 1 || k % 2 === 0))
      throw new ValueError(
        `RandomGaussianBlur: kernelSize must be an odd number or two of them.\n  Received: ${describe(size)}`,
      );
    this.sigma = factorRange('RandomGaussianBlur', 'sigma', all.sigma ?? 1, [0, 1]);
    this.valueRange = valueRangeOf('RandomGaussianBlur', all.valueRange);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { isChosen: this.isChosen(batch, this.factor), sigma: this.uniform([2], ...this.sigma).add(1e-6) };
  }
  override transformImages(images: Tensor, { isChosen, sigma }: Drawn): Tensor {
    const y = ops.where(isChosen, gaussianBlur(images, { kernelSize: this.kernelSize, sigma }), images);
    return y.clip(this.valueRange[0], this.valueRange[1]);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      factor: this.factor,
      kernelSize: this.kernelSize,
      sigma: this.sigma,
      valueRange: this.valueRange,
      seed: this.seed,
    };
  }
}
export interface ElasticTransformOptions extends ToneOptions {
  /** Probability that an image is changed, drawn from 0 to this number, or between two, in [0, 1]. Default 1. */
  factor?: Factor;
  /** Strength of the displacements: up to this number, or between two, in [0, 1]. Default 1. */
  scale?: Factor;
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: WarpInterpolation;
  /** What lies outside of the image: 'reflect' (default), 'wrap', 'constant' (`fillValue`), 'nearest' or 'mirror'. */
  fillMode?: WarpFillMode | 'mirror';
  /** Value outside of the image with fillMode 'constant'. Default 0. */
  fillValue?: number;
}
/**
 * Pixels displaced by smooth random fields (Simard et al. 2003), more for a larger `scale`, which is drawn at each call, with a
 * probability drawn from `factor`.
 */
export class RandomElasticTransform extends BaseImagePreprocessingLayer {
  static override positional = ['factor'];
  static override options: OptionKinds = {
    factor: kinds.floats,
    scale: kinds.floats,
    interpolation: kinds.choice,
    fillMode: kinds.choice,
    fillValue: kinds.floats,
    valueRange: kinds.numbers,
    ...IMAGE_OPTIONS,
  };
  readonly factor: [number, number];
  readonly scale: [number, number];
  readonly interpolation: WarpInterpolation;
  readonly fillMode: WarpFillMode | 'mirror';
  readonly fillValue: number;
  readonly valueRange: [number, number];
  constructor(factor: Factor | ElasticTransformOptions = 1, options: ElasticTransformOptions = {}) {
    const all = withFactor<ElasticTransformOptions>(factor, options);
    super(all);
    this.factor = factorRange('RandomElasticTransform', 'factor', all.factor ?? 1, [0, 1]);
    this.scale = factorRange('RandomElasticTransform', 'scale', all.scale ?? 1, [0, 1]);
    this.interpolation = oneOfNames(
      'RandomElasticTransform',
      'interpolation',
      all.interpolation ?? 'bilinear',
      INTERPOLATIONS,
    );
    this.fillMode = oneOfNames('RandomElasticTransform', 'fillMode', all.fillMode ?? 'reflect', [
      ...FILL_MODES,
      'mirror',
    ] as const);
    this.fillValue = all.fillValue ?? 0;
    this.valueRange = valueRangeOf('RandomElasticTransform', all.valueRange);
  }
  override draw([batch]: readonly number[]): Transformation {
    return this.scale[1] === 0 || this.factor[1] === 0
      ? null
      : { isChosen: this.isChosen(batch, this.factor), strength: this.uniform([], ...this.scale) };
  }
  override transformImages(images: Tensor, { isChosen, strength }: Drawn): Tensor {
    const [, height, width] = images.shape;
    const smooth = 0.05 * Math.min(height, width);
    const isLinear = this.interpolation === 'bilinear';
    const moved = bent(
      images,
      strength.mul(0.1 * Math.max(height, width)),
      strength.mul(smooth),
      smooth * this.scale[1],
      this.seeds,
      (pixels, v, h) => sampleImages(pixels, v, h, isLinear, this.fillMode as Outside, this.fillValue),
    );
    const y = ops.where(isChosen, moved, images);
    return y.clip(this.valueRange[0], this.valueRange[1]);
  }
  override getConfig() {
    const { factor, scale, interpolation, fillMode, fillValue, valueRange, seed } = this;
    return { ...super.getConfig(), factor, scale, interpolation, fillMode, fillValue, valueRange, seed };
  }
}
registerClass('keras.layers', RandomGaussianBlur, RandomElasticTransform);
