/** Arrays read between their elements (keras.ops.image.map_coordinates), and images bent at random (elastic_transform). */
import { NotImplementedError, ValueError } from '../../support/errors';
import { drawSeed, type Seed } from '../../core/seed';
import { convert, formatShape, isFloating, run, type Tensor, tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { add, asType, counting, div, mul, reshape } from './arithmetic';
import { gaussian, blurAxis } from './filters';
import { castBack, oneOf, onBatch, type Sampling } from './layout';
import { interpolate, sampleImages, type Outside } from './sampling';
import type { DataFormat } from '../spatial';

const OUTSIDE = ['constant', 'nearest', 'wrap', 'mirror', 'reflect'] as const;
/**
 * `inputs` read at positions that need not be whole: result[p] = inputs at (coordinates[0][p], coordinates[1][p], ...).
 * @param coordinates - (rank of inputs, ...shape of the result). @param order - 0: the nearest element, 1: linear between neighbours.
 * @param options - fillMode, what is read outside of abcd: 'constant' (default; fillValue, 0), 'nearest' aaaa|abcd|dddd, 'wrap'
 * abcd|abcd|abcd, 'mirror' dcb|abcd|cba, 'reflect' dcba|abcd|dcba.
 */
export const mapCoordinates = defineOp(
  'image.mapCoordinates',
  (
    inputs: TensorLike,
    coordinates: TensorLike,
    order: number,
    { fillMode = 'constant', fillValue = 0 }: { fillMode?: Outside; fillValue?: number } = {},
  ): Tensor => {
    const where = 'mapCoordinates';
    const t = convert(inputs);
    const c = convert(coordinates);
    const mode = oneOf(where, 'fillMode', fillMode, OUTSIDE);
    if (c.ndim < 2 || c.shape[0] !== t.ndim)
      throw new ValueError(
        `${where}: coordinates must have one row for each axis of inputs and at least one more axis.\n  Received: inputs ${formatShape(t.shape)}, coordinates ${formatShape(c.shape)}`,
        { op: where },
      );
    if (order !== 0 && order !== 1)
      throw new NotImplementedError(`${where}: order must be 0 (nearest) or 1 (linear).\n  Received: ${order}`, {
        op: where,
      });
    const dtype = t.dtype === 'float64' || c.dtype === 'float64' ? 'float64' : 'float32';
    const positions = c.shape.slice(1);
    // Porting note: 'mirror' and 'reflect' are what the documentation says; Keras' TensorFlow backend reads other elements below 0.
    const axes = t.shape.map((size, i) => ({
      at: reshape(
        run('slice', [asType(c, dtype)], {
          start: c.shape.map((_, a) => (a ? 0 : i)),
          size: [1, ...positions],
          step: c.shape.map(() => 1),
        }),
        positions,
      ),
      size,
      stride: t.shape.slice(i + 1).reduce((p, d) => p * d, 1),
    }));
    return castBack(
      reshape(interpolate(asType(reshape(t, [t.size, 1]), dtype), axes, order === 1, mode, fillValue), positions),
      t.dtype,
    );
  },
  ['fillMode', 'fillValue'],
);

export interface ElasticOptions {
  /** How far pixels move. Default 20. */
  alpha?: number;
  /** How smoothly neighbours move together. Default 5. */
  sigma?: number;
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: Sampling;
  /** What lies outside of the image: 'reflect' (default; d c b a, a b c d, d c b a), 'constant' (`fillValue`), 'wrap' (the opposite side) or 'nearest' (the border). */
  fillMode?: Exclude<Outside, 'mirror'>;
  /** Value outside of the image with fillMode 'constant'. Default 0. */
  fillValue?: number;
  /** Seed of the displacements: an integer, a SeedGenerator, or null (default) for the global generator. */
  seed?: Seed;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/**
 * @internal A batch read at places that a smooth random field moves. `alpha` and `sigma` may be scalars that only a call
 * knows; `largest` is what sigma can be at most.
 */
export function bent(
  t: Tensor,
  alpha: number | Tensor,
  sigma: number | Tensor,
  largest: number,
  seed: Seed,
  sample: (pixels: Tensor, y: Tensor, x: Tensor) => Tensor,
): Tensor {
  const [batch, height, width] = t.shape;
  const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
  const reach = 3 * Math.trunc(largest);
  const [a, s] = [alpha, sigma].map((v) => asType(convert(v, dtype), dtype));
  let kernel = gaussian(2 * reach + 1, s);
  if (typeof sigma !== 'number') {
    // A smaller sigma has a smaller kernel: nothing beyond 3 floor(sigma).
    const distance = tensor(Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.abs(i - reach))).cast(dtype);
    const kept = run('where', [run('less_equal', [distance, mul(run('floor', [s]), 3)]), kernel, convert(0, kernel)]);
    kernel = div(kept, run('sum', [kept]));
  }
  const noise = mul(
    run('random', [drawSeed(seed)], { kind: 'normal', shape: [2 * batch, height, width, 1], dtype, a: 0, b: 1 }),
    s,
  );
  const field = mul(blurAxis(blurAxis(noise, 1, kernel), 2, kernel), a);
  const move = (half: number, along: Tensor): Tensor =>
    add(
      reshape(
        run('slice', [field], { start: [half * batch, 0, 0, 0], size: [batch, height, width, 1], step: [1, 1, 1, 1] }),
        [batch, height, width],
      ),
      along,
    );
  const y = move(0, counting([1, height, 1], dtype));
  const x = move(1, counting([1, 1, width], dtype));
  return castBack(sample(isFloating(t.dtype) && t.dtype === dtype ? t : asType(t, dtype), y, x), t.dtype);
}
/**
 * Images bent at random: pixels are read `alpha` times a normal field away that a Gaussian filter of `sigma` has made smooth, the
 * same for all channels (Simard et al. 2003).
 * @param options - alpha 20, sigma 5, interpolation 'bilinear' or 'nearest', fillMode 'reflect', fillValue 0, seed.
 */
export const elasticTransform = defineOp(
  'image.elasticTransform',
  (
    images: TensorLike,
    {
      alpha = 20,
      sigma = 5,
      interpolation = 'bilinear',
      fillMode = 'reflect',
      fillValue = 0,
      seed = null,
      dataFormat,
    }: ElasticOptions = {},
  ): Tensor => {
    const how = oneOf('elasticTransform', 'interpolation', interpolation, ['nearest', 'bilinear']);
    const mode = oneOf('elasticTransform', 'fillMode', fillMode, ['constant', 'nearest', 'wrap', 'reflect']);
    return onBatch('elasticTransform', images, dataFormat, (t) =>
      bent(t, alpha, sigma, sigma, seed, (pixels, y, x) =>
        sampleImages(pixels, y, x, how === 'bilinear', mode, fillValue),
      ),
    );
  },
  ['alpha', 'sigma', 'interpolation', 'fillMode', 'fillValue', 'seed', 'dataFormat'],
);
