/**
 * ConvLSTM (Shi et al. 2015): an LSTM whose products are convolutions, over 1, 2 or 3 spatial axes.
 *   i, f, g, o = conv(x, kernel) + bias + conv(h, recurrent_kernel)     c' = s(f) c + s(i) a(g)     h' = s(o) a(c')
 */
import { lowerCase } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { zeros } from '../../../ops/creation';
import { conv } from '../../../ops/convolution';
import { checkDataFormat, paddingOf, spatial, type DataFormat } from '../../../ops/spatial';
import * as ops from '../../../ops/index';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { positiveInteger } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import type { CellRun, StateSize } from './cell';
import { CellLayer, cellOptions } from './cell_layer';
import { DropoutRNNCell } from './dropout_rnn_cell';
import { splitSizes, type States } from './loop';
import { forgetBias } from './lstm';
import { RecurrentOptions, type GatedCellOptions } from './recurrent_options';
import { kinds, type OptionKinds } from '../../options';
import type { RNNOptions } from './rnn';

type Sizes = number | readonly number[];
export interface ConvLSTMCellOptions extends Omit<GatedCellOptions, 'implementation'> {
  /** Default 1. */
  strides?: Sizes;
  /** 'valid' (default) or 'same'. The convolution of the state is always 'same'. */
  padding?: 'valid' | 'same';
  /** Where the channels are: 'channels_last' (default), (batch, steps, ..., channels), or 'channels_first', (batch, steps, channels, ...). */
  dataFormat?: DataFormat | null;
  /** Default 1. */
  dilationRate?: Sizes;
  /** The bias of the forget gate begins at 1. Default true. */
  unitForgetBias?: boolean;
}
const CELL_OPTIONS = {
  ...RecurrentOptions.gated,
  strides: kinds.integers,
  padding: kinds.choice,
  dataFormat: kinds.choice,
  dilationRate: kinds.integers,
  unitForgetBias: kinds.boolean,
};

