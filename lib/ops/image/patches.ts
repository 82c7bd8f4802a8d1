/** Windows of images as vectors (keras.ops.image.extract_patches). */
import { ValueError } from '../../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { windowPositions } from '../ranges';
import { channelsLast, checkDataFormat, paddingOf, spatial, type Padding, type Sizes } from '../spatial';
import { reshape } from './arithmetic';
import type { DataFormat } from '../spatial';

export interface PatchOptions {
  /** Default: size. */
  strides?: Sizes | null;
  /** Distance of neighbouring pixels of a patch, in pixels of the image. Default 1. */
  dilationRate?: Sizes;
  /** 'valid' (default): patches lie inside of the image. 'same': zeros around it make ceil(size / strides) patches along each axis. */
  padding?: Exclude<Padding, 'causal'>;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
function extract(
  op: string,
  images: TensorLike,
  size: Sizes,
  axes: number,
  { strides, dilationRate = 1, padding = 'valid', dataFormat }: PatchOptions,
): Tensor {
  const given = convert(images);
  if (given.ndim !== axes + 1 && given.ndim !== axes + 2)
    throw new ValueError(
      `${op}: inputs of rank ${axes + 1} or, with a batch axis, ${axes + 2} are expected.\n  Received: shape ${formatShape(given.shape)}`,
      { op },
    );
  const window = spatial(op, 'size', size, axes);
  const s = spatial(op, 'strides', strides ?? size, axes);
  const d = spatial(op, 'dilationRate', dilationRate, axes);
  const y = channelsLast(
    given.ndim === axes + 2 ? given : reshape(given, [1, ...given.shape]),
    checkDataFormat(op, dataFormat),
    (t) => {
      const { before, after } = paddingOf(op, padding, t.shape.slice(1, -1), window, s, d);
      const shape = t.shape.map((n, i) => (i > 0 && i <= axes ? n + before[i - 1] + after[i - 1] : n));
      let x = before.some((v, i) => v + after[i] > 0)
        ? run('place', [t], { shape, start: [0, ...before, 0], step: shape.map(() => 1), value: 0 })
        : t;
      // Axis after axis becomes two: which window, and where in it.
      const counts = window.map((k, i) => Math.floor((shape[i + 1] - (k - 1) * d[i] - 1) / s[i]) + 1);
      counts.forEach((count, i) => {
        if (count < 1)
          throw new ValueError(
            `${op}: the window covers ${(window[i] - 1) * d[i] + 1} elements of axis ${i + 1} but there are ${shape[i + 1]}.\n  Received: shape ${formatShape(given.shape)}`,
            { op },
          );
        x = run('take', [x, windowPositions(count, window[i], s[i], d[i])], { axis: 2 * i + 1 });
      });
      const odd = window.map((_, i) => 2 * i + 1);
      const even = window.map((_, i) => 2 * i + 2);
      const size = window.reduce((p, k) => p * k, t.shape[axes + 1]);
      return reshape(run('transpose', [x], { axes: [0, ...odd, ...even, 2 * axes + 1] }), [
        t.shape[0],
        ...counts,
        size,
      ]);
    },
  );
  return given.ndim === axes + 2 ? y : reshape(y, y.shape.slice(1));
}
/**
 * Windows of images: (batch, height, width, channels) -> (batch, rows, columns, size[0] * size[1] * channels).
 * @param size - a number or [height, width] of the windows; three sizes are for volumes, as extractPatches3d.
 * @param options - strides (size), dilationRate 1, padding 'valid' or 'same' (with zeros), dataFormat.
 */
export const extractPatches = defineOp(
  'image.extractPatches',
  (images: TensorLike, size: Sizes, options: PatchOptions = {}): Tensor =>
    extract('extractPatches', images, size, Array.isArray(size) && size.length === 3 ? 3 : 2, options),
  ['strides', 'dilationRate', 'padding', 'dataFormat'],
);
/** Windows of volumes: (batch, depth, height, width, channels) -> (batch, ...windows, product of size * channels). */
export const extractPatches3d = defineOp(
  'image.extractPatches3d',
  (volumes: TensorLike, size: Sizes, options: PatchOptions = {}): Tensor =>
    extract('extractPatches3d', volumes, size, 3, options),
  ['strides', 'dilationRate', 'padding', 'dataFormat'],
);
