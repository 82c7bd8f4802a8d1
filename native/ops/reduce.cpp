#include "ops/reduce.h"

#include <algorithm>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {

struct Row {
  const char* name;
  ReduceKind kind;
};
constexpr Row kRows[] = {{"sum", ReduceKind::kSum}, {"mean", ReduceKind::kMean}, {"prod", ReduceKind::kProd},
                         {"max", ReduceKind::kMax}, {"min", ReduceKind::kMin},   {"any", ReduceKind::kAny},
                         {"all", ReduceKind::kAll}};

OpPtr make_reduce(const AttrMap& a) {
  for (const Row& r : kRows)
    if (a.op() == r.name)
      return std::make_shared<Reduce>(r.kind, r.name, a.integers("axis", {}), !a.has("axis"),
                                      a.boolean("keepdims", false));
  return nullptr;
}
const bool registered = [] {
  for (const Row& r : kRows) register_op(r.name, &make_reduce, typeid(Reduce));
  return true;
}();

}  // namespace

bool Reduce::equals(const Op& o) const {
  auto* other = dynamic_cast<const Reduce*>(&o);
  return other && kind == other->kind && axes == other->axes && all == other->all && keepdims == other->keepdims;
}

std::vector<int> Reduce::axes_of(const Shape& s) const {
  if (!all) return normalize_axes(name_, axes, s);
  std::vector<int> r;
  for (size_t i = 0; i < s.size(); i++) r.push_back(int(i));
  return r;
}

Tensors Reduce::prepare(Tensors in) const {
  if (in.size() != 1) return in;
  const DType d = in[0].dtype();
  if (kind == ReduceKind::kAny || kind == ReduceKind::kAll) return {cast(in[0], DType::kBool)};
  if (kind == ReduceKind::kMean) return {cast(in[0], to_floating(d))};
  if ((kind == ReduceKind::kSum || kind == ReduceKind::kProd) &&
      (is_bool(d) || d == DType::kInt8 || d == DType::kUInt8))
    return {cast(in[0], DType::kInt32)};
  return in;
}

Specs Reduce::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const std::vector<int> r = axes_of(in[0].shape);
  Shape shape;
  for (int i = 0; i < in[0].ndim(); i++) {
    const bool is_reduced = std::find(r.begin(), r.end(), i) != r.end();
    if (is_reduced && in[0].shape[size_t(i)] == 0 && (kind == ReduceKind::kMax || kind == ReduceKind::kMin))
      throw ValueError(name_, "an empty axis has no largest or smallest element.\n  Received: shape " +
                                  to_string(in[0].shape) + ", axis " + std::to_string(i));
    if (!is_reduced) shape.push_back(in[0].shape[size_t(i)]);
    else if (keepdims) shape.push_back(1);
  }
  return {{shape, in[0].dtype}};
}

namespace {
// For each element the product of the others along the axes: products of all before times products of all behind, by
// doubling steps. No division, so zeros are nothing special, to gradients of it neither.
Tensor others_product(const Tensor& x, const std::vector<int>& axes) {
  Ints order, back(x.shape().size());
  for (int a = 0; a < x.ndim(); a++)
    if (std::find(axes.begin(), axes.end(), a) == axes.end()) order.push_back(a);
  order.insert(order.end(), axes.begin(), axes.end());
  for (size_t i = 0; i < order.size(); i++) back[size_t(order[i])] = int64_t(i);
  int64_t n = 1;
  for (int a : axes) n *= x.shape()[size_t(a)];
  const int64_t rows = n ? x.size() / n : 0;
  const Tensor moved = transpose(x, order), line = reshape(moved, {rows, n});
  auto shifted = [&](const Tensor& t, int64_t by) {  // by > 0: to the right, ones coming in
    const int64_t size = std::min(std::abs(by), n);
    return by > 0 ? slice(pad(t, {0, size}, {0, 0}, 1), {0, 0}, {rows, n}, {1, 1})
                  : slice(pad(t, {0, 0}, {0, size}, 1), {0, size}, {rows, n + size}, {1, 1});
  };
  Tensor before = shifted(line, 1), behind = shifted(line, -1);
  for (int64_t step = 1; step < n; step *= 2) {
    before = before * shifted(before, step);
    behind = behind * shifted(behind, -step);
  }
  return transpose(reshape(before * behind, moved.shape()), back);
}
}  // namespace

