#include "ops/special.h"

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {

struct Row {
  const char* name;
  SpecialKind kind;
  bool is_internal;
};
constexpr Row kRows[] = {{"erfc", SpecialKind::kErfc, false},         {"bessel_i0", SpecialKind::kBesselI0, false},
                         {"bessel_i1", SpecialKind::kBesselI1, true}, {"gcd", SpecialKind::kGcd, false},
                         {"lcm", SpecialKind::kLcm, false},           {"next_after", SpecialKind::kNextAfter, false}};
OpPtr special(std::string_view name) {
  for (const Row& r : kRows)
    if (name == r.name) return std::make_shared<Special>(r.kind, r.name);
  return nullptr;
}
const bool registered = [] {
  for (const Row& r : kRows)
    register_op(
        r.name, [](const AttrMap& a) { return special(a.op()); }, typeid(Special), r.is_internal);
  return true;
}();
void expect_index(std::string_view op, const Spec& s) {
  if (s.dtype != DType::kInt32 && s.dtype != DType::kInt64)
    throw TypeError(std::string(op),
                    "indices must be int32 or int64.\n  Received: dtype " + std::string(name_of(s.dtype)));
}

}  // namespace

// ---- special
bool Special::equals(const Op& o) const {
  auto* other = dynamic_cast<const Special*>(&o);
  return other && other->kind == kind;
}
Tensors Special::prepare(Tensors in) const {
  if (is_unary()) return in.size() == 1 ? Tensors{cast(in[0], to_floating(in[0].dtype()))} : in;
  if (in.size() != 2) return in;
  DType d = promote(in[0].dtype(), in[1].dtype());
  if (kind == SpecialKind::kNextAfter) d = to_floating(d);
  else if (is_bool(d)) d = DType::kInt32;
  return {cast(in[0], d), cast(in[1], d)};
}
Specs Special::infer(const Specs& in) const {
  expect_inputs(*this, in, is_unary() ? 1 : 2);
  if (is_unary()) return {in[0]};
  if (kind != SpecialKind::kNextAfter && is_floating(in[0].dtype))
    throw TypeError(name_, "operands must be integers.\n  Received: dtype " + std::string(name_of(in[0].dtype)));
  return {{broadcast_shapes(name_, in[0].shape, in[1].shape), in[0].dtype}};
}
Tensors Special::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor &x = in[0], &d = dy[0];
  switch (kind) {
    case SpecialKind::kErfc: return {d * unary("exp", -(x * x)) * (-2 * std::numbers::inv_sqrtpi)};
    case SpecialKind::kBesselI0: return {d * apply1(special("bessel_i1"), {x})};
    default: {  // I1' = I0 - I1 / x, which is 1/2 at 0
      const Tensor is_zero = binary("equal", x, scalar_like(x, 0));
      const Tensor ratio = where(is_zero, scalar_like(x, 0.5), out[0] / where(is_zero, scalar_like(x, 1), x));
      return {d * (apply1(special("bessel_i0"), {x}) - ratio)};
    }
  }
}

// ---- search_sorted
OpPtr SearchSorted::make(const AttrMap& a) {
  auto op = std::make_shared<SearchSorted>();
  op->attrs = {a.boolean("right", false)};
  return op;
}
Tensors SearchSorted::prepare(Tensors in) const {
  if (in.size() != 2) return in;
  const DType d = promote(in[0].dtype(), in[1].dtype());
  return {cast(in[0], d), cast(in[1], d)};
}
Specs SearchSorted::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  if (in[0].ndim() != 1)
    throw ValueError("searchsorted",
                     "the sorted sequence must be a vector.\n  Received: shape " + to_string(in[0].shape));
  return {{in[1].shape, DType::kInt32}};
}
TRAE_REGISTER_OP(SearchSorted);

// ---- segment_reduce
OpPtr SegmentReduce::make(const AttrMap& a) {
  auto op = std::make_shared<SegmentReduce>();
  const std::string kind = a.string("kind");
  op->attrs = {a.integer("count"), kind == "max"   ? SegmentKind::kMax
                                   : kind == "min" ? SegmentKind::kMin
                                                   : SegmentKind::kProd};
  return op;
}
Specs SegmentReduce::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_index("segment_reduce", in[0]);
  if (in[0].ndim() != 1 || in[1].ndim() < 1 || in[1].shape[0] != in[0].shape[0])
    throw ValueError(
        "segment_reduce",
        "there must be one segment number for each of the rows of the data.\n  Received: segment numbers " +
            to_string(in[0].shape) + ", data " + to_string(in[1].shape));
  Shape shape = in[1].shape;
  shape[0] = attrs.count;
  return {{shape, in[1].dtype}};
}
Tensors SegmentReduce::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor &at = in[0], &x = in[1], &y = out[0];
  auto back = [&](const Tensor& t) { return take(t, at, 0); };
  auto total = [&](const Tensor& t) { return scatter_add(y.shape(), at, t, 0); };
  if (attrs.kind != SegmentKind::kProd) {  // shared among equals
    const Tensor is_extreme = cast(binary("equal", x, back(y)), x.dtype());
    return {Tensor(), is_extreme * back(dy[0] / total(is_extreme))};
  }
  // The product of the others: out / x, and where x is 0 the product of those that are not, if it is the only zero.
  const Tensor is_zero = binary("equal", x, scalar_like(x, 0)), one = scalar_like(x, 1), zero = scalar_like(x, 0);
  auto op = std::make_shared<SegmentReduce>();
  op->attrs = attrs;
  const Tensor rest = back(apply1(op, {at, where(is_zero, one, x)})), zeros = back(total(cast(is_zero, x.dtype())));
  const Tensor others = where(binary("equal", zeros, zero), rest / where(is_zero, one, x),
                              where(binary("logical_and", is_zero, binary("equal", zeros, one)), rest, zero));
  return {Tensor(), others * back(dy[0])};
}
TRAE_REGISTER_OP(SegmentReduce);

// ---- fft: the transform is its own transpose
OpPtr Fourier::make(const AttrMap& a) {
  auto op = std::make_shared<Fourier>();
  op->attrs = {a.boolean("inverse", false)};
  return op;
}
Specs Fourier::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  if (in[0] != in[1] || (in[0].dtype != DType::kFloat32 && in[0].dtype != DType::kFloat64))
    throw ValueError("fft",
                     "real and imaginary part must have one shape and be float32 or float64.\n  Received: shapes " +
                         to_string(in[0].shape) + " and " + to_string(in[1].shape) + ", dtypes " +
                         std::string(name_of(in[0].dtype)) + " and " + std::string(name_of(in[1].dtype)));
  if (!in[0].ndim()) throw ValueError("fft", "a scalar has no axis to transform.");
  return {in[0], in[1]};
}
Tensors Fourier::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  auto op = std::make_shared<Fourier>();
  op->attrs = {!attrs.is_inverse};
  return apply(op, {dy[0] ? dy[0] : zeros_like(in[0]), dy[1] ? dy[1] : zeros_like(in[1])});
}
TRAE_REGISTER_OP(Fourier);

}  // namespace trae
