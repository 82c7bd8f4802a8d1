// Convolution of channels_last data of 1 to 3 spatial axes: y[n,p,o] = sum x[n, p*stride + k*dilation - before, c]
// w[k,c,o]. Forward, gradient of the input and gradient of the kernel are each linear in both operands, so each one's
// gradient is made of the other two.
#pragma once
#include "graph/op.h"
#include "ops/conv_activation.h"

namespace trae {

struct ConvAttrs {
  Ints strides, dilation, before, after;  // per spatial axis; padding before and after
  int64_t groups = 1;
  std::string label = "conv2d";  // for messages
  Shape shape;                   // of the gradient's result (backward ops)
  ConvActivation activation = ConvActivation::kLinear;
  bool is_scaled = false;  // inputs are x, kernel, offset, scale: y = conv * scale + offset; set by a rewrite
  bool has_bias = false;   // conv_backward_weights also gives the bias' gradient: set by a rewrite
  bool operator==(const ConvAttrs& o) const {
    return strides == o.strides && dilation == o.dilation && before == o.before && after == o.after &&
           groups == o.groups && shape == o.shape && activation == o.activation && is_scaled == o.is_scaled &&
           has_bias == o.has_bias;
  }
};

// Inputs x, kernel and, after a rewrite, bias (or offset and scale).
struct Conv final : OpOf<Conv> {
  static constexpr std::string_view kName = "conv";
  ConvAttrs attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  double work(const Specs& in, const Specs& out) const override;
  std::string describe() const override;
};
// Inputs dy, kernel; output dx of attrs.shape. Transposed convolution is this op.
struct ConvBackwardData final : OpOf<ConvBackwardData> {
  static constexpr std::string_view kName = "conv_backward_data";
  ConvAttrs attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  double work(const Specs& in, const Specs& out) const override;
};
// Inputs x, dy; outputs dkernel of attrs.shape and, after a rewrite, dbias.
struct ConvBackwardWeights final : OpOf<ConvBackwardWeights> {
  static constexpr std::string_view kName = "conv_backward_weights";
  ConvAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  double work(const Specs& in, const Specs& out) const override;
};

// One window per pixel, of that pixel: the convolution is a product of matrices.
bool is_pointwise(const ConvAttrs&, const Shape& w);

}  // namespace trae
