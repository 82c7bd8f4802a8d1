// float32 goes to oneDNN; the plain twin (direct loops over channels_last data) takes the rest and is its oracle.
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "backend/cpu/direct_convolution.h"
#include "backend/cpu/kernel.h"
#include "backend/cpu/onednn/convolution.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/leaves.h"
#include "backend/cpu/simd/magnitude.h"
#include "backend/cpu/simd/normalization_table.h"
#include "core/error.h"
#include "ops/convolution.h"
#include "ops/elementwise_codes.h"

namespace trae {
namespace {

// Everything as three spatial axes.
struct Geometry {
  int64_t n, groups, in, out;  // channels per group
  int64_t x[3], y[3], k[3], stride[3], dilation[3], before[3];
  int64_t x_channels() const { return in * groups; }
  int64_t y_channels() const { return out * groups; }
};

Geometry geometry(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y) {
  const size_t rank = a.strides.size();
  Geometry g{x[0],      a.groups,  w[rank],  w[rank + 1] / a.groups, {1, 1, 1}, {1, 1, 1}, {1, 1, 1},
             {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
  for (size_t i = 0; i < rank; i++) {
    const size_t at = 3 - rank + i;
    g.x[at] = x[i + 1];
    g.y[at] = y[i + 1];
    g.k[at] = w[i];
    g.stride[at] = a.strides[i];
    g.dilation[at] = a.dilation[i];
    g.before[at] = a.before[i];
  }
  return g;
}

// f(offset of x's pixel, offset of the kernel's pixel) for each kernel position over output pixel (p0, p1, p2).
template <class F>
void each_tap(const Geometry& g, int64_t p0, int64_t p1, int64_t p2, F&& f) {
  for (int64_t a = 0; a < g.k[0]; a++) {
    const int64_t i = p0 * g.stride[0] + a * g.dilation[0] - g.before[0];
    if (i < 0 || i >= g.x[0]) continue;
    for (int64_t b = 0; b < g.k[1]; b++) {
      const int64_t j = p1 * g.stride[1] + b * g.dilation[1] - g.before[1];
      if (j < 0 || j >= g.x[1]) continue;
      for (int64_t c = 0; c < g.k[2]; c++) {
        const int64_t l = p2 * g.stride[2] + c * g.dilation[2] - g.before[2];
        if (l >= 0 && l < g.x[2]) f((i * g.x[1] + j) * g.x[2] + l, (a * g.k[1] + b) * g.k[2] + c);
      }
    }
  }
}
template <class F>
void each_pixel(const Geometry& g, F&& f) {
  for (int64_t p0 = 0; p0 < g.y[0]; p0++)
    for (int64_t p1 = 0; p1 < g.y[1]; p1++)
      for (int64_t p2 = 0; p2 < g.y[2]; p2++) f(p0, p1, p2, (p0 * g.y[1] + p1) * g.y[2] + p2);
}

template <class T>
void forward(const Geometry& g, const T* x, const T* w, const T* bias, T* y, bool is_relu) {
  const int64_t xs = g.x[0] * g.x[1] * g.x[2], ys = g.y[0] * g.y[1] * g.y[2], xc = g.x_channels(), yc = g.y_channels();
  parallel_for(g.n, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++)
      each_pixel(g, [&](int64_t p0, int64_t p1, int64_t p2, int64_t p) {
        T* to = y + (n * ys + p) * yc;
        for (int64_t o = 0; o < yc; o++) to[o] = bias ? bias[o] : T(0);
        each_tap(g, p0, p1, p2, [&](int64_t i, int64_t k) {
          for (int64_t q = 0; q < g.groups; q++)
            for (int64_t c = 0; c < g.in; c++) {
              const T v = x[(n * xs + i) * xc + q * g.in + c];
              const T* from = w + (k * g.in + c) * yc + q * g.out;
              for (int64_t o = 0; o < g.out; o++) to[q * g.out + o] += v * from[o];
            }
        });
        if (is_relu)
          for (int64_t o = 0; o < yc; o++) to[o] = std::max(to[o], T(0));
      });
  });
}

template <class T>
void backward_data(const Geometry& g, const T* dy, const T* w, T* dx) {
  const int64_t xs = g.x[0] * g.x[1] * g.x[2], ys = g.y[0] * g.y[1] * g.y[2], xc = g.x_channels(), yc = g.y_channels();
  parallel_for(g.n, 1, [&](int64_t begin, int64_t end) {
    std::fill(dx + begin * xs * xc, dx + end * xs * xc, T(0));
    for (int64_t n = begin; n < end; n++)
      each_pixel(g, [&](int64_t p0, int64_t p1, int64_t p2, int64_t p) {
        const T* d = dy + (n * ys + p) * yc;
        each_tap(g, p0, p1, p2, [&](int64_t i, int64_t k) {
          for (int64_t q = 0; q < g.groups; q++)
            for (int64_t c = 0; c < g.in; c++) {
              const T* from = w + (k * g.in + c) * yc + q * g.out;
              T sum = 0;
              for (int64_t o = 0; o < g.out; o++) sum += d[q * g.out + o] * from[o];
              dx[(n * xs + i) * xc + q * g.in + c] += sum;
            }
        });
      });
  });
}

template <class T>
void backward_weights(const Geometry& g, const T* x, const T* dy, T* dw) {
  const int64_t xs = g.x[0] * g.x[1] * g.x[2], ys = g.y[0] * g.y[1] * g.y[2], xc = g.x_channels(), yc = g.y_channels();
  const int64_t rows = g.k[0] * g.k[1] * g.k[2] * g.in;
  std::fill_n(dw, rows * yc, T(0));
  // Threads own input channels, so that every sum is in the same order.
  parallel_for(g.in, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = 0; n < g.n; n++)
      each_pixel(g, [&](int64_t p0, int64_t p1, int64_t p2, int64_t p) {
        const T* d = dy + (n * ys + p) * yc;
        each_tap(g, p0, p1, p2, [&](int64_t i, int64_t k) {
          for (int64_t q = 0; q < g.groups; q++)
            for (int64_t c = begin; c < end; c++) {
              const T v = x[(n * xs + i) * xc + q * g.in + c];
              T* to = dw + (k * g.in + c) * yc + q * g.out;
              for (int64_t o = 0; o < g.out; o++) to[o] += v * d[q * g.out + o];
            }
        });
      });
  });
}

