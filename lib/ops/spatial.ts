/** What convolution and pooling share: data formats, sizes of windows, padding. */
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import type { Shape, Tensor } from '../core/tensor';
import { moveaxis } from './shape';

/** Where the channels are. */
export type DataFormat = 'channels_last' | 'channels_first';
/** How borders are treated: no padding, output as large as input / stride, or only the past (1D). */
export type Padding = 'valid' | 'same' | 'causal';
/** One number for all spatial axes, or one for each. */
export type Sizes = number | readonly number[];

/** @internal One number for each spatial axis. */
export function spatial(op: string, what: string, value: Sizes, axes: number, least = 1): number[] {
  const list =
    typeof value === 'number' ? Array<number>(axes).fill(value) : Array.isArray(value) ? [...(value as number[])] : [];
  if (list.length !== axes || list.some((v) => !Number.isInteger(v) || v < least || v >= 2 ** 31))
    throw new ValueError(
      `${op}: ${what} must be an integer >= ${least} or ${axes} of them.\n  Received: ${describe(value)}`,
      { op },
    );
  return list;
}
/** @internal Elements added before and after each spatial axis. */
export function paddingOf(
  op: string,
  padding: string,
  input: Shape,
  kernel: readonly number[],
  strides: readonly number[],
  dilation: readonly number[],
): { before: number[]; after: number[] } {
  const before = input.map(() => 0);
  const after = input.map(() => 0);
  const p = typeof padding === 'string' ? padding.toLowerCase() : padding;
  if (p === 'same')
    input.forEach((n, i) => {
      const total = Math.max(0, (Math.ceil(n / strides[i]) - 1) * strides[i] + (kernel[i] - 1) * dilation[i] + 1 - n);
      before[i] = total >> 1;
      after[i] = total - before[i];
    });
  else if (p === 'causal') {
    if (input.length !== 1)
      throw new ValueError(`${op}: padding 'causal' is for one spatial axis; there are ${input.length}.`, { op });
    before[0] = (kernel[0] - 1) * dilation[0];
  } else if (p !== 'valid')
    throw new ValueError(`${op}: padding must be 'valid', 'same' or 'causal'.\n  Received: ${describe(padding)}`, {
      op,
    });
  return { before, after };
}
/** @internal */
export function checkDataFormat(op: string, dataFormat: string | null | undefined): DataFormat {
  if (dataFormat == null) return 'channels_last';
  if (dataFormat !== 'channels_last' && dataFormat !== 'channels_first')
    throw new ValueError(
      `${op}: dataFormat must be 'channels_last' or 'channels_first'.\n  Received: ${describe(dataFormat)}`,
      { op },
    );
  return dataFormat;
}
/** @internal Runs `f` on channels_last data. */
export function channelsLast(x: Tensor, format: DataFormat, f: (t: Tensor) => Tensor): Tensor {
  return format === 'channels_last' ? f(x) : moveaxis(f(moveaxis(x, 1, -1)), -1, 1);
}
