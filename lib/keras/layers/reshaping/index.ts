/** Layers that move elements. */
export { Cropping1D, Cropping2D, Cropping3D, type CroppingOptions } from './cropping';
export { Flatten } from './flatten';
export { Permute } from './permute';
export { RepeatVector } from './repeat_vector';
export { Reshape } from './reshape';
export {
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  type UpSampling1DOptions,
  type UpSampling2DOptions,
  type UpSampling3DOptions,
} from './up_sampling';
export { ZeroPadding1D, ZeroPadding2D, ZeroPadding3D, type ZeroPaddingOptions } from './zero_padding';