template <class T>
void sum_rows(const Geometry& g, const T* dy, T* db) {
  const int64_t rows = g.n * g.y[0] * g.y[1] * g.y[2], channels = g.y_channels();
  std::vector<double> sums(size_t(channels), 0.0);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) sums[size_t(c)] += double(dy[r * channels + c]);
  for (int64_t c = 0; c < channels; c++) db[c] = T(sums[size_t(c)]);
}

// `parts` has room for one number a thread.
float largest_magnitude(const float* x, int64_t n, std::vector<float>& parts) {
  parts.assign(size_t(num_threads()), 0.0f);
  parallel_for(n, kElementwiseGrain, [&](int64_t begin, int64_t end) {
    parts[size_t(omp_get_thread_num())] = simd::magnitude_table().largest(x + begin, end - begin);
  });
  return *std::max_element(parts.begin(), parts.end());
}

// oneDNN's ReLU after a convolution makes 0 of NaN. So it runs only where no sum can be NaN: terms * max |x| * max |w|
// + max |bias| is far within the range. Elsewhere the convolution runs without it, and a ReLU that keeps NaN follows.
struct ReluConvolution {
  Kernel fused;
  ConvAttrs attrs;
  Shape x, w, y;
  bool has_bias;
  std::optional<Kernel> linear = std::nullopt;  // made when it is needed, which is seldom
  std::vector<float> parts = {};                // kept from run to run

  bool is_finite(const void* const* in) {
    const auto most = [&](const void* p, int64_t n) {
      return double(largest_magnitude(static_cast<const float*>(p), n, parts));
    };
    const double terms = double(size_of(w) / w.back());
    return terms * most(in[0], size_of(x)) * most(in[1], size_of(w)) + (has_bias ? most(in[2], w.back()) : 0) < 1e38;
  }
  void run(const void* const* in, void* const* out) {
    if (is_finite(in)) return fused.run(in, out);
    if (!linear) {
      ConvAttrs a = attrs;
      a.activation = ConvActivation::kLinear;
      linear = onednn::convolution(onednn::Pass::kForward, a, x, w, y, has_bias);
    }
    (*linear)(in, out);
    static const Leaf relu = simd::leaf_table().find(int(Code::kRelu), Lane::kF32);
    parallel_for(size_of(y), kElementwiseGrain, [&](int64_t begin, int64_t end) {
      float* p = static_cast<float*>(out[0]) + begin;
      relu(end - begin, p, p, nullptr, nullptr, nullptr);
    });
  }
};

