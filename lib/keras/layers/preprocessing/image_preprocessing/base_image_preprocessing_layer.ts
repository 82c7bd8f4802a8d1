/** Base of the layers that change images at random: what they take, the layout, factors, random numbers. */
import { describe } from '../../../../support/describe';
import { NotImplementedError, ValueError } from '../../../../support/errors';
import { isRecord } from '../../../../support/nest';
import { checkDataFormat, type DataFormat } from '../../../../ops/spatial';
import { SeedGenerator } from '../../../../core/seed';
import { uniform } from '../../../../ops/random';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../../core/tensor';
import type { SymbolicShape } from '../../../keras_tensor';
import { Layer, type CallOptions, type LayerOptions } from '../../layer';
import type { BoxFormat } from './bounding_boxes/formats';
import { kinds } from '../../../options';
import { boxFormatOf, formatConfig, type ImageSize, keyOf, movedBoxes, readBoxes } from './boxes';

/** A number f, meaning [-f, f] within the bounds, or [lower, upper]. */
export type Factor = number | readonly number[];
export interface ImageLayerOptions extends LayerOptions {
  /** Seed of what is drawn at random, an integer >= 0. Default null: of its own. */
  seed?: number | null;
  /** Where the channels are: 'channels_last' (default), (batch, height, width, channels), or 'channels_first'. */
  dataFormat?: DataFormat | null;
  /** How the boxes in records are written: 'xyxy', 'rel_xywh', ... Default null: there are none. */
  boundingBoxFormat?: BoxFormat | null;
}
/** @internal Names of the options above. */
export const IMAGE_OPTIONS = { seed: kinds.seed, dataFormat: kinds.choice, boundingBoxFormat: kinds.choice };
/** What one call draws at random. */
export type Transformation = Record<string, Tensor> | null;

/** @internal A factor as [lower, upper]. @throws ValueError outside of the bounds. */
export function factorRange(
  layer: string,
  name: string,
  factor: unknown,
  [low, high]: readonly [number, number],
  isOpenBelow = false,
): [number, number] {
  const numbers = typeof factor === 'number' ? [factor] : Array.isArray(factor) ? (factor as number[]) : [];
  const isOut = (f: unknown): boolean =>
    typeof f !== 'number' || Number.isNaN(f) || f > high || (isOpenBelow ? f <= low : f < low);
  if (!numbers.length || (typeof factor !== 'number' && numbers.length !== 2) || numbers.some(isOut))
    throw new ValueError(
      `${layer}: ${name} must be a number or two numbers from ${low} to ${high}.\n  Received: ${describe(factor)}`,
    );
  if (typeof factor === 'number') return [Math.max(-Math.abs(factor), low), Math.abs(factor)];
  return [Math.min(numbers[0], numbers[1]), Math.max(numbers[0], numbers[1])];
}
/** @internal Smallest and largest value of a pixel. */
export function valueRangeOf(layer: string, range: readonly number[] = [0, 255]): [number, number] {
  if (!Array.isArray(range) || range.length !== 2)
    throw new ValueError(`${layer}: valueRange must be two numbers.\n  Received: ${describe(range)}`);
  return [Math.min(range[0], range[1]), Math.max(range[0], range[1])] as [number, number];
}
/** @internal A name out of a list. */
export function oneOfNames<T extends string>(layer: string, what: string, value: string, known: readonly T[]): T {
  if (!(known as readonly string[]).includes(value))
    throw new NotImplementedError(
      `${layer}: ${what} must be one of ${known.map((k) => `'${k}'`).join(', ')}.\n  Received: '${value}'`,
    );
  return value as T;
}
export const FILL_MODES = ['reflect', 'wrap', 'constant', 'nearest'] as const;
/** What lies outside of an image that is moved. */
export type WarpFillMode = (typeof FILL_MODES)[number];
export const INTERPOLATIONS = ['nearest', 'bilinear'] as const;
/** How values between pixels are read. */
export type WarpInterpolation = (typeof INTERPOLATIONS)[number];

/**
 * Layers that change images while training, at random: (batch, h, w, channels) or one image, in either data format; or a
 * record with `images`, `labels`, `segmentationMasks` and `boundingBoxes` ({ boxes, labels }, written as
 * `boundingBoxFormat` says). The seed decides all of it. Called without saying so, they train; when not training, images
 * pass unchanged.
 */
