/** What the three MobileNets ask of their options. */
import { formatShape } from '../../core/tensor';
import { ValueError } from '../../support/errors';
import type { SymbolicShape } from '../keras_tensor';
import type { Settings } from './application_options';

/** @internal The size among `sizes` of which there are weights, when the shape is a square of it; else 224. */
export function knownSize(shape: SymbolicShape | null, sizes: readonly number[]): number {
  const [height, width] = shape ?? [null, null];
  return height !== null && height === width && sizes.includes(height) ? height : 224;
}
/** @internal Refuses a width that leaves no channels. */
export function checkAlpha(where: string, alpha: number): void {
  if (!(alpha > 0 && Number.isFinite(alpha)))
    throw new ValueError(`${where}: alpha must be > 0.\n  Received: ${alpha}`, { op: where });
}
/** @internal Refuses an input tensor of another width than the shape says. */
export function checkTensorShape(where: string, { inputShape, inputTensor }: Settings): void {
  if (inputShape === null || inputTensor === null || inputTensor.shape[2] === inputShape[1]) return;
  throw new ValueError(
    `${where}: inputTensor and inputShape differ in their width.\n  Received: inputTensor of shape ${formatShape(inputTensor.shape)}, inputShape ${formatShape(inputShape)}`,
    { op: where },
  );
}
