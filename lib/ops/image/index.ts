/** Ops on images (keras.ops.image). */
export { cropImages, padImages, type CropImagesOptions, type PadImagesOptions } from './borders';
export { hsvToRgb, rgbToGrayscale, rgbToHsv } from './color';
export { elasticTransform, mapCoordinates, type ElasticOptions } from './coordinates';
export { gaussianBlur, sobelEdges, ssim, type SsimOptions } from './filters';
export type { Interpolation } from './interpolation';
export type { ImageSize, Sampling } from './layout';
export { extractPatches, extractPatches3d, type PatchOptions } from './patches';
export { resize, type ResizeOptions } from './resize';
export type { Outside } from './sampling';
export { scaleAndTranslate } from './scale_and_translate';
export { affineTransform, perspectiveTransform, type AffineOptions, type FillMode } from './warp';
