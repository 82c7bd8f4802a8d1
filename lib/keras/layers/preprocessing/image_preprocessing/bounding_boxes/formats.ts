/** How the four numbers of a bounding box are written (keras.utils.bounding_boxes). */
import { recordOf } from '../../../../../support/guard';
import { describe } from '../../../../../support/describe';
import { ValueError } from '../../../../../support/errors';
import { isRecord } from '../../../../../support/nest';
import * as ops from '../../../../../ops/index';
import { checkDType, convert, type DType, formatShape, type Tensor, type TensorLike } from '../../../../../core/tensor';

/** Boxes (..., n, 4) and the class of each (..., n); -1 stands for no box. */
export interface BoundingBoxes {
  /** (..., n, 4): the numbers of each box, as the format says. */
  boxes: TensorLike;
  /** (..., n): the class of each box. */
  labels?: TensorLike;
  [more: string]: unknown;
}
/** The known formats; `rel_` ones are shares of the image's height and width. */
export const FORMATS = [
  'xyxy',
  'yxyx',
  'xywh',
  'center_xywh',
  'center_yxhw',
  'rel_xyxy',
  'rel_yxyx',
  'rel_xywh',
  'rel_center_xywh',
] as const;
export type BoxFormat = (typeof FORMATS)[number];
/** A number of pixels: of all images, or of each, (batch, 1, 1). */
export type Length = number | Tensor;

/** @internal A format's name in lower case. */
export function checkFormat(op: string, format: unknown): BoxFormat {
  const name = typeof format === 'string' ? format.toLowerCase() : format;
  if (!FORMATS.includes(name as BoxFormat))
    throw new ValueError(
      `${op}: a format of bounding boxes is one of ${FORMATS.map((f) => `'${f}'`).join(', ')}.\n  Received: ${describe(format)}`,
      { op },
    );
  return name as BoxFormat;
}
/** @internal The four columns of boxes, each (..., 1). */
export function columns(op: string, boxes: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const last = boxes.ndim - 1;
  if (last < 0 || boxes.shape[last] !== 4)
    throw new ValueError(
      `${op}: boxes have four numbers in the last axis.\n  Received: shape ${formatShape(boxes.shape)}`,
      { op },
    );
  const start = boxes.shape.map(() => 0);
  const size = [...boxes.shape.slice(0, -1), 1];
  return [0, 1, 2, 3].map((i) => boxes.slice([...start.slice(0, -1), i], size)) as [Tensor, Tensor, Tensor, Tensor];
}
/** @internal Columns side by side. */
export const joined = (...list: Tensor[]): Tensor => ops.concatenate(list, { axis: list[0].ndim - 1 });
const half = (t: Tensor): Tensor => t.mul(0.5);

/** Left, top, right, bottom of what a format's four numbers mean. */
const EDGES: Record<string, (a: Tensor, b: Tensor, c: Tensor, d: Tensor) => Tensor[]> = {
  xyxy: (x1, y1, x2, y2) => [x1, y1, x2, y2],
  yxyx: (y1, x1, y2, x2) => [x1, y1, x2, y2],
  xywh: (x, y, w, h) => [x, y, x.add(w), y.add(h)],
  center_xywh: (x, y, w, h) => [x.sub(half(w)), y.sub(half(h)), x.add(half(w)), y.add(half(h))],
  center_yxhw: (y, x, h, w) => [x.sub(half(w)), y.sub(half(h)), x.add(half(w)), y.add(half(h))],
};
/** The four numbers out of left, top, right, bottom. */
const WRITTEN: Record<string, (x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor) => Tensor[]> = {
  xyxy: (x1, y1, x2, y2) => [x1, y1, x2, y2],
  yxyx: (x1, y1, x2, y2) => [y1, x1, y2, x2],
  xywh: (x1, y1, x2, y2) => [x1, y1, x2.sub(x1), y2.sub(y1)],
  center_xywh: (x1, y1, x2, y2) => [x1.add(half(x2.sub(x1))), y1.add(half(y2.sub(y1))), x2.sub(x1), y2.sub(y1)],
  center_yxhw: (x1, y1, x2, y2) => [y1.add(half(y2.sub(y1))), x1.add(half(x2.sub(x1))), y2.sub(y1), x2.sub(x1)],
};

export interface ConvertFormatOptions {
  /** Height of the image, for relative formats. */
  height?: Length | null;
  /** Width of the image, for relative formats. */
  width?: Length | null;
  /** Default 'float32'. */
  dtype?: DType;
}
/**
 * Boxes (..., 4), or a record of `boxes` and more, in another format: 'xyxy' left, top, right, bottom; 'xywh' left, top,
 * width, height; 'center_xywh' the middle and the size; 'yxyx' and 'center_yxhw' with y first; 'rel_' ones as shares.
 * @example convertFormat([[10, 20, 30, 40]], 'xyxy', 'xywh');   // [[10, 20, 20, 20]]
 */
export function convertFormat<B extends BoundingBoxes>(
  boxes: B,
  source: BoxFormat,
  target: BoxFormat,
  options?: ConvertFormatOptions,
): B;
export function convertFormat(
  boxes: TensorLike,
  source: BoxFormat,
  target: BoxFormat,
  options?: ConvertFormatOptions,
): Tensor;
export function convertFormat(
  boxes: TensorLike | BoundingBoxes,
  source: BoxFormat,
  target: BoxFormat,
  options: ConvertFormatOptions = {},
): Tensor | BoundingBoxes {
  const op = 'convertFormat';
  if (isRecord(boxes) && 'boxes' in boxes)
    return { ...boxes, boxes: convertFormat(boxes.boxes as TensorLike, source, target, options) };
  const { height = null, width = null, dtype = 'float32' } = recordOf(op, options);
  let from: string = checkFormat(op, source);
  let to: string = checkFormat(op, target);
  const isRelative = (f: string): boolean => f.startsWith('rel_');
  if ((isRelative(from) || isRelative(to)) && (height === null || width === null))
    throw new ValueError(
      `${op}: relative formats need the height and the width of the image.\n  Received: source '${from}', target '${to}', height ${describe(height)}, width ${describe(width)}`,
      { op },
    );
  const t = convert(boxes as TensorLike).cast(checkDType(dtype));
  const parts = columns(op, t);
  if (from === to) return t;
  if (isRelative(from) && isRelative(to)) {
    from = from.slice(4);
    to = to.slice(4);
  }
  const scaled = (list: Tensor[], f: (v: Tensor, n: Length) => Tensor): Tensor[] =>
    list.map((v, i) => f(v, (i % 2 ? height : width)!));
  let edges = EDGES[from.replace(/^rel_/, '')](...parts);
  if (isRelative(from)) edges = scaled(edges, (v, n) => v.mul(n));
  if (isRelative(to)) edges = scaled(edges, (v, n) => v.div(n));
  return joined(...WRITTEN[to.replace(/^rel_/, '')](...(edges as [Tensor, Tensor, Tensor, Tensor])));
}
