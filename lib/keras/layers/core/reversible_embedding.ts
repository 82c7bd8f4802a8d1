/** ReversibleEmbedding: an embedding that also maps back to the vocabulary, as language models end. */
import { ValueError } from '../../../support/errors';
import { matmulOf } from '../../../ops/linalg';
import { checkDType, formatShape, type DType, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { setMask } from '../../masks';
import type { BuildShape, CallOptions } from '../layer';
import { inputQuantizer, QuantizedWeight, roundedInputs } from './quantized';
import { Embedding, type EmbeddingOptions } from './embedding';

export interface ReversibleEmbeddingOptions extends EmbeddingOptions {
  /** Whether the way back uses the same table, transposed. Default true. */
  tieWeights?: boolean;
  /** Dtype of the way back. Default: that of the input. */
  reverseDtype?: DType | null;
  /** Limits logits to +-cap by cap tanh(logits / cap). */
  logitSoftCap?: number | null;
}
/**
 * Rows of a table by integers, (...) -> (..., outputDim); with `apply(x, { reverse: true })` x @ table^T,
 * (..., outputDim) -> (..., inputDim).
 */
export class ReversibleEmbedding extends Embedding {
  static override options: OptionKinds = {
    tieWeights: kinds.boolean,
    reverseDtype: kinds.dtype,
    logitSoftCap: kinds.floats,
  };
  readonly tieWeights: boolean;
  readonly reverseDtype: DType | null;
  readonly logitSoftCap: number | null;
  reverseEmbeddings: Variable | null = null;
  private quantizedReverse: QuantizedWeight | null = null;
  constructor(inputDim: number, outputDim: number, options: ReversibleEmbeddingOptions = {}) {
    super(inputDim, outputDim, options);
    this.tieWeights = options.tieWeights ?? true;
    this.reverseDtype = options.reverseDtype
      ? checkDType(options.reverseDtype, 'ReversibleEmbedding: reverseDtype')
      : null;
    this.logitSoftCap = options.logitSoftCap ?? null;
  }
  override build(inputShape: BuildShape): void {
    super.build(inputShape);
    const { inputDim, outputDim } = this;
    if (!this.tieWeights && this.quantized) {
      this.quantizedReverse = new QuantizedWeight(this, {
        name: 'reverse_embeddings',
        shape: [outputDim, inputDim],
        packed: 0,
        blocked: 0,
        scale: [inputDim],
        shared: [0],
        spread: (s) => s,
        groups: this.quantized.groups,
      });
      this.reverseEmbeddings = this.quantizedReverse.values;
    } else if (!this.tieWeights)
      this.reverseEmbeddings = this.addWeight({
        shape: [this.outputDim, this.inputDim],
        initializer: this.settings.embeddingsInitializer,
        name: 'reverse_embeddings',
      });
  }
  override call(inputs: Tensor, { reverse = false }: CallOptions & { reverse?: boolean } = {}): Tensor {
    if (!reverse) {
      const y = super.call(inputs);
      setMask(y, super.computeMask(inputs));
      return y;
    }
    if (inputs.shape.at(-1) !== this.outputDim)
      throw new ValueError(
        `the way back needs a last axis of size ${this.outputDim}, the outputDim.\n  Received: shape ${formatShape(inputs.shape)}`,
      );
    if (this.quantized) return this.capped(this.quantizedLogits(inputs, this.quantized));
    const to = this.reverseDtype ?? inputs.dtype;
    const cast = (t: Tensor): Tensor => (t.dtype === to ? t : t.cast(to));
    const table = cast(
      this.reverseEmbeddings ? this.reverseEmbeddings.value : this.lora.merged(this.embeddings, this.computeDtype),
    );
    return this.capped(matmulOf(cast(inputs), table, { transposeB: this.reverseEmbeddings === null }));
  }
  private quantizedLogits(inputs: Tensor, table: QuantizedWeight): Tensor {
    const x = roundedInputs(
      inputs,
      inputQuantizer('ReversibleEmbedding', this.dtypePolicy.quantizationMode!, this.quantizationConfig),
      [-1],
    );
    const back = this.quantizedReverse ? this.quantizedReverse.value() : table.value();
    return matmulOf(x, back.cast(x.dtype), { transposeB: this.quantizedReverse === null });
  }
  protected override quantizedOrder(): Variable[] | null {
    const own = super.quantizedOrder();
    const back = this.quantizedReverse;
    return own && back ? [...own, back.values, ...back.details] : own;
  }
  private capped(logits: Tensor): Tensor {
    if (this.logitSoftCap === null) return logits;
    return logits.div(this.logitSoftCap).tanh().mul(this.logitSoftCap);
  }
  // The mask is set in `call`: there is none on the way back.
  protected override producesMask(): boolean {
    return false;
  }
  override computeMask(): null {
    return null;
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      tieWeights: this.tieWeights,
      reverseDtype: this.reverseDtype,
      logitSoftCap: this.logitSoftCap,
    };
  }
}
registerClass('keras.layers', ReversibleEmbedding);
