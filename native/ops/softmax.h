// softmax(x) = exp(x - max x) / sum exp(x - max x) and its logarithm, along one axis.
#pragma once
#include "graph/op.h"

namespace trae {

struct Softmax final : OpOf<Softmax> {
  static constexpr std::string_view kName = "softmax";
  struct Attrs {
    int64_t axis = -1;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
  bool can_overwrite(size_t, size_t, const Specs&) const override { return true; }
};

struct LogSoftmax final : OpOf<LogSoftmax> {
  static constexpr std::string_view kName = "log_softmax";
  struct Attrs {
    int64_t axis = -1;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
  bool can_overwrite(size_t, size_t, const Specs&) const override { return true; }
};

}  // namespace trae
