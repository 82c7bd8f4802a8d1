/** EinsumDense: a dense layer whose product is any einsum of the input and a kernel. */
import { describe } from '../../../support/describe';
import { TypeError } from '../../../support/errors';
import { einsum } from '../../../ops/einsum';
import type { Shape, Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as activations from '../../activations';
import { VarianceScaling } from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializedRecord as serialized, serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer } from '../layer';
import { einsumShapes, type EinsumShapes } from './einsum_equation';
import { KernelOptions, type DenseOptions } from './kernel_options';
import { Lora, type LoraOptions } from './lora';
import { inputQuantizer, roundedInputs, type QuantizedWeight } from './quantized';
import { quantizedKernel } from './quantized_einsum';

export interface EinsumDenseOptions extends Omit<DenseOptions, 'useBias'> {
  /** Letters of the result that have a bias; none by default. */
  biasAxes?: string | null;
  /** Accepted for the sake of Keras' configs; must be null: GPTQ is not there. */
  gptqUnpackedColumnSize?: null;
}
/**
 * activation(einsum(equation, x, kernel) + bias). `equation` is 'ab,bc->ac' and the like; `...` stands for leading or
 * trailing axes. `outputShape`: sizes after the batch axis, null where the input decides.
 * Defaults: no activation, no bias. kernel: the sizes of its letters; bias: those of `biasAxes`.
 */
export class EinsumDense extends Layer {
  static override positional = ['equation', 'outputShape'];
  static override options: OptionKinds = {
    ...KernelOptions.kinds,
    useBias: null,
    biasAxes: kinds.string,
    loraRank: kinds.integer,
    loraAlpha: kinds.numbers,
    gptqUnpackedColumnSize: kinds.any,
    quantizationConfig: kinds.any,
  };
  /** @internal */ static readonly isQuantizable = true;
  readonly equation: string;
  readonly biasAxes: string | null;
  readonly partialOutputShape: SymbolicShape;
  kernel!: Variable;
  bias: Variable | null = null;
  readonly lora: Lora;
  // Of the numbers, which int4 packs into a matrix.
  private kernelShape: Shape | null = null;
  private quantized: { weight: QuantizedWeight; value(): Tensor; inputAxes: number[] } | null = null;
  private readonly quantizationConfig: object | null;
  private readonly settings: KernelOptions;
  constructor(equation: string, outputShape: number | SymbolicShape, options: EinsumDenseOptions = {}) {
    super(options);
    if (typeof equation !== 'string')
      throw new TypeError(
        `EinsumDense: equation must be a string like 'ab,bc->ac'.\n  Received: ${describe(equation)}`,
      );
    if (typeof outputShape !== 'number' && !Array.isArray(outputShape))
      throw new TypeError(
        `EinsumDense: outputShape must be a number or an array of sizes.\n  Received: ${describe(outputShape)}`,
      );
    this.equation = equation.replace(/\s/g, '');
    this.partialOutputShape = typeof outputShape === 'number' ? [outputShape] : [...outputShape];
    this.biasAxes = options.biasAxes ?? null;
    this.settings = new KernelOptions({ ...options, useBias: this.biasAxes !== null });
    this.lora = new Lora(options);
    this.quantizationConfig = options.quantizationConfig ?? null;
  }
  get activation(): activations.Activation {
    return this.settings.activation;
  }
  private shapes(inputShape: SymbolicShape): EinsumShapes {
    return einsumShapes(this.equation, this.biasAxes, inputShape, this.partialOutputShape);
  }
  override build(inputShape: SymbolicShape): void {
    const { kernel, bias, inputAxes, outputAxes } = this.shapes(inputShape);
    const given = this.settings.kernel;
    // The default counts the letters of the equation, not the last two axes.
    const initializer =
      given.initializer instanceof VarianceScaling && !given.initializer.inputAxes
        ? given.initializer.withAxes(inputAxes, outputAxes)
        : given.initializer;
    this.kernelShape = kernel as Shape;
    if (this.dtypePolicy.quantizationMode) {
      this.quantized = quantizedKernel(this, this.equation, kernel as Shape);
      this.kernel = this.quantized.weight.values;
    } else this.kernel = this.addWeight({ shape: kernel, ...given, initializer });
    if (bias) this.bias = this.addWeight({ shape: bias, ...this.settings.bias });
    this.inputSpec = new InputSpec({ ndim: inputShape.length });
    if (this.lora.requested) this.enableLora(this.lora.requested, { loraAlpha: this.lora.alpha });
  }
  override call(inputs: Tensor): Tensor {
    const { quantized: q } = this;
    const y = q
      ? this.lora.added(
          einsum(
            this.equation,
            roundedInputs(
              inputs,
              inputQuantizer('EinsumDense', this.dtypePolicy.quantizationMode!, this.quantizationConfig),
              q.inputAxes,
            ),
            q.value().cast(this.computeDtype),
          ),
          (a) => einsum(this.equation, inputs, a),
        )
      : einsum(this.equation, inputs, this.lora.merged(this.kernel, this.computeDtype));
    return this.activation(this.bias ? y.add(this.bias.value) : y);
  }
  protected override quantizedOrder(): Variable[] | null {
    return this.quantized && [this.kernel, ...(this.bias ? [this.bias] : []), ...this.quantized.weight.details];
  }
  /** Freezes the kernel and trains kernel + alpha / rank A B instead, A (..., rank), B (rank, last axis) (Hu et al. 2021). */
  enableLora(rank: number, options: LoraOptions = {}): void {
    this.lora.enable(this, rank, options, {
      weight: this.kernel,
      names: ['lora_kernel_a', 'lora_kernel_b'],
      shapes: [
        [...(this.kernelShape?.slice(0, -1) ?? []), rank],
        [rank, this.kernelShape?.at(-1) ?? 1],
      ],
      quantized: this.quantized?.weight,
      regularizer: this.settings.kernelRegularizer,
      constraint: this.settings.kernelConstraint,
    });
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return this.shapes(inputShape).output;
  }
  override getConfig() {
    const { kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } =
      this.settings;
    return {
      ...super.getConfig(),
      outputShape: this.partialOutputShape,
      equation: this.equation,
      activation: activations.serialize(this.activation),
      biasAxes: this.biasAxes,
      ...serialized({ kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer }),
      activityRegularizer: serializeKerasObject(this.activityRegularizer),
      ...serialized({ kernelConstraint, biasConstraint }),
      quantizationConfig: this.quantizationConfig,
      ...this.lora.getConfig(),
    };
  }
}
registerClass('keras.layers', EinsumDense);
