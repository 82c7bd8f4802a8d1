#include "ops/movement.h"

#include <algorithm>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

namespace {
std::string text(int64_t n) { return std::to_string(n); }
void expect_index(const Op& op, const Spec& s) {
  if (s.dtype != DType::kInt32 && s.dtype != DType::kInt64)
    throw TypeError(std::string(op.name()),
                    "indices must be int32 or int64.\n  Received: dtype " + std::string(name_of(s.dtype)));
}
}  // namespace

// ---- reshape
OpPtr Reshape::make(const AttrMap& a) { return with<Reshape>({a.integers("shape")}); }
Specs Reshape::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  Shape shape = attrs.shape;
  int64_t known = 1;
  int unknown = -1;
  for (size_t i = 0; i < shape.size(); i++) {
    if (shape[i] >= 0) {
      known = multiply_sizes("reshape", known, shape[i]);
    } else if (shape[i] != -1 || unknown >= 0) {
      throw ValueError("reshape",
                       "at most one size may be -1, the others must be >= 0.\n  Received: shape " + to_string(shape));
    } else {
      unknown = int(i);
    }
  }
  const int64_t size = in[0].size();
  if (unknown >= 0 && known > 0 && size % known == 0) shape[size_t(unknown)] = size / known;
  else if (unknown >= 0 && known == 0 && size == 0) shape[size_t(unknown)] = 0;
  else if (unknown >= 0 || known != size)
    throw ValueError("reshape", "a tensor of shape " + to_string(in[0].shape) + " has " + text(size) +
                                    " elements, which shape " + to_string(shape) + " does not hold.");
  return {{shape, in[0].dtype}};
}
Tensors Reshape::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {reshape(dy[0], in[0].shape())};
}
TRAE_REGISTER_OP(Reshape);

// ---- bitcast
OpPtr Bitcast::make(const AttrMap& a) { return with<Bitcast>({a.dtype("dtype")}); }
Specs Bitcast::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const int64_t from = int64_t(size_of(in[0].dtype)), to = int64_t(size_of(attrs.dtype));
  if (is_bool(attrs.dtype) && !is_bool(in[0].dtype))
    throw TypeError("view", "bytes are not truth values: a view as bool is only of bool.\n  Received: dtype " +
                                std::string(name_of(in[0].dtype)));
  Shape shape = in[0].shape;
  if (from != to) {
    const std::string text =
        "a view of " + std::string(name_of(in[0].dtype)) + " as " + std::string(name_of(attrs.dtype));
    if (shape.empty())
      throw ValueError("view", text + " changes the size of the last axis, which a scalar does not have.");
    if (shape.back() * from % to)
      throw ValueError("view", text + " needs a last axis of a multiple of " + std::to_string(to) +
                                   " bytes.\n  Received: shape " + to_string(shape) + ", " +
                                   std::to_string(shape.back() * from) + " bytes");
    shape.back() = shape.back() * from / to;
  }
  return {{shape, attrs.dtype}};
}
TRAE_REGISTER_OP(Bitcast);

// ---- broadcast_to
OpPtr BroadcastTo::make(const AttrMap& a) { return with<BroadcastTo>({a.integers("shape")}); }
Specs BroadcastTo::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  for (int64_t d : attrs.shape)
    if (d < 0) throw ValueError("broadcast_to", "sizes must be >= 0.\n  Received: shape " + to_string(attrs.shape));
  if (!is_broadcastable_to(in[0].shape, attrs.shape))
    throw ValueError("broadcast_to", "a tensor of shape " + to_string(in[0].shape) + " cannot be broadcast to shape " +
                                         to_string(attrs.shape) + ".");
  return {{attrs.shape, in[0].dtype}};
}
Tensors BroadcastTo::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {sum_to(dy[0], in[0].shape())};
}
TRAE_REGISTER_OP(BroadcastTo);

