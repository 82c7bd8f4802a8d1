// softmax(x) = exp(x - max x) / sum exp(x - max x) and its logarithm, along the last axis.
#pragma once
#include "graph/op.h"

namespace trae {

struct Softmax final : OpOf<Softmax> {
  static constexpr std::string_view kName = "softmax";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&) { return std::make_shared<Softmax>(); }
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  Kernel cpu(const Specs& in, const Specs& out) const override;
  bool can_overwrite(size_t, size_t, const Specs&) const override { return true; }
};

struct LogSoftmax final : OpOf<LogSoftmax> {
  static constexpr std::string_view kName = "log_softmax";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&) { return std::make_shared<LogSoftmax>(); }
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  Kernel cpu(const Specs& in, const Specs& out) const override;
  bool can_overwrite(size_t, size_t, const Specs&) const override { return true; }
};

}  // namespace trae
