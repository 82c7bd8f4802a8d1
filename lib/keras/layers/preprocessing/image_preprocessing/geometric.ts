/** Layers that move pixels: flips, rotations, zooms, shifts, shears, crops, perspectives. */
import { ValueError } from '../../../../support/errors';
import { columns, joined } from './bounding_boxes/formats';
import { aroundCorners } from './bounding_boxes/geometry';
import { resize } from '../../../../ops/image/resize';
import { affineTransform, homography, perspectiveTransform } from '../../../../ops/image/warp';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, tensor } from '../../../../core/tensor';
import type { SymbolicShape } from '../../../keras_tensor';
import { makeDefaultSeed } from '../../../../core/seed';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import { positiveInteger } from '../../core';
import {
  BaseImagePreprocessingLayer,
  factorRange,
  FILL_MODES,
  IMAGE_OPTIONS,
  INTERPOLATIONS,
  oneOfNames,
  type Factor,
  type ImageLayerOptions,
  type Transformation,
  type WarpFillMode,
  type WarpInterpolation,
} from './base_image_preprocessing_layer';
import { type ImageSize, scaledBoxes } from './boxes';

export interface WarpOptions extends ImageLayerOptions {
  /** What lies outside: 'reflect' (default), 'wrap', 'constant' or 'nearest'. */
  fillMode?: WarpFillMode;
  /** 'bilinear' (default) or 'nearest'. */
  interpolation?: WarpInterpolation;
  /** Value outside of the image with fillMode 'constant'. Default 0. */
  fillValue?: number;
}
const WARP_OPTIONS = {
  fillMode: kinds.choice,
  interpolation: kinds.choice,
  fillValue: kinds.floats,
  ...IMAGE_OPTIONS,
};
type Drawn = NonNullable<Transformation>;
const column = (t: Tensor): Tensor => t.reshape([t.size, 1]);
const constants = (like: Tensor, value: number): Tensor => convert(value, like).broadcastTo([like.size, 1]);

/** Layers that read each pixel of the result at a linear function of its place. */
abstract class Warp extends BaseImagePreprocessingLayer {
  readonly fillMode: WarpFillMode;
  readonly interpolation: WarpInterpolation;
  readonly fillValue: number;
  constructor(options: WarpOptions = {}) {
    super(options);
    this.fillMode = oneOfNames(this.constructor.name, 'fillMode', options.fillMode ?? 'reflect', FILL_MODES);
    this.interpolation = oneOfNames(
      this.constructor.name,
      'interpolation',
      options.interpolation ?? 'bilinear',
      INTERPOLATIONS,
    );
    this.fillValue = options.fillValue ?? 0;
  }
  /** The eight numbers of each image's transform. */
  protected matrix(rows: readonly Tensor[]): Tensor {
    return ops.concatenate(rows.map(column), { axis: 1 });
  }
  private warp(images: Tensor, { matrix }: Drawn, interpolation: WarpInterpolation): Tensor {
    return affineTransform(images, matrix, { interpolation, fillMode: this.fillMode, fillValue: this.fillValue });
  }
  override transformImages(images: Tensor, drawn: Drawn): Tensor {
    return this.warp(images, drawn, this.interpolation);
  }
  override transformMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.warp(masks, drawn, 'nearest');
  }
  /** The boxes around where their corners go: the image is read at a linear function of its place, so they go by its inverse. */
  protected override moveBoxes(edges: Tensor, { matrix }: Drawn): Tensor {
    const [a0, a1, a2, b0, b1, b2] = [0, 1, 2, 3, 4, 5].map((i) => {
      const t = matrix.slice([0, i], [matrix.shape[0], 1]);
      return t.reshape([t.shape[0], 1, 1]).cast(edges.dtype);
    });
    const determinant = a0.mul(b1).sub(a1.mul(b0));
    return aroundCorners(edges, (x, y) => {
      const dx = x.sub(a2);
      const dy = y.sub(b2);
      return [dx.mul(b1).sub(dy.mul(a1)).div(determinant), dy.mul(a0).sub(dx.mul(b0)).div(determinant)];
    });
  }
  protected warpConfig() {
    return { fillMode: this.fillMode, interpolation: this.interpolation, seed: this.seed, fillValue: this.fillValue };
  }
}

