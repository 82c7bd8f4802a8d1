/** Embedding: rows of a table by whole numbers. */
import { embeddingLookup } from '../../../ops/indexing';
import { convert, isFloating, run, type Tensor } from '../../../tensor';
import type { Variable } from '../../../variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';
import { registerClass } from '../../saving/registry';
import { serializeKerasObject } from '../../saving/serialize';
import { Layer, type BuildShape, type LayerOptions } from '../layer';
import { positiveInteger } from './kernel_options';

export interface EmbeddingOptions extends LayerOptions {
  embeddingsInitializer?: unknown;
  embeddingsRegularizer?: unknown;
  embeddingsConstraint?: unknown;
  maskZero?: boolean;
  inputLength?: number | null;
  quantizationConfig?: null;
  loraRank?: null;
  loraAlpha?: null;
}
/** Rows of a table (inputDim, outputDim) by whole numbers: (...) -> (..., outputDim). */
export class Embedding extends Layer {
  static override positional = ['inputDim', 'outputDim'];
  static override options = ['embeddingsInitializer', 'embeddingsRegularizer', 'embeddingsConstraint', 'maskZero', 'inputLength', 'quantizationConfig', 'loraRank', 'loraAlpha'];
  embeddings!: Variable;
  readonly maskZero: boolean;
  private readonly settings;
  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    options: EmbeddingOptions = {},
  ) {
    super({ ...options, ...(options.inputLength ? { inputShape: [options.inputLength] } : {}) });
    positiveInteger('Embedding', 'inputDim', inputDim);
    positiveInteger('Embedding', 'outputDim', outputDim);
    this.maskZero = options.maskZero ?? false;
    this.supportsMasking = this.maskZero;
    this.autocast = false;
    this.settings = {
      embeddingsInitializer: initializers.get(options.embeddingsInitializer ?? 'uniform'),
      embeddingsRegularizer: regularizers.get(options.embeddingsRegularizer),
      embeddingsConstraint: constraints.get(options.embeddingsConstraint),
    };
  }
  override build(_inputShape: BuildShape): void {
    const { embeddingsInitializer: initializer, embeddingsRegularizer: regularizer, embeddingsConstraint: constraint } = this.settings;
    this.embeddings = this.addWeight({ shape: [this.inputDim, this.outputDim], initializer, regularizer, constraint, name: 'embeddings' });
  }
  override call(inputs: Tensor): Tensor {
    const ids = isFloating(inputs.dtype) || inputs.dtype === 'bool' || inputs.dtype === 'uint8' || inputs.dtype === 'int8' ? inputs.cast('int32') : inputs;
    const y = embeddingLookup(this.embeddings.value, ids);
    return y.dtype === this.computeDtype ? y : y.cast(this.computeDtype);
  }
  protected override producesMask(): boolean {
    return this.maskZero;
  }
  override computeMask(inputs: Tensor): Tensor | null {
    return this.maskZero ? run('not_equal', [inputs, convert(0, inputs)]) : null;
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      maskZero: this.maskZero,
      ...Object.fromEntries(Object.entries(this.settings).map(([k, v]) => [k, serializeKerasObject(v)])),
    };
  }
}
registerClass('keras.layers', Embedding);
