/** Layers that put parts of images, or whole ones, together: erasing, CutMix, MixUp. */
import { normal, shuffle } from '../../../../ops/random';
import { NotImplementedError, ValueError } from '../../../../support/errors';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import {
  BaseImagePreprocessingLayer,
  factorRange,
  IMAGE_OPTIONS,
  valueRangeOf,
  type Factor,
  type ImageLayerOptions,
  type Transformation,
} from './base_image_preprocessing_layer';
import { readBoxes } from './boxes';
import { beta } from './distributions';
import { withFactor, type ToneOptions } from './tone';

type Drawn = NonNullable<Transformation>;
const range = (n: number, shape: readonly number[], like: Tensor): Tensor => tensor(Array.from({ length: n }, (_, i) => i), [...shape], like.dtype); // prettier-ignore
const wide = (t: Tensor): Tensor => t.reshape([t.size, 1, 1, 1]);

/** Layers that choose a box in each image. */
abstract class Boxes extends BaseImagePreprocessingLayer {
  /** Start and end of a stretch that takes `share` of a length, at a random place. */
  protected stretch(length: number, share: Tensor): [Tensor, Tensor] {
    const size = share.mul(length);
    const start = this.uniform([share.size], 0, 1).mul(ops.subtract(length, size));
    return [start, start.add(size)];
  }
  /** Whether each pixel lies in its image's box: (batch, height, width, 1). */
  protected inside(height: number, width: number, [x0, x1]: [Tensor, Tensor], [y0, y1]: [Tensor, Tensor]): Tensor {
    const x = range(width, [1, 1, width, 1], x0);
    const y = range(height, [1, height, 1, 1], y0);
    const within = (t: Tensor, from: Tensor, to: Tensor): Tensor =>
      t.greaterEqual(wide(from)).logicalAnd(t.less(wide(to)));
    return within(x, x0, x1).logicalAnd(within(y, y0, y1));
  }
}

export interface ErasingOptions extends ToneOptions {
  /** Probability that a part of an image is erased, drawn from 0 to this number, or between two, in [0, 1]. Default 1. */
  factor?: Factor;
  /** Share of the area that is erased: between two numbers in [0, 1]. Default [0.02, 0.33]. */
  scale?: Factor;
  /** What the part is filled with. Default null: noise. */
  fillValue?: number | null;
}
/** A box of each image filled with `fillValue` (default: noise), its area a share drawn from `scale`, with a probability drawn from `factor`. */
export class RandomErasing extends Boxes {
  static override positional = ['factor'];
  static override options: OptionKinds = {
    factor: kinds.floats,
    scale: kinds.floats,
    fillValue: kinds.numbers,
    valueRange: kinds.numbers,
    ...IMAGE_OPTIONS,
  };
  readonly factor: [number, number];
  readonly scale: [number, number];
  readonly fillValue: number | null;
  readonly valueRange: [number, number];
  constructor(factor: Factor | ErasingOptions = 1, options: ErasingOptions = {}) {
    const all = withFactor<ErasingOptions>(factor, options);
    super(all);
    this.factor = factorRange('RandomErasing', 'factor', all.factor ?? 1, [0, 1]);
    this.scale = factorRange('RandomErasing', 'scale', all.scale ?? [0.02, 0.33], [0, 1]);
    this.fillValue = all.fillValue ?? null;
    this.valueRange = valueRangeOf('RandomErasing', all.valueRange);
  }
  override draw(shape: readonly number[]): Transformation {
    const [batch, height, width] = shape;
    const share = this.uniform([batch, 2], ...this.scale).sqrt();
    const part = (i: number): Tensor => share.slice([0, i], [batch, 1]).reshape([batch]);
    const x = this.stretch(width, part(0));
    const y = this.stretch(height, part(1));
    const isChosen = this.isChosen(batch, this.factor);
    const noise = (): Tensor =>
      normal([...shape], { seed: this.seeds })
        .cast(this.computeDtype)
        .mul(this.valueRange[1]);
    const fill = this.fillValue === null ? noise() : convert(this.fillValue, share);
    const limited = fill.clip(this.valueRange[0], this.valueRange[1]);
    return { isErased: isChosen.logicalAnd(this.inside(height, width, x, y)), fill: limited };
  }
  override transformImages(images: Tensor, { isErased, fill }: Drawn): Tensor {
    return ops.where(isErased, fill, images);
  }
  override getConfig() {
    const { factor, scale, fillValue, valueRange, seed } = this;
    return { ...super.getConfig(), factor, scale, fillValue, valueRange, seed };
  }
}