const MODES = ['horizontal', 'vertical', 'horizontal_and_vertical'] as const;
/** How images are mirrored. */
export type FlipMode = (typeof MODES)[number];
/** Each image flipped or not: mode 'horizontal_and_vertical' (default), 'horizontal' or 'vertical'. */
export class RandomFlip extends BaseImagePreprocessingLayer {
  static override positional = ['mode'];
  static override options: OptionKinds = { mode: kinds.choice, ...IMAGE_OPTIONS };
  readonly mode: FlipMode;
  constructor(
    mode: FlipMode | (ImageLayerOptions & { mode?: FlipMode }) = 'horizontal_and_vertical',
    options: ImageLayerOptions = {},
  ) {
    const all = typeof mode === 'string' ? { ...options, mode } : mode;
    super(all);
    this.mode = all.mode ?? 'horizontal_and_vertical';
    if (!MODES.includes(this.mode))
      throw new ValueError(
        `RandomFlip: mode must be one of ${MODES.map((m) => `'${m}'`).join(', ')}.\n  Received: '${this.mode}'`,
      );
  }
  override draw([batch]: readonly number[]): Transformation {
    const u = this.uniform([batch, 1, 1, 1], 0, 1);
    return { flips: u.lessEqual(0.5) };
  }
  override transformImages(images: Tensor, { flips }: Drawn): Tensor {
    let y = images;
    if (this.mode !== 'vertical') y = ops.where(flips, y.flip({ axis: 2 }), y);
    if (this.mode !== 'horizontal') y = ops.where(flips, y.flip({ axis: 1 }), y);
    return y;
  }
  override transformMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.transformImages(masks, drawn);
  }
  protected override moveBoxes(edges: Tensor, { flips }: Drawn, [height, width]: ImageSize): Tensor {
    const isFlipped = flips.reshape([edges.shape[0], 1, 1]);
    const mirrored = (t: Tensor, n: number): Tensor => ops.subtract(n, t);
    let [x1, y1, x2, y2] = columns('RandomFlip', edges);
    const chosen = (a: Tensor, b: Tensor): Tensor => ops.where(isFlipped, a, b);
    if (this.mode !== 'vertical') [x1, x2] = [chosen(mirrored(x2, width), x1), chosen(mirrored(x1, width), x2)];
    if (this.mode !== 'horizontal') [y1, y2] = [chosen(mirrored(y2, height), y1), chosen(mirrored(y1, height), y2)];
    return joined(x1, y1, x2, y2);
  }
  override getConfig() {
    return { ...super.getConfig(), seed: this.seed, mode: this.mode };
  }
}

/** Images turned by an angle between factor[0] and factor[1] full turns around their middle. */
export class RandomRotation extends Warp {
  static override positional: OptionKinds = { factor: kinds.floats };
  static override options: OptionKinds = WARP_OPTIONS;
  readonly factor: [number, number];
  constructor(factor: Factor, options: WarpOptions = {}) {
    super(options);
    this.factor = factorRange('RandomRotation', 'factor', factor, [-1, 1]);
  }
  override draw([batch, height, width]: readonly number[]): Transformation {
    const angle = this.uniform([batch], this.factor[0] * 2 * Math.PI, this.factor[1] * 2 * Math.PI);
    const cos = angle.cos();
    const sin = angle.sin();
    const cx = (width - 1) / 2;
    const cy = (height - 1) / 2;
    const zero = constants(angle, 0);
    const a2 = convert(cx, angle).sub(cos.mul(cx)).add(sin.mul(cy));
    const b2 = convert(cy, angle).sub(sin.mul(cx)).sub(cos.mul(cy));
    return { matrix: this.matrix([cos, sin.negative(), a2, sin, cos, b2, zero, zero]) };
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor, ...this.warpConfig() };
  }
}

