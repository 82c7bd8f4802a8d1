/** How far boxes overlap (keras.utils.bounding_boxes). */
import { expectKind, recordOf } from '../../../../../support/guard';
import { ValueError } from '../../../../../support/errors';
import * as ops from '../../../../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../../../core/tensor';
import { type BoxFormat, columns, convertFormat } from './formats';

const EPSILON = 1e-7;
const turned = (t: Tensor): Tensor => t.transpose(t.ndim === 3 ? [0, 2, 1] : [1, 0]);
const max = (a: Tensor, b: Tensor): Tensor => a.maximum(b);
const min = (a: Tensor, b: Tensor): Tensor => a.minimum(b);
const positive = (t: Tensor): Tensor => t.maximum(0);
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
  const op = 'computeIou';
  const given = [convert(boxes1), convert(boxes2)];
  if (given.some((t) => t.ndim !== 2 && t.ndim !== 3))
    throw new ValueError(
      `${op}: boxes of shape (n, 4) or (batch, n, 4) are expected.\n  Received: shapes ${given.map((t) => formatShape(t.shape)).join(' and ')}`,
      { op },
    );
  if (boundingBoxFormat.startsWith('rel') && !imageShape)
    throw new ValueError(`${op}: relative formats need imageShape.\n  Received: format '${boundingBoxFormat}'`, { op });
  const [a, b] = given.map((t) => convertFormat(t, boundingBoxFormat, 'xyxy', sizeOf(imageShape)));
  const [l1, t1, r1, b1] = columns(op, a);
  const [l2, t2, r2, b2] = columns(op, b).map(turned);
  const shared = positive(min(r1, r2).sub(max(l1, l2))).mul(positive(min(b1, b2).sub(max(t1, t2))));
  const all = r1.sub(l1).mul(b1.sub(t1)).add(r2.sub(l2).mul(b2.sub(t2))).sub(shared); // prettier-ignore
  const y = shared.div(all.add(EPSILON));
  if (!useMasking) return y;
  const isNone = (t: Tensor): Tensor => t.max({ axis: [t.ndim - 1], keepdims: true }).less(0);
  return ops.where(isNone(a).logicalOr(turned(isNone(b))), maskVal, y);
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
  const [l1, t1, r1, b1] = a;
  const [l2, t2, r2, b2] = b;
  const w1 = r1.sub(l1);
  const h1 = b1.sub(t1).add(EPSILON);
  const w2 = r2.sub(l2);
  const h2 = b2.sub(t2).add(EPSILON);
  const shared = positive(min(r1, r2).sub(max(l1, l2))).mul(positive(min(b1, b2).sub(max(t1, t2))));
  const union = w1.mul(h1).add(w2.mul(h2)).sub(shared).add(EPSILON);
  const iou = shared.div(union.add(EPSILON));
  const diagonal = max(r1, r2).sub(min(l1, l2)).square().add(max(b1, b2).sub(min(t1, t2)).square()).add(EPSILON); // prettier-ignore
  const apart = l1.add(r1).sub(l2.add(r2)).div(2).square().add(t1.add(b1).sub(t2.add(b2)).div(2).square()); // prettier-ignore
  const v = w2.div(h2).arctan().sub(w1.div(h1).arctan()).square().mul(4 / Math.PI ** 2); // prettier-ignore
  const share = v.div(v.sub(iou).add(1 + EPSILON));
  const y = iou.sub(apart.div(diagonal).add(v.mul(share)));
  return y.reshape(y.shape.slice(0, -1));
}
