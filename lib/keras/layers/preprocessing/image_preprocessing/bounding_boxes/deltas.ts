/** Boxes as differences from anchors, as detectors predict them (keras.utils.bounding_boxes; Ren et al. 2015). */
import { recordOf } from '../../../../../support/guard';
import { ValueError } from '../../../../../support/errors';
import { isRecord } from '../../../../../support/nest';
import * as ops from '../../../../../ops/index';
import { convert, type Tensor, type TensorLike } from '../../../../../core/tensor';
import { type BoxFormat, convertFormat } from './formats';

/** Formats that have a middle and a size. */
export type DeltaFormat = Extract<BoxFormat, 'center_xywh' | 'center_yxhw'>;

const EPSILON = 1e-7;
const CENTERED = ['center_xywh', 'center_yxhw'];
export interface DeltaOptions {
  /** Four numbers that the deltas are divided by. Default null. */
  variance?: readonly number[] | null;
  /** [height, width, channels] of the image, for relative formats. */
  imageShape?: readonly number[] | null;
}
function settings(
  op: string,
  format: BoxFormat,
  { variance = null, imageShape = null }: DeltaOptions,
): { scale: (t: Tensor) => Tensor | null; size: { height: number | null; width: number | null } } {
  if (!CENTERED.includes(format))
    throw new ValueError(`${op}: the encoding must be 'center_xywh' or 'center_yxhw'.\n  Received: '${format}'`, {
      op,
    });
  if (variance !== null && variance.length !== 4)
    throw new ValueError(`${op}: variance must be four numbers.\n  Received: ${variance.length}`, { op });
  return {
    scale: (t) => (variance === null ? null : convert(variance, t)),
    size: { height: imageShape?.[0] ?? null, width: imageShape?.[1] ?? null },
  };
}
/** Middle and size, each (..., 2). */
function parts(t: Tensor): [Tensor, Tensor] {
  const size = [...t.shape.slice(0, -1), 2];
  const lead = size.slice(0, -1).map(() => 0);
  return [0, 2].map((i) => t.slice([...lead, i], size)) as [Tensor, Tensor];
}
const joined = (a: Tensor, b: Tensor): Tensor => ops.concatenate([a, b], { axis: a.ndim - 1 });

/**
 * (middle of the box - middle of the anchor) / size of the anchor, and log(size of the box / size of the anchor).
 * @param anchors - (n, 4) in `anchorFormat`.
 * @param boxes - (n, 4) or (batch, n, 4) in `boxFormat`.
 * @param options - encodingFormat 'center_yxhw' or 'center_xywh'; variance; imageShape.
 */
export function encodeBoxToDeltas(
  anchors: TensorLike,
  boxes: TensorLike,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  options: DeltaOptions & { encodingFormat?: DeltaFormat } = {},
): Tensor {
  const { encodingFormat = 'center_yxhw', ...others } = recordOf('encodeBoxToDeltas', options);
  const { scale, size } = settings('encodeBoxToDeltas', encodingFormat, others);
  const [from, extent] = parts(convertFormat(convert(anchors), anchorFormat, encodingFormat, size));
  const [to, wanted] = parts(convertFormat(convert(boxes), boxFormat, encodingFormat, size));
  const positive = (t: Tensor): Tensor => t.maximum(EPSILON);
  const unit = positive(extent);
  const y = joined(to.sub(from).div(unit), positive(wanted).div(unit).log());
  const divisor = scale(y);
  return divisor ? y.div(divisor) : y;
}
type DecodeOptions = DeltaOptions & {
  /** What the deltas are of: 'center_yxhw' (default) or 'center_xywh'. */
  encodedFormat?: DeltaFormat;
};
type Levels = Readonly<Record<string, TensorLike>>;
/**
 * The inverse of `encodeBoxToDeltas`: boxes in `boxFormat`.
 * @param anchors - (n, 4), or a record of such by level, as the deltas then are.
 * @param options - encodedFormat 'center_yxhw' or 'center_xywh'; variance; imageShape.
 */
export function decodeDeltasToBoxes(
  anchors: TensorLike,
  boxesDelta: TensorLike,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  options?: DecodeOptions,
): Tensor;
export function decodeDeltasToBoxes(
  anchors: Levels,
  boxesDelta: Levels,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  options?: DecodeOptions,
): Record<string, Tensor>;
export function decodeDeltasToBoxes(
  anchors: TensorLike | Levels,
  boxesDelta: TensorLike | Levels,
  anchorFormat: BoxFormat,
  boxFormat: BoxFormat,
  options: DecodeOptions = {},
): Tensor | Record<string, Tensor> {
  const { encodedFormat = 'center_yxhw' } = recordOf('decodeDeltasToBoxes', options);
  const { scale, size } = settings('decodeDeltasToBoxes', encodedFormat, options);
  const decoded = (anchor: TensorLike, given: TensorLike): Tensor => {
    const [from, extent] = parts(convertFormat(convert(anchor), anchorFormat, encodedFormat, size));
    const raw = convert(given).cast(from.dtype);
    const factor = scale(raw);
    const [move, growth] = parts(factor ? raw.mul(factor) : raw);
    return convertFormat(joined(move.mul(extent).add(from), growth.exp().mul(extent)), encodedFormat, boxFormat, size);
  };
  if (isRecord(anchors))
    return Object.fromEntries(
      Object.entries(anchors).map(([level, a]) => [level, decoded(a as TensorLike, (boxesDelta as Levels)[level])]),
    );
  return decoded(anchors as TensorLike, boxesDelta as TensorLike);
}