/** @internal One step. kernel (...kernelSize, channels, 4 filters), recurrent_kernel (...kernelSize, filters, 4 filters), bias (4 filters,). */
export class ConvLSTMCell extends DropoutRNNCell {
  static override positional: readonly string[] = ['rank', 'filters', 'kernelSize'];
  static override options: OptionKinds = CELL_OPTIONS;
  readonly filters: number;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: DataFormat;
  readonly dilationRate: number[];
  readonly unitForgetBias: boolean;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;
  private stateShape: number[] = [];
  constructor(
    readonly rank: number,
    filters: number,
    kernelSize: Sizes,
    options: ConvLSTMCellOptions = {},
  ) {
    const where = `ConvLSTM${rank}D`;
    super(options, new RecurrentOptions(where, options));
    this.filters = positiveInteger(where, 'filters', filters);
    this.kernelSize = spatial(where, 'kernelSize', kernelSize, rank);
    this.strides = spatial(where, 'strides', options.strides ?? 1, rank);
    this.dilationRate = spatial(where, 'dilationRate', options.dilationRate ?? 1, rank);
    this.padding = lowerCase(options.padding ?? 'valid') as 'valid' | 'same';
    if (!['valid', 'same'].includes(this.padding))
      throw new ValueError(`${where}: padding must be 'valid' or 'same'.\n  Received: '${this.padding}'`);
    if (this.strides.some((s) => s > 1) && this.dilationRate.some((d) => d > 1))
      throw new ValueError(
        `${where}: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides [${this.strides}], dilationRate [${this.dilationRate}]`,
      );
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.unitForgetBias = options.unitForgetBias ?? true;
  }
  /** Shapes of the states h and c, when built. */
  get stateSize(): StateSize {
    return [this.stateShape, this.stateShape];
  }
  get outputSize(): number {
    return this.filters;
  }
  override build(inputShape: SymbolicShape): void {
    const { filters, kernelSize, settings, dataFormat } = this;
    const isLast = dataFormat === 'channels_last';
    const channels = inputShape.at(isLast ? -1 : 1);
    const sizes = isLast ? inputShape.slice(1, -1) : inputShape.slice(2);
    if (channels == null)
      throw new ValueError(
        `the number of channels must be known.\n  Received: shape ${formatShape(inputShape)} of one step`,
      );
    if (sizes.some((d) => d === null))
      throw new ValueError(
        `the sizes of all spatial axes must be known.\n  Received: shape ${formatShape(inputShape)} of one step`,
      );
    const { before, after } = paddingOf(
      'conv',
      this.padding,
      sizes as number[],
      kernelSize,
      this.strides,
      this.dilationRate,
    );
    const out = (sizes as number[]).map(
      (n, i) =>
        Math.floor((n + before[i] + after[i] - (kernelSize[i] - 1) * this.dilationRate[i] - 1) / this.strides[i]) + 1,
    );
    this.stateShape = isLast ? [...out, filters] : [filters, ...out];
    this.kernel = this.addWeight({ shape: [...kernelSize, channels, filters * 4], ...settings.kernel });
    this.recurrentKernel = this.addWeight({
      shape: [...kernelSize, filters, filters * 4],
      ...settings.recurrentKernel,
    });
    if (!settings.useBias) return;
    const initializer = this.unitForgetBias ? forgetBias(settings.biasInitializer, filters) : settings.biasInitializer;
    this.bias = this.addWeight({ shape: [filters * 4], ...settings.bias, initializer });
  }
  getInitialState(batchSize: number): States {
    return [0, 1].map(() => zeros([batchSize, ...this.stateShape], { dtype: this.computeDtype }));
  }
  private get channelAxis(): number {
    return this.dataFormat === 'channels_last' ? this.rank + 1 : 1;
  }
  private gates(x: Tensor): Tensor[] {
    return splitSizes(x, Array<number>(4).fill(this.filters), this.channelAxis);
  }
  // conv(x, kernel) for all gates, with a mask of x for each when there are masks.
  private product(x: Tensor, kernel: Tensor, masks: Tensor[] | null, options: Parameters<typeof conv>[2]): Tensor {
    const given = { ...options, dataFormat: this.dataFormat };
    if (!masks) return conv(x, kernel, given);
    const kernels = splitSizes(kernel, Array<number>(4).fill(this.filters), this.rank + 1);
    return ops.concatenate(
      masks.map((m, k) => conv(x.mul(m), kernels[k], given)),
      { axis: this.channelAxis },
    );
  }
  /** @internal */
  override beginRun(training: boolean): CellRun {
    const { activation, recurrentActivation, dropout, recurrentDropout } = this.settings;
    const { strides, padding, dilationRate, rank, filters } = this;
    const drops = (rate: number): boolean => training && rate > 0 && rate < 1;
    const kernel = this.kernel.value;
    const recurrentKernel = this.recurrentKernel.value;
    const bias = this.bias
      ? this.bias.value.reshape(
          this.dataFormat === 'channels_last' ? [filters * 4] : [filters * 4, ...Array<number>(rank).fill(1)],
        )
      : null;
    return {
      project: (x) => {
        // All steps are one batch for the convolution.
        const hasTime = x.ndim === rank + 3;
        const steps = hasTime ? x.shape[1] : 1;
        const merge = (t: Tensor): Tensor => (hasTime ? t.reshape([-1, ...t.shape.slice(2)]) : t);
        const masks = drops(dropout)
          ? this.inputMasks(x, 4, hasTime).map((m) => merge(hasTime ? m.broadcastTo(x.shape) : m))
          : null;
        let y = this.product(merge(x), kernel, masks, { strides, padding, dilationRate });
        if (bias) y = y.add(bias);
        return hasTime ? y.reshape([x.shape[0], steps, ...y.shape.slice(1)]) : y;
      },
      step: (x, [h, c]) => {
        const before = h as Tensor;
        const masks = drops(recurrentDropout) ? this.recurrentMasks(before, 4) : null;
        const [i, f, g, o] = this.gates(x.add(this.product(before, recurrentKernel, masks, { padding: 'same' })));
        const carry = recurrentActivation(f)
          .mul(c as Tensor)
          .add(recurrentActivation(i).mul(activation(g)));
        const y = recurrentActivation(o).mul(activation(carry));
        return [y, [y, carry]];
      },
    };
  }
  /** @internal */
  override ownConfig(): Record<string, unknown> {
    const { filters, kernelSize, strides, padding, dataFormat, dilationRate, unitForgetBias } = this;
    return {
      filters,
      kernelSize,
      strides,
      padding,
      dataFormat,
      dilationRate,
      ...this.settings.gatedConfig(),
      unitForgetBias,
    };
  }
}

export interface ConvLSTMOptions extends ConvLSTMCellOptions, RNNOptions {}
/** @internal Base of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D. */
export abstract class ConvLSTM extends CellLayer<ConvLSTMCell> {
  static override positional: readonly string[] = ['filters', 'kernelSize'];
  static override options: OptionKinds = { ...CELL_OPTIONS };
  protected constructor(rank: number, filters: number, kernelSize: Sizes, options: ConvLSTMOptions) {
    const { trainable: _, ...forCell } = cellOptions(options, Object.keys(CELL_OPTIONS), 'conv_lstm_cell');
    super(new ConvLSTMCell(rank, filters, kernelSize, forCell), options);
    this.inputSpec = new InputSpec({ ndim: rank + 3 });
    if (options.trainable === false) this.trainable = false;
  }
  get filters(): number {
    return this.cell.filters;
  }
  get kernelSize(): number[] {
    return this.cell.kernelSize;
  }
  get strides(): number[] {
    return this.cell.strides;
  }
  get padding(): 'valid' | 'same' {
    return this.cell.padding;
  }
  get dataFormat(): DataFormat {
    return this.cell.dataFormat;
  }
  get dilationRate(): number[] {
    return this.cell.dilationRate;
  }
  get recurrentActivation() {
    return this.cell.settings.recurrentActivation;
  }
  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
  }
}
