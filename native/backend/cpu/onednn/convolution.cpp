#include "backend/cpu/onednn/convolution.h"

#include <algorithm>
#include <string>
#include <vector>

#include "backend/cpu/onednn/compat.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/workspace.h"
#include "core/storage.h"

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
  size_t scratchpad_bytes = 0;
  StoragePtr packed_w;
  bool is_light = false;  // made for one thread, and run by it

  void take_scratchpad() {
    if (scratchpad_bytes) scratchpad.set_data_handle(workspace(scratchpad_bytes));
  }
};

// The team that primitives are made for and run on: what is light belongs to the calling thread.
class Team {
 public:
  explicit Team(bool is_light) {
    if (is_light) alone_.emplace();
  }

 private:
  std::optional<AloneOnThisThread> alone_;
};

Tag activation_tag(size_t rank) { return rank == 1 ? Tag::nwc : rank == 2 ? Tag::nhwc : Tag::ndhwc; }

// Dimensions as oneDNN orders them: N, C, spatial; and the kernel (G,) O, I, spatial seen through our strides.
ConvDescriptors describe(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y, bool any_weights,
                         memory::desc* plain_w) {
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
  s.packed_w = std::make_shared<Storage>(wanted.get_size());
  s.w = memory(wanted, engine(), s.packed_w->data());
  if (is_result) s.from_blocked.emplace(s.w, s.plain_w);
  else s.to_blocked.emplace(s.plain_w, s.w);
}

void* data(const void* p) { return const_cast<void*>(p); }

template <class Desc, class Primitive>
void attach(State& s, const Desc& pd, const memory::desc& w, const memory::desc& plain, bool is_result) {
  s.primitive = Primitive(pd);
  s.scratchpad = empty(pd.scratchpad_desc());
  s.scratchpad_bytes = pd.scratchpad_desc().get_size();
  attach_weights(s, w, plain, is_result);
}

// A kernel that reads the weights in the primitive's layout.
Kernel with_packing(const std::shared_ptr<State>& s, Kernel::Run run) {
  if (!s->to_blocked) return run;
  const auto pack = [s](const void* const* in) {
    const Team team(s->is_light);
    s->plain_w.set_data_handle(data(in[1]));
    s->to_blocked->execute(stream(), s->plain_w, s->w);
  };
  return {{1}, pack, std::move(run)};
}

// oneDNN 2.6 gathers the pixels under a strided kernel of size 1 in vectors of whole registers: with fewer channels it
// writes over the end of its scratchpad, and over what other threads have gathered (jit_1x1:avx2, weights' gradient).
constexpr int64_t kMaxRegisterLanes = 16;
bool gathers_beyond_its_buffer(const ConvAttrs& a, const Shape& w) {
  const size_t rank = a.strides.size();
  const auto is_one = [](int64_t size) { return size == 1; };
  return w[rank] < kMaxRegisterLanes && std::all_of(w.begin(), w.begin() + long(rank), is_one) &&
         !std::all_of(a.strides.begin(), a.strides.end(), is_one);
}

// So they are gathered here, where all of them lie inside of x, and the convolution has strides of 1.
std::optional<Kernel> strided_weights_gradient(ConvAttrs a, const Shape& x, const Shape& w, const Shape& y,
                                               bool has_bias) {
  const size_t rank = a.strides.size();
  for (size_t i = 0; i < rank; i++)
    if (a.before[i] != 0 || (y[i + 1] - 1) * a.strides[i] >= x[i + 1]) return std::nullopt;
  int64_t size[3] = {1, 1, 1}, step[3] = {0, 0, 0};  // of y's pixels in x, as three axes
  int64_t pixels = 1;
  for (size_t i = rank; i-- > 0; pixels *= x[i + 1]) {
    size[3 - rank + i] = y[i + 1];
    step[3 - rank + i] = pixels * a.strides[i];
  }
  const int64_t channels = x[rank + 1], rows = y[0] * size[0] * size[1];
  Shape gathered = y;
  gathered[rank + 1] = channels;
  a.strides.assign(rank, 1);
  a.dilation.assign(rank, 1);
  a.after.assign(rank, 0);
  auto inner = convolution(Pass::kBackwardWeights, a, gathered, w, y, has_bias);
  if (!inner) return std::nullopt;
  const auto buffer = std::make_shared<Storage>(size_t(rows * size[2] * channels) * sizeof(float));
  Kernel kernel([=, inner = *inner](const void* const* in, void* const* out) {
    const float* from = static_cast<const float*>(in[0]);
    parallel_for(rows, 1 + 4096 / (size[2] * channels), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        const int64_t q = row % size[1], p = row / size[1] % size[0], n = row / size[1] / size[0];
        const float* pixel = from + (n * pixels + p * step[0] + q * step[1]) * channels;
        float* to = static_cast<float*>(buffer->data()) + row * size[2] * channels;
        for (int64_t r = 0; r < size[2]; r++, to += channels, pixel += step[2] * channels)
          std::copy_n(pixel, channels, to);
      }
    });
    const void* const inputs[] = {buffer->data(), in[1]};
    inner(inputs, out);
  });
  kernel.result_reorders = inner->result_reorders;
  return kernel;
}

}  // namespace

