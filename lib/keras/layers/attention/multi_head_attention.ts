/** MultiHeadAttention (Vaswani et al. 2017). */
import { ValueError } from '../../../support/errors';
import { dotProductAttention } from '../../../ops/attention';
import { einsum } from '../../../ops/einsum';
import * as ops from '../../../ops/index';
import type { Tensor, TensorLike } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { Softmax } from '../activations/softmax';
import { hasMasksOfKeras2, keepMasksOfKeras2 } from '../../masks';
import { attentionEquations, projectionEquation, projectionShape } from './equations';
import { withHeads } from './masks';
import { AttentionHeads, HEADS_OPTIONS, type AttentionHeadsOptions } from './attention_heads';
import type { ActivationIdentifier } from '../../activations';

export interface MultiHeadAttentionOptions extends AttentionHeadsOptions {
  /** Size of each value head. Default: keyDim. */
  valueDim?: number | null;
  /** Size or sizes of the output after the axes of the query. Default: the last axis of the query. */
  outputShape?: number | readonly number[] | null;
  /** Axes attended over, the batch axis being 0. Default: all but the batch and the last one. */
  attentionAxes?: number | readonly number[] | null;
}
/**
 * For each of `numHeads` heads softmax(Q K^T / sqrt(keyDim)) V, Q, K and V projections of query, key and value; the heads
 * joined and projected. `apply([query (batch, T, ...), value (batch, S, ...), key?])` gives (batch, T, outputShape).
 * Masks of the inputs (Masking, Embedding with maskZero), `attentionMask`, `useCausalMask` and `slidingWindow` are joined by and.
 */
