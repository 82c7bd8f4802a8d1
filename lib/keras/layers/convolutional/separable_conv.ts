/** SeparableConv1D, SeparableConv2D. */
import { separableConv } from '../../../ops/convolution';
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

export interface SeparableConvOptions extends ConvolutionalOptions {
  /** Channels between the two convolutions for each input channel, >= 1. Default 1. */
  depthMultiplier?: number;
  /** First values of the kernel of the depthwise convolution. Default 'glorot_uniform'. */
  depthwiseInitializer?: InitializerIdentifier;
  /** First values of the kernel of the pointwise convolution. Default 'glorot_uniform'. */
  pointwiseInitializer?: InitializerIdentifier;
  /** Penalty on the kernel of the depthwise convolution. Default null: none. */
  depthwiseRegularizer?: RegularizerIdentifier;
  /** Penalty on the kernel of the pointwise convolution. Default null: none. */
  pointwiseRegularizer?: RegularizerIdentifier;
  /** Applied to the kernel of the depthwise convolution after each update. Default null: none. */
  depthwiseConstraint?: ConstraintIdentifier;
  /** Applied to the kernel of the pointwise convolution after each update. Default null: none. */
  pointwiseConstraint?: ConstraintIdentifier;
}
/**
 * activation(conv(depthwiseConv(x, depthwise_kernel), pointwise_kernel) + bias): depthwise_kernel (...kernelSize, channels,
 * depthMultiplier), pointwise_kernel (...ones, channels * depthMultiplier, filters), bias (filters,).
 */
export abstract class BaseSeparableConv extends BaseConvolutional {
  static override positional = ['filters', 'kernelSize'];
  static override options: OptionKinds = {
    depthMultiplier: kinds.integer,
    ...WeightOptions.kinds('depthwise'),
    ...WeightOptions.kinds('pointwise'),
  };
  readonly filters: number;
  readonly depthMultiplier: number;
  depthwiseKernel!: Variable;
  pointwiseKernel!: Variable;
  private readonly depthwiseOptions: WeightOptions;
  private readonly pointwiseOptions: WeightOptions;

  protected constructor(rank: number, filters: number, kernelSize: Sizes, options: SeparableConvOptions) {
    super(rank, kernelSize, options);
    this.filters = positiveInteger(this.constructor.name, 'filters', filters);
    this.depthMultiplier = positiveInteger(this.constructor.name, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.depthwiseOptions = new WeightOptions('depthwise', options);
    this.pointwiseOptions = new WeightOptions('pointwise', options);
  }
  override build(inputShape: SymbolicShape): void {
    const channels = this.channelsOf(inputShape);
    const ones = this.kernelSize.map(() => 1);
    this.depthwiseKernel = this.addWeight({
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      ...this.depthwiseOptions.settings,
      name: 'depthwise_kernel',
    });
    this.pointwiseKernel = this.addWeight({
      shape: [...ones, channels * this.depthMultiplier, this.filters],
      ...this.pointwiseOptions.settings,
      name: 'pointwise_kernel',
    });
    this.addBias(this.filters);
  }
  override call(inputs: Tensor): Tensor {
    return this.finished(separableConv(inputs, this.depthwiseKernel.value, this.pointwiseKernel.value, this.windows));
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      filters: this.filters,
      depthMultiplier: this.depthMultiplier,
      ...this.depthwiseOptions.getConfig(),
      ...this.pointwiseOptions.getConfig(),
    };
  }
}
/** Each channel convolved on its own over time, then mixed: (batch, steps, channels) -> (batch, steps', filters). */
export class SeparableConv1D extends BaseSeparableConv {
  constructor(filters: number, kernelSize: Sizes, options: SeparableConvOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
/** Each channel convolved on its own over images, then mixed: (batch, height, width, channels) -> (batch, height', width', filters). */
export class SeparableConv2D extends BaseSeparableConv {
  constructor(filters: number, kernelSize: Sizes, options: SeparableConvOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
registerClass('keras.layers', SeparableConv1D, SeparableConv2D);
