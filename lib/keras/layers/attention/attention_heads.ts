/** What layers of several attention heads share: options, projections as EinsumDense layers, masks, the call. */
import { ValueError } from '../../../support/errors';
import { recordOf } from '../../../support/guard';
import { dotProductAttention } from '../../../ops/attention';
import { formatShape, type Tensor, type TensorLike } from '../../../core/tensor';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import * as regularizers from '../../regularizers';
import { serializedRecord } from '../../serialization/serialize';
import { EinsumDense } from '../core/einsum_dense';
import { maskOf } from '../../masks';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { Dropout } from '../regularization/dropout';
import { joinMasks, withHeads } from './masks';
import type { ActivationIdentifier } from '../../activations';
import { kinds } from '../../options';
import type { BiasWeightOptions, KernelWeightOptions } from '../weight_options';

export interface AttentionHeadsOptions extends LayerOptions, KernelWeightOptions, BiasWeightOptions {
  /** Fraction of the attention weights dropped while training. Default 0. */
  dropout?: number;
  /** Positions attend only to positions less than this far away. Default: to all. */
  slidingWindow?: number | null;
  /** Accepted as in Keras; excludes `dropout` and `returnAttentionScores`. */
  flashAttention?: boolean | null;
  /** Whether a sigmoid of the query gates the output (Qiu et al. 2025). Default false. */
  useGate?: boolean;
  /** Seed of the dropout, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
/** What `apply([query, value, key?], ...)` takes besides. Masks are true where attention is allowed. */
export interface AttentionHeadsCallOptions extends CallOptions {
  /** (batch, T, S), or what broadcasts to it with the heads: (batch, heads, T, S). */
  attentionMask?: TensorLike | null;
  /** (batch, T): positions of the query that count. Default: the mask that came with it. */
  queryMask?: TensorLike | null;
  /** (batch, S): positions of the value that are attended to. Default: the mask that came with it. */
  valueMask?: TensorLike | null;
  /** (batch, S): positions of the key that are attended to. Default: the mask that came with it. */
  keyMask?: TensorLike | null;
  /** Whether position i attends to positions up to i only. Default false. */
  useCausalMask?: boolean;
  /** Also returns the attention weights (batch, heads, T, S). */
  returnAttentionScores?: boolean;
}
/** @internal */
export const HEADS_OPTIONS = {
  dropout: kinds.float,
  useBias: kinds.boolean,
  slidingWindow: kinds.integer,
  flashAttention: kinds.boolean,
  kernelInitializer: kinds.initializer,
  biasInitializer: kinds.initializer,
  kernelRegularizer: kinds.regularizer,
  biasRegularizer: kinds.regularizer,
  kernelConstraint: kinds.constraint,
  biasConstraint: kinds.constraint,
  useGate: kinds.boolean,
  seed: kinds.seed,
};

/** @internal */
export abstract class AttentionHeads extends Layer {
  static override callInputs: readonly string[] = ['query', 'value', 'key'];
  override supportsMasking = true;
  readonly dropout: number;
  readonly useBias: boolean;
  readonly useGate: boolean;
  readonly slidingWindow: number | null;
  readonly seed: number | null;
  queryDense!: EinsumDense;
  keyDense!: EinsumDense;
  gateDense: EinsumDense | null = null;
  valueDense!: EinsumDense;
  dropoutLayer: Dropout | null = null;
  outputDense!: EinsumDense;
  protected readonly flashAttention: boolean;
  protected readonly settings;
  constructor(options: AttentionHeadsOptions) {
    super({ ...recordOf(new.target.name, options), activityRegularizer: null }); // it goes to the projections, as in Keras
    const where = this.constructor.name;
    this.dropout = options.dropout ?? 0;
    this.useBias = options.useBias ?? true;
    this.useGate = options.useGate ?? false;
    this.slidingWindow = options.slidingWindow ?? null;
    this.seed = options.seed ?? null;
    this.flashAttention = options.flashAttention ?? false;
    if (!(this.dropout >= 0 && this.dropout <= 1))
      throw new ValueError(`${where}: dropout must lie between 0 and 1.\n  Received: ${this.dropout}`);
    if (this.slidingWindow !== null && !(Number.isInteger(this.slidingWindow) && this.slidingWindow > 0))
      throw new ValueError(
        `${where}: slidingWindow must be null or a positive integer.\n  Received: ${this.slidingWindow}`,
      );
    if (this.flashAttention && this.dropout > 0)
      throw new ValueError(
        `${where}: flashAttention excludes dropout.\n  Received: dropout ${this.dropout}\n  Fix: set dropout to 0, or leave flashAttention out.`,
      );
    this.settings = {
      kernelInitializer: initializers.get(options.kernelInitializer ?? 'glorot_uniform')!,
      biasInitializer: initializers.get(options.biasInitializer ?? 'zeros')!,
      kernelRegularizer: regularizers.get(options.kernelRegularizer),
      biasRegularizer: regularizers.get(options.biasRegularizer),
      activityRegularizer: regularizers.get(options.activityRegularizer),
      kernelConstraint: constraints.get(options.kernelConstraint),
      biasConstraint: constraints.get(options.biasConstraint),
    };
  }
  /** @internal A projection. Initializers are cloned: without a seed, each draws values of its own. */
  protected project(
    name: string,
    equation: string,
    outputShape: SymbolicShape,
    biasAxes: string,
    activation?: ActivationIdentifier,
  ): EinsumDense {
    const { kernelInitializer, biasInitializer, ...rest } = this.settings;
    return new EinsumDense(equation, outputShape, {
      name,
      activation,
      biasAxes: this.useBias ? biasAxes : null,
      dtype: this.dtypePolicy,
      kernelInitializer: kernelInitializer.clone(),
      biasInitializer: biasInitializer.clone(),
      ...rest,
    });
  }
  /** @internal Shapes of query, value and key. */
  protected checkShapes(shapes: unknown): [SymbolicShape, SymbolicShape, SymbolicShape] {
    const where = this.constructor.name;
    if (
      !Array.isArray(shapes) ||
      !shapes.slice(0, 2).every((s) => Array.isArray(s)) ||
      shapes.length < 2 ||
      shapes.length > 3
    )
      throw new ValueError(
        `${where}: an array of 2 or 3 inputs is expected: [query, value] or [query, value, key].\n  Fix: apply([query, value]).`,
      );
    const [query, value, key] = shapes as SymbolicShape[];
    const keys = key ?? value;
    if (formatShape(value.slice(1, -1)) !== formatShape(keys.slice(1, -1)))
      throw new ValueError(
        `${where}: value and key may differ in their last axis only.\n  Received: value ${formatShape(value)}, key ${formatShape(keys)}`,
      );
    return [query, value, keys];
  }
  protected makeDropout(): void {
    if (this.dropout > 0) this.dropoutLayer = new Dropout(this.dropout, { dtype: this.dtypePolicy, seed: this.seed });
  }
  override call(inputs: Tensor[], options: AttentionHeadsCallOptions = {}): Tensor | [Tensor, Tensor] {
    const [query, value, given] = inputs;
    const key = given ?? value;
    const { returnAttentionScores = false, training } = options;
    if (this.flashAttention && returnAttentionScores)
      throw new ValueError(
        `${this.constructor.name}: flashAttention does not give attention scores.\n  Fix: leave returnAttentionScores or flashAttention out.`,
      );
    if (options.mask && !Array.isArray(options.mask))
      throw new ValueError(
        `${this.constructor.name}: mask must be an array: [query mask, value mask] or with a key mask.\n  Fix: use attentionMask for one mask of all pairs.`,
      );
    const own = Array.isArray(options.mask)
      ? (options.mask as (Tensor | null)[])
      : inputs.map((x) => (x ? maskOf(x) : null));
    const mask = joinMasks(
      {
        query: this.queryMask(own[0] ?? null, options.queryMask ?? null),
        value: options.valueMask ?? own[1],
        key: options.keyMask ?? (given ? own[2] : null),
        attention: options.attentionMask,
        isCausal: options.useCausalMask,
        slidingWindow: this.slidingWindow,
      },
      query.shape[1],
      value.shape[1],
    );
    const gate = this.gateDense ? (this.gateDense.apply(query) as Tensor) : null;
    const q = this.queryDense.apply(query) as Tensor;
    const k = this.keyDense.apply(key) as Tensor;
    const v = this.valueDense.apply(value) as Tensor;
    const [attended, scores] = this.attend(q, k, v, mask, { training: training ?? false, returnAttentionScores });
    const y = this.outputDense.apply(gate ? attended.mul(gate) : attended) as Tensor;
    return returnAttentionScores ? [y, scores!] : y;
  }
  /** @internal Which mask of the query counts: that of the tensor, or the one given. */
  protected abstract queryMask(own: Tensor | null, given: TensorLike | null): TensorLike | null;
  /** @internal Attention of projected tensors (batch, ..., heads, size). Scores are null unless asked for. */
  protected abstract attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | null,
    options: { training: boolean; returnAttentionScores: boolean },
  ): [Tensor, Tensor | null];
  /** @internal Without scores or dropout: one fused expression. */
  protected attendFused(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, scale: number): Tensor {
    return dotProductAttention(q, k, v, { scale, mask: mask && withHeads(mask, 4, 2) });
  }
  override computeMask(_inputs: unknown, mask: unknown): unknown {
    return Array.isArray(mask) && mask[0] ? [mask[0]] : null;
  }
  /** @internal The options that all have, as Keras orders them. */
  protected settingsConfig(): Record<string, unknown> {
    return { ...serializedRecord(this.settings), seed: this.seed };
  }
}
