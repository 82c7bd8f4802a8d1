/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. */
import { ValueError } from '../../../support/errors';
import { convTranspose } from '../../../ops/convolution';
import { spatial, type Sizes } from '../../../ops/spatial';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core';
import { BaseConvolutional, WeightOptions, type ConvolutionalOptions } from './base';
import type { KernelWeightOptions } from '../weight_options';

export interface ConvTransposeLayerOptions extends ConvolutionalOptions, KernelWeightOptions {
  /** Elements added at the end of each axis, fewer than strides; null: as many as make the size strides * n with padding 'same'. */
  outputPadding?: Sizes | null;
}
/** activation(convTranspose(x, kernel) + bias): kernel (...kernelSize, filters, channels), bias (filters,). */
export abstract class BaseConvTranspose extends BaseConvolutional {
  static override positional = ['filters', 'kernelSize'];
  static override options: OptionKinds = {
    outputPadding: kinds.integers,
    ...WeightOptions.kinds('kernel'),
  };
  readonly filters: number;
  readonly outputPadding: number[] | null;
  kernel!: Variable;
  private readonly kernelOptions: WeightOptions;

  protected constructor(rank: number, filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions) {
    super(rank, kernelSize, options);
    const where = this.constructor.name;
    this.filters = positiveInteger(where, 'filters', filters);
    this.outputPadding =
      options.outputPadding == null ? null : spatial(where, 'outputPadding', options.outputPadding, rank, 0);
    if (this.outputPadding?.some((p, i) => p >= this.strides[i]))
      throw new ValueError(
        `${where}: outputPadding must be smaller than strides.\n  Received: outputPadding ${formatShape(this.outputPadding)}, strides ${formatShape(this.strides)}`,
      );
    this.refuseStridesWithDilation();
    this.kernelOptions = new WeightOptions('kernel', options);
  }
  override build(inputShape: SymbolicShape): void {
    this.kernel = this.addWeight({
      shape: [...this.kernelSize, this.filters, this.channelsOf(inputShape)],
      ...this.kernelOptions.settings,
      name: 'kernel',
    });
    this.addBias(this.filters);
  }
  override call(inputs: Tensor): Tensor {
    return this.finished(
      convTranspose(inputs, this.kernel.value, { ...this.windows, outputPadding: this.outputPadding }),
    );
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      filters: this.filters,
      outputPadding: this.outputPadding,
      ...this.kernelOptions.getConfig(),
    };
  }
}
/** Transposed convolution over time: (batch, steps, channels) -> (batch, steps', filters), steps' = strides * steps with padding 'same'. */
export class Conv1DTranspose extends BaseConvTranspose {
  constructor(filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
/** Transposed convolution over images: (batch, height, width, channels) -> (batch, height', width', filters). */
export class Conv2DTranspose extends BaseConvTranspose {
  constructor(filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
/** Transposed convolution over volumes: (batch, depth, height, width, channels) -> (batch, depth', height', width', filters). */
export class Conv3DTranspose extends BaseConvTranspose {
  constructor(filters: number, kernelSize: Sizes, options: ConvTransposeLayerOptions = {}) {
    super(3, filters, kernelSize, options);
  }
}
registerClass('keras.layers', Conv1DTranspose, Conv2DTranspose, Conv3DTranspose);
