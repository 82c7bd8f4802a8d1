/** Pieces of several architectures: padding before a stride, channels in multiples of eight. */
import * as layers from '../layers/index';
import type { KerasTensor } from '../keras_tensor';

export { layers };
export type { Layer } from '../layers/index';
export { Sequential } from '../models/sequential';

/** @internal Ops of symbolic tensors are typed as those of tensors. */
export const symbolic = (x: unknown): KerasTensor => x as KerasTensor;

/** @internal Rows and columns of zeros that make a stride of 2 with 'valid' sample as 'same' does in odd sizes (TensorFlow's models). */
export function stridePadding(x: KerasTensor, kernel: number): [[number, number], [number, number]] {
  const half = Math.floor(kernel / 2);
  const [, height, width] = x.shape;
  const before = (size: number | null): number => half - (height === null ? 1 : 1 - ((size ?? 1) % 2));
  return [
    [before(height), half],
    [before(width), half],
  ];
}

/** @internal The nearest multiple of `divisor`, not less than `divisor` and not less than nine tenths of `v`. */
export function divisible(v: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(v + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * v ? rounded + divisor : rounded;
}