/** Images scaled by 1 + a number of the factor, height and width alike unless `widthFactor` is given: positive ones zoom out. */
export class RandomZoom extends Warp {
  static override positional: OptionKinds = { heightFactor: kinds.floats };
  static override options: OptionKinds = { widthFactor: kinds.floats, ...WARP_OPTIONS };
  private readonly heightRange: [number, number];
  private readonly widthRange: [number, number] | null;
  constructor(
    readonly heightFactor: Factor,
    readonly widthFactor: Factor | null | (WarpOptions & { widthFactor?: Factor | null }) = null,
    options: WarpOptions = {},
  ) {
    const isFactor = typeof widthFactor === 'number' || Array.isArray(widthFactor) || widthFactor === null;
    const all = isFactor ? options : (widthFactor as WarpOptions & { widthFactor?: Factor | null });
    super(all);
    this.widthFactor = isFactor
      ? (widthFactor as Factor | null)
      : ((all as { widthFactor?: Factor | null }).widthFactor ?? null);
    this.heightRange = factorRange('RandomZoom', 'heightFactor', heightFactor, [-1, 1], true);
    this.widthRange =
      this.widthFactor === null ? null : factorRange('RandomZoom', 'widthFactor', this.widthFactor, [-1, 1], true);
  }
  override draw([batch, height, width]: readonly number[]): Transformation {
    const zoom = ([low, high]: readonly [number, number]): Tensor => this.uniform([batch], 1 + low, 1 + high);
    const h = zoom(this.heightRange);
    const w = this.widthRange ? zoom(this.widthRange) : h;
    const zero = constants(h, 0);
    const shift = (z: Tensor, n: number): Tensor => ops.subtract(1, z).mul((n - 1) / 2);
    return { matrix: this.matrix([w, zero, shift(w, width), zero, h, shift(h, height), zero, zero]) };
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      heightFactor: this.heightFactor,
      widthFactor: this.widthFactor,
      ...this.warpConfig(),
    };
  }
}

/** Images shifted down and to the right by shares of their height and width. */
export class RandomTranslation extends Warp {
  static override positional: OptionKinds = { heightFactor: kinds.floats, widthFactor: kinds.floats };
  static override options: OptionKinds = WARP_OPTIONS;
  private readonly heightRange: [number, number];
  private readonly widthRange: [number, number];
  constructor(
    readonly heightFactor: Factor,
    readonly widthFactor: Factor,
    options: WarpOptions = {},
  ) {
    super(options);
    this.heightRange = factorRange('RandomTranslation', 'heightFactor', heightFactor, [-1, 1]);
    this.widthRange = factorRange('RandomTranslation', 'widthFactor', widthFactor, [-1, 1]);
  }
  override draw([batch, height, width]: readonly number[]): Transformation {
    const y = this.uniform([batch], ...this.heightRange).mul(-height);
    const x = this.uniform([batch], ...this.widthRange).mul(-width);
    const zero = constants(y, 0);
    const one = constants(y, 1);
    return { matrix: this.matrix([one, zero, x, zero, one, y, zero, zero]) };
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      heightFactor: this.heightFactor,
      widthFactor: this.widthFactor,
      ...this.warpConfig(),
    };
  }
}

/** Images sheared: x moves by xFactor y, y by yFactor x, both in one direction drawn at random. */
export class RandomShear extends Warp {
  static override positional = ['xFactor', 'yFactor'];
  static override options: OptionKinds = { xFactor: kinds.floats, yFactor: kinds.floats, ...WARP_OPTIONS };
  readonly xFactor: [number, number];
  readonly yFactor: [number, number];
  constructor(
    xFactor: Factor | (WarpOptions & { xFactor?: Factor; yFactor?: Factor }) = 0,
    yFactor: Factor | (WarpOptions & { yFactor?: Factor }) = 0,
    options: WarpOptions = {},
  ) {
    const isFactor = (f: unknown): f is Factor => typeof f === 'number' || Array.isArray(f);
    const all = {
      ...options,
      ...(isFactor(yFactor) ? { yFactor } : yFactor),
      ...(isFactor(xFactor) ? { xFactor } : xFactor),
    } as WarpOptions & {
      xFactor?: Factor;
      yFactor?: Factor;
    };
    super(all);
    const range = (name: string, f: Factor): [number, number] => {
      const [low, high] = factorRange('RandomShear', name, f, [0, 1]);
      return typeof f === 'number' ? [-high, high] : [low, high];
    };
    this.xFactor = range('xFactor', nonNegative(all.xFactor ?? 0));
    this.yFactor = range('yFactor', nonNegative(all.yFactor ?? 0));
  }
  override draw([batch]: readonly number[]): Transformation {
    const u = this.uniform([batch, 1], 0, 1);
    const sign = ops.where(u.greater(0.5), -1, 1);
    const y = this.uniform([batch, 1], ...this.yFactor).mul(sign);
    const x = this.uniform([batch, 1], ...this.xFactor).mul(sign);
    const zero = constants(y, 0);
    const one = constants(y, 1);
    return { matrix: this.matrix([one, x, zero, y, one, zero, zero, zero]) };
  }
  override getConfig() {
    return { ...super.getConfig(), xFactor: this.xFactor, yFactor: this.yFactor, ...this.warpConfig() };
  }
}
/** The range that a saved layer holds, [-f, f], as the factor it came from. */
const nonNegative = (f: Factor): Factor =>
  Array.isArray(f) && f.length === 2 && f[0] === -f[1] && f[1] >= 0 ? (f[1] as number) : f;