// ---- transpose
OpPtr Transpose::make(const AttrMap& a) { return with<Transpose>({a.integers("axes", {})}); }
Ints Transpose::permutation(const Shape& s) const {
  Ints p;
  if (attrs.axes.empty())
    for (size_t i = s.size(); i-- > 0;) p.push_back(int64_t(i));
  else
    for (int64_t a : attrs.axes) p.push_back(normalize_axis("transpose", a, s));
  return p;
}
Specs Transpose::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const Ints p = permutation(in[0].shape);
  Ints sorted = p;
  std::sort(sorted.begin(), sorted.end());
  bool is_permutation = p.size() == in[0].shape.size();
  for (size_t i = 0; i < sorted.size(); i++) is_permutation &= sorted[i] == int64_t(i);
  if (!is_permutation)
    throw ValueError("transpose", "axes must name each of the " + text(in[0].ndim()) +
                                      " axes once.\n  Received: axes " + to_string(attrs.axes) + ", input shape " +
                                      to_string(in[0].shape));
  Shape shape;
  for (int64_t a : p) shape.push_back(in[0].shape[size_t(a)]);
  return {{shape, in[0].dtype}};
}
Tensors Transpose::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const Ints p = permutation(in[0].shape());
  Ints inverse(p.size());
  for (size_t i = 0; i < p.size(); i++) inverse[size_t(p[i])] = int64_t(i);
  return {transpose(dy[0], inverse)};
}
TRAE_REGISTER_OP(Transpose);

// ---- slice
OpPtr Slice::make(const AttrMap& a) {
  return with<Slice>({a.integers("start"), a.integers("size"), a.integers("step")});
}
Specs Slice::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const Shape& s = in[0].shape;
  if (attrs.start.size() != s.size() || attrs.size.size() != s.size() || attrs.step.size() != s.size())
    throw ValueError("slice", "needs a start, a size and a step for each axis of shape " + to_string(s) + ".");
  for (size_t i = 0; i < s.size(); i++) {
    const int64_t n = attrs.size[i], first = attrs.start[i],
                  last = first + multiply_sizes("slice", n - 1, attrs.step[i]);
    if (n < 0 || attrs.step[i] == 0 || (n > 0 && (first < 0 || first >= s[i] || last < 0 || last >= s[i])))
      throw ValueError("slice", text(n) + " elements from " + text(first) + " by " + text(attrs.step[i]) +
                                    " do not lie within axis " + text(int64_t(i)) + " of shape " + to_string(s) + ".");
  }
  return {{attrs.size, in[0].dtype}};
}
Tensors Slice::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {apply1(with<Place>({in[0].shape(), attrs.start, attrs.step, 0}), {dy[0]})};
}
TRAE_REGISTER_OP(Slice);

// ---- place
OpPtr Place::make(const AttrMap& a) {
  return with<Place>({a.integers("shape"), a.integers("start"), a.integers("step"), a.number("value", 0)});
}
Specs Place::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  const Shape& s = in[0].shape;
  for (int64_t d : attrs.shape)
    if (d < 0)
      throw ValueError("pad", "the padded shape " + to_string(attrs.shape) +
                                  " has a negative size.\n  Received: input shape " + to_string(s));
  if (attrs.start.size() != s.size() || attrs.step.size() != s.size() || attrs.shape.size() != s.size())
    throw ValueError("pad", "needs one entry for each axis of shape " + to_string(s) + ".");
  for (size_t i = 0; i < s.size(); i++) {
    const int64_t last = attrs.start[i] + multiply_sizes("pad", s[i] - 1, attrs.step[i]);
    if (s[i] > 0 && (attrs.start[i] < 0 || attrs.start[i] >= attrs.shape[i] || last < 0 || last >= attrs.shape[i]))
      throw ValueError("pad", "axis " + text(int64_t(i)) + " of shape " + to_string(s) + " does not fit in shape " +
                                  to_string(attrs.shape) + ".");
  }
  return {{attrs.shape, in[0].dtype}};
}
Tensors Place::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {apply1(with<Slice>({attrs.start, in[0].shape(), attrs.step}), {dy[0]})};
}
TRAE_REGISTER_OP(Place);

