/** How far boxes overlap (keras.utils.bounding_boxes). */
import { expectKind, recordOf } from '../../../../../support/guard';
import { ValueError } from '../../../../../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../../../../../core/tensor';
import { type BoxFormat, columns, convertFormat } from './formats';

const EPSILON = 1e-7;
const turned = (t: Tensor): Tensor => run('transpose', [t], { axes: t.ndim === 3 ? [0, 2, 1] : [1, 0] });
const max = (a: Tensor, b: Tensor): Tensor => run('maximum', [a, b]);
const min = (a: Tensor, b: Tensor): Tensor => run('minimum', [a, b]);
const positive = (t: Tensor): Tensor => run('maximum', [t, convert(0, t)]);
const sizeOf = (imageShape: readonly number[] | null): { height: number | null; width: number | null } => ({
  height: imageShape?.[0] ?? null,
  width: imageShape?.[1] ?? null,
});

/**
 * Intersection over union of each box of `boxes1` (n, 4) or (batch, n, 4) with each of `boxes2`: (n, m) or (batch, n, m).
 * @param options - useMasking: pairs with a box that is all negative get `maskVal` (-1); imageShape for relative formats.
 */
export function computeIou(
  boxes1: TensorLike,
  boxes2: TensorLike,
  boundingBoxFormat: BoxFormat,
  options: { useMasking?: boolean; maskVal?: number; imageShape?: readonly number[] | null } = {},
): Tensor {
  const { useMasking = false, maskVal = -1, imageShape = null } = recordOf('computeIou', options);
  expectKind('computeIou', 'boundingBoxFormat', boundingBoxFormat, typeof boundingBoxFormat === 'string', 'a text');
  const op = 'computeIou',
    given = [convert(boxes1), convert(boxes2)];
  if (given.some((t) => t.ndim !== 2 && t.ndim !== 3))
    throw new ValueError(
      `${op}: boxes of shape (n, 4) or (batch, n, 4) are expected.\n  Received: shapes ${given.map((t) => formatShape(t.shape)).join(' and ')}`,
      { op },
    );
  if (boundingBoxFormat.startsWith('rel') && !imageShape)
    throw new ValueError(`${op}: relative formats need imageShape.\n  Received: format '${boundingBoxFormat}'`, { op });
  const [a, b] = given.map((t) => convertFormat(t, boundingBoxFormat, 'xyxy', sizeOf(imageShape)));
  const [l1, t1, r1, b1] = columns(op, a),
    [l2, t2, r2, b2] = columns(op, b).map(turned);
  const shared = positive(min(r1, r2).subtract(max(l1, l2))).multiply(positive(min(b1, b2).subtract(max(t1, t2))));
  const all = r1.subtract(l1).multiply(b1.subtract(t1)).add(r2.subtract(l2).multiply(b2.subtract(t2))).subtract(shared); // prettier-ignore
  const y = shared.divide(all.add(EPSILON));
  if (!useMasking) return y;
  const isNone = (t: Tensor): Tensor =>
    run('less', [run('max', [t], { axis: [t.ndim - 1], keepdims: true }), convert(0, t)]);
  return run('where', [run('logical_or', [isNone(a), turned(isNone(b))]), convert(maskVal, y), y]);
}
/**
 * Complete IoU of boxes (..., 4) with their partners (Zheng et al. 2020): IoU less the distance of the middles, as a share of
 * the diagonal of the box around both, less what their aspect ratios differ.
 */
export function computeCiou(
  boxes1: TensorLike,
  boxes2: TensorLike,
  boundingBoxFormat: BoxFormat,
  options: { imageShape?: readonly number[] | null } = {},
): Tensor {
  const { imageShape = null } = recordOf('computeCiou', options);
  expectKind('computeCiou', 'boundingBoxFormat', boundingBoxFormat, typeof boundingBoxFormat === 'string', 'a text');
  const op = 'computeCiou';
  expectKind(op, 'boundingBoxFormat', boundingBoxFormat, typeof boundingBoxFormat === 'string', 'the name of a format');
  if (boundingBoxFormat.startsWith('rel') && !imageShape)
    throw new ValueError(`${op}: relative formats need imageShape.\n  Received: format '${boundingBoxFormat}'`, { op });
  const [a, b] = [boxes1, boxes2].map((t) =>
    columns(op, convertFormat(convert(t), boundingBoxFormat, 'xyxy', sizeOf(imageShape))),
  );
  const [l1, t1, r1, b1] = a,
    [l2, t2, r2, b2] = b,
    w1 = r1.subtract(l1),
    h1 = b1.subtract(t1).add(EPSILON),
    w2 = r2.subtract(l2),
    h2 = b2.subtract(t2).add(EPSILON);
  const shared = positive(min(r1, r2).subtract(max(l1, l2))).multiply(positive(min(b1, b2).subtract(max(t1, t2))));
  const union = w1.multiply(h1).add(w2.multiply(h2)).subtract(shared).add(EPSILON),
    iou = shared.divide(union.add(EPSILON));
  const diagonal = max(r1, r2).subtract(min(l1, l2)).square().add(max(b1, b2).subtract(min(t1, t2)).square()).add(EPSILON); // prettier-ignore
  const apart = l1.add(r1).subtract(l2.add(r2)).divide(2).square().add(t1.add(b1).subtract(t2.add(b2)).divide(2).square()); // prettier-ignore
  const v = run('arctan', [w2.divide(h2)]).subtract(run('arctan', [w1.divide(h1)])).square().multiply(4 / Math.PI ** 2); // prettier-ignore
  const share = v.divide(v.subtract(iou).add(1 + EPSILON)),
    y = iou.subtract(apart.divide(diagonal).add(v.multiply(share)));
  return run('reshape', [y], { shape: y.shape.slice(0, -1) });
}
