/** Bounding boxes moved, cropped and clipped with their images (keras.utils.bounding_boxes). Boxes are 'xyxy' unless said. */
import { expectKind, recordOf } from '../../../../../support/guard';
import { isRecord } from '../../../../../support/nest';
import { NotImplementedError, ValueError } from '../../../../../support/errors';
import * as ops from '../../../../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../../../core/tensor';
import { type BoundingBoxes, type BoxFormat, columns, joined, type Length } from './formats';

interface FormatOption {
  /** Default 'xyxy'. */
  boundingBoxFormat?: BoxFormat;
}
function onlyEdges(op: string, format = 'xyxy', known: readonly string[] = ['xyxy']): void {
  if (!known.includes(format))
    throw new NotImplementedError(
      `${op}: boxes must be in the format ${known.map((f) => `'${f}'`).join(' or ')}.\n  Received: '${format}'\n  Fix: convertFormat before and after.`,
      { op },
    );
}
const floating = (boxes: TensorLike): Tensor => {
  const t = convert(boxes);
  return t.dtype.includes('float') ? t : t.cast('float32');
};
const within = (t: Tensor, most: Length): Tensor =>
  t.maximum(0).minimum(typeof most === 'number' ? convert(most, t) : most.cast(t.dtype));

/**
 * Boxes cut at the borders of the image; where nothing is left the label becomes -1.
 * @param options - height and width of the image (for 'xyxy'); boundingBoxFormat 'xyxy' or 'rel_xyxy'.
 */
export function clipToImageSize(
  boundingBoxes: BoundingBoxes,
  options: FormatOption & { height?: Length | null; width?: Length | null } = {},
): BoundingBoxes & { boxes: Tensor } {
  const { height = null, width = null, boundingBoxFormat = 'xyxy' } = recordOf('clipToImageSize', options);
  const op = 'clipToImageSize';
  expectKind(op, 'boundingBoxes', boundingBoxes, isRecord(boundingBoxes), 'a record of boxes and labels');
  onlyEdges(op, boundingBoxFormat, ['xyxy', 'rel_xyxy']);
  const isRelative = boundingBoxFormat === 'rel_xyxy';
  if (!isRelative && (height === null || width === null))
    throw new ValueError(`${op}: boxes in pixels need the height and the width of the image.`, { op });
  const t = convert(boundingBoxes.boxes);
  const edges = columns(op, t).map((v, i) => within(v, isRelative ? 1 : (i % 2 ? height : width)!));
  const out: BoundingBoxes & { boxes: Tensor } = { ...boundingBoxes, boxes: joined(...edges) };
  if (boundingBoxes.labels !== undefined) {
    const area = edges[2].sub(edges[0]).mul(edges[3].sub(edges[1]));
    const labels = convert(boundingBoxes.labels);
    const isLeft = area.greater(0).reshape(t.shape.slice(0, -1));
    // Labels may be vectors (one hot): all of it goes.
    const wide = labels.ndim === t.ndim ? isLeft.reshape([...isLeft.shape, 1]) : isLeft;
    out.labels = ops.where(wide, labels, -1);
  }
  return out;
}
/** Boxes as seen from a part of the image: `top` and `left` of it, cut at its `height` and `width`. */
export function crop(
  boxes: TensorLike,
  top: number,
  left: number,
  height: number,
  width: number,
  options: FormatOption = {},
): Tensor {
  const { boundingBoxFormat } = recordOf('crop', options);
  onlyEdges('crop', boundingBoxFormat);
  return joined(
    ...columns('crop', floating(boxes)).map((v, i) => within(v.sub(i % 2 ? top : left), i % 2 ? height : width)),
  );
}
/** Boxes after `top` rows and `left` columns were put before the image. */
export function pad(
  boxes: TensorLike,
  top: number,
  left: number,
  options: FormatOption & { height?: number | null; width?: number | null } = {},
): Tensor {
  const { boundingBoxFormat } = recordOf('pad', options);
  onlyEdges('pad', boundingBoxFormat);
  return joined(...columns('pad', floating(boxes)).map((v, i) => v.add(i % 2 ? top : left)));
}
/** @internal The boxes around the four corners of boxes (batch, n, 4), each corner moved by `move`. */
export function aroundCorners(boxes: Tensor, move: (x: Tensor, y: Tensor) => [Tensor, Tensor]): Tensor {
  const [x1, y1, x2, y2] = columns('boxes', boxes);
  const corners = [move(x1, y1), move(x2, y1), move(x2, y2), move(x1, y2)];
  const least = (k: 0 | 1): Tensor => corners.map((c) => c[k]).reduce((p, v) => p.minimum(v));
  const largest = (k: 0 | 1): Tensor => corners.map((c) => c[k]).reduce((p, v) => p.maximum(v));
  return joined(least(0), least(1), largest(0), largest(1));
}

/**
 * The boxes (batch, n, 4) around what becomes of boxes when the image is turned by `angle` degrees, moved by shares of its
 * size, scaled and sheared (degrees) about a center. Parameters are tensors (batch,) or numbers.
 * @param options - centerX, centerY: shares of the size, 0.5; boundingBoxFormat 'xyxy'.
 */
export function affineTransform(
  boxes: TensorLike,
  angle: TensorLike,
  translateX: TensorLike,
  translateY: TensorLike,
  scale: TensorLike,
  shearX: TensorLike,
  shearY: TensorLike,
  height: number,
  width: number,
  options: FormatOption & { centerX?: number | null; centerY?: number | null } = {},
): Tensor {
  const { centerX = null, centerY = null, boundingBoxFormat } = recordOf('affineTransform', options);
  const op = 'affineTransform';
  onlyEdges(op, boundingBoxFormat);
  const t = floating(boxes);
  if (t.ndim !== 3)
    throw new ValueError(
      `${op}: boxes of shape (batch, n, 4) are expected.\n  Received: shape ${formatShape(t.shape)}`,
      { op },
    );
  const each = (v: TensorLike): Tensor => {
    const p = convert(v).cast(t.dtype);
    return p.broadcastTo([t.shape[0]]).reshape([t.shape[0], 1, 1]);
  };
  const radians = (v: TensorLike): Tensor => each(v).mul(-Math.PI / 180);
  const cx = (centerX ?? 0.5) * (width - 1);
  const cy = (centerY ?? 0.5) * (height - 1);
  const turn = radians(angle);
  const slantX = radians(shearX);
  const slantY = radians(shearY);
  const size = each(scale);
  const tx = each(translateX).mul(-(width - 1));
  const ty = each(translateY).mul(-(height - 1));
  // The inverse of rotation and shears, of determinant 1, then the scale.
  const rest = turn.sub(slantY);
  const cos = slantY.cos();
  const tan = slantX.tan();
  const a = rest.cos().div(cos);
  const b = a.mul(tan).add(turn.sin());
  const c = rest.sin().negative().div(cos);
  const d = turn.cos().sub(c.mul(tan));
  const a0 = d.mul(size);
  const a1 = b.negative().mul(size);
  const b0 = c.negative().mul(size);
  const b1 = a.mul(size);
  const fromX = tx.add(cx);
  const fromY = ty.add(cy);
  const a2 = a0.mul(fromX).add(a1.mul(fromY)).negative().add(cx);
  const b2 = b0.mul(fromX).add(b1.mul(fromY)).negative().add(cy);
  return aroundCorners(t, (x, y) => [x.mul(a0).add(y.mul(a1)).add(a2), x.mul(b0).add(y.mul(b1)).add(b2)]);
}
