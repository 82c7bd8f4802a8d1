/** GroupedQueryAttention (Ainslie et al. 2023); files name it GroupQueryAttention. */
import { ValueError } from '../../../support/errors';
import { recordOf } from '../../../support/guard';
import { einsum } from '../../../ops/einsum';
import { repeat } from '../../../ops/shape';
import { formatShape, type Tensor, type TensorLike } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { autoName } from '../../serialization/naming';
import { registerClass } from '../../serialization/registry';
import type { OptionKinds } from '../../options';
import { Softmax } from '../activations/softmax';
import { positiveInteger } from '../core/kernel_options';
import { withHeads } from './masks';
import { AttentionHeads, HEADS_OPTIONS, type AttentionHeadsOptions } from './attention_heads';

export type GroupedQueryAttentionOptions = AttentionHeadsOptions;
/**
 * Attention whose `numQueryHeads` heads share `numKeyValueHeads` heads of keys and values; numQueryHeads is a multiple.
 * With one key head it is multi-query attention, with as many as query heads multi-head attention.
 * `apply([query (batch, T, n), value (batch, S, n), key?])` gives (batch, T, n).
 */
export class GroupedQueryAttention extends AttentionHeads {
  static override className = 'GroupQueryAttention';
  static sourceName = 'GroupedQueryAttention';
  /** Keras' names of the attributes, as files hold them. */
  static savedNames = {
    queryDense: '_query_dense',
    keyDense: '_key_dense',
    gateDense: '_gate_dense',
    valueDense: '_value_dense',
    dropoutLayer: '_dropout_layer',
    outputDense: '_output_dense',
  };
  static override positional = ['headDim', 'numQueryHeads', 'numKeyValueHeads'];
  static override options: OptionKinds = HEADS_OPTIONS;
  readonly headDim: number;
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;
  private softmax: Softmax | null = null;
  constructor(
    headDim: number,
    numQueryHeads: number,
    numKeyValueHeads: number,
    options: GroupedQueryAttentionOptions = {},
  ) {
    super({ ...recordOf(new.target.name, options), name: options.name ?? autoName('GroupedQueryAttention') });
    this.headDim = positiveInteger('GroupedQueryAttention', 'headDim', headDim);
    this.numQueryHeads = positiveInteger('GroupedQueryAttention', 'numQueryHeads', numQueryHeads);
    this.numKeyValueHeads = positiveInteger('GroupedQueryAttention', 'numKeyValueHeads', numKeyValueHeads);
    if (numQueryHeads % numKeyValueHeads)
      throw new ValueError(
        `GroupedQueryAttention: numQueryHeads must be a multiple of numKeyValueHeads.\n  Received: ${numQueryHeads} and ${numKeyValueHeads}`,
      );
  }
  override build(shapes: SymbolicShape[]): void {
    const [query, value, key] = this.checkShapes(shapes);
    for (const s of [query, value])
      if (s.length !== 3)
        throw new ValueError(
          `GroupedQueryAttention: inputs of shape (batch, length, features) are expected.\n  Received: shape ${formatShape(s)}`,
        );
    const q = [null, this.numQueryHeads, this.headDim];
    const kv = [null, this.numKeyValueHeads, this.headDim];
    this.queryDense = this.project('query', 'bqm,muh->bquh', q, 'uh');
    this.queryDense.build(query);
    this.keyDense = this.project('key', 'bkm,mvh->bkvh', kv, 'vh');
    this.keyDense.build(key);
    if (this.useGate) {
      this.gateDense = this.project('gate', 'bqm,muh->bquh', q, 'uh', 'sigmoid');
      this.gateDense.build(query);
    }
    this.valueDense = this.project('value', 'bkm,mvh->bkvh', kv, 'vh');
    this.valueDense.build(value);
    this.softmax = new Softmax({ axis: -1, dtype: this.dtypePolicy });
    this.makeDropout();
    this.outputDense = this.project('attention_output', 'bquh,uhm->bqm', [null, query.at(-1)!], 'm');
    this.outputDense.build([null, null, this.numQueryHeads, this.headDim]);
  }
  protected override queryMask(own: Tensor | null, given: TensorLike | null): TensorLike | null {
    return given ?? own;
  }
  protected override attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | null,
    { training, returnAttentionScores }: { training: boolean; returnAttentionScores: boolean },
  ): [Tensor, Tensor | null] {
    const scale = 1 / Math.sqrt(this.headDim);
    if (!returnAttentionScores && !this.dropoutLayer) return [this.attendFused(q, k, v, mask, scale), null];
    const times = this.numQueryHeads / this.numKeyValueHeads;
    const spread = (t: Tensor): Tensor => (times === 1 ? t : repeat(t, times, { axis: 2 }));
    const logits = einsum('bquh,bkuh->buqk', q.mul(scale), spread(k));
    const scores = this.softmax!.apply(logits, { mask: mask && withHeads(mask, 4, 2) }) as Tensor;
    const kept = this.dropoutLayer ? (this.dropoutLayer.apply(scores, { training }) as Tensor) : scores;
    return [einsum('buqk,bkuh->bquh', kept, spread(v)), scores];
  }
  override computeOutputShape(shapes: SymbolicShape[]): SymbolicShape {
    return this.checkShapes(shapes)[0];
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      headDim: this.headDim,
      numQueryHeads: this.numQueryHeads,
      numKeyValueHeads: this.numKeyValueHeads,
      useBias: this.useBias,
      useGate: this.useGate,
      slidingWindow: this.slidingWindow,
      dropout: this.dropout,
      ...this.settingsConfig(),
    };
  }
}
registerClass('keras.layers', GroupedQueryAttention);
