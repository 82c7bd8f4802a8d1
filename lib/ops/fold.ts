/** Sliding blocks of images as columns, and back (keras.ops; im2col and col2im). */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { windowPositions } from './ranges';
import { type Sizes, spatial } from './spatial';

export interface FoldOptions {
  /** Distance of the elements of a block. Default 1. */
  dilation?: Sizes;
  /** Zeros on both sides. Default 0. */
  padding?: Sizes;
  /** Distance of the blocks. Default 1. */
  stride?: Sizes;
}
const OPTIONS = ['dilation', 'padding', 'stride'];

/** Where the elements of the blocks lie along two axes, padding included: (blocks, kernel) each. */
class Blocks {
  readonly kernel: number[];
  readonly padding: number[];
  readonly counts: number[];
  readonly indices: Tensor[];
  constructor(
    op: string,
    size: readonly number[],
    kernelSize: Sizes,
    { dilation = 1, padding = 0, stride = 1 }: FoldOptions,
  ) {
    const d = spatial(op, 'dilation', dilation, 2);
    const s = spatial(op, 'stride', stride, 2);
    this.kernel = spatial(op, 'kernelSize', kernelSize, 2);
    this.padding = spatial(op, 'padding', padding, 2, 0);
    this.counts = this.kernel.map(
      (k, i) => Math.floor((size[i] + 2 * this.padding[i] - d[i] * (k - 1) - 1) / s[i]) + 1,
    );
    this.counts.forEach((n, i) => {
      if (n < 1)
        throw new ValueError(
          `${op}: a block covers ${d[i] * (this.kernel[i] - 1) + 1} elements of the ${i ? 'width' : 'height'} but there are ${size[i] + 2 * this.padding[i]}, padding included.`,
          { op },
        );
    });
    this.indices = this.kernel.map((k, i) => windowPositions(this.counts[i], k, s[i], d[i]));
  }
}

/**
 * Blocks of images (batch, channels, height, width) as columns: (batch, channels * kernel height * kernel width, blocks).
 * @param kernelSize - a number, or [height, width] of the blocks.
 * @param options - dilation 1, padding 0, stride 1: a number or one for each axis.
 */
export const unfold = defineOp(
  'unfold',
  (x: TensorLike, kernelSize: Sizes, options: FoldOptions = {}): Tensor => {
    const t = convert(x);
    if (t.ndim !== 4)
      throw new ValueError(
        `unfold: images of shape (batch, channels, height, width) are expected.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'unfold' },
      );
    const [batch, channels, height, width] = t.shape;
    const { kernel, padding, counts, indices } = new Blocks('unfold', [height, width], kernelSize, options);
    const shape = [batch, channels, height + 2 * padding[0], width + 2 * padding[1]];
    const padded = padding.some((p) => p > 0)
      ? run('place', [t], { shape, start: [0, 0, ...padding], step: [1, 1, 1, 1], value: 0 })
      : t;
    const windows = run('take', [run('take', [padded, indices[0]], { axis: 2 }), indices[1]], { axis: 4 });
    return run('reshape', [run('transpose', [windows], { axes: [0, 1, 3, 5, 2, 4] })], {
      shape: [batch, channels * kernel[0] * kernel[1], counts[0] * counts[1]],
    });
  },
  OPTIONS,
);
/**
 * The image that columns (batch, channels * kernel height * kernel width, blocks) make when each block is added at its
 * place: (batch, channels, ...outputSize). The adjoint of `unfold`.
 */
export const fold = defineOp(
  'fold',
  (x: TensorLike, outputSize: Sizes, kernelSize: Sizes, options: FoldOptions = {}): Tensor => {
    const t = convert(x);
    if (t.ndim !== 3)
      throw new ValueError(
        `fold: columns of shape (batch, channels * kernel size, blocks) are expected.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'fold' },
      );
    const [height, width] = spatial('fold', 'outputSize', outputSize, 2);
    const { kernel, padding, counts, indices } = new Blocks('fold', [height, width], kernelSize, options);
    const [batch, rows, blocks] = t.shape;
    const channels = rows / (kernel[0] * kernel[1]);
    if (!Number.isInteger(channels))
      throw new ValueError(
        `fold: the second axis must be a multiple of the ${kernel[0] * kernel[1]} elements of a block.\n  Received: shape ${formatShape(t.shape)}`,
        {
          op: 'fold',
        },
      );
    if (blocks !== counts[0] * counts[1])
      throw new ValueError(
        `fold: an output of size ${formatShape([height, width])} has ${counts[0] * counts[1]} blocks but there are ${blocks}.\n  Received: shape ${formatShape(t.shape)}`,
        {
          op: 'fold',
        },
      );
    const windows = run('transpose', [run('reshape', [t], { shape: [batch, channels, ...kernel, ...counts] })], {
      axes: [0, 1, 4, 2, 5, 3],
    });
    const whole = [batch, channels, height + 2 * padding[0], width + 2 * padding[1]];
    const columns = run('scatter_add', [indices[1], windows], {
      shape: [batch, channels, ...indices[0].shape, whole[3]],
      axis: 4,
    });
    const image = run('scatter_add', [indices[0], columns], { shape: whole, axis: 2 });
    return padding.some((p) => p > 0)
      ? run('slice', [image], { start: [0, 0, ...padding], size: [batch, channels, height, width], step: [1, 1, 1, 1] })
      : image;
  },
  OPTIONS,
);