/** A random part of `height` x `width` pixels, the same for the whole batch; the middle, enlarged, of smaller images. */
export class RandomCrop extends BaseImagePreprocessingLayer {
  static override positional = ['height', 'width'];
  static override options: OptionKinds = IMAGE_OPTIONS;
  readonly height: number;
  readonly width: number;
  private readonly shownSeed: number;
  constructor(height: number, width: number, options: ImageLayerOptions = {}) {
    super(options);
    this.height = positiveInteger('RandomCrop', 'height', height);
    this.width = positiveInteger('RandomCrop', 'width', width);
    this.shownSeed = options.seed ?? makeDefaultSeed();
  }
  override draw(shape: readonly number[]): Transformation {
    const [, h, w] = shape;
    if (!(h > this.height && w > this.width)) return {};
    const start = (n: number): Tensor =>
      this.uniform([], 0, n + 1)
        .floor()
        .cast('int32');
    return { y: start(h - this.height), x: start(w - this.width) };
  }
  override transformImages(images: Tensor, { y, x }: Drawn): Tensor {
    const [batch, h, w, channels] = images.shape;
    if (y) {
      const from = (t: Tensor, start: Tensor, size: number, axis: number): Tensor =>
        t.take(start.add(tensor(Int32Array.from({ length: size }, (_, i) => i))), { axis });
      return from(from(images, y, this.height, 1), x, this.width, 2);
    }
    const { top, left, partHeight, partWidth } = this.middle(h, w);
    const size = [batch, partHeight, partWidth, channels];
    const part = images.slice([0, top, left, 0], size);
    return size[1] === this.height && size[2] === this.width ? part : resize(part, [this.height, this.width]);
  }
  override transformMasks(masks: Tensor, drawn: Drawn): Tensor {
    return this.transformImages(masks, drawn);
  }
  /** Porting note: Keras takes the start of the rows off the columns; the boxes here go with the pixels. */
  protected override moveBoxes(edges: Tensor, { y, x }: Drawn, [h, w]: ImageSize): Tensor {
    if (y) {
      const [top, left] = [y, x].map((t) => t.cast(edges.dtype));
      const [x1, y1, x2, y2] = columns('RandomCrop', edges);
      return joined(x1.sub(left), y1.sub(top), x2.sub(left), y2.sub(top));
    }
    const { top, left, partHeight, partWidth } = this.middle(h, w);
    return scaledBoxes(edges, top, left, this.height / partHeight, this.width / partWidth);
  }
  /** The part of a smaller image that is enlarged. */
  private middle(h: number, w: number): { top: number; left: number; partHeight: number; partWidth: number } {
    const cropHeight = Math.max(1, Math.min(h, Math.trunc((w * this.height) / this.width)));
    const cropWidth = Math.max(1, Math.min(w, Math.trunc((h * this.width) / this.height)));
    const top = Math.trunc((h - cropHeight) / 2);
    const left = Math.trunc((w - cropWidth) / 2);
    // As Keras: the part has the wanted size where the image has room for it.
    return { top, left, partHeight: Math.min(this.height, h - top), partWidth: Math.min(this.width, w - left) };
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    const shape = [...inputShape];
    const at = this.dataFormat === 'channels_first' ? shape.length - 2 : shape.length - 3;
    shape[at] = this.height;
    shape[at + 1] = this.width;
    return shape;
  }
  override getConfig() {
    return { ...super.getConfig(), height: this.height, width: this.width, seed: this.shownSeed };
  }
}

