// Numbers at equal distances, made where they are needed: y[i] = start + (i * delta) / divisor, in double.
#pragma once
#include "graph/op.h"

namespace trae {

struct Range final : OpOf<Range> {
  static constexpr std::string_view kName = "range";
  struct Attrs {
    int64_t count = 0;
    double start = 0, delta = 1, divisor = 1;
    bool has_last = false;
    double last = 0;  // y[count - 1], where it is given: not moved by rounding
    DType dtype = DType::kInt32;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};

}  // namespace trae
