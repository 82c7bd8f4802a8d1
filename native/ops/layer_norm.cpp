#include "ops/layer_norm.h"

#include <algorithm>

#include "core/error.h"
#include "graph/gradients.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

namespace {
void expect_row(const Op& op, const Spec& x, const Spec& p, const char* what) {
  const Shape want{x.shape.back()};
  if (p.shape != want)
    throw ValueError(std::string(op.name()),
                     std::string(what) + " must have shape " + to_string(want) +
                         ", one value for each position of the last axis.\n  Received: " + what + " of shape " +
                         to_string(p.shape) + ", input of shape " + to_string(x.shape));
}
Ints leading_axes(const Tensor& x) {
  Ints a;
  for (int i = 0; i + 1 < x.ndim(); i++) a.push_back(i);
  return a;
}

// The gradient in ops: what the kernel computes, for second derivatives.
Tensors composed_gradient(const Tensors& in, bool is_centered) {
  const Tensor &x = in[0], &gamma = in[1], &mean_ = in[2], &inverse = in[3], &dy = in[4];
  const Tensor normal = (is_centered ? x - mean_ : x) * inverse, d = dy * gamma;
  Tensor inner = d - normal * mean(d * normal, {-1}, true);
  if (is_centered) inner = inner - mean(d, {-1}, true);
  return {inverse * inner, sum(dy * normal, leading_axes(x)), sum(dy, leading_axes(x))};
}
}  // namespace

OpPtr LayerNorm::make(const AttrMap& a) {
  auto op = std::make_shared<LayerNorm>();
  op->attrs = {a.number("epsilon"), a.boolean("is_centered", true)};
  return op;
}
Specs LayerNorm::infer(const Specs& in) const {
  expect_inputs(*this, in, 3);
  expect_floating(*this, in[0], "x");
  if (in[0].shape.empty()) throw ValueError("layer_norm", "a scalar has no axis to normalize along.");
  expect_row(*this, in[0], in[1], "gamma");
  expect_row(*this, in[0], in[2], "beta");
  Shape rows = in[0].shape;
  rows.back() = 1;
  return {in[0], {rows, in[0].dtype}, {rows, in[0].dtype}};
}
Tensors LayerNorm::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  Tensors d{Tensor(), Tensor(), Tensor()};
  if (dy[0]) {
    auto op = std::make_shared<LayerNormGrad>();
    op->attrs.is_centered = attrs.is_centered;
    d = trae::apply(op, {in[0], in[1], out[1], out[2], dy[0]});
  }
  const double n = double(std::max<int64_t>(1, in[0].dim(-1)));
  auto add = [&](const Tensor& t) { d[0] = d[0] ? d[0] + t : t; };
  if (dy[1] && attrs.is_centered) add(broadcast_to(dy[1] / n, in[0].shape()));
  // d inverse / dx = -inverse^3 (x - mean) / n
  if (dy[2]) add((attrs.is_centered ? in[0] - out[1] : in[0]) * (dy[2] * out[2] * out[2] * out[2] * (-1 / n)));
  return d;
}
TRAE_REGISTER_OP(LayerNorm);

OpPtr LayerNormGrad::make(const AttrMap& a) {
  auto op = std::make_shared<LayerNormGrad>();
  op->attrs = {a.boolean("is_centered", true)};
  return op;
}
Specs LayerNormGrad::infer(const Specs& in) const {
  expect_inputs(*this, in, 5);
  return {in[0], in[1], in[1]};
}
Tensors LayerNormGrad::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  Tensors leaves, outputs, cotangents;
  for (const Tensor& t : in) leaves.push_back(unary("identity", t));
  const Tensors composed = composed_gradient(leaves, attrs.is_centered);
  for (size_t i = 0; i < 3; i++)
    if (dy[i]) {
      outputs.push_back(composed[i]);
      cotangents.push_back(dy[i]);
    }
  // mean and inverse are inputs here: what they owe to x flows back through layer_norm's other outputs.
  return gradients(outputs, leaves, cotangents, {});
}
TRAE_REGISTER_INTERNAL_OP(LayerNormGrad);

}  // namespace trae
