/** Layers of images. */
export { CenterCrop } from './center_crop';
export { ContrastLimitedAdaptiveHistogramEqualization } from './clahe';
export { RandomColorDegeneration, RandomColorJitter, RandomGrayscale, RandomHue, RandomSaturation } from './color';
export { RandomElasticTransform, RandomGaussianBlur } from './filters';
export {
  RandomCrop,
  RandomFlip,
  RandomPerspective,
  RandomRotation,
  RandomShear,
  RandomTranslation,
  RandomZoom,
} from './geometric';
export { MaxNumBoundingBoxes } from './max_num_bounding_boxes';
export { CutMix, MixUp, RandomErasing } from './mixing';
export { AugMix, RandAugment } from './policies';
export { Resizing } from './resizing';
export {
  AutoContrast,
  Equalization,
  RandomBrightness,
  RandomContrast,
  RandomInvert,
  RandomPosterization,
  RandomSharpness,
  Solarization,
} from './tone';