std::optional<Kernel> convolution(Pass pass, const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y,
                                  bool has_bias) {
  for (const Shape* shape : {&x, &w, &y})
    for (int64_t size : *shape)
      if (size == 0) return std::nullopt;
  if (pass == Pass::kBackwardWeights && gathers_beyond_its_buffer(a, w))
    return strided_weights_gradient(a, x, w, y, has_bias);
  auto s = std::make_shared<State>();
  s->is_light = double(size_of(y)) * double(size_of(w) / w.back()) < kMaxLightWork;
  const Team team(s->is_light);
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
      return with_packing(s, [s, has_bias](const void* const* in, void* const* out) {
        const Team team(s->is_light);
        auto& stream = onednn::stream();
        s->take_scratchpad();
        s->x.set_data_handle(data(in[0]));
        if (!s->to_blocked) s->w.set_data_handle(data(in[1]));
        s->y.set_data_handle(out[0]);
        if (has_bias) {
          s->bias.set_data_handle(data(in[2]));
          s->primitive.execute(stream, {{DNNL_ARG_SRC, s->x},
                                        {DNNL_ARG_WEIGHTS, s->w},
                                        {DNNL_ARG_BIAS, s->bias},
                                        {DNNL_ARG_DST, s->y},
                                        {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
        } else {
          s->primitive.execute(stream, {{DNNL_ARG_SRC, s->x},
                                        {DNNL_ARG_WEIGHTS, s->w},
                                        {DNNL_ARG_DST, s->y},
                                        {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
        }
      });
    }
    const auto hint =
        forward_desc(d, pass == Pass::kBackwardWeights && has_bias, dnnl::prop_kind::forward_training, plain_attr);
    if (pass == Pass::kBackwardData) {
      const auto pd = data_desc(d, plain_attr, hint);
      if (is_reference(pd.impl_info_str())) return std::nullopt;
      attach<BackwardData::primitive_desc, BackwardData>(*s, pd, pd.weights_desc(), plain, false);
      return with_packing(s, [s](const void* const* in, void* const* out) {
        const Team team(s->is_light);
        auto& stream = onednn::stream();
        s->take_scratchpad();
        s->y.set_data_handle(data(in[0]));
        if (!s->to_blocked) s->w.set_data_handle(data(in[1]));
        s->x.set_data_handle(out[0]);
        s->primitive.execute(stream, {{DNNL_ARG_DIFF_SRC, s->x},
                                      {DNNL_ARG_WEIGHTS, s->w},
                                      {DNNL_ARG_DIFF_DST, s->y},
                                      {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
      });
    }
    const auto pd = weights_desc(d, has_bias, plain_attr, hint);
    if (is_reference(pd.impl_info_str())) return std::nullopt;
    attach<BackwardWeights::primitive_desc, BackwardWeights>(*s, pd, pd.diff_weights_desc(), plain, true);
    if (has_bias) s->bias = empty(d.bias);
    Kernel kernel([s, has_bias](const void* const* in, void* const* out) {
      const Team team(s->is_light);
      auto& stream = onednn::stream();
      s->take_scratchpad();
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
        s->primitive.execute(stream, {{DNNL_ARG_SRC, s->x},
                                      {DNNL_ARG_DIFF_WEIGHTS, s->w},
                                      {DNNL_ARG_DIFF_DST, s->y},
                                      {DNNL_ARG_SCRATCHPAD, s->scratchpad}});
      }
      if (s->from_blocked) s->from_blocked->execute(stream, s->w, s->plain_w);
    });
    kernel.result_reorders = s->from_blocked ? 1 : 0;
    return kernel;
  } catch (const dnnl::error&) {
    return std::nullopt;  // a shape oneDNN has no implementation for
  }
}

}  // namespace trae::onednn
