#include "ops/softmax.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {
Specs same_floating(const Op& op, const Specs& in, int64_t axis) {
  expect_inputs(op, in, 1);
  if (in[0].shape.empty()) throw ValueError(std::string(op.name()), "a scalar has no axis to normalize along.");
  normalize_axis(op.name(), axis, in[0].shape);
  return {in[0]};
}
template <class Op>
OpPtr along(const AttrMap& a) {
  auto op = std::make_shared<Op>();
  op->attrs = {a.integer("axis", -1)};
  return op;
}
}  // namespace

OpPtr Softmax::make(const AttrMap& a) { return along<Softmax>(a); }
OpPtr LogSoftmax::make(const AttrMap& a) { return along<LogSoftmax>(a); }
Tensors Softmax::prepare(Tensors in) const {
  for (Tensor& t : in) t = cast(t, to_floating(t.dtype()));
  return in;
}
Tensors LogSoftmax::prepare(Tensors in) const {
  for (Tensor& t : in) t = cast(t, to_floating(t.dtype()));
  return in;
}
Specs Softmax::infer(const Specs& in) const { return same_floating(*this, in, attrs.axis); }
Specs LogSoftmax::infer(const Specs& in) const { return same_floating(*this, in, attrs.axis); }

// dx = (dy - sum(dy * y)) * y
Tensors Softmax::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  const Tensor& y = out[0];
  return {(dy[0] - sum(dy[0] * y, {attrs.axis}, true)) * y};
}
// dx = dy - softmax(x) * sum(dy)
Tensors LogSoftmax::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  return {dy[0] - unary("exp", out[0]) * sum(dy[0], {attrs.axis}, true)};
}
TRAE_REGISTER_OP(Softmax);
TRAE_REGISTER_OP(LogSoftmax);

}  // namespace trae
