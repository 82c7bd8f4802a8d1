/** Scaled dot-product attention (keras.ops.dot_product_attention). */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, runMany, type Tensor, type TensorLike } from '../core/tensor';
import { diagonalMask } from './creation';
import { defineOp } from './define';

export interface DotProductAttentionOptions {
  /** Added to the logits; broadcasts to (B, N, T, S). */
  bias?: TensorLike | null;
  /** True where attention is allowed; broadcasts to (B, N, T, S). */
  mask?: TensorLike | null;
  /** Factor on the logits. Default 1 / sqrt(H). */
  scale?: number | null;
  /** Whether position i attends to positions up to i only. */
  isCausal?: boolean;
  /** Accepted as in Keras; decides nothing: the scores are never written whole where neither bias nor attnLogitsSoftCap is given and all is float32. */
  flashAttention?: boolean | null;
  /** Limits the logits to +-cap by cap tanh(logits / cap). */
  attnLogitsSoftCap?: number | null;
}
const isHalf = (t: Tensor): boolean => t.dtype === 'float16' || t.dtype === 'bfloat16';
/** What stands for -infinity: not infinite, so that a row without any allowed position becomes uniform, not NaN. */
const lowest = (t: Tensor): Tensor => convert(t.dtype === 'float16' ? -0.7 * 65500 : -0.7 * 3.38953e38, t);

/**
 * softmax(query key^T scale + bias) value for each head (Vaswani et al. 2017).
 * @param query - (B, T, N, H); @param key - (B, S, K, H), N a multiple of K: each key head serves N / K query heads
 * (grouped-query attention); @param value - (B, S, K, V).
 * @returns (B, T, N, V). Half precision: the softmax is computed in float32.
 * @throws ValueError when ranks, head sizes or numbers of heads do not fit.
 */
export const dotProductAttention = defineOp(
  'dotProductAttention',
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    {
      bias = null,
      mask = null,
      scale = null,
      isCausal = false,
      attnLogitsSoftCap = null,
    }: DotProductAttentionOptions = {},
  ): Tensor => {
    const q = convert(query);
    const k = convert(key, q);
    const v = convert(value, q);
    check(q, k, v);
    if (bias === null && attnLogitsSoftCap === null) {
      const fused = inOnePass(q, k, v, mask, scale ?? 1 / Math.sqrt(q.shape[3]), isCausal);
      if (fused) return fused;
    }
    const [batch, targets, heads, size] = q.shape;
    const [, sources, groups] = k.shape;
    const perGroup = heads / groups;
    const scaled = run('multiply', [q, convert(scale ?? 1 / Math.sqrt(size), q)]);
    const left = run('transpose', [scaled], { axes: [0, 2, 1, 3] }); // (B, N, T, H)
    const right = run('transpose', [k], { axes: [0, 2, 1, 3] });
    const values = run('transpose', [v], { axes: [0, 2, 1, 3] });
    // Heads that share a key head are more rows of one product: (B, K, N / K T, H).
    const rows = perGroup === 1 ? left : run('reshape', [left], { shape: [batch, groups, perGroup * targets, size] });
    let logits = run('matmul', [rows, right], { transpose_b: true });
    if (perGroup !== 1) logits = run('reshape', [logits], { shape: [batch, heads, targets, sources] });
    if (isHalf(logits)) logits = run('cast', [logits], { dtype: 'float32' });
    if (attnLogitsSoftCap !== null) {
      const cap = convert(attnLogitsSoftCap, logits);
      logits = run('multiply', [run('tanh', [run('divide', [logits, cap])]), cap]);
    }
    if (bias !== null) logits = run('add', [logits, run('cast', [convert(bias, logits)], { dtype: logits.dtype })]);
    const allowed = allowedPositions(mask, isCausal, targets, sources);
    if (allowed) logits = run('where', [allowed, logits, lowest(logits)]);
    let weights = run('softmax', [logits]);
    if (weights.dtype !== v.dtype) weights = run('cast', [weights], { dtype: v.dtype });
    if (perGroup !== 1) weights = run('reshape', [weights], { shape: [batch, groups, perGroup * targets, sources] });
    const summed = run('reshape', [run('matmul', [weights, values])], { shape: [batch, heads, targets, v.shape[3]] });
    return run('transpose', [summed], { axes: [0, 2, 1, 3] });
  },
  ['bias', 'mask', 'scale', 'isCausal', 'flashAttention', 'attnLogitsSoftCap'],
);

/** Without the scores as a whole, where the engine has loops for that: float32 and no empty axis. */
function inOnePass(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: TensorLike | null,
  scale: number,
  isCausal: boolean,
): Tensor | null {
  const all = [q, k, v];
  if (all.some((t) => t.dtype !== 'float32' || t.shape.slice(1).some((size) => size === 0))) return null;
  const options = { scale, is_causal: isCausal };
  if (mask === null) return runMany('attention', all, options)[0];
  const allowed = run('cast', [convert(mask)], { dtype: 'bool' });
  const scores = [q.shape[0], q.shape[2], q.shape[1], k.shape[1]];
  const fits =
    allowed.ndim <= 4 && allowed.shape.every((size, i) => size === 1 || size === scores[4 - allowed.ndim + i]);
  return fits ? runMany('attention', [...all, allowed], { ...options, is_masked: true })[0] : null;
}

function check(q: Tensor, k: Tensor, v: Tensor): void {
  const received = `\n  Received: query ${formatShape(q.shape)}, key ${formatShape(k.shape)}, value ${formatShape(v.shape)}`;
  const refuse = (what: string): never => {
    throw new ValueError(`dotProductAttention: ${what}${received}`, { op: 'dotProductAttention' });
  };
  for (const t of [q, k, v])
    if (t.ndim !== 4) refuse('query, key and value must have shape (batch, length, heads, size).');
  if (q.shape[0] !== k.shape[0] || k.shape[0] !== v.shape[0]) refuse('the batch sizes differ.');
  if (q.shape[3] !== k.shape[3]) refuse(`query has heads of size ${q.shape[3]} but key of size ${k.shape[3]}.`);
  if (k.shape[1] !== v.shape[1]) refuse(`key has length ${k.shape[1]} but value ${v.shape[1]}.`);
  if (k.shape[2] !== v.shape[2]) refuse(`key has ${k.shape[2]} heads but value ${v.shape[2]}.`);
  if (!k.shape[2] || q.shape[2] % k.shape[2])
    refuse(`the ${q.shape[2]} heads of query are no multiple of the ${k.shape[2]} heads of key.`);
}

function allowedPositions(mask: TensorLike | null, isCausal: boolean, targets: number, sources: number): Tensor | null {
  const causal = isCausal ? diagonalMask('less_equal', targets, sources, 0) : null;
  if (mask === null) return causal;
  const given = run('cast', [convert(mask)], { dtype: 'bool' });
  return causal ? run('logical_and', [given, causal]) : given;
}