export interface PerspectiveOptions extends ImageLayerOptions {
  /** Probability that an image is changed, drawn from 0 to this number, or between two, in [0, 1]. Default 1. */
  factor?: Factor;
  /** Each corner moves by up to half of this share of its coordinates, in [0, 1]. Default 1. */
  scale?: number;
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: WarpInterpolation;
  /** Value outside of the image. Default 0. */
  fillValue?: number;
}
/** Images seen from the side: each corner moved by up to scale / 2 of its coordinates, with a probability drawn from `factor` (default 1). */
export class RandomPerspective extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = {
    factor: kinds.floats,
    scale: kinds.floats,
    interpolation: kinds.choice,
    fillValue: kinds.floats,
    ...IMAGE_OPTIONS,
  };
  static override positional = ['factor'];
  readonly factor: [number, number];
  readonly scale: number;
  readonly interpolation: WarpInterpolation;
  readonly fillValue: number;
  constructor(factor: Factor | PerspectiveOptions = 1, options: PerspectiveOptions = {}) {
    const all =
      typeof factor === 'number' || Array.isArray(factor)
        ? { ...options, factor: factor as Factor }
        : (factor as PerspectiveOptions);
    super(all);
    this.factor = factorRange('RandomPerspective', 'factor', all.factor ?? 1, [0, 1]);
    this.scale = all.scale ?? 1;
    if (!(this.scale >= 0 && this.scale <= 1))
      throw new ValueError(`RandomPerspective: scale must lie in [0, 1].\n  Received: ${this.scale}`);
    this.interpolation = oneOfNames(
      'RandomPerspective',
      'interpolation',
      all.interpolation ?? 'bilinear',
      INTERPOLATIONS,
    );
    this.fillValue = all.fillValue ?? 0;
  }
  override draw([batch, h, w]: readonly number[]): Transformation {
    const isChosen = this.isChosen(batch, this.factor);
    const move = this.uniform([batch, 4, 2], -0.5 * this.scale, 0.5 * this.scale);
    const corners = tensor([0, 0, w - 1, 0, 0, h - 1, w - 1, h - 1], [1, 4, 2], move.dtype);
    const start = corners.broadcastTo([batch, 4, 2]);
    return { isChosen, start, end: start.add(start.mul(move)) };
  }
  override transformImages(images: Tensor, { isChosen, start, end }: Drawn): Tensor {
    const y = perspectiveTransform(images, start, end, {
      interpolation: this.interpolation,
      fillValue: this.fillValue,
    });
    return ops.where(isChosen, y, images);
  }
  protected override moveBoxes(edges: Tensor, { isChosen, start, end }: Drawn): Tensor {
    const [batch] = edges.shape;
    // From places in the image to places in the result.
    const h = homography(end, start);
    const at = (i: number): Tensor => h.slice([0, i], [batch, 1]).reshape([batch, 1, 1]);
    const [a0, a1, a2, b0, b1, b2, c0, c1] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => at(i).cast(edges.dtype));
    const moved = aroundCorners(edges, (x, y) => {
      const k = x.mul(c0).add(y.mul(c1)).add(1);
      return [x.mul(a0).add(y.mul(a1)).add(a2).div(k), x.mul(b0).add(y.mul(b1)).add(b2).div(k)];
    });
    return ops.where(isChosen.reshape([batch, 1, 1]), moved, edges);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      factor: this.factor,
      scale: this.scale,
      interpolation: this.interpolation,
      fillValue: this.fillValue,
      seed: this.seed,
    };
  }
}
registerClass(
  'keras.layers',
  RandomFlip,
  RandomRotation,
  RandomZoom,
  RandomTranslation,
  RandomShear,
  RandomCrop,
  RandomPerspective,
);
