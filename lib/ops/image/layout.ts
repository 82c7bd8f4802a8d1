/** What the image ops share: one image or a batch, in either data format, as (batch, height, width, channels) and back. */
import { ValueError } from '../../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../../core/tensor';
import { checkDataFormat } from '../spatial';

/** Height and width. */
export type ImageSize = readonly number[];
/** How pixels between pixels are read. */
export type Sampling = 'nearest' | 'bilinear';

/** @internal A name that must be one of a list. */
export function oneOf<T extends string>(op: string, what: string, value: string, known: readonly T[]): T {
  if (!(known as readonly string[]).includes(value))
    throw new ValueError(
      `${op}: ${what} must be one of ${known.map((k) => `'${k}'`).join(', ')}.\n  Received: '${value}'`,
      { op },
    );
  return value as T;
}
/** @internal One image or a batch of them. @throws ValueError for another rank. */
export function toImages(op: string, images: TensorLike): Tensor {
  const t = convert(images);
  if (t.ndim !== 3 && t.ndim !== 4)
    throw new ValueError(
      `${op}: an image (rank 3) or a batch of images (rank 4) is expected.\n  Received: shape ${formatShape(t.shape)}`,
      { op },
    );
  return t;
}
/** @internal Axes of height, width and channels. */
export function imageAxes(ndim: number, channelsFirst: boolean): { height: number; width: number; channels: number } {
  return channelsFirst
    ? { height: ndim - 2, width: ndim - 1, channels: ndim - 3 }
    : { height: ndim - 3, width: ndim - 2, channels: ndim - 1 };
}
/** @internal Runs `f` on images as (batch, height, width, channels) and gives its result the layout of the input. */
export function onBatch(
  op: string,
  images: TensorLike,
  dataFormat: string | null | undefined,
  f: (t: Tensor) => Tensor,
): Tensor {
  const given = toImages(op, images);
  const isFirst = checkDataFormat(op, dataFormat) === 'channels_first';
  const batch = given.ndim === 4 ? given : run('reshape', [given], { shape: [1, ...given.shape] });
  const y = f(isFirst ? run('transpose', [batch], { axes: [0, 2, 3, 1] }) : batch);
  const back = isFirst ? run('transpose', [y], { axes: [0, 3, 1, 2, ...y.shape.slice(4).map((_, i) => i + 4)] }) : y;
  return given.ndim === 4 ? back : run('reshape', [back], { shape: [...back.shape.slice(1)] });
}
/** @internal Floats as another dtype, rounded and kept in the range of an integer type. */
export function castBack(y: Tensor, dtype: Tensor['dtype']): Tensor {
  if (y.dtype === dtype) return y;
  const range = {
    int8: [-128, 127],
    uint8: [0, 255],
    int32: [-(2 ** 31), 2 ** 31 - 128],
    int64: [-(2 ** 63), 2 ** 63 - 2 ** 39],
  }[dtype as string];
  return run('cast', [range ? run('clip', [run('round', [y])], { min: range[0], max: range[1] }) : y], { dtype });
}
