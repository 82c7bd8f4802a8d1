/** Masks travel beside the tensors they belong to. */
import type { Tensor } from '../core/tensor';

const masks = new WeakMap<object, Tensor>();
/** @internal */
export const maskOf = (x: unknown): Tensor | null =>
  typeof x === 'object' && x !== null ? (masks.get(x) ?? null) : null;
/** @internal */
export function setMask(x: unknown, mask: Tensor | null): void {
  if (mask && typeof x === 'object' && x !== null) masks.set(x, mask);
}

// Layers that were read from files of Keras 1 and 2, where masks mean something else to them.
const ofKeras2 = new WeakSet<object>();
/** @internal Classes whose masks Keras 3 treats otherwise than Keras 2 say so: `static hasMasksOfKeras2 = true`. */
export function keepMasksOfKeras2(layer: object): void {
  if ((layer.constructor as { hasMasksOfKeras2?: boolean }).hasMasksOfKeras2) ofKeras2.add(layer);
}
/** @internal */
export const hasMasksOfKeras2 = (layer: object): boolean => ofKeras2.has(layer);
