/** Contrast limited adaptive histogram equalization (Zuiderveld 1994). */
import { describe } from '../../../../support/describe';
import { ValueError } from '../../../../support/errors';
import { pad } from '../../../../ops/shape';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import {
  BaseImagePreprocessingLayer,
  IMAGE_OPTIONS,
  type ImageLayerOptions,
  inRange,
} from './base_image_preprocessing_layer';

export interface CLAHEOptions extends ImageLayerOptions {
  /** Smallest and largest value of a pixel. Default [0, 255]. */
  valueRange?: readonly number[];
  /** How many times the average a bin of a histogram may hold; the rest goes to all bins. 0: no limit. Default 4. */
  clipLimit?: number;
  /** Tiles down and across. Default [8, 8]. */
  tileGridSize?: readonly number[];
}
const BINS = 256;

/** Between which two tiles each of `size` pixels lies (in the grid with a tile repeated at both ends), and how far. */
function neighbours(size: number, tile: number, grid: number): { low: number[]; high: number[]; weight: number[] } {
  const at = Array.from({ length: size }, (_, i) => Math.fround((i - tile / 2) / tile) + 1);
  const within = (v: number): number => Math.min(Math.max(v, 0), grid + 1);
  return {
    low: at.map((v) => within(Math.floor(v))),
    high: at.map((v) => within(Math.floor(v) + 1)),
    weight: at.map((v) => v - Math.floor(v)),
  };
}

/**
 * Images whose contrast is evened out in each of a grid of tiles: every pixel becomes the share of pixels around it that
 * are darker, between the results of the four tiles nearest to it.
 * Defaults: valueRange [0, 255], clipLimit 4, tileGridSize [8, 8]. Not random: it acts when not training too.
 */