// ---- concatenate
OpPtr Concatenate::make(const AttrMap& a) { return with<Concatenate>({a.integer("axis", 0)}); }
Tensors Concatenate::prepare(Tensors in) const {
  if (in.empty()) return in;
  DType d = in[0].dtype();
  for (const Tensor& t : in) d = promote(d, t.dtype());
  for (Tensor& t : in) t = cast(t, d);
  return in;
}
Specs Concatenate::infer(const Specs& in) const {
  if (in.empty()) throw ValueError("concatenate", "needs at least one tensor.\n  Received: none");
  const size_t axis = size_t(normalize_axis("concatenate", attrs.axis, in[0].shape));
  Spec out = in[0];
  for (size_t k = 1; k < in.size(); k++) {
    bool fits = in[k].ndim() == in[0].ndim();
    for (size_t i = 0; fits && i < out.shape.size(); i++) fits = i == axis || in[k].shape[i] == in[0].shape[i];
    if (!fits)
      throw ValueError("concatenate", "shapes must agree except along axis " + text(int64_t(axis)) +
                                          ": tensor 0 has shape " + to_string(in[0].shape) + " and tensor " +
                                          text(int64_t(k)) + " has shape " + to_string(in[k].shape) + ".");
    out.shape[axis] += in[k].shape[axis];
  }
  return {out};
}
Tensors Concatenate::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const size_t axis = size_t(normalize_axis("concatenate", attrs.axis, in[0].shape()));
  Tensors r;
  Ints start(in[0].shape().size(), 0), step(start.size(), 1);
  for (const Tensor& t : in) {
    r.push_back(apply1(with<Slice>({start, t.shape(), step}), {dy[0]}));
    start[axis] += t.shape()[axis];
  }
  return r;
}
TRAE_REGISTER_OP(Concatenate);

// ---- take
OpPtr Take::make(const AttrMap& a) { return with<Take>({a.integer("axis", 0)}); }
Specs Take::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_index(*this, in[1]);
  const size_t axis = size_t(normalize_axis("take", attrs.axis, in[0].shape));
  Shape shape(in[0].shape.begin(), in[0].shape.begin() + long(axis));
  shape.insert(shape.end(), in[1].shape.begin(), in[1].shape.end());
  shape.insert(shape.end(), in[0].shape.begin() + long(axis) + 1, in[0].shape.end());
  return {{shape, in[0].dtype}};
}
Tensors Take::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {scatter_add(in[0].shape(), in[1], dy[0], normalize_axis("take", attrs.axis, in[0].shape())), Tensor()};
}
TRAE_REGISTER_OP(Take);

// ---- scatter_add
OpPtr ScatterAdd::make(const AttrMap& a) { return with<ScatterAdd>({a.integers("shape"), a.integer("axis", 0)}); }
Specs ScatterAdd::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_index(*this, in[0]);
  Shape wanted = attrs.shape;
  const int axis = normalize_axis(kName, attrs.axis, wanted);
  wanted.erase(wanted.begin() + axis);
  wanted.insert(wanted.begin() + axis, in[0].shape.begin(), in[0].shape.end());
  if (in[1].shape != wanted)
    throw ValueError("scatter_add", "updates must have shape " + to_string(wanted) +
                                        ": that of the indices in place of axis " + text(axis) + " of " +
                                        to_string(attrs.shape) + ".\n  Received: updates of shape " +
                                        to_string(in[1].shape));
  return {{attrs.shape, in[1].dtype}};
}
Tensors ScatterAdd::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  return {Tensor(), take(dy[0], in[0], int(attrs.axis))};
}
TRAE_REGISTER_INTERNAL_OP(ScatterAdd);

// ---- scatter_rows
OpPtr ScatterRows::make(const AttrMap& a) { return with<ScatterRows>({a.integers("shape")}); }
Specs ScatterRows::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  const int64_t rows = attrs.shape[0], size = size_of(attrs.shape);
  return {{{rows}, DType::kInt32}, {{in[0].size(), rows ? size / rows : 0}, in[1].dtype}};
}
TRAE_REGISTER_INTERNAL_OP(ScatterRows);

// ---- one_hot
OpPtr OneHot::make(const AttrMap& a) { return with<OneHot>({a.integer("depth"), a.dtype("dtype")}); }
Specs OneHot::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_index(*this, in[0]);
  if (attrs.depth < 0) throw ValueError("one_hot", "numClasses must be >= 0.\n  Received: " + text(attrs.depth));
  Shape shape = in[0].shape;
  shape.push_back(attrs.depth);
  return {{shape, attrs.dtype}};
}
TRAE_REGISTER_OP(OneHot);

