// Elementwise ops: one code each, An op here says how dtypes flow and
// what its gradient is; there is no kernel per op.
#pragma once
#include "graph/op.h"
#include "ops/elementwise_codes.h"

namespace trae {

class ElementwiseOp : public Op {
 public:
  ElementwiseOp(Code code, double p0 = 0, double p1 = 0) : code(code), params{p0, p1} {}
  bool is_elementwise() const final { return true; }
  bool can_overwrite(size_t input, size_t output, const Specs& in) const override;
  bool equals(const Op& o) const override;
  std::type_index kernel_type() const final { return typeid(ElementwiseOp); }
  const Code code;
  const double params[2];
};

}  // namespace trae
