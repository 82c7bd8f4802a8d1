/** Colors of images (keras.ops.image): grayscale, hue, saturation and value. */
import { ValueError } from '../../support/errors';
import { formatShape, isFloating, run, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { toFloat } from '../unary';
import { add, asType, choose, div, greater, less, limit, mul, rest, sub } from './arithmetic';
import { onBatch } from './layout';
import type { DataFormat } from '../spatial';

interface Options {
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
function expectChannels(op: string, t: Tensor, allowed: readonly number[]): void {
  if (!allowed.includes(t.shape[3]))
    throw new ValueError(`${op}: images must have ${allowed.join(' or ')} channels.\n  Received: ${t.shape[3]}`, {
      op,
    });
}
/** Runs `f` on the three channels of float images. */
function onChannels(
  op: string,
  images: TensorLike,
  { dataFormat }: Options,
  f: (channels: Tensor[]) => Tensor[],
): Tensor {
  return onBatch(op, images, dataFormat, (t) => {
    if (!isFloating(t.dtype))
      throw new ValueError(
        `${op}: images must be floats in 0 .. 1.\n  Received: dtype ${t.dtype}, shape ${formatShape(t.shape)}`,
        { op },
      );
    expectChannels(op, t, [3]);
    const size = [...t.shape.slice(0, 3), 1];
    const channel = (i: number): Tensor => run('slice', [t], { start: [0, 0, 0, i], size, step: [1, 1, 1, 1] });
    return run('concatenate', f([0, 1, 2].map(channel)), { axis: 3 });
  });
}
/** 0.2989 red + 0.587 green + 0.114 blue, in one channel. Images of one channel stay as they are. */
export const rgbToGrayscale = defineOp(
  'image.rgbToGrayscale',
  (images: TensorLike, { dataFormat }: Options = {}): Tensor =>
    onBatch('rgbToGrayscale', images, dataFormat, (t) => {
      expectChannels('rgbToGrayscale', t, [1, 3]);
      if (t.shape[3] === 1) return t;
      const x = toFloat(t);
      const y = run('matmul', [x, asType(tensor([0.2989, 0.587, 0.114], [3, 1], 'float64'), x.dtype)]);
      return asType(y, t.dtype);
    }),
  ['dataFormat'],
);
/** Red, green and blue in 0 .. 1 as hue (in turns), saturation and value. */
export const rgbToHsv = defineOp(
  'image.rgbToHsv',
  (images: TensorLike, options: Options = {}): Tensor =>
    onChannels('rgbToHsv', images, options, ([r, g, b]) => {
      const value = run('maximum', [run('maximum', [r, g]), b]);
      const range = sub(value, run('minimum', [run('minimum', [r, g]), b]));
      const isGray = run('logical_not', [greater(range, 0)]);
      const scale = mul(
        choose(isGray, mul(range, 0), run('reciprocal', [choose(isGray, add(mul(range, 0), 1), range)])),
        1 / 6,
      );
      const is = (c: Tensor): Tensor => run('equal', [c, value]);
      const hue = choose(
        is(r),
        mul(scale, sub(g, b)),
        choose(is(g), add(mul(scale, sub(b, r)), 2 / 6), add(mul(scale, sub(r, g)), 4 / 6)),
      );
      const isLit = greater(value, 0);
      const saturation = choose(isLit, div(range, choose(isLit, value, 1)), 0);
      return [choose(isGray, mul(hue, 0), choose(less(hue, 0), add(hue, 1), hue)), saturation, value];
    }),
  ['dataFormat'],
);
/** Hue (in turns), saturation and value in 0 .. 1 as red, green and blue. */
export const hsvToRgb = defineOp(
  'image.hsvToRgb',
  (images: TensorLike, options: Options = {}): Tensor =>
    onChannels('hsvToRgb', images, options, ([h, s, v]) => {
      const from = (centre: number): Tensor => run('abs', [sub(mul(h, 6), centre)]);
      const down = (x: Tensor): Tensor => sub(run('negative', [x]), -2);
      return [sub(from(3), 1), down(from(2)), down(from(4))].map((c) => mul(add(rest(s), mul(s, limit(c, 0, 1))), v));
    }),
  ['dataFormat'],
);