// A scale, an offset and an activation where the convolution itself has none of them.
Kernel followed(Kernel convolution, const ConvAttrs& a, const Shape& y) {
  const int64_t channels = y.back(), rows = size_of(y) / std::max<int64_t>(1, channels);
  const std::vector<float> ones(size_t(channels), 1.0f), zeros(size_t(channels), 0.0f);
  static constexpr NormActivation kActivations[] = {NormActivation::kLinear, NormActivation::kRelu,
                                                    NormActivation::kRelu6};
  const auto run = [=, run = std::move(convolution.run), is_scaled = a.is_scaled,
                    activation = kActivations[int(a.activation)]](const void* const* in, void* const* out) {
    run(in, out);
    const float *scale = is_scaled ? static_cast<const float*>(in[3]) : ones.data(),
                *offset = is_scaled ? static_cast<const float*>(in[2]) : zeros.data();
    parallel_for(rows, std::max<int64_t>(1, kElementwiseGrain / std::max<int64_t>(1, channels)),
                 [&](int64_t begin, int64_t end) {
      float* p = static_cast<float*>(out[0]) + begin * channels;
      simd::normalization_table().apply(p, p, end - begin, channels, scale, offset, activation);
    });
  };
  return {std::move(convolution.packed), std::move(convolution.pack), run};
}

template <class F>
Kernel by_type(const std::string& label, DType d, F&& make) {
  if (d == DType::kFloat32) return make(float{});
  if (d == DType::kFloat64) return make(double{});
  throw NotImplementedError(
      label, "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
}

}  // namespace

TRAE_CPU_KERNEL(Conv) {
  const bool has_bias = in.size() >= 3;
  if (in[0].dtype == DType::kFloat32) {
    if (auto k = direct::forward(op.attrs, in[0].shape, in[1].shape, out[0].shape, has_bias)) return *k;
    if (op.attrs.is_scaled || op.attrs.activation == ConvActivation::kRelu6) {
      Conv linear(op);
      linear.attrs.is_scaled = false;
      linear.attrs.activation = ConvActivation::kLinear;
      return followed(cpu_kernel_Conv(linear, op.attrs.is_scaled ? Specs{in[0], in[1]} : in, out), op.attrs,
                      out[0].shape);
    }
    if (auto k =
            onednn::convolution(onednn::Pass::kForward, op.attrs, in[0].shape, in[1].shape, out[0].shape, has_bias)) {
      if (op.attrs.activation == ConvActivation::kLinear) return *k;
      auto guarded = std::make_shared<ReluConvolution>(
          ReluConvolution{*k, op.attrs, in[0].shape, in[1].shape, out[0].shape, has_bias});
      return Kernel(k->packed, k->pack,
                    [guarded](const void* const* from, void* const* to) { guarded->run(from, to); });
    }
  }
  const Geometry g = geometry(op.attrs, in[0].shape, in[1].shape, out[0].shape);
  return by_type(op.attrs.label, in[0].dtype, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [g, has_bias, is_relu = op.attrs.activation == ConvActivation::kRelu](const void* const* from,
                                                                                 void* const* to) {
      forward(g, static_cast<const T*>(from[0]), static_cast<const T*>(from[1]),
              has_bias ? static_cast<const T*>(from[2]) : nullptr, static_cast<T*>(to[0]), is_relu);
    };
  });
}

TRAE_CPU_KERNEL(ConvBackwardData) {
  if (in[0].dtype == DType::kFloat32) {
    if (auto k = direct::backward_data(op.attrs, out[0].shape, in[1].shape, in[0].shape)) return *k;
    if (auto k =
            onednn::convolution(onednn::Pass::kBackwardData, op.attrs, out[0].shape, in[1].shape, in[0].shape, false))
      return *k;
  }
  const Geometry g = geometry(op.attrs, out[0].shape, in[1].shape, in[0].shape);
  return by_type(op.attrs.label, in[0].dtype, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [g](const void* const* from, void* const* to) {
      backward_data(g, static_cast<const T*>(from[0]), static_cast<const T*>(from[1]), static_cast<T*>(to[0]));
    };
  });
}

TRAE_CPU_KERNEL(ConvBackwardWeights) {
  if (in[0].dtype == DType::kFloat32) {
    if (auto k = direct::backward_weights(op.attrs, in[0].shape, out[0].shape, in[1].shape, op.attrs.has_bias))
      return *k;
    if (auto k = onednn::convolution(onednn::Pass::kBackwardWeights, op.attrs, in[0].shape, out[0].shape, in[1].shape,
                                     op.attrs.has_bias))
      return *k;
  }
  const Geometry g = geometry(op.attrs, in[0].shape, out[0].shape, in[1].shape);
  return by_type(op.attrs.label, in[0].dtype, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [g, has_bias = op.attrs.has_bias](const void* const* from, void* const* to) {
      backward_weights(g, static_cast<const T*>(from[0]), static_cast<const T*>(from[1]), static_cast<T*>(to[0]));
      if (has_bias) sum_rows(g, static_cast<const T*>(from[1]), static_cast<T*>(to[1]));
    };
  });
}

}  // namespace trae
