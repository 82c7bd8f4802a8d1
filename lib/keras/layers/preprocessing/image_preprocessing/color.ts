/** Layers that change colours: grayscale, saturation, hue, all of them. */
import { hsvToRgb, rgbToGrayscale, rgbToHsv } from '../../../../ops/image/color';
import { ValueError } from '../../../../support/errors';
import * as ops from '../../../../ops/index';
import type { Tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import {
  BaseImagePreprocessingLayer,
  factorRange,
  IMAGE_OPTIONS,
  inRange,
  valueRangeOf,
  type Factor,
  type ImageLayerOptions,
  type Transformation,
} from './base_image_preprocessing_layer';
import { RandomBrightness, RandomContrast, withFactor, type ToneOptions } from './tone';

type Drawn = NonNullable<Transformation>;
const UNIT = [0, 1] as const;
const channel = (t: Tensor, c: number): Tensor => t.slice([0, 0, 0, c], [...t.shape.slice(0, 3), 1]);
type WithFactor = ToneOptions & { factor?: Factor };

/** Images without colour, with probability `factor` (default 0.5). */
export class RandomGrayscale extends BaseImagePreprocessingLayer {
  static override positional = ['factor'];
  static override options: OptionKinds = { factor: kinds.floats, ...IMAGE_OPTIONS };
  readonly factor: number;
  constructor(factor: number | (ImageLayerOptions & { factor?: number }) = 0.5, options: ImageLayerOptions = {}) {
    const all = typeof factor === 'number' ? { ...options, factor } : factor;
    super(all);
    this.factor = all.factor ?? 0.5;
    if (!(this.factor >= 0 && this.factor <= 1))
      throw new ValueError(`RandomGrayscale: factor must lie in [0, 1].\n  Received: ${this.factor}`);
  }
  override draw([batch]: readonly number[]): Transformation {
    const u = this.uniform([batch, 1, 1, 1], 0, 1);
    return { isChosen: u.less(this.factor) };
  }
  override transformImages(images: Tensor, { isChosen }: Drawn): Tensor {
    return ops.where(isChosen, rgbToGrayscale(images), images);
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}
abstract class Colored extends BaseImagePreprocessingLayer {
  static override positional = ['factor'];
  static override options: OptionKinds = { factor: kinds.floats, valueRange: kinds.numbers, ...IMAGE_OPTIONS };
  readonly factor: [number, number];
  readonly valueRange: [number, number];
  constructor(given: WithFactor, bounds: readonly [number, number]) {
    super(given);
    this.factor = factorRange(this.constructor.name, 'factor', (given as WithFactor | undefined)?.factor, bounds);
    this.valueRange = valueRangeOf(this.constructor.name, (given as WithFactor | undefined)?.valueRange);
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor, valueRange: this.valueRange, seed: this.seed };
  }
}
/** Between the image (factor 0) and its grayscale (1). */
export class RandomColorDegeneration extends Colored {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [-1, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { factor: this.uniform([batch, 1, 1, 1], ...this.factor) };
  }
  override transformImages(images: Tensor, { factor }: Drawn): Tensor {
    const y = images.add(factor.mul(rgbToGrayscale(images).sub(images)));
    return y.clip(this.valueRange[0], this.valueRange[1]);
  }
}
/** Saturation multiplied by f / (1 - f): factor 0.5 leaves it, 0 takes all colour, 1 gives the most. */
export class RandomSaturation extends Colored {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [-1, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    const f = this.uniform([batch, 1, 1, 1], ...this.factor);
    return { factor: f.div(ops.subtract(1 + 1e-7, f)) };
  }
  override transformImages(images: Tensor, { factor }: Drawn): Tensor {
    const hsv = rgbToHsv(images);
    const s = channel(hsv, 1).mul(factor).clip(this.valueRange[0], this.valueRange[1]);
    return hsvToRgb(ops.concatenate([channel(hsv, 0), s, channel(hsv, 2)], { axis: 3 }));
  }
}
/** Hue turned by up to half the factor of a full turn, either way. */
export class RandomHue extends Colored {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [0, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    const u = this.uniform([batch, 1, 1, 1], 0, 1);
    const sign = ops.where(u.greater(0.5), -1, 1);
    return { turn: sign.mul(this.uniform([batch, 1, 1, 1], ...this.factor)).mul(0.5) };
  }
  override transformImages(images: Tensor, { turn }: Drawn): Tensor {
    const hsv = rgbToHsv(inRange(images, this.valueRange, UNIT));
    let h = channel(hsv, 0).add(turn);
    h = ops.where(h.greater(1), h.sub(1), h);
    h = ops.where(h.less(0), h.add(1), h);
    const rgb = hsvToRgb(ops.concatenate([h, channel(hsv, 1), channel(hsv, 2)], { axis: 3 }));
    return inRange(rgb.clip(0, 1), UNIT, this.valueRange);
  }
}

export interface ColorJitterOptions extends ToneOptions {
  /** As of RandomBrightness. Default null: unchanged. */
  brightnessFactor?: Factor | null;
  /** As of RandomContrast. Default null: unchanged. */
  contrastFactor?: Factor | null;
  /** As of RandomSaturation. Default null: unchanged. */
  saturationFactor?: Factor | null;
  /** As of RandomHue. Default null: unchanged. */
  hueFactor?: Factor | null;
}
/** RandomBrightness, RandomContrast, RandomSaturation and RandomHue, those whose factors are given, one after the other. */
export class RandomColorJitter extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = {
    valueRange: kinds.numbers,
    brightnessFactor: kinds.floats,
    contrastFactor: kinds.floats,
    saturationFactor: kinds.floats,
    hueFactor: kinds.floats,
    ...IMAGE_OPTIONS,
  };
  private readonly steps: BaseImagePreprocessingLayer[];
  private readonly given: ColorJitterOptions;
  readonly valueRange: [number, number];
  constructor(options: ColorJitterOptions = {}) {
    super(options);
    const {
      brightnessFactor = null,
      contrastFactor = null,
      saturationFactor = null,
      hueFactor = null,
      seed = null,
    } = options;
    const valueRange = (this.valueRange = valueRangeOf('RandomColorJitter', options.valueRange));
    const rest = { valueRange, seed };
    this.given = { brightnessFactor, contrastFactor, saturationFactor, hueFactor };
    this.steps = [];
    if (brightnessFactor !== null) this.steps.push(new RandomBrightness(brightnessFactor, rest));
    if (contrastFactor !== null) this.steps.push(new RandomContrast(contrastFactor, rest));
    if (saturationFactor !== null) this.steps.push(new RandomSaturation(saturationFactor, rest));
    if (hueFactor !== null) this.steps.push(new RandomHue(hueFactor, rest));
  }
  override transformImages(images: Tensor): Tensor {
    return this.steps.reduce(
      (x, layer) =>
        layer.transformImages(
          x,
          layer.withGenerator(this, () => layer.draw(x.shape))!,
        ),
      images,
    );
  }
  override getConfig() {
    return { ...super.getConfig(), valueRange: this.valueRange, ...this.given, seed: this.seed };
  }
}
registerClass('keras.layers', RandomGrayscale, RandomColorDegeneration, RandomSaturation, RandomHue, RandomColorJitter);
