/** Contrast limited adaptive histogram equalization (Zuiderveld 1994). */
import { describe } from '../../../../support/describe';
import { ValueError } from '../../../../support/errors';
import { pad } from '../../../../ops/shape';
import { convert, run, type Tensor, tensor } from '../../../../core/tensor';
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
  const at = Array.from({ length: size }, (_, i) => Math.fround((i - tile / 2) / tile) + 1),
    within = (v: number): number => Math.min(Math.max(v, 0), grid + 1);
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
        `ContrastLimitedAdaptiveHistogramEqualization: tileGridSize must be two whole numbers >= 1.\n  Received: ${describe(this.tileGridSize)}`,
      );
  }
  protected override get isAlways(): boolean {
    return true;
  }
  override transformImages(given: Tensor): Tensor {
    const images = run('cast', [inRange(given, this.valueRange, [0, 255])], { dtype: 'float32' }),
      [batch, height, width, channels] = images.shape,
      [rows, columns] = this.tileGridSize,
      tileHeight = Math.ceil(height / rows),
      tileWidth = Math.ceil(width / columns);
    const below = tileHeight * rows - height,
      right = tileWidth * columns - width;
    const padded = below || right ? pad(images, [[0, 0], [0, below], [0, right], [0, 0]], { mode: 'symmetric' }) : images; // prettier-ignore
    const pixels = run('cast', [run('clip', [padded], { min: 0, max: BINS - 1 })], { dtype: 'int32' });
    // One curve for each tile and channel, those at the edges repeated outwards.
    const size = tileHeight * tileWidth,
      tiles = run(
        'transpose',
        [run('reshape', [pixels], { shape: [batch, rows, tileHeight, columns, tileWidth, channels] })],
        { axes: [0, 1, 3, 5, 2, 4] },
      );
    const curves = this.curves(run('reshape', [tiles], { shape: [batch * rows * columns * channels, size] }), size);
    const grid = run('reshape', [curves], { shape: [batch, rows, columns, channels, BINS] });
    const spread = (n: number): Tensor =>
      tensor(Int32Array.from({ length: n + 2 }, (_, i) => Math.min(Math.max(i - 1, 0), n - 1)));
    const table = run(
      'reshape',
      [run('take', [run('take', [grid, spread(rows)], { axis: 1 }), spread(columns)], { axis: 2 })],
      { shape: [-1] },
    );
    // Each pixel's value on the curves of the four tiles around it.
    const y = neighbours(height, tileHeight, rows),
      x = neighbours(width, tileWidth, columns),
      step = channels * BINS;
    const numbers = (v: number[], shape: number[]): Tensor => tensor(Int32Array.from(v), shape),
      shares = (v: number[], shape: number[]): Tensor => tensor(Float32Array.from(v), shape);
    const own = run('slice', [pixels], {
      start: [0, 0, 0, 0],
      size: [batch, height, width, channels],
      step: [1, 1, 1, 1],
    });
    const base = own
      .add(numbers(Array.from({ length: batch }, (_, b) => b * (rows + 2) * (columns + 2) * step), [batch, 1, 1, 1]))
      .add(numbers(Array.from({ length: channels }, (_, c) => c * BINS), [1, 1, 1, channels])); // prettier-ignore
    const at = (v: number[], h: number[]): Tensor =>
      run('take', [table, base.add(numbers(v.map((i) => i * (columns + 2) * step), [1, height, 1, 1])).add(numbers(h.map((i) => i * step), [1, 1, width, 1]))], { axis: 0 }); // prettier-ignore
    const across = shares(x.weight, [1, 1, width, 1]),
      down = shares(y.weight, [1, height, 1, 1]);
    const between = (a: Tensor, b: Tensor, w: Tensor): Tensor =>
      a.multiply(convert(1, w).subtract(w)).add(b.multiply(w));
    const equalized = between(
      between(at(y.low, x.low), at(y.low, x.high), across),
      between(at(y.high, x.low), at(y.high, x.high), across),
      down,
    );
    return run('cast', [inRange(equalized, [0, 255], this.valueRange)], { dtype: given.dtype });
  }
  /** What each brightness becomes in each of `tiles` (n, pixels): (n, 256). */
  private curves(tiles: Tensor, size: number): Tensor {
    const [n] = tiles.shape,
      first = tensor(Int32Array.from({ length: n }, (_, i) => i * BINS), [n, 1]); // prettier-ignore
    const flat = run('reshape', [run('add', [tiles, first])], { shape: [n * size] }),
      ones = run('broadcast_to', [convert(1, 'float32')], { shape: [n * size] });
    let counts = run('reshape', [run('scatter_add', [flat, ones], { shape: [n * BINS], axis: 0 })], {
      shape: [n, BINS],
    });
    if (this.clipLimit > 0) {
      const clipped = run('clip', [counts], { min: 0, max: (this.clipLimit * size) / BINS });
      counts = clipped.add(run('sum', [counts.subtract(clipped)], { axis: [1], keepdims: true }).divide(BINS));
    }
    const cumulated = run('cumsum', [counts], { axis: 1 }),
      least = run('min', [cumulated], { axis: [1], keepdims: true }),
      rest = convert(size, least).subtract(least);
    const divisor = run('where', [run('equal', [rest, convert(0, rest)]), convert(1, rest), rest]);
    return run('clip', [cumulated.subtract(least).multiply(255).divide(divisor)], { min: 0, max: 255 });
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
