/** What all convolution layers share: windows, bias, activation, and the options of each weight. */
import { lowerCase } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { checkDataFormat, spatial, type DataFormat, type Padding, type Sizes } from '../../../ops/spatial';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as activations from '../../activations';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import * as regularizers from '../../regularizers';
import { serializeKerasObject } from '../../serialization/serialize';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import type { ActivationIdentifier } from '../../activations';
import { kinds, type OptionKind, type OptionKinds } from '../../options';
import type { BiasWeightOptions } from '../weight_options';

export interface ConvolutionalOptions extends LayerOptions, BiasWeightOptions {
  /** Distance of neighbouring windows, in elements: one number for all spatial axes or one for each, >= 1. Default 1. Not beside a `dilationRate` above 1. */
  strides?: Sizes;
  /** 'valid' (default): windows lie inside of the input. 'same': zeros around it make the output ceil(size / strides) long. */
  padding?: 'valid' | 'same';
  /** Where the channels are: 'channels_last' (default), (batch, ..., channels), or 'channels_first', (batch, channels, ...). */
  dataFormat?: DataFormat | null;
  /** Distance of neighbouring elements of the kernel, in elements of the input, >= 1. Default 1. */
  dilationRate?: Sizes;
  /** Applied to the outputs. Default null: none. */
  activation?: ActivationIdentifier;
}
/** @internal Initializer, regularizer and constraint of one weight, from the options that begin with its name. */
export class WeightOptions {
  /** The options of the weight. */
  static kinds = (weight: string): Record<string, OptionKind> => ({
    [`${weight}Initializer`]: kinds.initializer,
    [`${weight}Regularizer`]: kinds.regularizer,
    [`${weight}Constraint`]: kinds.constraint,
  });
  readonly initializer;
  readonly regularizer;
  readonly constraint;
  constructor(
    private readonly weight: string,
    options: object,
    initializer = 'glorot_uniform',
  ) {
    const given = (kind: string): unknown => (options as Record<string, unknown>)[weight + kind];
    this.initializer = initializers.get(given('Initializer') ?? initializer);
    this.regularizer = regularizers.get(given('Regularizer'));
    this.constraint = constraints.get(given('Constraint'));
  }
  /** For `addWeight`. */
  get settings() {
    return { initializer: this.initializer, regularizer: this.regularizer, constraint: this.constraint };
  }
  getConfig(): Record<string, unknown> {
    return Object.fromEntries(
      Object.keys(WeightOptions.kinds(this.weight)).map((name, i) => [
        name,
        serializeKerasObject([this.initializer, this.regularizer, this.constraint][i]),
      ]),
    );
  }
}

/** A layer of one to three spatial axes with windows, a bias and an activation. */
export abstract class BaseConvolutional extends Layer {
  static override options: OptionKinds = {
    strides: kinds.integers,
    padding: kinds.choice,
    dataFormat: kinds.choice,
    dilationRate: kinds.integers,
    activation: kinds.activation,
    useBias: kinds.boolean,
    ...WeightOptions.kinds('bias'),
  };
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: number[];
  readonly activation: activations.Activation;
  readonly useBias: boolean;
  bias: Variable | null = null;
  private readonly biasOptions: WeightOptions;

  protected constructor(
    protected readonly rank: number,
    kernelSize: Sizes,
    options: Omit<ConvolutionalOptions, 'padding'> & { padding?: Padding },
    paddings: readonly Padding[] = ['valid', 'same'],
  ) {
    super(options);
    const where = this.constructor.name;
    this.kernelSize = spatial(where, 'kernelSize', kernelSize, rank);
    this.strides = spatial(where, 'strides', options.strides ?? 1, rank);
    this.dilationRate = spatial(where, 'dilationRate', options.dilationRate ?? 1, rank);
    this.padding = lowerCase(options.padding ?? 'valid') as Padding;
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    if (!paddings.includes(this.padding)) {
      const names = paddings.map((p) => `'${p}'`);
      throw new ValueError(
        `${where}: padding must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.\n  Received: '${this.padding}'`,
      );
    }
    this.activation = activations.get(options.activation);
    this.useBias = options.useBias ?? true;
    this.biasOptions = new WeightOptions('bias', options, 'zeros');
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
  }
  protected refuseStridesWithDilation(): void {
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1))
      throw new ValueError(
        `${this.constructor.name}: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides ${formatShape(this.strides)}, dilationRate ${formatShape(this.dilationRate)}`,
      );
  }
  /** Channels of the input, which from now on must have as many. */
  protected channelsOf(inputShape: SymbolicShape): number {
    const axis = this.dataFormat === 'channels_last' ? -1 : 1;
    const channels = inputShape.at(axis);
    if (inputShape.length !== this.rank + 2)
      throw new ValueError(
        `an input of rank ${this.rank + 2} is expected.\n  Received: shape ${formatShape(inputShape)}`,
      );
    if (channels == null)
      throw new ValueError(
        `the number of channels (axis ${axis}) must be known.\n  Received: shape ${formatShape(inputShape)}`,
      );
    this.inputSpec = new InputSpec({ ndim: this.rank + 2, axes: { [axis]: channels } });
    return channels;
  }
  protected addBias(filters: number): void {
    if (this.useBias) this.bias = this.addWeight({ shape: [filters], ...this.biasOptions.settings, name: 'bias' });
  }
  protected get windows() {
    const { strides, padding, dataFormat, dilationRate } = this;
    return { strides, padding, dataFormat, dilationRate };
  }
  /** activation(y + bias) */
  protected finished(y: Tensor): Tensor {
    if (!this.bias) return this.activation(y);
    const b = this.bias.value;
    const isLast = this.dataFormat === 'channels_last';
    return this.activation(y.add(isLast ? b : b.reshape([1, b.size, ...this.kernelSize.map(() => 1)])));
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      kernelSize: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
      activation: activations.serialize(this.activation),
      useBias: this.useBias,
      ...this.biasOptions.getConfig(),
      activityRegularizer: serializeKerasObject(this.activityRegularizer),
    };
  }
}
