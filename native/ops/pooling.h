// Pooling over windows of channels_last data of 1 to 3 spatial axes. Max pooling also gives which element of the window
// won (the first of equals), so that its gradient is one pass.
#pragma once
#include "graph/op.h"

namespace trae {

struct PoolAttrs {
  Ints size, strides, before, after;
  std::string label = "max_pool";
  Shape shape;  // input shape, for gradients
  bool operator==(const PoolAttrs& o) const {
    return size == o.size && strides == o.strides && before == o.before && after == o.after && shape == o.shape;
  }
};

struct MaxPool final : OpOf<MaxPool> {
  static constexpr std::string_view kName = "max_pool";
  PoolAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;  // y, winners (uint8, or int32 for windows of more than 255)
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};
// Inputs dy, winners; output dx of attrs.shape.
struct MaxPoolGrad final : OpOf<MaxPoolGrad> {
  static constexpr std::string_view kName = "max_pool_grad";
  PoolAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};
// Inputs x, winners; the element of each window that won elsewhere: the gradient of max_pool_grad.
struct MaxPoolPick final : OpOf<MaxPoolPick> {
  static constexpr std::string_view kName = "max_pool_pick";
  PoolAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};
// Mean over the elements of the window that lie within the input.
struct AveragePool final : OpOf<AveragePool> {
  static constexpr std::string_view kName = "average_pool";
  PoolAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};
struct AveragePoolGrad final : OpOf<AveragePoolGrad> {
  static constexpr std::string_view kName = "average_pool_grad";
  PoolAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};

}  // namespace trae
