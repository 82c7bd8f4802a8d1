/** DepthwiseConv1D, DepthwiseConv2D. */
import { depthwiseConv } from '../../../ops/convolution';
import type { Sizes } from '../../../ops/spatial';
import type { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core';
import { BaseConvolutional, WeightOptions, type ConvolutionalOptions } from './base';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

export interface DepthwiseConvOptions extends ConvolutionalOptions {
  /** Output channels for each input channel, >= 1. Default 1. */
  depthMultiplier?: number;
  /** First values of the kernel. Default 'glorot_uniform'. */
  depthwiseInitializer?: InitializerIdentifier;
  /** Penalty on the kernel, added to the loss. Default null: none. */
  depthwiseRegularizer?: RegularizerIdentifier;
  /** Applied to the kernel after each update. Default null: none. */
  depthwiseConstraint?: ConstraintIdentifier;
}
/** activation(depthwiseConv(x, kernel) + bias): kernel (...kernelSize, channels, depthMultiplier), bias (channels * depthMultiplier,). */
export abstract class BaseDepthwiseConv extends BaseConvolutional {
  static override positional = ['kernelSize'];
  static override options: OptionKinds = {
    depthMultiplier: kinds.integer,
    ...WeightOptions.kinds('depthwise'),
  };
  readonly depthMultiplier: number;
  kernel!: Variable;
  private readonly kernelOptions: WeightOptions;

  protected constructor(rank: number, kernelSize: Sizes, options: DepthwiseConvOptions) {
    super(rank, kernelSize, options);
    this.depthMultiplier = positiveInteger(this.constructor.name, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.kernelOptions = new WeightOptions('depthwise', options);
  }
  override build(inputShape: SymbolicShape): void {
    const channels = this.channelsOf(inputShape);
    this.kernel = this.addWeight({
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      ...this.kernelOptions.settings,
      name: 'kernel',
    });
    this.addBias(channels * this.depthMultiplier);
  }
  override call(inputs: Tensor): Tensor {
    return this.finished(depthwiseConv(inputs, this.kernel.value, this.windows));
  }
  override getConfig() {
    return { ...super.getConfig(), depthMultiplier: this.depthMultiplier, ...this.kernelOptions.getConfig() };
  }
}
/** Each channel convolved on its own over time: (batch, steps, channels) -> (batch, steps', channels * depthMultiplier). */
export class DepthwiseConv1D extends BaseDepthwiseConv {
  constructor(kernelSize: Sizes, options: DepthwiseConvOptions = {}) {
    super(1, kernelSize, options);
  }
}
/** Each channel convolved on its own over images: (batch, height, width, channels) -> (batch, height', width', channels * depthMultiplier). */
export class DepthwiseConv2D extends BaseDepthwiseConv {
  constructor(kernelSize: Sizes, options: DepthwiseConvOptions = {}) {
    super(2, kernelSize, options);
  }
}
registerClass('keras.layers', DepthwiseConv1D, DepthwiseConv2D);
