/** Conv1D, Conv2D, Conv3D. */
import { ValueError } from '../../../support/errors';
import { conv } from '../../../ops/convolution';
import type { Padding, Sizes } from '../../../ops/spatial';
import type { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core';
import { Lora, type LoraOptions } from '../core/lora';
import { BaseConvolutional, WeightOptions, type ConvolutionalOptions } from './base';
import type { KernelWeightOptions } from '../weight_options';

export interface ConvLayerOptions extends ConvolutionalOptions, KernelWeightOptions {
  /** Parts that the channels fall into, each with filters of its own; divides the channels and the filters. Default 1. */
  groups?: number;
  /** Rank of a low-rank adaptation: see `enableLora`. */
  loraRank?: number | null;
  /** Factor on the low-rank update, divided by its rank. Default: the rank. */
  loraAlpha?: number | null;
}
/** Options of Conv1D, which may look at the past only. */
export interface Conv1DOptions extends Omit<ConvLayerOptions, 'padding'> {
  /** 'valid' (default): windows lie inside of the input. 'same': zeros around it make the output ceil(steps / strides) long. 'causal': zeros before it only. */
  padding?: Padding;
}
/** activation(conv(x, kernel) + bias): kernel (...kernelSize, channels / groups, filters), bias (filters,). */
export abstract class BaseConv extends BaseConvolutional {
  static override positional = ['filters', 'kernelSize'];
  static override options: OptionKinds = {
    groups: kinds.integer,
    ...WeightOptions.kinds('kernel'),
    loraRank: kinds.integer,
    loraAlpha: kinds.numbers,
  };
  readonly filters: number;
  readonly groups: number;
  kernel!: Variable;
  readonly lora: Lora;
  private readonly kernelOptions: WeightOptions;

  protected constructor(rank: number, filters: number, kernelSize: Sizes, options: Conv1DOptions) {
    super(rank, kernelSize, options, rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']);
    const where = this.constructor.name;
    this.filters = positiveInteger(where, 'filters', filters);
    this.groups = positiveInteger(where, 'groups', options.groups ?? 1);
    if (this.filters % this.groups)
      throw new ValueError(`${where}: filters (${this.filters}) must be divisible by groups (${this.groups}).`);
    this.refuseStridesWithDilation();
    this.kernelOptions = new WeightOptions('kernel', options);
    this.lora = new Lora(options);
  }
  override build(inputShape: SymbolicShape): void {
    const channels = this.channelsOf(inputShape);
    if (channels % this.groups)
      throw new ValueError(`${channels} input channels cannot be divided among ${this.groups} groups.`);
    this.kernel = this.addWeight({
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      ...this.kernelOptions.settings,
      name: 'kernel',
    });
    this.addBias(this.filters);
    if (this.lora.requested) this.enableLora(this.lora.requested, { loraAlpha: this.lora.alpha });
  }
  override call(inputs: Tensor): Tensor {
    return this.finished(conv(inputs, this.lora.merged(this.kernel, this.computeDtype), this.windows));
  }
  /** Freezes the kernel and trains kernel + alpha / rank A B instead, A (...kernelSize, channels / groups, rank), B (rank, filters) (Hu et al. 2021). */
  enableLora(rank: number, options: LoraOptions = {}): void {
    this.lora.enable(this, rank, options, {
      weight: this.kernel,
      names: ['lora_kernel_a', 'lora_kernel_b'],
      shapes: [
        [...(this.kernel?.shape.slice(0, -1) ?? []), rank],
        [rank, this.filters],
      ],
      regularizer: this.kernelOptions.regularizer,
      constraint: this.kernelOptions.constraint,
    });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      filters: this.filters,
      groups: this.groups,
      ...this.kernelOptions.getConfig(),
      ...this.lora.getConfig(),
    };
  }
}
/** Convolution over time: (batch, steps, channels) -> (batch, steps', filters). */
export class Conv1D extends BaseConv {
  constructor(filters: number, kernelSize: Sizes, options: Conv1DOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
/** Convolution over images: (batch, height, width, channels) -> (batch, height', width', filters). */
export class Conv2D extends BaseConv {
  constructor(filters: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
/** Convolution over volumes: (batch, depth, height, width, channels) -> (batch, depth', height', width', filters). */
export class Conv3D extends BaseConv {
  constructor(filters: number, kernelSize: Sizes, options: ConvLayerOptions = {}) {
    super(3, filters, kernelSize, options);
  }
}
registerClass('keras.layers', Conv1D, Conv2D, Conv3D);
