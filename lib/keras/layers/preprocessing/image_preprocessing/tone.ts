/** Layers that change values pixel by pixel, or by their statistics: contrast, brightness, inversion, posterization, equalization. */
import { recordOf } from '../../../../support/guard';
import { depthwiseConv } from '../../../../ops/convolution';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, tensor } from '../../../../core/tensor';
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

export interface ToneOptions extends ImageLayerOptions {
  /** Smallest and largest value of a pixel. Default [0, 255]. */
  valueRange?: readonly number[];
}
const TONE_OPTIONS = { factor: kinds.floats, valueRange: kinds.numbers, ...IMAGE_OPTIONS };
type Drawn = NonNullable<Transformation>;
const BYTE = [0, 255] as const;
const clip = (t: Tensor, [min, max]: readonly number[]): Tensor => t.clip(min, max);
type WithFactor = ToneOptions & { factor?: Factor };
/** @internal A factor given first or among the options. */
export const withFactor = <T extends { factor?: Factor }>(factor: Factor | T, options: T): T =>
  typeof factor === 'number' || Array.isArray(factor) ? { ...options, factor } : (factor as T);

/** Layers of one factor and a range of values. */
abstract class Tone extends BaseImagePreprocessingLayer {
  static override positional = ['factor'];
  static override options: OptionKinds = TONE_OPTIONS;
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

/** (x - mean) c + mean of each channel, c from 1 - factor[0] to 1 + factor[1]. */
export class RandomContrast extends Tone {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [0, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { contrast: this.uniform([batch, 1, 1, 1], 1 - this.factor[0], 1 + this.factor[1]) };
  }
  override transformImages(images: Tensor, { contrast }: Drawn): Tensor {
    const mean = images.mean({ axis: [1, 2], keepdims: true });
    return clip(images.sub(mean).mul(contrast).add(mean), this.valueRange);
  }
}
/** x + d, d a share of the range of values. */
export class RandomBrightness extends Tone {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [-1, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { delta: this.uniform([batch, 1, 1, 1], ...this.factor).mul(this.valueRange[1] - this.valueRange[0]) };
  }
  override transformImages(images: Tensor, { delta }: Drawn): Tensor {
    return clip(images.add(delta), this.valueRange);
  }
}
/** Between blurred (factor 0), unchanged (0.5) and sharpened (1). */
export class RandomSharpness extends Tone {
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [0, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { factor: this.uniform([batch, 1, 1, 1], ...this.factor) };
  }
  override transformImages(images: Tensor, { factor }: Drawn): Tensor {
    const channels = images.shape[3];
    const weights = Array.from({ length: 9 * channels }, (_, i) => (Math.floor(i / channels) === 4 ? 5 / 13 : 1 / 13));
    const smooth = depthwiseConv(images, tensor(weights, [3, 3, channels, 1], images.dtype), { padding: 'same' });
    return clip(images.add(ops.subtract(1, factor.mul(2)).mul(smooth.sub(images))), this.valueRange);
  }
}
/** The largest value minus x, with a probability drawn from `factor` (default 1). */
export class RandomInvert extends Tone {
  constructor(factor: Factor | WithFactor = 1, options: ToneOptions = {}) {
    const all = withFactor<WithFactor>(factor, options);
    super({ ...recordOf(new.target.name, all), factor: all.factor ?? 1 }, [0, 1]);
  }
  override draw([batch]: readonly number[]): Transformation {
    return { isChosen: this.isChosen(batch, this.factor) };
  }
  override transformImages(images: Tensor, { isChosen }: Drawn): Tensor {
    return ops.where(isChosen, ops.subtract(this.valueRange[1], images), images);
  }
}
/** Only the highest bits of each value, as many as the factor (1 to 8) says. */
export class RandomPosterization extends Tone {
  static override options: OptionKinds = { factor: kinds.integers };
  constructor(factor: Factor, options: ToneOptions = {}) {
    super(withFactor<WithFactor>(factor, options), [1, 8]);
  }
  override draw([batch]: readonly number[]): Transformation {
    const [low, high] = this.factor;
    const bits =
      low === high
        ? convert(low, 'float32').broadcastTo([batch, 1, 1, 1])
        : this.uniform([batch, 1, 1, 1], low, high).floor();
    return { step: ops.exp2(ops.subtract(8, bits)) };
  }
  override transformImages(images: Tensor, { step }: Drawn): Tensor {
    const size = step.dtype === images.dtype ? step : step.cast(images.dtype);
    const whole = inRange(images, this.valueRange, BYTE).floor();
    return inRange(whole.div(size).floor().mul(size), BYTE, this.valueRange);
  }
}

export interface SolarizationOptions extends ToneOptions {
  /** What is added before, as a share of 255: from 0 to this number, or between two. Default 0. */
  additionFactor?: Factor;
  /** Values at least this share of 255 large are inverted: from 0 to this number, or between two. Default 0. */
  thresholdFactor?: Factor;
}
/** Values from a threshold on inverted, after an addition; both are drawn, in 255ths of the range. */
export class Solarization extends BaseImagePreprocessingLayer {
  static override positional = ['additionFactor', 'thresholdFactor'];
  static override options: OptionKinds = {
    additionFactor: kinds.floats,
    thresholdFactor: kinds.floats,
    valueRange: kinds.numbers,
    ...IMAGE_OPTIONS,
  };
  readonly additionFactor: [number, number];
  readonly thresholdFactor: [number, number];
  readonly valueRange: [number, number];
  constructor(
    additionFactor: Factor | SolarizationOptions = 0,
    thresholdFactor: Factor | SolarizationOptions = 0,
    options: SolarizationOptions = {},
  ) {
    const isFactor = (f: unknown): f is Factor => typeof f === 'number' || Array.isArray(f);
    const all: SolarizationOptions = {
      ...options,
      ...(isFactor(thresholdFactor) ? { thresholdFactor } : thresholdFactor),
      ...(isFactor(additionFactor) ? { additionFactor } : additionFactor),
    };
    super(all);
    this.additionFactor = lowered(
      factorRange('Solarization', 'additionFactor', all.additionFactor ?? 0, [0, 1]),
      all.additionFactor,
    );
    this.thresholdFactor = lowered(
      factorRange('Solarization', 'thresholdFactor', all.thresholdFactor ?? 0, [0, 1]),
      all.thresholdFactor,
    );
    this.valueRange = valueRangeOf('Solarization', all.valueRange);
  }
  override draw([batch]: readonly number[]): Transformation {
    const drawn = ([low, high]: readonly number[]): Tensor => this.uniform([batch, 1, 1, 1], low, high * 255);
    return { additions: drawn(this.additionFactor), thresholds: drawn(this.thresholdFactor) };
  }
  override transformImages(images: Tensor, { additions, thresholds }: Drawn): Tensor {
    const x = clip(inRange(images, this.valueRange, BYTE).add(additions), BYTE);
    return inRange(ops.where(x.less(thresholds), x, ops.subtract(255, x)), BYTE, this.valueRange);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      valueRange: this.valueRange,
      additionFactor: this.additionFactor,
      thresholdFactor: this.thresholdFactor,
      seed: this.seed,
    };
  }
}
/** A single number f means [0, f] here. */
const lowered = (range: [number, number], given: unknown): [number, number] =>
  Array.isArray(given) ? range : [0, range[1]];

