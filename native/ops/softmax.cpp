#include "ops/softmax.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {
Specs same_floating(const Op& op, const Specs& in) {
  expect_inputs(op, in, 1);
  if (in[0].shape.empty()) throw ValueError(std::string(op.name()), "a scalar has no axis to normalize along.");
  return {in[0]};
}
}  // namespace

Tensors Softmax::prepare(Tensors in) const {
  for (Tensor& t : in) t = cast(t, to_floating(t.dtype()));
  return in;
}
Tensors LogSoftmax::prepare(Tensors in) const {
  for (Tensor& t : in) t = cast(t, to_floating(t.dtype()));
  return in;
}
Specs Softmax::infer(const Specs& in) const { return same_floating(*this, in); }
Specs LogSoftmax::infer(const Specs& in) const { return same_floating(*this, in); }

// dx = (dy - sum(dy * y)) * y
Tensors Softmax::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  const Tensor& y = out[0];
  return {(dy[0] - sum(dy[0] * y, {-1}, true)) * y};
}
// dx = dy - softmax(x) * sum(dy)
Tensors LogSoftmax::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  return {dy[0] - unary("exp", out[0]) * sum(dy[0], {-1}, true)};
}
TRAE_REGISTER_OP(Softmax);
TRAE_REGISTER_OP(LogSoftmax);

}  // namespace trae
