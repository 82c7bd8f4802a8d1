#include "cpu/onednn/convolution.h"

#include <string>

#include "cpu/onednn/compat.h"

namespace trae::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Dims = memory::dims;
constexpr auto kFloat = memory::data_type::f32;

// Everything a kernel runs with; data handles are set per run, nothing is allocated.
struct State {
  dnnl::primitive primitive;
  memory x, w, y, bias, scratchpad;  // in the primitive's layouts; w may be a buffer of our own
  memory plain_w;                    // the tensor's layout
  std::optional<dnnl::reorder> to_blocked, from_blocked;
};

Tag activation_tag(size_t rank) { return rank == 1 ? Tag::nwc : rank == 2 ? Tag::nhwc : Tag::ndhwc; }

// Dimensions as oneDNN orders them: N, C, spatial; and the kernel (G,) O, I, spatial seen through our strides.
ConvDescriptors describe(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y, bool any_weights, memory::desc* plain_w) {
  const size_t rank = a.strides.size();
  ConvDescriptors d;
  auto activation = [&](const Shape& s) {
    Dims dims{s[0], s[rank + 1]};
    dims.insert(dims.end(), s.begin() + 1, s.begin() + 1 + long(rank));
    return memory::desc(dims, kFloat, activation_tag(rank));
  };
  d.x = activation(x);
  d.y = activation(y);
  const int64_t in = w[rank], out = w[rank + 1], g = a.groups;
  Dims dims, strides;
  if (g > 1) {
    dims = {g, out / g, in};
    strides = {out / g, 1, out};
  } else {
    dims = {out, in};
    strides = {1, out};
  }
  int64_t step = in * out;
  Dims spatial, spatial_strides;
  for (size_t i = rank; i-- > 0; step *= w[i]) {
    spatial.insert(spatial.begin(), w[i]);
    spatial_strides.insert(spatial_strides.begin(), step);
  }
  dims.insert(dims.end(), spatial.begin(), spatial.end());
  strides.insert(strides.end(), spatial_strides.begin(), spatial_strides.end());
  *plain_w = memory::desc(dims, kFloat, strides);
  d.w = any_weights ? memory::desc(dims, kFloat, Tag::any) : *plain_w;
  d.bias = memory::desc({out}, kFloat, Tag::x);
  for (size_t i = 0; i < rank; i++) {
    d.strides.push_back(a.strides[i]);
    d.dilation.push_back(a.dilation[i] - 1);
    d.before.push_back(a.before[i]);
    d.after.push_back(a.after[i]);
  }
  return d;
}

dnnl::primitive_attr attributes(ConvActivation activation) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (activation == ConvActivation::kRelu) {
    dnnl::post_ops ops;
    append_relu(ops);
    attr.set_post_ops(ops);
  }
  return attr;
}

bool is_reference(const char* name) { return std::string(name).find("ref") != std::string::npos; }

memory empty(const memory::desc& d) { return memory(d, engine(), nullptr); }

// The kernel in the primitive's layout: the tensor itself when they agree, else a buffer and a reorder.
void attach_weights(State& s, const memory::desc& wanted, const memory::desc& plain, bool is_result) {
  s.plain_w = empty(plain);
  if (wanted == plain) {
    s.w = s.plain_w;
    return;
  }
  s.w = memory(wanted, engine());
  if (is_result) s.from_blocked.emplace(s.w, s.plain_w);
  else s.to_blocked.emplace(s.plain_w, s.w);
}

void* data(const void* p) { return const_cast<void*>(p); }

template <class Desc, class Primitive>
void attach(State& s, const Desc& pd, const memory::desc& w, const memory::desc& plain, bool is_result) {
  s.primitive = Primitive(pd);
  s.scratchpad = memory(pd.scratchpad_desc(), engine());
  attach_weights(s, w, plain, is_result);
}

}  // namespace