// ---- sort
OpPtr Sort::make(const AttrMap& a) { return with<Sort>({a.boolean("descending", false), a.integer("count", -1)}); }
Specs Sort::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  if (in[0].shape.empty()) throw ValueError("sort", "a scalar has no axis to sort along.");
  Shape shape = in[0].shape;
  if (attrs.count > shape.back())
    throw ValueError("sort", "the first " + std::to_string(attrs.count) +
                                 " of each row are asked for, but the last axis has size " +
                                 std::to_string(shape.back()) + ".");
  if (attrs.count >= 0) shape.back() = attrs.count;
  return {{shape, in[0].dtype}, {shape, DType::kInt32}};
}
Tensors Sort::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  if (!dy[0]) return {Tensor()};
  // Back to where each element came from: rows are taken apart by adding row * width to the positions.
  const int64_t width = in[0].dim(-1), rows = width ? in[0].size() / width : 0, count = out[0].dim(-1);
  const Tensor starts = reshape(range(rows, DType::kInt32, 0, double(width)), {rows, 1});
  const auto flat = [&](const Tensor& positions) {
    return reshape(reshape(positions, {rows, count}) + starts, {rows * count});
  };
  const Tensor given = reshape(dy[0], {rows * count});
  if (count < width) return {reshape(scatter_add({rows * width}, flat(out[1]), given, 0), in[0].shape())};
  const Tensor inverse = apply(with<Sort>({}), {out[1]})[1];
  return {reshape(take(given, flat(inverse), 0), in[0].shape())};
}
TRAE_REGISTER_OP(Sort);

// ---- builders
namespace ops {
Tensor reshape(const Tensor& x, const Shape& s) { return x.shape() == s ? x : apply1(with<Reshape>({s}), {x}); }
Tensor broadcast_to(const Tensor& x, const Shape& s) {
  return x.shape() == s ? x : apply1(with<BroadcastTo>({s}), {x});
}
Tensor full(const Shape& s, double value, DType d) { return broadcast_to(constant(value, d), s); }
Tensor transpose(const Tensor& x, const Ints& p) { return apply1(with<Transpose>({p}), {x}); }
Tensor swap_last_axes(const Tensor& x) {
  Ints p;
  for (int i = 0; i < x.ndim(); i++) p.push_back(i);
  std::swap(p[p.size() - 1], p[p.size() - 2]);
  return transpose(x, p);
}
Tensor expand_axes(const Tensor& x, const std::vector<int>& axes) {
  Shape s = x.shape();
  for (int a : axes) s.insert(s.begin() + a, 1);
  return reshape(x, s);
}
Tensor concatenate(const Tensors& xs, int axis) { return apply1(with<Concatenate>({axis}), xs); }
Tensor slice(const Tensor& x, const Ints& start, const Ints& stop, const Ints& step) {
  Ints size;
  for (size_t i = 0; i < start.size(); i++) {
    const int64_t distance = step[i] > 0 ? stop[i] - start[i] + step[i] - 1 : start[i] - stop[i] - step[i] - 1;
    size.push_back(std::max<int64_t>(0, distance / std::abs(step[i])));
  }
  return apply1(with<Slice>({start, size, step}), {x});
}
Tensor pad(const Tensor& x, const Ints& before, const Ints& after, double value) {
  Shape s = x.shape();
  for (size_t i = 0; i < s.size(); i++) s[i] += before[i] + after[i];
  return apply1(with<Place>({s, before, Ints(s.size(), 1), value}), {x});
}
Tensor flip(const Tensor& x, const Ints& axes) {
  Ints start(x.shape().size(), 0), step(start.size(), 1);
  for (int64_t a : axes) {
    const size_t axis = size_t(normalize_axis("flip", a, x.shape()));
    start[axis] = x.shape()[axis] - 1;
    step[axis] = -1;
  }
  return apply1(with<Slice>({start, x.shape(), step}), {x});
}
Tensor take(const Tensor& x, const Tensor& indices, int axis) { return apply1(with<Take>({axis}), {x, indices}); }
Tensor scatter_add(const Shape& s, const Tensor& indices, const Tensor& updates, int axis) {
  return apply1(with<ScatterAdd>({s, axis}), {indices, updates});
}
}  // namespace ops

}  // namespace trae
