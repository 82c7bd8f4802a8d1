/** Masks travel beside the tensors they belong to. */
import type { Tensor } from '../../tensor';

const masks = new WeakMap<object, Tensor>();
/** @internal */
export const maskOf = (x: unknown): Tensor | null => (typeof x === 'object' && x !== null ? (masks.get(x) ?? null) : null);
/** @internal */
export function setMask(x: unknown, mask: Tensor | null): void {
  if (mask && typeof x === 'object' && x !== null) masks.set(x, mask);
}