std::optional<Kernel> convolution(Pass pass, const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y, bool has_bias) {
  for (const Shape* shape : {&x, &w, &y})
    for (int64_t size : *shape)
      if (size == 0) return std::nullopt;
  auto s = std::make_shared<State>();
  memory::desc plain;
  try {
    const ConvDescriptors d = describe(a, x, w, y, true, &plain);
    const auto attr = attributes(a.activation), plain_attr = attributes(ConvActivation::kLinear);
    s->x = empty(d.x);
    s->y = empty(d.y);
    if (pass == Pass::kForward) {
      const auto pd = forward_desc(d, has_bias, dnnl::prop_kind::forward_inference, attr);
      if (is_reference(pd.impl_info_str())) return std::nullopt;
      attach<Forward::primitive_desc, Forward>(*s, pd, pd.weights_desc(), plain, false);
      if (has_bias) s->bias = empty(d.bias);
      return Kernel([s, has_bias](const void* const* in, void* const* out) {
        auto& stream = onednn::stream();
        s->x.set_data_handle(data(in[0]));
        s->plain_w.set_data_handle(data(in[1]));
        s->y.set_data_handle(out[0]);
        if (s->to_blocked) s->to_blocked->execute(stream, s->plain_w, s->w);
        if (has_bias) {
          s->bias.set_data_handle(data(in[2]));
          s->primitive.execute(stream, {{DNNL_ARG_SRC, s->x},
                                        {DNNL_ARG_WEIGHTS, s->w},
                                        {DNNL_ARG_BIAS, s->bias},
                                        {DNNL_ARG_DST, s->y},
                                        {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
        } else {
          s->primitive.execute(
              stream, {{DNNL_ARG_SRC, s->x}, {DNNL_ARG_WEIGHTS, s->w}, {DNNL_ARG_DST, s->y}, {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
        }
      });
    }
    const auto hint = forward_desc(d, pass == Pass::kBackwardWeights && has_bias, dnnl::prop_kind::forward_training, plain_attr);
    if (pass == Pass::kBackwardData) {
      const auto pd = data_desc(d, plain_attr, hint);
      if (is_reference(pd.impl_info_str())) return std::nullopt;
      attach<BackwardData::primitive_desc, BackwardData>(*s, pd, pd.weights_desc(), plain, false);
      return Kernel([s](const void* const* in, void* const* out) {
        auto& stream = onednn::stream();
        s->y.set_data_handle(data(in[0]));
        s->plain_w.set_data_handle(data(in[1]));
        s->x.set_data_handle(out[0]);
        if (s->to_blocked) s->to_blocked->execute(stream, s->plain_w, s->w);
        s->primitive.execute(
            stream, {{DNNL_ARG_DIFF_SRC, s->x}, {DNNL_ARG_WEIGHTS, s->w}, {DNNL_ARG_DIFF_DST, s->y}, {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
      });
    }
    const auto pd = weights_desc(d, has_bias, plain_attr, hint);
    if (is_reference(pd.impl_info_str())) return std::nullopt;
    attach<BackwardWeights::primitive_desc, BackwardWeights>(*s, pd, pd.diff_weights_desc(), plain, true);
    if (has_bias) s->bias = empty(d.bias);
    return Kernel([s, has_bias](const void* const* in, void* const* out) {
      auto& stream = onednn::stream();
      s->x.set_data_handle(data(in[0]));
      s->y.set_data_handle(data(in[1]));
      s->plain_w.set_data_handle(out[0]);
      if (!s->from_blocked) s->w.set_data_handle(out[0]);
      if (has_bias) {
        s->bias.set_data_handle(out[1]);
        s->primitive.execute(stream, {{DNNL_ARG_SRC, s->x},
                                      {DNNL_ARG_DIFF_WEIGHTS, s->w},
                                      {DNNL_ARG_DIFF_BIAS, s->bias},
                                      {DNNL_ARG_DIFF_DST, s->y},
                                      {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
      } else {
        s->primitive.execute(
            stream, {{DNNL_ARG_SRC, s->x}, {DNNL_ARG_DIFF_WEIGHTS, s->w}, {DNNL_ARG_DIFF_DST, s->y}, {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
      }
      if (s->from_blocked) s->from_blocked->execute(stream, s->w, s->plain_w);
    });
  } catch (const dnnl::error&) {
    return std::nullopt;  // a shape oneDNN has no implementation for
  }
}

}  // namespace trae::onednn