/** Each channel of each image stretched to the whole range of values; not at random, and when not training too. */
export class AutoContrast extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = { valueRange: kinds.numbers, ...IMAGE_OPTIONS };
  readonly valueRange: [number, number];
  constructor(options: ToneOptions = {}) {
    super(options);
    this.valueRange = valueRangeOf('AutoContrast', options.valueRange);
  }
  protected override get isAlways(): boolean {
    return true;
  }
  override transformImages(images: Tensor): Tensor {
    const x = inRange(images, this.valueRange, BYTE);
    const low = x.min({ axis: [1, 2], keepdims: true });
    const span = x.max({ axis: [1, 2], keepdims: true }).sub(low);
    const isFlat = span.equal(0);
    const scale = ops.divide(255, ops.where(isFlat, 1, span));
    const y = inRange(clip(x.mul(scale).sub(low.mul(scale)), BYTE), BYTE, this.valueRange);
    return ops.where(isFlat, images, y);
  }
  override getConfig() {
    return { ...super.getConfig(), valueRange: this.valueRange };
  }
}
/** Values of each channel (of the whole batch) spread so that all are about equally frequent. */
export class Equalization extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = { bins: kinds.integer, valueRange: kinds.numbers, ...IMAGE_OPTIONS };
  readonly valueRange: [number, number];
  readonly bins: number;
  constructor(options: ToneOptions & { bins?: number } = {}) {
    super(options);
    this.valueRange = valueRangeOf('Equalization', options.valueRange);
    this.bins = options.bins ?? 256;
  }
  override transformImages(images: Tensor): Tensor {
    const x = inRange(images, this.valueRange, BYTE);
    const { bins } = this;
    const channels = x.shape[3];
    const scaled = x.div(255).mul(bins - 1);
    const at = ops
      .trunc(x.mul((bins - 1) / 255))
      .clip(0, bins - 1)
      .cast('int32');
    const pick = scaled.clip(0, bins - 1).cast('int32');
    const out = Array.from({ length: channels }, (_, c) => {
      const channel = (t: Tensor): Tensor => t.slice([0, 0, 0, c], [...t.shape.slice(0, 3), 1]);
      const flat = channel(at).reshape([-1]);
      const counts = ops.scatterAdd([bins], flat, ops.ones([flat.size]));
      const sums = counts.cumsum({ axis: 0 });
      const first = ops.where(sums.greater(0), sums, Infinity).min();
      const span = convert(flat.size, sums).sub(first);
      const table = clip(
        sums
          .sub(first)
          .mul(255)
          .div(ops.where(span.equal(0), 1, span))
          .round(),
        BYTE,
      );
      const isUniform = counts.greater(0).cast('int32').sum().lessEqual(1);
      const y = table.take(channel(pick), { axis: 0 });
      return ops.where(isUniform, channel(x), y.dtype === x.dtype ? y : y.cast(x.dtype));
    });
    return inRange(ops.concatenate(out, { axis: 3 }), BYTE, this.valueRange);
  }
  override getConfig() {
    return { ...super.getConfig(), bins: this.bins, valueRange: this.valueRange };
  }
}
registerClass(
  'keras.layers',
  RandomContrast,
  RandomBrightness,
  RandomSharpness,
  RandomInvert,
  RandomPosterization,
  Solarization,
  AutoContrast,
  Equalization,
);