export class ContrastLimitedAdaptiveHistogramEqualization extends BaseImagePreprocessingLayer {
  static override positional = ['valueRange', 'clipLimit', 'tileGridSize'];
  static override options: OptionKinds = {
    valueRange: kinds.numbers,
    clipLimit: kinds.float,
    tileGridSize: kinds.integers,
    ...IMAGE_OPTIONS,
  };
  readonly valueRange: readonly number[];
  readonly clipLimit: number;
  readonly tileGridSize: readonly number[];
  constructor(
    valueRange: readonly number[] | CLAHEOptions = {},
    clipLimit?: number | CLAHEOptions,
    tileGridSize?: readonly number[] | CLAHEOptions,
    options: CLAHEOptions = {},
  ) {
    const isOptions = (v: unknown): v is CLAHEOptions => typeof v === 'object' && v !== null && !Array.isArray(v);
    const all: CLAHEOptions = { ...options };
    if (isOptions(tileGridSize)) Object.assign(all, tileGridSize);
    else if (tileGridSize !== undefined) all.tileGridSize = tileGridSize as readonly number[];
    if (isOptions(clipLimit)) Object.assign(all, clipLimit);
    else if (clipLimit !== undefined) all.clipLimit = clipLimit;
    if (isOptions(valueRange)) Object.assign(all, valueRange);
    else all.valueRange = valueRange as readonly number[];
    super(all);
    this.valueRange = all.valueRange ?? [0, 255];
    this.clipLimit = all.clipLimit ?? 4;
    this.tileGridSize = all.tileGridSize ?? [8, 8];
    if (!Array.isArray(this.valueRange) || this.valueRange.length !== 2)
      throw new ValueError(
        `ContrastLimitedAdaptiveHistogramEqualization: valueRange must be two numbers.\n  Received: ${describe(this.valueRange)}`,
      );
    if (
      !Array.isArray(this.tileGridSize) ||
      this.tileGridSize.length !== 2 ||
      this.tileGridSize.some((n) => !Number.isInteger(n) || n < 1)
    )
      throw new ValueError(
        `ContrastLimitedAdaptiveHistogramEqualization: tileGridSize must be two integers >= 1.\n  Received: ${describe(this.tileGridSize)}`,
      );
  }
  protected override get isAlways(): boolean {
    return true;
  }
  override transformImages(given: Tensor): Tensor {
    const images = inRange(given, this.valueRange, [0, 255]).cast('float32');
    const [batch, height, width, channels] = images.shape;
    const [rows, columns] = this.tileGridSize;
    const tileHeight = Math.ceil(height / rows);
    const tileWidth = Math.ceil(width / columns);
    const below = tileHeight * rows - height;
    const right = tileWidth * columns - width;
    const padded = below || right ? pad(images, [[0, 0], [0, below], [0, right], [0, 0]], { mode: 'symmetric' }) : images; // prettier-ignore
    const pixels = padded.clip(0, BINS - 1).cast('int32');
    // One curve for each tile and channel, those at the edges repeated outwards.
    const size = tileHeight * tileWidth;
    const tiles = pixels.reshape([batch, rows, tileHeight, columns, tileWidth, channels]).transpose([0, 1, 3, 5, 2, 4]);
    const curves = this.curves(tiles.reshape([batch * rows * columns * channels, size]), size);
    const grid = curves.reshape([batch, rows, columns, channels, BINS]);
    const spread = (n: number): Tensor =>
      tensor(Int32Array.from({ length: n + 2 }, (_, i) => Math.min(Math.max(i - 1, 0), n - 1)));
    const table = grid.take(spread(rows), { axis: 1 }).take(spread(columns), { axis: 2 }).reshape([-1]);
    // Each pixel's value on the curves of the four tiles around it.
    const y = neighbours(height, tileHeight, rows);
    const x = neighbours(width, tileWidth, columns);
    const step = channels * BINS;
    const numbers = (v: number[], shape: number[]): Tensor => tensor(Int32Array.from(v), shape);
    const shares = (v: number[], shape: number[]): Tensor => tensor(Float32Array.from(v), shape);
    const own = pixels.slice([0, 0, 0, 0], [batch, height, width, channels]);
    const base = own.add(numbers(Array.from({ length: batch }, (_, b) => b * (rows + 2) * (columns + 2) * step), [batch, 1, 1, 1])).add(numbers(Array.from({ length: channels }, (_, c) => c * BINS), [1, 1, 1, channels])); // prettier-ignore
    const at = (v: number[], h: number[]): Tensor =>
      table.take(base.add(numbers(v.map((i) => i * (columns + 2) * step), [1, height, 1, 1])).add(numbers(h.map((i) => i * step), [1, 1, width, 1])), { axis: 0 }); // prettier-ignore
    const across = shares(x.weight, [1, 1, width, 1]);
    const down = shares(y.weight, [1, height, 1, 1]);
    const between = (a: Tensor, b: Tensor, w: Tensor): Tensor => a.mul(ops.subtract(1, w)).add(b.mul(w));
    const equalized = between(
      between(at(y.low, x.low), at(y.low, x.high), across),
      between(at(y.high, x.low), at(y.high, x.high), across),
      down,
    );
    return inRange(equalized, [0, 255], this.valueRange).cast(given.dtype);
  }
  /** What each brightness becomes in each of `tiles` (n, pixels): (n, 256). */
  private curves(tiles: Tensor, size: number): Tensor {
    const [n] = tiles.shape;
    const first = tensor(Int32Array.from({ length: n }, (_, i) => i * BINS), [n, 1]); // prettier-ignore
    const flat = tiles.add(first).reshape([n * size]);
    const ones = convert(1, 'float32').broadcastTo([n * size]);
    let counts = ops.scatterAdd([n * BINS], flat, ones).reshape([n, BINS]);
    if (this.clipLimit > 0) {
      const clipped = counts.clip(0, (this.clipLimit * size) / BINS);
      counts = clipped.add(counts.sub(clipped).sum({ axis: 1, keepdims: true }).div(BINS));
    }
    const cumulated = counts.cumsum({ axis: 1 });
    const least = cumulated.min({ axis: 1, keepdims: true });
    const rest = ops.subtract(size, least);
    const divisor = ops.where(rest.equal(0), 1, rest);
    return cumulated.sub(least).mul(255).div(divisor).clip(0, 255);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      valueRange: this.valueRange,
      clipLimit: this.clipLimit,
      tileGridSize: this.tileGridSize,
    };
  }
}
registerClass('keras.layers', ContrastLimitedAdaptiveHistogramEqualization);
