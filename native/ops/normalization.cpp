#include "ops/normalization.h"

#include "core/error.h"
#include "graph/gradients.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

namespace {
Ints leading_axes(const Tensor& x) {
  Ints a;
  for (int i = 0; i + 1 < x.ndim(); i++) a.push_back(i);
  return a;
}
void expect_channels(const Op& op, const Spec& x, const Spec& p, const char* what) {
  const Shape want{x.shape.back()};
  if (p.shape != want)
    throw ValueError(std::string(op.name()), std::string(what) + " must have shape " + to_string(want) +
                                                 ", one value per channel (last axis).\n  Received: " + what +
                                                 " of shape " + to_string(p.shape) + ", input of shape " +
                                                 to_string(x.shape));
}

// The gradient in ops: what the kernel computes, for second derivatives.
Tensors composed_gradient(const Tensors& in, double epsilon, NormActivation activation) {
  const Tensor &x = in[0], &gamma = in[1], &mean_ = in[2], &variance = in[3];
  const Ints axes = leading_axes(x);
  const double rows = double(x.size() / std::max<int64_t>(1, x.dim(-1)));
  const Tensor inverse = unary("rsqrt", variance + epsilon), centered = (x - mean_) * inverse;
  Tensor d = in[4];
  if (activation != NormActivation::kLinear)
    d = binary(activation == NormActivation::kRelu ? "relu_grad" : "relu6_grad", centered * gamma + in[5], d);
  const Tensor dbeta = sum(d, axes), dgamma = sum(d * centered, axes);
  const Tensor dx = gamma * inverse * (d - dbeta / rows - centered * (dgamma / rows));
  return {dx, dgamma, dbeta};
}
}  // namespace

OpPtr BatchNormTraining::make(const AttrMap& a) {
  auto op = std::make_shared<BatchNormTraining>();
  op->attrs.epsilon = a.number("epsilon");
  return op;
}
Specs BatchNormTraining::infer(const Specs& in) const {
  expect_inputs(*this, in, 3);
  expect_floating(*this, in[0], "x");
  if (in[0].shape.empty()) throw ValueError("batch_norm_training", "a scalar has no channel axis.");
  expect_channels(*this, in[0], in[1], "gamma");
  expect_channels(*this, in[0], in[2], "beta");
  return {in[0], {{in[0].shape.back()}, in[0].dtype}, {{in[0].shape.back()}, in[0].dtype}};
}
Tensors BatchNormTraining::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  Tensors d{Tensor(), Tensor(), Tensor()};
  if (dy[0]) {
    auto op = std::make_shared<BatchNormTrainingGrad>();
    op->attrs = {attrs.epsilon, attrs.activation};
    Tensors inputs{in[0], in[1], out[1], out[2], dy[0]};
    if (attrs.activation != NormActivation::kLinear) inputs.push_back(in[2]);
    d = trae::apply(op, inputs);
  }
  const double rows = double(in[0].size() / std::max<int64_t>(1, in[0].dim(-1)));
  auto add = [&](const Tensor& t) { d[0] = d[0] ? d[0] + t : t; };
  if (dy[1]) add(broadcast_to(dy[1] / rows, in[0].shape()));
  if (dy[2]) add((in[0] - out[1]) * (dy[2] * (2 / rows)));
  return d;
}
TRAE_REGISTER_OP(BatchNormTraining);

OpPtr BatchNormTrainingGrad::make(const AttrMap& a) {
  auto op = std::make_shared<BatchNormTrainingGrad>();
  op->attrs.epsilon = a.number("epsilon");
  return op;
}
Specs BatchNormTrainingGrad::infer(const Specs& in) const {
  if (in.size() != 6) expect_inputs(*this, in, 5);
  return {in[0], in[1], in[1]};
}
Tensors BatchNormTrainingGrad::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  Tensors leaves, outputs, cotangents;
  for (const Tensor& t : in) leaves.push_back(unary("identity", t));
  const Tensors composed = composed_gradient(leaves, attrs.epsilon, attrs.activation);
  for (size_t i = 0; i < 3; i++)
    if (dy[i]) {
      outputs.push_back(composed[i]);
      cotangents.push_back(dy[i]);
    }
  // mean and variance are inputs here; what they owe to x flows back through batch_norm_training's other outputs. The
  // kernel's dx already holds that dependence, so only its explicit form is differentiated again.
  return gradients(outputs, leaves, cotangents, {});
}
TRAE_REGISTER_INTERNAL_OP(BatchNormTrainingGrad);

}  // namespace trae
