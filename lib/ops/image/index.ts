/** Ops on images (keras.ops.image). */
export { resize, type ResizeOptions } from './resize';
export { scaleAndTranslate } from './scale_and_translate';
export { affineTransform, perspectiveTransform, type AffineOptions, type FillMode } from './warp';
export type { Interpolation } from './interpolation';
export type { ImageSize, Sampling } from './layout';