Tensors Reduce::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor& x = in[0];
  const std::vector<int> r = axes_of(x.shape());
  auto expand = [&](const Tensor& t) { return keepdims ? t : expand_axes(t, r); };
  int64_t count = 1;
  for (int a : r) count *= x.shape()[size_t(a)];
  const Tensor d = expand(dy[0]);
  switch (kind) {
    case ReduceKind::kSum: return {broadcast_to(d, x.shape())};
    case ReduceKind::kMean: return {broadcast_to(d * (1.0 / double(std::max<int64_t>(1, count))), x.shape())};
    case ReduceKind::kMax:
    case ReduceKind::kMin: {  // shared equally among equals, as TensorFlow
      Tensor is_extreme = cast(binary("equal", x, expand(out[0])), x.dtype());
      Ints axes_list(r.begin(), r.end());
      return {is_extreme * (d / sum(is_extreme, axes_list, true))};
    }
    default: return {others_product(x, r) * d};
  }
}

// ---- argmax, argmin
OpPtr ArgExtreme::make(const AttrMap& a) {
  auto op = std::make_shared<ArgExtreme>();
  op->attrs = {a.integer("axis"), !a.boolean("min", false), a.boolean("keepdims", false)};
  return op;
}
Specs ArgExtreme::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const int axis = normalize_axis(attrs.is_max ? "argmax" : "argmin", attrs.axis, in[0].shape);
  Shape shape = in[0].shape;
  if (shape[size_t(axis)] == 0)
    throw ValueError(attrs.is_max ? "argmax" : "argmin",
                     "an empty axis has no largest or smallest element.\n  Received: shape " + to_string(shape));
  if (attrs.keepdims) shape[size_t(axis)] = 1;
  else shape.erase(shape.begin() + axis);
  return {{shape, DType::kInt32}};
}
TRAE_REGISTER_OP(ArgExtreme);

// ---- cumsum
OpPtr Cumulative::make(const AttrMap& a) {
  auto op = std::make_shared<Cumulative>();
  op->attrs = {a.integer("axis"), a.boolean("reverse", false)};
  return op;
}
Specs Cumulative::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  normalize_axis("cumsum", attrs.axis, in[0].shape);
  return {in[0]};
}
Tensors Cumulative::vjp(const Tensors&, const Tensors&, const Tensors& dy) const {
  auto op = std::make_shared<Cumulative>();
  op->attrs = {attrs.axis, !attrs.is_reversed};
  return {apply1(op, {dy[0]})};
}
TRAE_REGISTER_OP(Cumulative);

namespace ops {
Tensor reduce(std::string_view name, const Tensor& x, const Ints& axes, bool keepdims) {
  for (const Row& r : kRows)
    if (name == r.name) return apply1(std::make_shared<Reduce>(r.kind, r.name, axes, false, keepdims), {x});
  throw InternalError("reduce", "there is no reduction " + std::string(name));
}
Tensor sum(const Tensor& x, const Ints& axes, bool keepdims) { return reduce("sum", x, axes, keepdims); }
Tensor mean(const Tensor& x, const Ints& axes, bool keepdims) { return reduce("mean", x, axes, keepdims); }
Tensor sum_all(const Tensor& x) {
  Ints axes;
  for (int i = 0; i < x.ndim(); i++) axes.push_back(i);
  return sum(x, axes, false);
}
Tensor sum_to(const Tensor& x, const Shape& s) {
  if (x.shape() == s) return x;
  const size_t shift = x.shape().size() - s.size();
  Ints axes;
  for (size_t i = 0; i < x.shape().size(); i++)
    if (i < shift || (s[i - shift] == 1 && x.shape()[i] != 1)) axes.push_back(int64_t(i));
  return reshape(axes.empty() ? x : sum(x, axes, true), s);
}
}  // namespace ops

}  // namespace trae
