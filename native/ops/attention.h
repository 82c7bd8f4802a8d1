// Attention of several heads in one pass (Vaswani et al. 2017): y = softmax(scale query key^T, masked) value for each
// head, float32. The scores of a few queries at a time are in memory, never all of them; the gradient makes them again
// from the largest score and the sum of each row (Dao et al., FlashAttention, 2022).
#pragma once
#include "graph/op.h"

namespace trae {

struct AttentionAttrs {
  double scale = 1;
  bool is_causal = false;  // position t attends to positions up to t only
  bool is_masked = false;  // the last input is a mask, true where attention is allowed
  bool operator==(const AttentionAttrs&) const = default;
};
// Sizes of a call: query (batch, targets, heads, size), key (batch, sources, groups, size), value (batch, sources,
// groups, value_size); each key head serves heads / groups query heads.
struct AttentionSizes {
  int64_t batch, targets, sources, heads, groups, size, value_size;
  int64_t heads_of_group() const { return heads / groups; }
};

// query, key, value [, mask broadcasting to (batch, heads, targets, sources)] -> y (batch, targets, heads, value_size)
// and, for the gradient, the largest score and 1 / the sum of the exponentials of each row (batch, heads, targets, 2).
// A score where attention is not allowed is a large negative number, as Keras has it: a row without any allowed
// position becomes uniform.
struct Attention final : OpOf<Attention> {
  static constexpr std::string_view kName = "attention";
  using Attrs = AttentionAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// The call's inputs, its y and rows, dy -> dquery, dkey, dvalue
struct AttentionGrad final : OpOf<AttentionGrad> {
  static constexpr std::string_view kName = "attention_grad";
  using Attrs = AttentionAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

AttentionSizes attention_sizes(const Specs& in);
// The same y by ordinary ops, the scores written whole; any floating type.
Tensor plain_attention(const Tensors& in, const AttentionAttrs&);

}  // namespace trae
