/** Embedding: rows of a table by integers. */
import { embeddingLookup } from '../../../ops/indexing';
import { recordOf } from '../../../support/guard';
import { matmul } from '../../../ops/linalg';
import { isFloating, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';
import { registerClass } from '../../serialization/registry';
import { serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type BuildShape, type LayerOptions } from '../layer';
import { positiveInteger } from './kernel_options';
import { Lora, type LoraOptions } from './lora';
import { QuantizedWeight } from './quantized';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

export interface EmbeddingOptions extends LayerOptions {
  /** First values of the table. Default 'uniform': from -0.05 to 0.05. */
  embeddingsInitializer?: InitializerIdentifier;
  /** Penalty on the table, added to the loss. Default null: none. */
  embeddingsRegularizer?: RegularizerIdentifier;
  /** Applied to the table after each update. Default null: none. */
  embeddingsConstraint?: ConstraintIdentifier;
  /** Whether 0 is padding that the layers behind skip: then words are numbered from 1. Default false. */
  maskZero?: boolean;
  /** Accepted for the sake of older Keras: lengths need not be known. */
  inputLength?: number | null;
  /** How the layer was quantized, Keras' JSON of a QuantizationConfig. Default null: as its dtype policy says. */
  quantizationConfig?: object | null;
  /** Rank of a low-rank update that is trained in place of the table. */
  loraRank?: number | null;
  /** Factor on that update, divided by its rank. Default: the rank. */
  loraAlpha?: number | null;
}
/** Rows of a table (inputDim, outputDim) by integers: (...) -> (..., outputDim). */
export class Embedding extends Layer {
  static override positional = ['inputDim', 'outputDim'];
  static override options: OptionKinds = {
    embeddingsInitializer: kinds.initializer,
    embeddingsRegularizer: kinds.regularizer,
    embeddingsConstraint: kinds.constraint,
    maskZero: kinds.boolean,
    inputLength: kinds.integer,
    quantizationConfig: kinds.any,
    loraRank: kinds.integer,
    loraAlpha: kinds.numbers,
  };
  /** @internal */ static readonly isQuantizable = true;
  embeddings!: Variable;
  protected quantized: QuantizedWeight | null = null;
  protected readonly quantizationConfig: object | null;
  readonly maskZero: boolean;
  readonly lora: Lora;
  protected readonly settings;
  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    options: EmbeddingOptions = {},
  ) {
    super({
      ...recordOf(new.target.name, options),
      ...(options.inputLength ? { inputShape: [options.inputLength] } : {}),
    });
    positiveInteger('Embedding', 'inputDim', inputDim);
    positiveInteger('Embedding', 'outputDim', outputDim);
    this.maskZero = options.maskZero ?? false;
    this.supportsMasking = this.maskZero;
    this.lora = new Lora(options);
    this.quantizationConfig = options.quantizationConfig ?? null;
    this.autocast = false;
    this.settings = {
      embeddingsInitializer: initializers.get(options.embeddingsInitializer ?? 'uniform'),
      embeddingsRegularizer: regularizers.get(options.embeddingsRegularizer),
      embeddingsConstraint: constraints.get(options.embeddingsConstraint),
    };
  }
  override build(_inputShape: BuildShape): void {
    const {
      embeddingsInitializer: initializer,
      embeddingsRegularizer: regularizer,
      embeddingsConstraint: constraint,
    } = this.settings;
    if (this.dtypePolicy.quantizationMode) {
      const { inputDim, outputDim } = this;
      this.quantized = new QuantizedWeight(this, {
        name: 'embeddings',
        shape: [inputDim, outputDim],
        packed: 1,
        blocked: 1,
        scale: [inputDim],
        shared: [1],
        spread: (s) => s.reshape([-1, 1]),
      });
      this.embeddings = this.quantized.values;
    } else
      this.embeddings = this.addWeight({
        shape: [this.inputDim, this.outputDim],
        initializer,
        regularizer,
        constraint,
        name: 'embeddings',
      });
    if (this.lora.requested) this.enableLora(this.lora.requested, { loraAlpha: this.lora.alpha });
  }
  override call(inputs: Tensor): Tensor {
    const ids =
      isFloating(inputs.dtype) || inputs.dtype === 'bool' || inputs.dtype === 'uint8' || inputs.dtype === 'int8'
        ? inputs.cast('int32')
        : inputs;
    let y = this.quantized ? this.quantized.rows(ids) : embeddingLookup(this.embeddings.value, ids);
    const { a, b, scale } = this.lora.isEnabled ? this.lora : { a: null, b: null, scale: 1 };
    if (a && b) {
      const update = matmul(embeddingLookup(a.value, ids), b.value); // rows of A B, without A B
      y = y.add(update.mul(scale));
    }
    return y.dtype === this.computeDtype ? y : y.cast(this.computeDtype);
  }
  protected override quantizedOrder(): Variable[] | null {
    return this.quantized && [this.embeddings, ...this.quantized.details];
  }
  protected override producesMask(): boolean {
    return this.maskZero;
  }
  override computeMask(inputs: Tensor): Tensor | null {
    return this.maskZero ? inputs.notEqual(0) : null;
  }
  /** Freezes the table and trains table + alpha / rank A B instead, A (inputDim, rank), B (rank, outputDim) (Hu et al. 2021). */
  enableLora(rank: number, options: LoraOptions = {}): void {
    this.lora.enable(this, rank, options, {
      weight: this.embeddings,
      names: ['lora_embeddings_a', 'lora_embeddings_b'],
      shapes: [
        [this.inputDim, rank],
        [rank, this.outputDim],
      ],
      quantized: this.quantized,
      regularizer: this.settings.embeddingsRegularizer,
      constraint: this.settings.embeddingsConstraint,
    });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      maskZero: this.maskZero,
      activityRegularizer: serializeKerasObject(this.activityRegularizer),
      ...Object.fromEntries(Object.entries(this.settings).map(([k, v]) => [k, serializeKerasObject(v)])),
      quantizationConfig: this.quantizationConfig,
      ...this.lora.getConfig(),
    };
  }
}
registerClass('keras.layers', Embedding);
