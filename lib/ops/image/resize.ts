/** Images in another size (keras.ops.image.resize). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { formatShape, run, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { INTERPOLATIONS, nearestIndices, resizeMatrix, type Interpolation } from './interpolation';
import { castBack, oneOf, onBatch, type ImageSize } from './layout';
import type { DataFormat } from '../spatial';

/** @internal One axis multiplied by a matrix (output, input): y[.., i, ..] = sum over j of m[i, j] x[.., j, ..]. */
export function multiplyAxis(x: Tensor, axis: number, m: Tensor): Tensor {
  const rows = m.shape[0];
  const lead = x.shape.slice(0, axis);
  const rest = x.shape.slice(axis + 1).reduce((p, d) => p * d, 1);
  const shape = [...lead, rows, ...x.shape.slice(axis + 1)];
  if (rest >= 16)
    return run('reshape', [run('matmul', [m, run('reshape', [x], { shape: [...lead, x.shape[axis], rest] })])], {
      shape,
    });
  // Few columns: as rows of the axis, which fill the vectors of a product.
  const flat = run(
    'transpose',
    [run('reshape', [x], { shape: [lead.reduce((p, d) => p * d, 1), x.shape[axis], rest] })],
    { axes: [0, 2, 1] },
  );
  return run('reshape', [run('transpose', [run('matmul', [flat, m], { transpose_b: true })], { axes: [0, 2, 1] })], {
    shape,
  });
}
const isWhole = (v: unknown): boolean => Number.isInteger(v) && (v as number) > 0;

/** @internal The middle part of (batch, height, width, channels) that has the aspect ratio of `size`. */
export function cropToAspect(t: Tensor, [toHeight, toWidth]: ImageSize): Tensor {
  const [batch, height, width, channels] = t.shape;
  const h = Math.max(Math.min(height, Math.trunc(Math.fround((width * toHeight) / toWidth))), 1);
  const w = Math.max(Math.min(width, Math.trunc(Math.fround((height * toWidth) / toHeight))), 1);
  const start = [0, (height - h) >> 1, (width - w) >> 1, 0];
  return run('slice', [t], { start, size: [batch, h, w, channels], step: [1, 1, 1, 1] });
}
/** As much of `value` on both sides as gives images the aspect ratio of `size`. */
function padToAspect(t: Tensor, [toHeight, toWidth]: ImageSize, value: number): Tensor {
  const [batch, height, width, channels] = t.shape;
  const rows = (Math.max(height, Math.trunc(Math.fround((width * toHeight) / toWidth))) - height) >> 1;
  const columns = (Math.max(width, Math.trunc(Math.fround((height * toWidth) / toHeight))) - width) >> 1;
  return run('place', [t], {
    shape: [batch, height + 2 * rows, width + 2 * columns, channels],
    start: [0, rows, columns, 0],
    step: [1, 1, 1, 1],
    value,
  });
}

export interface ResizeOptions {
  /** How values between pixels are computed: 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
  /** Whether the image is smoothed before it shrinks, so that no pattern appears that was not there. Default false. */
  antialias?: boolean;
  /** Whether the middle with the proportions of the result is cut out first, so that nothing is stretched. Default false. */
  cropToAspectRatio?: boolean;
  /** Whether borders of `fillValue` are added first, so that nothing is stretched and nothing is lost. Default false. */
  padToAspectRatio?: boolean;
  /** What the borders of `padToAspectRatio` hold: 'constant', the only one. */
  fillMode?: 'constant';
  /** Value of the borders of `padToAspectRatio`. Default 0. */
  fillValue?: number;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/**
 * Images in another size. Pixels are areas: output pixel i lies at (i + 1/2) * old / new - 1/2.
 * @param images - (batch, height, width, channels), one of them, or channels first. @param size - [height, width].
 * @param options - interpolation: 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'; antialias: false;
 * cropToAspectRatio or padToAspectRatio (with fillValue, 0) keep proportions.
 * @returns the dtype of the input; integers are rounded and kept in their range.
 */
export const resize = defineOp(
  'image.resize',
  (
    images: TensorLike,
    size: ImageSize,
    {
      interpolation = 'bilinear',
      antialias = false,
      cropToAspectRatio = false,
      padToAspectRatio = false,
      fillMode = 'constant',
      fillValue = 0,
      dataFormat,
    }: ResizeOptions = {},
  ): Tensor => {
    const how = oneOf('resize', 'interpolation', interpolation, INTERPOLATIONS);
    oneOf('resize', 'fillMode', fillMode, ['constant']);
    if (cropToAspectRatio && padToAspectRatio)
      throw new ValueError('resize: cropToAspectRatio and padToAspectRatio exclude each other.', { op: 'resize' });
    if (!Array.isArray(size) || size.length !== 2 || !size.every(isWhole))
      throw new ValueError(`resize: size must be [height, width], integers > 0.\n  Received: ${describe(size)}`, {
        op: 'resize',
      });
    return onBatch('resize', images, dataFormat, (batch) => {
      if (batch.shape[1] * batch.shape[2] === 0)
        throw new ValueError(`resize: there are no pixels to resize.\n  Received: shape ${formatShape(batch.shape)}`, {
          op: 'resize',
        });
      const t = cropToAspectRatio
        ? cropToAspect(batch, size)
        : padToAspectRatio
          ? padToAspect(batch, size, fillValue)
          : batch;
      if (how === 'nearest')
        return [1, 2].reduce((y, axis) => {
          const n = y.shape[axis];
          const m = size[axis - 1];
          return n === m ? y : run('take', [y, tensor(nearestIndices(n, m))], { axis });
        }, t);
      const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
      const y = [1, 2].reduce(
        (x, axis) => {
          const n = x.shape[axis];
          const m = size[axis - 1];
          return n === m ? x : multiplyAxis(x, axis, tensor(resizeMatrix(n, m, how, antialias), [m, n], dtype));
        },
        t.dtype === dtype ? t : run('cast', [t], { dtype }),
      );
      return castBack(y, t.dtype);
    });
  },
  ['interpolation', 'antialias', 'cropToAspectRatio', 'padToAspectRatio', 'fillMode', 'fillValue', 'dataFormat'],
);
