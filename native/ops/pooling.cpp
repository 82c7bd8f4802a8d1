#include "ops/pooling.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
namespace {

template <class Op>
OpPtr on_shape(PoolAttrs a, Shape shape) {
  a.shape = std::move(shape);
  return with<Op>(std::move(a));
}
PoolAttrs read(const AttrMap& a, const char* label) {
  PoolAttrs p;
  p.size = a.integers("size");
  p.strides = a.integers("strides");
  p.before = a.integers("before");
  p.after = a.integers("after");
  p.shape = a.integers("shape", {});
  p.label = a.string("label", label);
  return p;
}
Shape pooled(const PoolAttrs& a, const Spec& x) {
  const size_t rank = a.size.size();
  if (x.shape.size() != rank + 2)
    throw ValueError(
        a.label, "needs an input of rank " + std::to_string(rank + 2) + ".\n  Received: shape " + to_string(x.shape));
  Shape y{x.shape[0]};
  for (size_t i = 0; i < rank; i++) {
    const int64_t padded = x.shape[i + 1] + a.before[i] + a.after[i];
    if (a.size[i] < 1 || a.strides[i] < 1)
      throw ValueError(a.label, "poolSize and strides must be >= 1.\n  Received: poolSize " + to_string(a.size) +
                                    ", strides " + to_string(a.strides));
    if (padded < a.size[i])
      throw ValueError(a.label, "the window covers " + std::to_string(a.size[i]) + " elements of axis " +
                                    std::to_string(i + 1) + " but the padded input has " + std::to_string(padded) +
                                    ".\n  Received: input shape " + to_string(x.shape));
    y.push_back((padded - a.size[i]) / a.strides[i] + 1);
  }
  y.push_back(x.shape.back());
  return y;
}
int64_t taps(const PoolAttrs& a) {
  int64_t n = 1;
  for (int64_t s : a.size) n = multiply_sizes(a.label, n, s);
  return n;
}
}  // namespace

OpPtr MaxPool::make(const AttrMap& a) { return with<MaxPool>(read(a, "max_pool")); }
Specs MaxPool::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const Shape y = pooled(attrs, in[0]);
  return {{y, in[0].dtype}, {y, taps(attrs) <= 255 ? DType::kUInt8 : DType::kInt32}};
}
Tensors MaxPool::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  if (!dy[0]) return {Tensor()};
  return {apply1(on_shape<MaxPoolGrad>(attrs, in[0].shape()), {dy[0], out[1]})};
}
TRAE_REGISTER_OP(MaxPool);

OpPtr MaxPoolGrad::make(const AttrMap& a) { return on_shape<MaxPoolGrad>(read(a, "max_pool"), a.integers("shape")); }
Specs MaxPoolGrad::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  return {{attrs.shape, in[0].dtype}};
}
Tensors MaxPoolGrad::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {apply1(on_shape<MaxPoolPick>(attrs, {}), {dy[0], in[1]}), Tensor()};
}
TRAE_REGISTER_INTERNAL_OP(MaxPoolGrad);

OpPtr MaxPoolPick::make(const AttrMap& a) { return with<MaxPoolPick>(read(a, "max_pool")); }
Specs MaxPoolPick::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  return {{in[1].shape, in[0].dtype}};
}
Tensors MaxPoolPick::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {apply1(on_shape<MaxPoolGrad>(attrs, in[0].shape()), {dy[0], in[1]}), Tensor()};
}
TRAE_REGISTER_INTERNAL_OP(MaxPoolPick);

OpPtr AveragePool::make(const AttrMap& a) { return with<AveragePool>(read(a, "average_pool")); }
Specs AveragePool::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_floating(*this, in[0], "x");
  return {{pooled(attrs, in[0]), in[0].dtype}};
}
Tensors AveragePool::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {apply1(on_shape<AveragePoolGrad>(attrs, in[0].shape()), {dy[0]})};
}
TRAE_REGISTER_OP(AveragePool);

OpPtr AveragePoolGrad::make(const AttrMap& a) {
  return on_shape<AveragePoolGrad>(read(a, "average_pool"), a.integers("shape"));
}
Specs AveragePoolGrad::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  return {{attrs.shape, in[0].dtype}};
}
Tensors AveragePoolGrad::vjp(const Tensors&, const Tensors&, const Tensors& dy) const {
  return {apply1(on_shape<AveragePool>(attrs, {}), {dy[0]})};
}
TRAE_REGISTER_INTERNAL_OP(AveragePoolGrad);

}  // namespace trae