/** A box of each image replaced by that of another image of the batch, labels mixed by area (Yun et al. 2019). Labels are one-hot. */
export class CutMix extends Boxes {
  static override positional = ['factor'];
  static override options: OptionKinds = { factor: kinds.floats, ...IMAGE_OPTIONS };
  readonly factor: [number, number];
  constructor(
    factor: Factor | (ImageLayerOptions & { factor?: Factor }) = 1,
    options: ImageLayerOptions & { factor?: Factor } = {},
  ) {
    const all = withFactor<ImageLayerOptions & { factor?: Factor }>(factor, options);
    super(all);
    this.factor = factorRange('CutMix', 'factor', all.factor ?? 1, [0, 1]);
  }
  override draw([batch, height, width]: readonly number[]): Transformation {
    const alpha = this.uniform([], ...this.factor).add(1e-6);
    const ratio = ops.subtract(1, beta([batch], alpha, alpha, this.seeds)).sqrt();
    const x = this.stretch(width, ratio);
    const y = this.stretch(height, ratio);
    const area = x[1].sub(x[0]).mul(y[1].sub(y[0]));
    return {
      isCut: this.inside(height, width, x, y),
      weight: ops.subtract(1, area.div(width * height)),
      order: shuffle(tensor(Int32Array.from({ length: batch }, (_, i) => i)), { seed: this.seeds }),
    };
  }
  private cut(x: Tensor, { isCut, order }: Drawn): Tensor {
    return ops.where(isCut, x.take(order, { axis: 0 }), x);
  }
  override transformImages(images: Tensor, drawn: Drawn): Tensor {
    return this.cut(images, drawn);
  }
  override transformMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.cut(masks, drawn);
  }
  override transformLabels(labels: Tensor, { weight, order }: Drawn): Tensor {
    return mixed(labels, weight, order);
  }
  override transformBoundingBoxes(): unknown {
    throw new NotImplementedError(
      'CutMix: boxes of two images that are cut into each other are not defined.\n  Fix: pass images, labels and segmentationMasks only, or use MixUp.',
    );
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor, seed: this.seed };
  }
}

/** Each image and its labels mixed with another of the batch: w x + (1 - w) x', w ~ Beta(alpha, alpha) (Zhang et al. 2018). Labels are one-hot. */
export class MixUp extends BaseImagePreprocessingLayer {
  static override positional = ['alpha'];
  static override options: OptionKinds = { alpha: kinds.floats, ...IMAGE_OPTIONS };
  readonly alpha: number;
  constructor(alpha: number | (ImageLayerOptions & { alpha?: number }) = 0.2, options: ImageLayerOptions = {}) {
    const all = typeof alpha === 'number' ? { ...options, alpha } : alpha;
    super(all);
    this.alpha = all.alpha ?? 0.2;
    if (!(this.alpha > 0)) throw new ValueError(`MixUp: alpha must be greater than 0.\n  Received: ${this.alpha}`);
  }
  override draw([batch]: readonly number[]): Transformation {
    const order = shuffle(tensor(Int32Array.from({ length: batch }, (_, i) => i)), { seed: this.seeds });
    return { order, weight: beta([batch], this.alpha, this.alpha, this.seeds) };
  }
  override transformImages(images: Tensor, { weight, order }: Drawn): Tensor {
    return mixed(images, weight, order);
  }
  override transformMasks(masks: Tensor, { weight, order }: Drawn): Tensor {
    return mixed(masks, weight, order);
  }
  override transformLabels(labels: Tensor, { weight, order }: Drawn): Tensor {
    return mixed(labels, weight, order);
  }
  /** The boxes of both images. Porting note: Keras puts the labels of the second behind the batch; here they stay with their boxes. */
  override transformBoundingBoxes(given: unknown, { order }: Drawn): unknown {
    const { boxes, labels } = readBoxes('MixUp', given, this.boundingBoxFormat);
    const both = (t: Tensor): Tensor => ops.concatenate([t, t.take(order, { axis: 0 })], { axis: 1 });
    return { ...(given as object), boxes: both(boxes), labels: both(labels) };
  }
  override getConfig() {
    return { ...super.getConfig(), alpha: this.alpha, seed: this.seed };
  }
}
function mixed(given: Tensor, weight: Tensor, order: Tensor): Tensor {
  const x = given.dtype.includes('float') ? given : given.cast('float32');
  const w = weight.reshape([weight.size, ...x.shape.slice(1).map(() => 1)]).cast(x.dtype);
  return w.mul(x).add(ops.subtract(1, w).mul(x.take(order, { axis: 0 })));
}
registerClass('keras.layers', RandomErasing, CutMix, MixUp);
