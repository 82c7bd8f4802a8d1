/** Convolution layers over one and two spatial axes. */
import { ValueError } from '../../errors';
import { checkDataFormat, conv, spatial, type DataFormat } from '../../ops/nn';
import { formatShape, run, type Tensor } from '../../tensor';
import type { Variable } from '../../variable';
import type { SymbolicShape } from '../keras_tensor';
import { registerClass } from '../saving/registry';
import { KernelOptions, positiveInteger, type DenseOptions } from './core';
import { InputSpec } from './input_spec';
import { Layer } from './layer';

export interface ConvLayerOptions extends DenseOptions {
  strides?: number | readonly number[];
  padding?: string;
  dataFormat?: string | null;
  dilationRate?: number | readonly number[];
  groups?: number;
}

/** Base of Conv1D and Conv2D: kernel (...kernelSize, channels / groups, filters), bias (filters,). */
export abstract class BaseConv extends Layer {
  static override positional = ['filters', 'kernelSize'];
  static override options = [...KernelOptions.names, 'strides', 'padding', 'dataFormat', 'dilationRate', 'groups'];
  readonly filters: number;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly padding: string;
  readonly dataFormat: DataFormat;
  readonly dilationRate: number[];
  readonly groups: number;
  kernel!: Variable;
  bias: Variable | null = null;
  private readonly settings: KernelOptions;

  protected constructor(
    private readonly rank: number,
    filters: number,
    kernelSize: number | readonly number[],
    options: ConvLayerOptions,
  ) {
    super(options);
    const where = this.constructor.name;
    this.filters = positiveInteger(where, 'filters', filters);
    this.kernelSize = spatial(where, 'kernelSize', kernelSize, rank);
    this.strides = spatial(where, 'strides', options.strides ?? 1, rank);
    this.dilationRate = spatial(where, 'dilationRate', options.dilationRate ?? 1, rank);
    this.padding = (options.padding ?? 'valid').toLowerCase();
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.groups = positiveInteger(where, 'groups', options.groups ?? 1);
    if (!['valid', 'same', 'causal'].includes(this.padding) || (this.padding === 'causal' && rank !== 1))
      throw new ValueError(`${where}: padding must be 'valid'${rank === 1 ? ", 'same' or 'causal'" : " or 'same'"}.\n  Received: '${this.padding}'`);
    if (this.filters % this.groups) throw new ValueError(`${where}: filters (${this.filters}) must be divisible by groups (${this.groups}).`);
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1))
      throw new ValueError(
        `${where}: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides ${JSON.stringify(options.strides)}, dilationRate ${JSON.stringify(options.dilationRate)}`,
      );
    this.settings = new KernelOptions(options);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  get activation() {
    return this.settings.activation;
  }
  get useBias(): boolean {
    return this.settings.useBias;
  }
  override build(inputShape: SymbolicShape): void {
    const axis = this.dataFormat === 'channels_last' ? -1 : 1,
      channels = inputShape.at(axis);
    if (channels == null) throw new ValueError(`the number of channels (axis ${axis}) must be known.\n  Received: shape ${formatShape(inputShape)}`);
    if (channels % this.groups) throw new ValueError(`${channels} input channels cannot be divided among ${this.groups} groups.`);
    this.kernel = this.addWeight({ shape: [...this.kernelSize, channels / this.groups, this.filters], ...this.settings.kernel });
    if (this.useBias) this.bias = this.addWeight({ shape: [this.filters], ...this.settings.bias });
    this.inputSpec = new InputSpec({ ndim: this.rank + 2, axes: { [axis]: channels } });
  }
  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    let y = conv(inputs, this.kernel.value, { strides, padding, dataFormat, dilationRate });
    if (this.bias) {
      const b = this.bias.value;
      y = y.add(dataFormat === 'channels_last' ? b : run('reshape', [b], { shape: [1, this.filters, ...this.kernelSize.map(() => 1)] }));
    }
    return this.activation(y);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
      groups: this.groups,
      ...this.settings.getConfig(),
    };
  }
}
/** Convolution over time: (batch, steps, channels) -> (batch, steps', filters). */
export class Conv1D extends BaseConv {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLayerOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
/** Convolution over images: (batch, height, width, channels) -> (batch, height', width', filters). */
export class Conv2D extends BaseConv {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLayerOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
registerClass('keras.layers', Conv1D, Conv2D);
