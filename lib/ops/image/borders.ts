/** Images with wider borders or without them (keras.ops.image.pad_images, crop_images). */
import { ValueError } from '../../support/errors';
import { formatShape, run, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { onBatch } from './layout';
import type { DataFormat } from '../spatial';

type Size = number | null;
/** Two of the three of an axis - before, after and the size of the result - are given; the third follows. */
function resolve(
  op: string,
  names: readonly string[],
  given: readonly (Size | undefined)[],
  size: number,
  sign: 1 | -1,
): [before: number, result: number] {
  const values = given.map((v) => v ?? null);
  const received = `Received: ${names.map((n, i) => `${n} ${values[i] === null ? 'null' : values[i]}`).join(', ')}`;
  if (values.filter((v) => v === null).length !== 1)
    throw new ValueError(`${op}: exactly two of ${names.join(', ')} must be given.\n  ${received}`, { op });
  if (values.some((v) => v !== null && (!Number.isInteger(v) || v < 0)))
    throw new ValueError(`${op}: ${names.join(', ')} must be integers >= 0.\n  ${received}`, { op });
  const [before, after, target] = values;
  const result = target ?? size + sign * (before! + after!);
  const first = before ?? sign * (result - size) - after!;
  const last = after ?? sign * (result - size) - first;
  [first, last, result].forEach((v, i) => {
    if (v < 0)
      throw new ValueError(`${op}: ${names[i]} would be ${v}, for images of size ${size} there.\n  ${received}`, {
        op,
      });
  });
  return [first, result];
}
export interface PadImagesOptions {
  /** Rows of zeros added above, in pixels; two of `topPadding`, `bottomPadding` and `targetHeight` say the third. */
  topPadding?: Size;
  /** Columns of zeros added on the left, in pixels; two of `leftPadding`, `rightPadding` and `targetWidth` say the third. */
  leftPadding?: Size;
  /** Rows of zeros added below, in pixels. */
  bottomPadding?: Size;
  /** Columns of zeros added on the right, in pixels. */
  rightPadding?: Size;
  /** Height of the result, in pixels. */
  targetHeight?: Size;
  /** Width of the result, in pixels. */
  targetWidth?: Size;
  /** Where the channels are: 'channels_last' (default), (..., height, width, channels), or 'channels_first', (..., channels, height, width). */
  dataFormat?: DataFormat | null;
}
/** Images with zeros around. Two of topPadding, bottomPadding and targetHeight are given, and two of leftPadding, rightPadding and targetWidth. */
export const padImages = defineOp(
  'image.padImages',
  (images: TensorLike, o: PadImagesOptions = {}): Tensor =>
    onBatch('padImages', images, o.dataFormat, (t) => {
      const [batch, height, width, channels] = t.shape;
      const [top, rows] = resolve(
        'padImages',
        ['topPadding', 'bottomPadding', 'targetHeight'],
        [o.topPadding, o.bottomPadding, o.targetHeight],
        height,
        1,
      );
      const [left, columns] = resolve(
        'padImages',
        ['leftPadding', 'rightPadding', 'targetWidth'],
        [o.leftPadding, o.rightPadding, o.targetWidth],
        width,
        1,
      );
      return run('place', [t], {
        shape: [batch, rows, columns, channels],
        start: [0, top, left, 0],
        step: [1, 1, 1, 1],
        value: 0,
      });
    }),
  ['topPadding', 'leftPadding', 'bottomPadding', 'rightPadding', 'targetHeight', 'targetWidth', 'dataFormat'],
);
export interface CropImagesOptions {
  /** Rows taken away above, in pixels; two of `topCropping`, `bottomCropping` and `targetHeight` say the third. */
  topCropping?: Size;
  /** Columns taken away on the left, in pixels; two of `leftCropping`, `rightCropping` and `targetWidth` say the third. */
  leftCropping?: Size;
  /** Rows taken away below, in pixels. */
  bottomCropping?: Size;
  /** Columns taken away on the right, in pixels. */
  rightCropping?: Size;
  /** Height of the result, in pixels. */
  targetHeight?: Size;
  /** Width of the result, in pixels. */
  targetWidth?: Size;
  /** Where the channels are: 'channels_last' (default), (..., height, width, channels), or 'channels_first', (..., channels, height, width). */
  dataFormat?: DataFormat | null;
}
/** Images without their borders. Two of topCropping, bottomCropping and targetHeight are given, and two of leftCropping, rightCropping and targetWidth. */
export const cropImages = defineOp(
  'image.cropImages',
  (images: TensorLike, o: CropImagesOptions = {}): Tensor =>
    onBatch('cropImages', images, o.dataFormat, (t) => {
      const [batch, height, width, channels] = t.shape;
      const [top, rows] = resolve(
        'cropImages',
        ['topCropping', 'bottomCropping', 'targetHeight'],
        [o.topCropping, o.bottomCropping, o.targetHeight],
        height,
        -1,
      );
      const [left, columns] = resolve(
        'cropImages',
        ['leftCropping', 'rightCropping', 'targetWidth'],
        [o.leftCropping, o.rightCropping, o.targetWidth],
        width,
        -1,
      );
      if (top + rows > height || left + columns > width)
        throw new ValueError(
          `cropImages: ${rows} x ${columns} pixels from (${top}, ${left}) do not lie within the images.\n  Received: shape ${formatShape(t.shape)}`,
          {
            op: 'cropImages',
          },
        );
      return run('slice', [t], {
        start: [0, top, left, 0],
        size: [batch, rows, columns, channels],
        step: [1, 1, 1, 1],
      });
    }),
  ['topCropping', 'leftCropping', 'bottomCropping', 'rightCropping', 'targetHeight', 'targetWidth', 'dataFormat'],
);
