/** Shapes, and how messages write them. */

/** Sizes of each axis. */
export type Shape = readonly number[];
/** Prints a shape as Python does: `(2, 3)`, `(2,)`, `()`, unknown sizes as `None`. */
export function formatShape(shape: readonly (number | string | null)[]): string {
  return `(${shape.map((d) => d ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}
/** @internal Whether a value is a shape; its sizes may be unknown. */
export const isSymbolicShape = (x: unknown): x is (number | null)[] =>
  Array.isArray(x) && x.every((d) => d === null || typeof d === 'number');
