#include "ops/convolution.h"

#include <algorithm>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {

ConvAttrs read(const AttrMap& a) {
  ConvAttrs c;
  c.strides = a.integers("strides");
  c.dilation = a.integers("dilation");
  c.before = a.integers("before");
  c.after = a.integers("after");
  c.groups = a.integer("groups", 1);
  c.label = a.string("label", "conv2d");
  c.shape = a.integers("shape", {});
  return c;
}
std::string text(int64_t n) { return std::to_string(n); }
std::string received(const ConvAttrs& c, const Spec& x) {
  return "\n  Received: input shape " + to_string(x.shape) + ", strides " + to_string(c.strides) + ", dilation " +
         to_string(c.dilation) + ", groups " + text(c.groups);
}

void check(const ConvAttrs& c, const Spec& x, const Spec& w) {
  const size_t rank = c.strides.size();
  if (x.shape.size() != rank + 2 || w.shape.size() != rank + 2)
    throw ValueError(c.label, "needs an input and a kernel of rank " + text(int64_t(rank) + 2) +
                                  " but they have rank " + text(x.ndim()) + " and " + text(w.ndim()) + "." +
                                  received(c, x));
  const int64_t channels = x.shape.back(), expected = w.shape[rank] * c.groups, filters = w.shape[rank + 1];
  if (channels != expected)
    throw ValueError(c.label, "input has " + text(channels) + " channels (last axis) but the kernel of shape " +
                                  to_string(w.shape) + " expects " + text(expected) + "." + received(c, x));
  if (c.groups < 1 || filters % c.groups)
    throw ValueError(c.label,
                     text(filters) + " filters cannot be split in " + text(c.groups) + " groups." + received(c, x));
  for (size_t i = 0; i < rank; i++) {
    if (c.strides[i] < 1 || c.dilation[i] < 1)
      throw ValueError(c.label, "strides and dilation must be >= 1." + received(c, x));
    const int64_t extent = multiply_sizes(c.label, w.shape[i] - 1, c.dilation[i]) + 1;
    if (x.shape[i + 1] + c.before[i] + c.after[i] < extent)
      throw ValueError(c.label, "the kernel covers " + text(extent) + " elements of axis " + text(int64_t(i) + 1) +
                                    " but the padded input has " + text(x.shape[i + 1] + c.before[i] + c.after[i]) +
                                    "." + received(c, x));
  }
}

// Both operands as floats of one type.
Tensors to_common(Tensors in) {
  if (in.size() < 2) return in;
  const DType d = to_floating(promote(in[0].dtype(), in[1].dtype()));
  for (Tensor& t : in) t = cast(t, d);
  return in;
}

// Products of a convolution with this result, and what it reads and writes. Doubles have no vector loops.
double work_of(const Spec& y, const Spec& w, const Specs& in, const Specs& out) {
  const double products = double(y.size()) * double(w.size()) / double(std::max<int64_t>(1, w.shape.back()));
  return products * (y.dtype == DType::kFloat32 ? 1 : 8) + elements_of(in, out);
}

}  // namespace

bool is_pointwise(const ConvAttrs& a, const Shape& w) {
  const auto are_all = [](const Ints& all, int64_t value) {
    return std::all_of(all.begin(), all.end(), [=](int64_t v) { return v == value; });
  };
  return a.groups == 1 && are_all(Ints(w.begin(), w.end() - 2), 1) && are_all(a.strides, 1) && are_all(a.before, 0) &&
         are_all(a.after, 0);
}

OpPtr Conv::make(const AttrMap& a) { return with<Conv>(read(a)); }
Tensors Conv::prepare(Tensors in) const { return to_common(std::move(in)); }
Specs Conv::infer(const Specs& in) const {
  if (in.size() != (attrs.is_scaled ? 4 : 3)) expect_inputs(*this, in, 2);
  check(attrs, in[0], in[1]);
  const size_t rank = attrs.strides.size();
  Shape shape{in[0].shape[0]};
  for (size_t i = 0; i < rank; i++) {
    const int64_t extent = (in[1].shape[i] - 1) * attrs.dilation[i] + 1;
    shape.push_back((in[0].shape[i + 1] + attrs.before[i] + attrs.after[i] - extent) / attrs.strides[i] + 1);
  }
  shape.push_back(in[1].shape[rank + 1]);
  return {{shape, in[0].dtype}};
}
Tensors Conv::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  ConvAttrs data = attrs, weights = attrs;
  data.shape = in[0].shape();
  weights.shape = in[1].shape();
  return {apply1(with<ConvBackwardData>(data), {dy[0], in[1]}),
          apply1(with<ConvBackwardWeights>(weights), {in[0], dy[0]})};
}
std::string Conv::describe() const {
  static const char* kActivations[] = {"", " relu", " relu6"};
  return attrs.label + (attrs.is_scaled ? " normalized" : "") + kActivations[int(attrs.activation)];
}
double Conv::work(const Specs& in, const Specs& out) const { return work_of(out[0], in[1], in, out); }
TRAE_REGISTER_OP(Conv);

OpPtr ConvBackwardData::make(const AttrMap& a) { return with<ConvBackwardData>(read(a)); }
Tensors ConvBackwardData::prepare(Tensors in) const { return to_common(std::move(in)); }
Specs ConvBackwardData::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  const Spec dx{attrs.shape, in[0].dtype};
  const Specs forward = static_cast<const Conv&>(*with<Conv>(attrs)).infer({dx, in[1]});
  if (forward[0].shape != in[0].shape)
    throw ValueError(attrs.label, "an output of shape " + to_string(attrs.shape) + " would come from " +
                                      to_string(forward[0].shape) + " but the input has shape " +
                                      to_string(in[0].shape) + ".");
  return {dx};
}
Tensors ConvBackwardData::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  ConvAttrs forward = attrs, weights = attrs;
  forward.shape.clear();
  weights.shape = in[1].shape();
  return {apply1(with<Conv>(forward), {dy[0], in[1]}), apply1(with<ConvBackwardWeights>(weights), {dy[0], in[0]})};
}
double ConvBackwardData::work(const Specs& in, const Specs& out) const { return work_of(in[0], in[1], in, out); }
TRAE_REGISTER_OP(ConvBackwardData);

OpPtr ConvBackwardWeights::make(const AttrMap& a) { return with<ConvBackwardWeights>(read(a)); }
Specs ConvBackwardWeights::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  if (attrs.has_bias) return {{attrs.shape, in[0].dtype}, {{attrs.shape.back()}, in[0].dtype}};
  return {{attrs.shape, in[0].dtype}};
}
Tensors ConvBackwardWeights::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  ConvAttrs data = attrs, forward = attrs;
  data.shape = in[0].shape();
  forward.shape.clear();
  return {apply1(with<ConvBackwardData>(data), {in[1], dy[0]}), apply1(with<Conv>(forward), {in[0], dy[0]})};
}
double ConvBackwardWeights::work(const Specs& in, const Specs& out) const { return work_of(in[1], out[0], in, out); }
TRAE_REGISTER_INTERNAL_OP(ConvBackwardWeights);

}  // namespace trae
