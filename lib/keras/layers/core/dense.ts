/** Dense: a matrix product over the last axis. */
import { ValueError } from '../../../support/errors';
import { matmul } from '../../../ops/linalg';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { Activation } from '../../activations';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer } from '../layer';
import { KernelOptions, positiveInteger, type DenseOptions } from './kernel_options';
import { Lora, type LoraOptions } from './lora';
import { inputQuantizer, QuantizedWeight, roundedInputs } from './quantized';

/** activation(x @ kernel + bias) over the last axis: (..., n) -> (..., units). kernel (n, units), bias (units,). */
export class Dense extends Layer {
  static override positional = ['units'];
  static override options: OptionKinds = {
    ...KernelOptions.kinds,
    quantizationConfig: kinds.any,
    loraRank: kinds.integer,
    loraAlpha: kinds.numbers,
  };
  /** @internal */ static readonly isQuantizable = true;
  override supportsMasking = true;
  readonly units: number;
  kernel!: Variable;
  bias: Variable | null = null;
  readonly lora: Lora;
  private quantized: QuantizedWeight | null = null;
  private readonly quantizationConfig: object | null;
  private readonly settings: KernelOptions;
  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    this.units = positiveInteger('Dense', 'units', units);
    this.settings = new KernelOptions(options);
    this.lora = new Lora(options);
    this.quantizationConfig = options.quantizationConfig ?? null;
    this.inputSpec = new InputSpec({ minNdim: 2 });
  }
  get activation(): Activation {
    return this.settings.activation;
  }
  get useBias(): boolean {
    return this.settings.useBias;
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(-1);
    if (n == null)
      throw new ValueError(`the last axis of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    if (this.dtypePolicy.quantizationMode) {
      this.quantized = new QuantizedWeight(this, {
        name: 'kernel',
        shape: [n, this.units],
        packed: 1,
        blocked: 0,
        scale: [this.units],
        shared: [0],
        spread: (s) => s,
      });
      this.kernel = this.quantized.values;
    } else this.kernel = this.addWeight({ shape: [n, this.units], ...this.settings.kernel });
    if (this.useBias) this.bias = this.addWeight({ shape: [this.units], ...this.settings.bias });
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { '-1': n } });
    if (this.lora.requested) this.enableLora(this.lora.requested, { loraAlpha: this.lora.alpha });
  }
  override call(inputs: Tensor): Tensor {
    let y = this.quantized
      ? this.quantizedProduct(inputs, this.quantized)
      : matmul(inputs, this.lora.merged(this.kernel, this.computeDtype));
    if (this.bias) y = y.add(this.bias.value);
    return this.activation(y);
  }
  private quantizedProduct(inputs: Tensor, weight: QuantizedWeight): Tensor {
    const x = roundedInputs(
      inputs,
      inputQuantizer('Dense', this.dtypePolicy.quantizationMode!, this.quantizationConfig),
      [-1],
    );
    return this.lora.added(matmul(x, weight.value().cast(this.computeDtype)), (a) => matmul(inputs, a));
  }
  protected override quantizedOrder(): Variable[] | null {
    return this.quantized && [this.kernel, ...(this.bias ? [this.bias] : []), ...this.quantized.details];
  }
  /** Freezes the kernel and trains kernel + alpha / rank A B instead, A (n, rank), B (rank, units) (Hu et al. 2021). */
  enableLora(rank: number, options: LoraOptions = {}): void {
    this.lora.enable(this, rank, options, {
      weight: this.kernel,
      names: ['lora_kernel_a', 'lora_kernel_b'],
      shapes: [
        [this.kernel?.shape[0], rank],
        [rank, this.units],
      ],
      quantized: this.quantized,
      regularizer: this.settings.kernelRegularizer,
      constraint: this.settings.kernelConstraint,
    });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      units: this.units,
      ...this.settings.getConfig(),
      quantizationConfig: this.quantizationConfig,
      ...this.lora.getConfig(),
    };
  }
}
registerClass('keras.layers', Dense);
