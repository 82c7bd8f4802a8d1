#include "ops/attention.h"

#include "core/error.h"
#include "graph/gradients.h"
#include "ops/forbidden_score.h"
#include "ops/ops.h"
#include "ops/softmax.h"

namespace trae {
using namespace ops;

namespace {
std::string text_of(const Specs& in) {
  return "\n  Received: query " + to_string(in[0].shape) + ", key " + to_string(in[1].shape) + ", value " +
         to_string(in[2].shape);
}
AttentionAttrs attrs_of(const AttrMap& a) {
  return {a.number("scale"), a.boolean("is_causal", false), a.boolean("is_masked", false)};
}
}  // namespace

AttentionSizes attention_sizes(const Specs& in) {
  const Shape &q = in[0].shape, &k = in[1].shape, &v = in[2].shape;
  return {q[0], q[1], k[1], q[2], k[2], q[3], v[3]};
}

// ---- attention
OpPtr Attention::make(const AttrMap& a) {
  auto op = std::make_shared<Attention>();
  op->attrs = attrs_of(a);
  return op;
}
Specs Attention::infer(const Specs& in) const {
  expect_inputs(*this, in, attrs.is_masked ? 4 : 3);
  for (size_t i = 0; i < 3; i++) {
    if (in[i].dtype != DType::kFloat32)
      throw TypeError("attention",
                      "query, key and value must be float32.\n  Received: " + std::string(name_of(in[i].dtype)));
    if (in[i].ndim() != 4)
      throw ValueError("attention", "query, key and value must have shape (batch, length, heads, size)." + text_of(in));
  }
  const AttentionSizes s = attention_sizes(in);
  if (in[1].shape != Shape{s.batch, s.sources, s.groups, s.size} ||
      in[2].shape != Shape{s.batch, s.sources, s.groups, s.value_size} || s.groups == 0 || s.heads % s.groups != 0)
    throw ValueError("attention", "the shapes of query, key and value do not fit." + text_of(in));
  if (!s.targets || !s.sources || !s.size || !s.value_size)
    throw ValueError("attention", "lengths and sizes must be positive." + text_of(in));
  if (attrs.is_masked) {
    const Shape scores{s.batch, s.heads, s.targets, s.sources};
    if (in[3].dtype != DType::kBool)
      throw TypeError("attention", "the mask must be bool.\n  Received: " + std::string(name_of(in[3].dtype)));
    bool fits = in[3].ndim() <= 4;
    for (int i = 1; fits && i <= in[3].ndim(); i++) {
      const int64_t size = in[3].shape[size_t(in[3].ndim() - i)];
      fits = size == 1 || size == scores[size_t(4 - i)];
    }
    if (!fits)
      throw ValueError("attention", "the mask must broadcast to " + to_string(scores) +
                                        ".\n  Received: mask of shape " + to_string(in[3].shape));
  }
  return {{{s.batch, s.targets, s.heads, s.value_size}, DType::kFloat32},
          {{s.batch, s.heads, s.targets, 2}, DType::kFloat32}};
}
Tensors Attention::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  // The rows are read by the gradient alone, and its own gradient is written in plain_attention.
  if (!dy[0]) return Tensors(in.size());
  auto op = std::make_shared<AttentionGrad>();
  op->attrs = attrs;
  Tensors inputs = in;
  for (const Tensor& t : {out[0], out[1], dy[0]}) inputs.push_back(t);
  Tensors d = trae::apply(op, inputs);
  if (attrs.is_masked) d.emplace_back();
  return d;
}
TRAE_REGISTER_OP(Attention);

// ---- its gradient
OpPtr AttentionGrad::make(const AttrMap& a) {
  auto op = std::make_shared<AttentionGrad>();
  op->attrs = attrs_of(a);
  return op;
}
Specs AttentionGrad::infer(const Specs& in) const {
  expect_inputs(*this, in, attrs.is_masked ? 7 : 6);
  return {in[0], in[1], in[2]};
}
// Second derivatives: the same gradients written in ordinary ops are differentiated again.
Tensors AttentionGrad::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const size_t count = attrs.is_masked ? 4 : 3;
  Tensors leaves;
  for (const Tensor& t : in) leaves.push_back(unary("identity", t));
  const Tensors call(leaves.begin(), leaves.begin() + long(count)), wrt(leaves.begin(), leaves.begin() + 3);
  const Tensors first = gradients({plain_attention(call, attrs)}, wrt, {leaves.back()}, {});
  Tensors wanted, weights;
  for (size_t i = 0; i < 3; i++)
    if (dy[i] && first[i]) {
      wanted.push_back(first[i]);
      weights.push_back(dy[i]);
    }
  // What y and the rows owe to the call's inputs is in the plain form already.
  return gradients(wanted, leaves, weights, {});
}
TRAE_REGISTER_INTERNAL_OP(AttentionGrad);

// ---- the plain twin in ops
Tensor plain_attention(const Tensors& in, const AttentionAttrs& attrs) {
  const AttentionSizes s = attention_sizes({in[0].spec(), in[1].spec(), in[2].spec()});
  const Ints swap{0, 2, 1, 3};
  // Heads that share a key head are more rows of one product.
  const Shape rows{s.batch, s.groups, s.heads_of_group() * s.targets, s.size},
      scores{s.batch, s.heads, s.targets, s.sources};
  const Tensor query = reshape(transpose(in[0] * attrs.scale, swap), rows), key = transpose(in[1], swap),
               value = transpose(in[2], swap);
  Tensor logits = reshape(matmul(query, key, false, true), scores);
  Tensor allowed = attrs.is_masked ? in[3] : Tensor();
  if (attrs.is_causal) {
    const Tensor causal = binary("less_equal", reshape(range(s.sources, DType::kInt32), {1, s.sources}),
                                 reshape(range(s.targets, DType::kInt32), {s.targets, 1}));
    allowed = allowed ? binary("logical_and", allowed, causal) : causal;
  }
  if (allowed) logits = where(allowed, logits, scalar_like(logits, kForbiddenScore));
  const Tensor weights =
      reshape(apply1(std::make_shared<Softmax>(), {logits}), {s.batch, s.groups, rows[2], s.sources});
  return transpose(reshape(matmul(weights, value), {s.batch, s.heads, s.targets, s.value_size}), swap);
}

}  // namespace trae
