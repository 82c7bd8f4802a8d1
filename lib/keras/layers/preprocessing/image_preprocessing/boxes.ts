/** Bounding boxes that go through image layers: in any format, with or without a batch axis, moved as edges in pixels. */
import { ValueError } from '../../../../support/errors';
import { isRecord } from '../../../../support/nest';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../../core/tensor';
import {
  type BoundingBoxes,
  type BoxFormat,
  checkFormat,
  columns,
  convertFormat,
  joined,
} from './bounding_boxes/formats';
import { clipToImageSize } from './bounding_boxes/geometry';

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** @internal The format that a layer is told, or null. */
export const boxFormatOf = (layer: string, format: BoxFormat | null | undefined): BoxFormat | null =>
  format == null ? null : checkFormat(layer, format);

/** @internal The boxes and labels of a record, checked: (batch, n, 4) and (batch, n) or (batch, n, classes). */
export function readBoxes(
  layer: string,
  given: unknown,
  format: BoxFormat | null,
): { boxes: Tensor; labels: Tensor; isBatched: boolean } {
  if (!format)
    throw new ValueError(
      `${layer}: how bounding boxes are written is not known.\n  Fix: make the layer with boundingBoxFormat, like { boundingBoxFormat: 'xyxy' }.`,
    );
  if (!isRecord(given) || given.boxes === undefined || given.labels === undefined)
    throw new ValueError(
      `${layer}: boundingBoxes must be a record of boxes and labels.\n  Received: ${isRecord(given) ? `keys ${Object.keys(given).join(', ')}` : typeof given}`,
    );
  const boxes = convert(given.boxes as TensorLike).cast('float32');
  const labels = convert(given.labels as TensorLike);
  if (
    ![2, 3].includes(boxes.ndim) ||
    boxes.shape[boxes.ndim - 1] !== 4 ||
    ![boxes.ndim - 1, boxes.ndim].includes(labels.ndim) ||
    labels.shape.slice(0, boxes.ndim - 1).some((d, i) => d !== boxes.shape[i])
  )
    throw new ValueError(
      `${layer}: boxes of shape (n, 4) or (batch, n, 4), and a label for each, are expected.\n  Received: boxes ${formatShape(boxes.shape)}, labels ${formatShape(labels.shape)}`,
    );
  const isBatched = boxes.ndim === 3;
  const first = (t: Tensor): Tensor => (isBatched ? t : t.reshape([1, ...t.shape]));
  return { boxes: first(boxes), labels: first(labels), isBatched };
}
/** @internal Without the batch axis, where there was none. */
export const unbatched = (t: Tensor, isBatched: boolean): Tensor => (isBatched ? t : t.reshape(t.shape.slice(1)));

/**
 * @internal Boxes of images of one size, moved by `move` as left, top, right, bottom in pixels, cut at the borders of images
 * of another size. Labels of boxes of which nothing is left become -1.
 */
export function movedBoxes(
  layer: string,
  given: unknown,
  format: BoxFormat | null,
  [height, width]: ImageSize,
  to: ImageSize,
  move: (edges: Tensor) => Tensor,
): BoundingBoxes {
  const { boxes, labels, isBatched } = readBoxes(layer, given, format);
  const edges = move(convertFormat(boxes, format!, 'xyxy', { height, width }));
  const size = { height: to[0], width: to[1] };
  const clipped = clipToImageSize({ boxes: edges, labels }, size);
  return {
    ...(given as BoundingBoxes),
    boxes: unbatched(convertFormat(clipped.boxes, 'xyxy', format!, size), isBatched),
    labels: unbatched(clipped.labels as Tensor, isBatched),
  };
}

/** @internal Edges in a part of the image that starts at `top` and `left`, enlarged. */
export function scaledBoxes(edges: Tensor, top: number, left: number, scaleY: number, scaleX: number): Tensor {
  return joined(...columns('boxes', edges).map((t, i) => t.sub(i % 2 ? top : left).mul(i % 2 ? scaleY : scaleX)));
}
/** @internal The option in a config: only where there is a format, as in Keras. */
export const formatConfig = (format: BoxFormat | null): { boundingBoxFormat?: BoxFormat } =>
  format === null ? {} : { boundingBoxFormat: format };

/** @internal The key of a part of a record: as it is written here, or as Keras writes it (`bounding_boxes`), which is what inputs of its files are called. */
export function keyOf(data: Record<string, unknown>, name: 'boundingBoxes' | 'segmentationMasks'): string {
  const theirs = name === 'boundingBoxes' ? 'bounding_boxes' : 'segmentation_masks';
  return data[name] === undefined && data[theirs] !== undefined ? theirs : name;
}
/** @internal A record through a layer that moves pixels without drawing: images, masks, and boxes; all else stays. */
export function movedRecord(
  layer: {
    readonly constructor: { readonly name: string };
    readonly dataFormat: string;
    readonly boundingBoxFormat: BoxFormat | null;
  },
  data: Record<string, unknown>,
  images: (t: Tensor) => Tensor,
  masks: (t: Tensor) => Tensor,
  move: (edges: Tensor, size: ImageSize) => Tensor,
): Record<string, unknown> {
  const given = convert(data.images as TensorLike);
  const y = images(given);
  const sizeOf = (t: Tensor): ImageSize =>
    layer.dataFormat === 'channels_first'
      ? [t.shape[t.ndim - 2], t.shape[t.ndim - 1]]
      : [t.shape[t.ndim - 3], t.shape[t.ndim - 2]];
  const out: Record<string, unknown> = { ...data, images: y };
  const masksAt = keyOf(data, 'segmentationMasks');
  const boxesAt = keyOf(data, 'boundingBoxes');
  if (data[masksAt] !== undefined) out[masksAt] = masks(convert(data[masksAt] as TensorLike));
  if (data[boxesAt] !== undefined)
    out[boxesAt] = movedBoxes(
      layer.constructor.name,
      data[boxesAt],
      layer.boundingBoxFormat,
      sizeOf(given),
      sizeOf(y),
      (edges) => move(edges, sizeOf(given)),
    );
  return out;
}
