/** Convolution layers. */
export { BaseConvolutional, WeightOptions, type ConvolutionalOptions } from './base';
export { BaseConv, Conv1D, Conv2D, Conv3D, type Conv1DOptions, type ConvLayerOptions } from './conv';
export {
  BaseConvTranspose,
  Conv1DTranspose,
  Conv2DTranspose,
  Conv3DTranspose,
  type ConvTransposeLayerOptions,
} from './conv_transpose';
export { DepthwiseConv1D, DepthwiseConv2D, type DepthwiseConvOptions } from './depthwise_conv';
export { SeparableConv1D, SeparableConv2D, type SeparableConvOptions } from './separable_conv';