export abstract class BaseImagePreprocessingLayer extends Layer {
  readonly dataFormat: DataFormat;
  readonly seed: number | null;
  /** How the boxes in a record are written: 'xyxy', 'rel_xywh'...; null: there are none. */
  readonly boundingBoxFormat: BoxFormat | null;
  private readonly generator: SeedGenerator;
  private source: SeedGenerator;
  constructor(options: ImageLayerOptions = {}) {
    super(options);
    this.dataFormat = checkDataFormat(this.constructor.name, options.dataFormat);
    this.seed = options.seed ?? null;
    this.boundingBoxFormat = boxFormatOf(this.constructor.name, options.boundingBoxFormat);
    this.generator = new SeedGenerator(this.seed);
    this.source = this.generator;
  }
  protected override get defaultTraining(): boolean {
    return true;
  }
  /** Whether images change when not training too. */
  protected get isAlways(): boolean {
    return false;
  }
  /** @internal Draws what a call on a batch of this shape (batch, height, width, channels) needs. */
  draw(shape: readonly number[]): Transformation {
    void shape;
    return {};
  }
  /** @internal Changes a batch (batch, height, width, channels). */
  abstract transformImages(images: Tensor, drawn: NonNullable<Transformation>): Tensor;
  /** @internal Labels of the batch; most layers leave them. */
  transformLabels(labels: Tensor, drawn: NonNullable<Transformation>): Tensor {
    void drawn;
    return labels;
  }
  /** @internal Masks of the batch; layers that move pixels move them too. */
  transformMasks(masks: Tensor, drawn: NonNullable<Transformation>): Tensor {
    void drawn;
    return masks;
  }
  /** @internal Boxes (batch, n, 4) as left, top, right, bottom in pixels of images of a size, moved as the images are. */
  protected moveBoxes?(edges: Tensor, drawn: NonNullable<Transformation>, size: ImageSize): Tensor;
  /** @internal Boxes as `moveBoxes` has them; those of a layer that moves no pixels stay. */
  movedEdges(edges: Tensor, drawn: Transformation, size: ImageSize): Tensor {
    return this.moveBoxes && drawn ? this.moveBoxes(edges, drawn, size) : edges;
  }
  /** @internal Boxes and their labels for images of one size that became those of another; layers that move no pixels leave them. */
  transformBoundingBoxes(given: unknown, drawn: NonNullable<Transformation>, from: ImageSize, to: ImageSize): unknown {
    const where = this.constructor.name;
    if (this.moveBoxes)
      return movedBoxes(where, given, this.boundingBoxFormat, from, to, (edges) => this.moveBoxes!(edges, drawn, from));
    readBoxes(where, given, this.boundingBoxFormat);
    return given;
  }
  /** @internal `f` with random numbers out of another layer's generator. */
  withGenerator<T>(other: BaseImagePreprocessingLayer, f: () => T): T {
    const own = this.source;
    this.source = other.source;
    try {
      return f();
    } finally {
      this.source = own;
    }
  }
  /** @internal Random numbers in [low, high) of the layer's dtype. */
  protected uniform(shape: readonly number[], low: number, high: number): Tensor {
    const t = uniform([...shape], { minval: low, maxval: high, seed: this.source });
    return t.dtype === this.computeDtype ? t : t.cast(this.computeDtype);
  }
  /** @internal The stream of seeds in use. */
  protected get seeds(): SeedGenerator {
    return this.source;
  }
  /** @internal Whether each image is changed: with a probability drawn from the factor. */
  protected isChosen(count: number, [low, high]: readonly [number, number]): Tensor {
    const probability = this.uniform([count], low, high);
    const threshold = this.uniform([count], 0, 1);
    return threshold.less(probability).reshape([count, 1, 1, 1]);
  }
  /** As (batch, height, width, channels) in the layer's dtype, and back. */
  private batched(op: string, x: TensorLike): { t: Tensor; back: (y: Tensor) => Tensor } {
    const given = convert(x);
    if (given.ndim !== 3 && given.ndim !== 4)
      throw new ValueError(
        `${op}: an image (rank 3) or a batch of images (rank 4) is expected.\n  Received: shape ${formatShape(given.shape)}`,
      );
    const isFirst = this.dataFormat === 'channels_first';
    let t = given.dtype === this.computeDtype ? given : given.cast(this.computeDtype);
    if (given.ndim === 3) t = t.reshape([1, ...given.shape]);
    if (isFirst) t = t.transpose([0, 2, 3, 1]);
    return {
      t,
      back: (y) => {
        const turned = isFirst ? y.transpose([0, 3, 1, 2]) : y;
        return given.ndim === 3 ? turned.reshape(turned.shape.slice(1)) : turned;
      },
    };
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- images, or a record of what goes with them
  override call(data: any, { training }: CallOptions = {}): any {
    const where = this.constructor.name;
    if (!isRecord(data)) {
      const { t, back } = this.batched(where, data as TensorLike);
      const drawn = training || this.isAlways ? this.draw(t.shape) : null;
      return back(drawn ? this.transformImages(t, drawn) : t);
    }
    const { t, back } = this.batched(where, data.images as TensorLike);
    const drawn = training || this.isAlways ? this.draw(t.shape) : null;
    const moved = drawn ? this.transformImages(t, drawn) : t;
    const out: Record<string, unknown> = { ...data, images: back(moved) };
    if (!drawn) return out;
    const masksAt = keyOf(data, 'segmentationMasks');
    const boxesAt = keyOf(data, 'boundingBoxes');
    if (data[boxesAt] !== undefined)
      out[boxesAt] = this.transformBoundingBoxes(
        data[boxesAt],
        drawn,
        [t.shape[1], t.shape[2]],
        [moved.shape[1], moved.shape[2]],
      );
    if (data.labels !== undefined) out.labels = this.transformLabels(convert(data.labels as TensorLike), drawn);
    if (data[masksAt] !== undefined) {
      const masks = this.batched(where, data[masksAt] as TensorLike);
      out[masksAt] = masks.back(this.transformMasks(masks.t, drawn));
    }
    return out;
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return inputShape;
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), dataFormat: this.dataFormat, ...formatConfig(this.boundingBoxFormat) };
  }
}
/** @internal x in another range of values. */
export function inRange(x: Tensor, [fromLow, fromHigh]: readonly number[], [low, high]: readonly number[]): Tensor {
  if (fromLow === low && fromHigh === high) return x;
  return x
    .sub(fromLow)
    .div(fromHigh - fromLow)
    .mul(high - low)
    .add(low);
}
