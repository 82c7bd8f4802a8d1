/** CategoryEncoding: class numbers to vectors. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { convert, type Tensor, type TensorLike } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { checkOutputMode, encode, encodedShape, refuseSparse, type OutputMode } from './encode';

export interface CategoryEncodingOptions extends LayerOptions {
  /** Number of classes: inputs lie in [0, numTokens). Required. */
  numTokens?: number | null;
  /** 'multi_hot' (default; 'binary' is its old name): ones at the classes of a row. 'one_hot': a vector for each element. 'count': how often each class occurs in a row. */
  outputMode?: OutputMode | 'binary';
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
}
/**
 * Integers below `numTokens` as vectors: 'multi_hot' (default: ones for the classes of a row), 'one_hot', or 'count',
 * where the call may be given `countWeights` of the inputs' shape.
 */
export class CategoryEncoding extends Layer {
  static override positional = ['numTokens'];
  static override options: OptionKinds = { numTokens: kinds.integer, outputMode: kinds.choice, sparse: kinds.boolean };
  readonly numTokens: number;
  readonly outputMode: OutputMode;
  constructor(numTokens: number | CategoryEncodingOptions, options: CategoryEncodingOptions = {}) {
    const all = typeof numTokens === 'object' && numTokens !== null ? numTokens : { ...options, numTokens };
    super(all);
    refuseSparse('CategoryEncoding', all.sparse);
    this.outputMode = checkOutputMode('CategoryEncoding', all.outputMode ?? 'multi_hot', [
      'count',
      'one_hot',
      'multi_hot',
    ]);
    if (all.numTokens == null)
      throw new ValueError(
        'CategoryEncoding: numTokens must be given.\n  Fix: when it is not known beforehand, use IntegerLookup.',
      );
    if (!Number.isInteger(all.numTokens) || all.numTokens < 1)
      throw new ValueError(
        `CategoryEncoding: numTokens must be an integer >= 1.\n  Received: ${describe(all.numTokens)}`,
      );
    this.numTokens = all.numTokens;
  }
  override call(inputs: Tensor, { countWeights }: CallOptions & { countWeights?: TensorLike | null } = {}): Tensor {
    if (countWeights != null && this.outputMode !== 'count')
      throw new ValueError(
        `countWeights are for outputMode 'count' only.\n  Received: outputMode '${this.outputMode}'`,
      );
    const weights = countWeights == null ? null : convert(countWeights, 'float32').cast(this.variableDtype);
    return encode(inputs, this.outputMode, this.numTokens, this.variableDtype, weights);
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return encodedShape(inputShape, this.outputMode, this.numTokens);
  }
  override getConfig() {
    return { ...super.getConfig(), numTokens: this.numTokens, outputMode: this.outputMode };
  }
}
registerClass('keras.layers', CategoryEncoding);
