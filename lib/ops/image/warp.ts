/** Images seen through a projection (keras.ops.image.affine_transform, perspective_transform). */
import { ValueError } from '../../support/errors';
import { convert, formatShape, run, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { add, asType, atLeast, choose, counting, div, greater, less, limit, mul, reshape, sub } from './arithmetic';
import { onBatch, oneOf, type Sampling } from './layout';
import { sampleImages } from './sampling';
import type { DataFormat } from '../spatial';

/** What is seen outside of an image. */
export type FillMode = 'constant' | 'nearest' | 'wrap' | 'reflect';
const FILL_MODES = ['constant', 'nearest', 'wrap', 'reflect'] as const;

/** Positions outside of 0 .. n - 1 brought back inside, as TensorFlow's projective transform does. */
function bringBack(at: Tensor, n: number, mode: FillMode): Tensor {
  if (mode === 'constant') return at;
  if (mode === 'nearest' || n <= 1) return limit(at, 0, n - 1);
  const over = greater(at, n - 1);
  const under = less(at, 0);
  if (mode === 'wrap') {
    const turns = run('trunc', [div(run('abs', [at]), n - 1)]);
    return limit(choose(under, add(at, mul(add(turns, 1), n)), choose(over, sub(at, mul(turns, n)), at)), 0, n - 1);
  }
  const turns = mul(run('trunc', [div(run('abs', [at]), 2 * n)]), 2 * n);
  const below = add(at, turns);
  const above = sub(at, turns);
  const left = choose(less(below, -n), add(below, 2 * n), sub(run('negative', [below]), 1));
  const right = choose(less(above, n), above, sub(run('negative', [above]), 1 - 2 * n));
  return limit(choose(under, left, choose(over, right, at)), 0, n - 1);
}
/** Nearest integer, halves away from zero. */
function nearest(x: Tensor): Tensor {
  const whole = run('trunc', [x]);
  return add(whole, choose(atLeast(run('abs', [sub(x, whole)]), 0.5), run('sign', [x]), 0));
}

/** Images through transforms (batch or 1, 8): output pixel (x, y) shows the input at ((a x + b y + c) / k, (d x + e y + f) / k), k = g x + h y + 1. */
function project(
  images: Tensor,
  transform: Tensor,
  interpolation: Sampling,
  mode: FillMode,
  fillValue: number,
): Tensor {
  const [batch, height, width] = images.shape;
  const dtype = images.dtype === 'float64' ? 'float64' : 'float32';
  const t = asType(transform, dtype);
  const part = (i: number): Tensor =>
    reshape(run('slice', [t], { start: [0, i], size: [t.shape[0], 1], step: [1, 1] }), [t.shape[0], 1, 1]);
  const x = counting([1, 1, width], dtype);
  const y = counting([1, height, 1], dtype);
  const linear = (i: number): Tensor => add(mul(x, part(i)), mul(y, part(i + 1)));
  const k = add(linear(6), 1);
  const at = (i: number): Tensor =>
    run('broadcast_to', [div(add(linear(i), part(i + 2)), k)], { shape: [batch, height, width] });
  // A projection to infinity (k = 0) has no pixel: read from outside.
  const finite = (p: Tensor): Tensor => choose(run('isfinite', [p]), p, -2);
  const place = (p: Tensor, n: number): Tensor => {
    const inside = bringBack(finite(p), n, mode);
    return interpolation === 'nearest' ? nearest(inside) : inside;
  };
  const values = sampleImages(
    asType(images, dtype),
    place(at(3), height),
    place(at(0), width),
    interpolation === 'bilinear',
    'constant',
    fillValue,
  );
  return asType(values, images.dtype);
}

export interface AffineOptions {
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: Sampling;
  /** What lies outside of the image: 'constant' (default, `fillValue`), 'nearest' (the border), 'wrap' (the opposite side) or 'reflect' (d c b a, a b c d, d c b a). */
  fillMode?: FillMode;
  /** Value outside of the image with fillMode 'constant'. Default 0. */
  fillValue?: number;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/**
 * Images through affine transforms: with transform [a, b, c, d, e, f, 0, 0], output pixel (x, y) shows the input at
 * (a x + b y + c, d x + e y + f); with g and h last, divided by g x + h y + 1.
 * @param transform - (8,) for all images or (batch, 8).
 * @param options - interpolation: 'bilinear' (default) or 'nearest'; fillMode: 'constant' (default, with fillValue 0), 'nearest', 'wrap', 'reflect'.
 */
export const affineTransform = defineOp(
  'image.affineTransform',
  (
    images: TensorLike,
    transform: TensorLike,
    { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0, dataFormat }: AffineOptions = {},
  ): Tensor => {
    const how = oneOf('affineTransform', 'interpolation', interpolation, ['nearest', 'bilinear']);
    const mode = oneOf('affineTransform', 'fillMode', fillMode, FILL_MODES);
    return onBatch('affineTransform', images, dataFormat, (t) =>
      project(t, batchOf('affineTransform', 'transform', convert(transform), [8], t.shape[0]), how, mode, fillValue),
    );
  },
  ['interpolation', 'fillMode', 'fillValue', 'dataFormat'],
);
/** One for all images or one for each: (1 or batch, ...shape). */
function batchOf(where: string, what: string, t: Tensor, shape: number[], batch: number): Tensor {
  const one = t.ndim === shape.length ? reshape(t, [1, ...t.shape]) : t;
  if (formatShape(one.shape.slice(1)) !== formatShape(shape) || (one.shape[0] !== 1 && one.shape[0] !== batch))
    throw new ValueError(
      `${where}: ${what} must have shape ${formatShape(shape)} or ${formatShape([batch, ...shape])}.\n  Received: ${formatShape(t.shape)}`,
      { op: where },
    );
  return one;
}

type Matrix = Tensor[]; // 3 x 3, row by row
/** The projection that takes the corners of the unit square to four points (batch, 4, 2), in Heckbert's closed form. */
function fromSquare(points: Tensor): Matrix {
  const n = points.shape[0];
  const at = (k: number, c: number): Tensor =>
    reshape(run('slice', [points], { start: [0, k, c], size: [n, 1, 1], step: [1, 1, 1] }), [n]);
  const [x, y] = [0, 1].map((c) => [0, 1, 2, 3].map((k) => at(k, c))); // (0, 0), (1, 0), (1, 1), (0, 1)
  const difference = (v: Tensor[]): Tensor[] => [
    sub(v[1], v[2]),
    sub(v[3], v[2]),
    add(sub(v[0], v[1]), sub(v[2], v[3])),
  ];
  const [dx1, dx2, sx] = difference(x);
  const [dy1, dy2, sy] = difference(y);
  const cross = (a: Tensor, b: Tensor, c: Tensor, d: Tensor): Tensor => sub(mul(a, d), mul(b, c));
  const whole = cross(dx1, dx2, dy1, dy2);
  const g = div(cross(sx, dx2, sy, dy2), whole);
  const h = div(cross(dx1, sx, dy1, sy), whole);
  const row = (v: Tensor[]): Tensor[] => [add(sub(v[1], v[0]), mul(g, v[1])), add(sub(v[3], v[0]), mul(h, v[3])), v[0]];
  return [...row(x), ...row(y), g, h, run('broadcast_to', [convert(1, g)], { shape: [n] })];
}
function adjugate(m: Matrix): Matrix {
  const minor = (a: number, b: number, c: number, d: number): Tensor => sub(mul(m[a], m[d]), mul(m[b], m[c]));
  return [
    minor(4, 5, 7, 8),
    minor(2, 1, 8, 7),
    minor(1, 2, 4, 5),
    minor(5, 3, 8, 6),
    minor(0, 2, 6, 8),
    minor(2, 0, 5, 3),
    minor(3, 4, 6, 7),
    minor(1, 0, 7, 6),
    minor(0, 1, 3, 4),
  ];
}
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((_, i) => [0, 1, 2].map((k) => mul(a[3 * Math.floor(i / 3) + k], b[3 * k + (i % 3)])).reduce(add));

/**
 * @internal The first eight numbers of the projections that take four points to four others, both (batch, 4, 2): top left,
 * top right, bottom left, bottom right. The ninth is 1.
 */
export function homography(to: Tensor, from: Tensor): Tensor {
  // In the order around the square: the last two points change places.
  const [end, start] = [to, from].map((p) =>
    fromSquare(run('take', [p, tensor(Int32Array.of(0, 1, 3, 2))], { axis: 1 })),
  );
  const m = product(end, adjugate(start));
  const n = m[0].shape[0];
  return run(
    'concatenate',
    m.slice(0, 8).map((v) => reshape(div(v, m[8]), [n, 1])),
    { axis: 1 },
  );
}
/**
 * Images through the projection that takes four points to four others: what lay at `startPoints` is seen at `endPoints`.
 * @param startPoints - (4, 2) or (batch, 4, 2), x and y of top left, top right, bottom left and bottom right. @param endPoints - the same.
 * @param options - interpolation: 'bilinear' (default) or 'nearest'; fillValue: what is seen outside, 0.
 */
export const perspectiveTransform = defineOp(
  'image.perspectiveTransform',
  (
    images: TensorLike,
    startPoints: TensorLike,
    endPoints: TensorLike,
    { interpolation = 'bilinear', fillValue = 0, dataFormat }: Omit<AffineOptions, 'fillMode'> = {},
  ): Tensor => {
    const how = oneOf('perspectiveTransform', 'interpolation', interpolation, ['nearest', 'bilinear']);
    return onBatch('perspectiveTransform', images, dataFormat, (t) => {
      const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
      const [start, end] = (['startPoints', 'endPoints'] as const).map((what, i) =>
        asType(batchOf('perspectiveTransform', what, convert(i ? endPoints : startPoints), [4, 2], t.shape[0]), dtype),
      );
      return project(t, homography(start, end), how, 'constant', fillValue);
    });
  },
  ['interpolation', 'fillValue', 'dataFormat'],
);
