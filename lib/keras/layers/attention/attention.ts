/** Attention: dot-product attention of a query over values (Luong et al. 2015). */
import { ValueError } from '../../../support/errors';
import { matmul } from '../../../ops/linalg';
import { SeedGenerator } from '../../../core/seed';
import { dropout } from '../../../ops/random';
import * as ops from '../../../ops/index';
import { matmulOf } from '../../../ops/linalg';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { causalMask } from './masks';

export interface AttentionOptions extends LayerOptions {
  /** Whether a learned scalar multiplies the scores. Default false. */
  useScale?: boolean;
  /** 'dot': query key^T (default); 'concat': w sum(tanh(query + key)). */
  scoreMode?: 'dot' | 'concat';
  /** Fraction of the weights dropped while training. Default 0. */
  dropout?: number;
  /** Seed of the dropout, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
export interface AttentionCallOptions extends CallOptions {
  /** Also returns the weights (batch, T, S). */
  returnAttentionScores?: boolean;
  /** Position i attends to positions up to i only. */
  useCausalMask?: boolean;
}
/**
 * softmax(scores(query, key)) value. `apply([query (batch, T, n), value (batch, S, m), key? (batch, S, n)])` gives
 * (batch, T, m); the key defaults to the value. `mask`: [query mask (batch, T), value mask (batch, S)]; masked values
 * get no weight, masked queries give zeros.
 */
export class Attention extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    useScale: kinds.boolean,
    scoreMode: kinds.choice,
    dropout: kinds.float,
    seed: kinds.seed,
  };
  override supportsMasking = true;
  readonly useScale: boolean;
  readonly scoreMode: string;
  readonly dropout: number;
  readonly seed: number | null;
  scale: Variable | null = null;
  concatScoreWeight: Variable | null = null;
  private readonly seedGenerator: SeedGenerator | null;
  constructor(options: AttentionOptions = {}) {
    super(options);
    this.useScale = options.useScale ?? false;
    this.scoreMode = options.scoreMode ?? 'dot';
    this.dropout = options.dropout ?? 0;
    this.seed = options.seed ?? null;
    if (this.scoreMode !== 'dot' && this.scoreMode !== 'concat')
      throw new ValueError(`Attention: scoreMode must be 'dot' or 'concat'.\n  Received: '${this.scoreMode}'`);
    if (!(this.dropout >= 0 && this.dropout <= 1))
      throw new ValueError(`${this.constructor.name}: dropout must lie between 0 and 1.\n  Received: ${this.dropout}`);
    this.seedGenerator = this.dropout > 0 ? new SeedGenerator(this.seed) : null;
  }
  override build(shapes: SymbolicShape[]): void {
    this.checkInputs(shapes);
    this.makeWeights(shapes);
  }
  protected makeWeights(_shapes: SymbolicShape[]): void {
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape: [], initializer: 'ones' });
    if (this.scoreMode === 'concat')
      this.concatScoreWeight = this.addWeight({ name: 'concat_score_weight', shape: [], initializer: 'ones' });
  }
  private checkInputs(inputs: unknown): void {
    const isList = Array.isArray(inputs) && inputs.every((x) => typeof x === 'object' && x !== null);
    if (!isList)
      throw new ValueError(
        `${this.constructor.name}: an array is expected: [query, value] or [query, value, key].\n  Fix: apply([query, value]).`,
      );
    if (inputs.length < 2 || inputs.length > 3)
      throw new ValueError(
        `${this.constructor.name}: 2 or 3 inputs are expected: [query, value] or [query, value, key].\n  Received: ${inputs.length}`,
      );
  }
  /** Scores (batch, T, S) of each query with each key. */
  protected scores(query: Tensor, key: Tensor): Tensor {
    if (this.scoreMode === 'concat') {
      const sum = pairwiseSum(query, key);
      const scaled = this.scale ? sum.mul(this.scale.value) : sum;
      return scaled.tanh().sum({ axis: -1 }).mul(this.concatScoreWeight!.value);
    }
    if (query.shape.at(-1) !== key.shape.at(-1))
      throw new ValueError(
        `the last axes of query and key must agree.\n  Received: query ${formatShape(query.shape)}, key ${formatShape(key.shape)}`,
      );
    const scores = matmulOf(query, key, { transposeB: true });
    return this.scale ? scores.mul(this.scale.value) : scores;
  }
  override call(
    inputs: Tensor[],
    { mask, training, returnAttentionScores, useCausalMask }: AttentionCallOptions = {},
  ): Tensor | [Tensor, Tensor] {
    this.checkInputs(inputs);
    const [query, value, key = value] = inputs;
    const [queryMask, valueMask] = this.masks(mask);
    let scores = this.scores(query, key);
    let allowed = valueMask && valueMask.reshape([...valueMask.shape.slice(0, -1), 1, valueMask.shape.at(-1)!]);
    if (useCausalMask) {
      const causal = causalMask(scores.shape.at(-2)!, scores.shape.at(-1)!);
      allowed = allowed ? allowed.logicalAnd(causal) : causal;
    }
    if (allowed) {
      const low = convert(scores.dtype === 'float16' ? 65504 : 1e9, scores);
      scores = ops.where(allowed, scores, scores.sub(low));
    }
    const weights = scores.softmax();
    const kept =
      training && this.seedGenerator ? dropout(weights, this.dropout, { seed: this.seedGenerator }) : weights;
    let y = matmul(kept, value);
    if (queryMask) y = ops.where(queryMask.reshape([...queryMask.shape, 1]), y, 0);
    return returnAttentionScores ? [y, weights] : y;
  }
  private masks(mask: unknown): (Tensor | null)[] {
    if (mask === null || mask === undefined) return [null, null];
    if (!Array.isArray(mask) || mask.length < 2 || mask.length > 3)
      throw new ValueError(
        `${this.constructor.name}: mask must be an array of 2 or 3 masks: [query mask, value mask].\n  Received: ${Array.isArray(mask) ? `${mask.length} masks` : 'no array'}`,
      );
    return mask.map((m) => (m === null || m === undefined ? null : convert(m as TensorLike).cast('bool')));
  }
  override computeMask(_inputs: unknown, mask: unknown): unknown {
    return Array.isArray(mask) && mask[0] ? [mask[0]] : null;
  }
  override computeOutputShape(shapes: SymbolicShape[]): SymbolicShape {
    this.checkInputs(shapes);
    return [...shapes[0].slice(0, -1), shapes[1].at(-1)!];
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      useScale: this.useScale,
      scoreMode: this.scoreMode,
      dropout: this.dropout,
      seed: this.seed,
    };
  }
}
/** @internal query + key for each pair of positions: (batch, T, S, n). */
export function pairwiseSum(query: Tensor, key: Tensor): Tensor {
  const q = query.reshape([...query.shape.slice(0, -1), 1, query.shape.at(-1)!]);
  const k = key.reshape([...key.shape.slice(0, -2), 1, ...key.shape.slice(-2)]);
  return q.add(k);
}
registerClass('keras.layers', Attention);
