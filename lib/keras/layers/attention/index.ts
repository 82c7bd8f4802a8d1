/** Attention. */
export { AdditiveAttention } from './additive_attention';
export { Attention, type AttentionCallOptions, type AttentionOptions } from './attention';
export {
  GroupedQueryAttention,
  GroupedQueryAttention as GroupQueryAttention,
  type GroupedQueryAttentionOptions,
} from './grouped_query_attention';
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './multi_head_attention';
export type { AttentionHeadsCallOptions, AttentionHeadsOptions } from './attention_heads';