export class MultiHeadAttention extends AttentionHeads {
  static override positional = ['numHeads', 'keyDim'];
  /** Keras' names of the attributes, as files hold them, where they are not plain. */
  static savedNames = { gateDense: '_gate_dense', dropoutLayer: '_dropout_layer' };
  static override options: OptionKinds = {
    ...HEADS_OPTIONS,
    valueDim: kinds.integer,
    outputShape: kinds.integers,
    attentionAxes: kinds.integers,
  };
  static hasMasksOfKeras2 = true;
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  attentionAxes: readonly number[] | null;
  private readonly givenOutputShape: readonly number[] | null;
  private equations: { product: string; combine: string; scoresRank: number } | null = null;
  private softmax: Softmax | null = null;
  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions = {}) {
    super(options);
    this.numHeads = positiveInteger('MultiHeadAttention', 'numHeads', numHeads);
    this.keyDim = positiveInteger('MultiHeadAttention', 'keyDim', keyDim);
    this.valueDim =
      options.valueDim == null ? this.keyDim : positiveInteger('MultiHeadAttention', 'valueDim', options.valueDim);
    const { outputShape, attentionAxes } = options;
    this.givenOutputShape =
      outputShape == null ? null : typeof outputShape === 'number' ? [outputShape] : [...outputShape];
    this.givenOutputShape?.forEach((d) => positiveInteger('MultiHeadAttention', 'outputShape', d));
    this.attentionAxes =
      attentionAxes == null ? null : typeof attentionAxes === 'number' ? [attentionAxes] : [...attentionAxes];
  }
  override build(shapes: SymbolicShape[]): void {
    const [query, value, key] = this.checkShapes(shapes);
    const heads = (size: number): number[] => [this.numHeads, size];
    const input = (name: string, shape: SymbolicShape, size: number, activation?: ActivationIdentifier): void => {
      const { equation, biasAxes, rank } = projectionEquation(shape.length - 1, 1, 2);
      const layer = this.project(name, equation, projectionShape(rank, heads(size)), biasAxes, activation);
      if (name === 'query') this.queryDense = layer;
      else if (name === 'key') this.keyDense = layer;
      else if (name === 'gate') this.gateDense = layer;
      else this.valueDense = layer;
      layer.build(shape);
    };
    input('query', query, this.keyDim);
    input('key', key, this.keyDim);
    if (this.useGate) input('gate', query, this.valueDim, 'sigmoid');
    input('value', value, this.valueDim);
    const rank = value.length + 1;
    this.attentionAxes = this.attentionAxes
      ? this.attentionAxes.map((a) => (a >= 0 ? a : rank - 1 + a))
      : Array.from({ length: rank - 3 }, (_, i) => i + 1);
    for (const a of this.attentionAxes)
      if (!(Number.isInteger(a) && a > 0 && a < rank - 2))
        throw new ValueError(
          `MultiHeadAttention: attentionAxes must lie between the batch axis and the last one of inputs of rank ${rank - 1}.\n  Received: ${a}`,
        );
    this.equations = attentionEquations(rank, this.attentionAxes);
    const { scoresRank } = this.equations;
    const n = this.attentionAxes.length;
    this.softmax = new Softmax({
      axis: Array.from({ length: n }, (_, i) => scoresRank - n + i),
      dtype: this.dtypePolicy,
    });
    // What a query gets that may attend to nothing.
    if (hasMasksOfKeras2(this)) keepMasksOfKeras2(this.softmax);
    this.makeDropout();
    const output = this.givenOutputShape ?? [query.at(-1)!];
    const last = projectionEquation(query.length - 1, 2, output.length);
    this.outputDense = this.project(
      'attention_output',
      last.equation,
      projectionShape(last.rank, output),
      last.biasAxes,
    );
    this.outputDense.build([...query.slice(0, -1), this.numHeads, this.valueDim]);
  }
  protected override queryMask(own: Tensor | null, given: TensorLike | null): Tensor | null {
    // Porting note: Keras 3.15 overwrites a `query_mask` argument by the mask that the query itself carries.
    if (given !== null && own === null)
      console.warn(
        `MultiHeadAttention: queryMask has no effect, as in Keras: only the mask that the query itself carries counts.\n  Fix: give masks as mask: [queryMask, valueMask], or as attentionMask.`,
      );
    return own;
  }
  protected override attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | null,
    { training, returnAttentionScores }: { training: boolean; returnAttentionScores: boolean },
  ): [Tensor, Tensor | null] {
    const scale = 1 / Math.sqrt(this.keyDim);
    if (q.ndim === 4 && !returnAttentionScores && !this.dropoutLayer)
      return [this.attendFused(q, k, v, mask, scale), null];
    const { product, combine, scoresRank } = this.equations!;
    const pairs = 2 * this.attentionAxes!.length;
    const logits = einsum(product, k, q.mul(scale));
    const scores = this.softmax!.apply(logits, { mask: mask && withHeads(mask, scoresRank, pairs) }) as Tensor;
    const kept = this.dropoutLayer ? (this.dropoutLayer.apply(scores, { training }) as Tensor) : scores;
    return [einsum(combine, kept, v), scores];
  }
  protected override attendFused(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, scale: number): Tensor {
    if (!mask || !hasMasksOfKeras2(this)) return super.attendFused(q, k, v, mask, scale);
    // A large number is added, as Softmax of Keras 2 does.
    const bias = ops.where(withHeads(mask, 4, 2), 0, q.dtype === 'float16' ? -65504 : -1e9);
    return dotProductAttention(q, k, v, { scale, bias });
  }
  override computeOutputShape(shapes: SymbolicShape[]): SymbolicShape {
    const [query] = this.checkShapes(shapes);
    return this.givenOutputShape ? [...query.slice(0, -1), ...this.givenOutputShape] : query;
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      numHeads: this.numHeads,
      keyDim: this.keyDim,
      valueDim: this.valueDim,
      dropout: this.dropout,
      useBias: this.useBias,
      useGate: this.useGate,
      outputShape: this.givenOutputShape,
      attentionAxes: this.attentionAxes,
      slidingWindow: this.slidingWindow,
      ...this.settingsConfig(),
    };
  }
}
registerClass('keras.layers', MultiHeadAttention);
