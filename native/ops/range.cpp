#include "ops/range.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {

OpPtr Range::make(const AttrMap& a) {
  auto op = std::make_shared<Range>();
  op->attrs = {a.integer("count"), a.number("start", 0), a.number("delta", 1), a.number("divisor", 1),
               a.has("last"),      a.number("last", 0),  a.dtype("dtype")};
  return op;
}
Specs Range::infer(const Specs& in) const {
  expect_inputs(*this, in, 0);
  if (attrs.count < 0) throw ValueError("range", "the count must be >= 0.\n  Received: " + std::to_string(attrs.count));
  return {{{attrs.count}, attrs.dtype}};
}
TRAE_REGISTER_OP(Range);

namespace ops {
Tensor range(int64_t count, DType d, double start, double delta) {
  auto op = std::make_shared<Range>();
  op->attrs.count = count;
  op->attrs.start = start;
  op->attrs.delta = delta;
  op->attrs.dtype = d;
  return apply1(op, {});
}
}  // namespace ops

}  // namespace trae
