// Windows over channels_last data; the loops over channels are vectors.
#include "ops/pooling.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/pooling_table.h"
#include "core/error.h"

namespace trae {
namespace {

struct Windows {
  int64_t n, channels, x[3], y[3], k[3], stride[3], before[3];
  bool is_overlapping = false, covers_all = true;
  int64_t x_pixels() const { return x[0] * x[1] * x[2]; }
  int64_t y_pixels() const { return y[0] * y[1] * y[2]; }
  int64_t tap_count() const { return k[0] * k[1] * k[2]; }
};

Windows windows(const PoolAttrs& a, const Shape& x, const Shape& y) {
  const size_t rank = a.size.size();
  Windows w{x[0], x.back(), {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
  for (size_t i = 0; i < rank; i++) {
    const size_t at = 3 - rank + i;
    w.x[at] = x[i + 1];
    w.y[at] = y[i + 1];
    w.k[at] = a.size[i];
    w.stride[at] = a.strides[i];
    w.before[at] = a.before[i];
    w.is_overlapping |= a.strides[i] < a.size[i];
    w.covers_all &= a.strides[i] == a.size[i] && y[i + 1] * a.strides[i] - a.before[i] >= x[i + 1];
  }
  return w;
}

// Pixels of the input under output pixel p, with their number in the window.
template <class F>
void each_tap(const Windows& w, int64_t p, F&& f) {
  const int64_t p2 = p % w.y[2], p1 = p / w.y[2] % w.y[1], p0 = p / w.y[2] / w.y[1];
  const int64_t i0 = p0 * w.stride[0] - w.before[0], j0 = p1 * w.stride[1] - w.before[1],
                l0 = p2 * w.stride[2] - w.before[2];
  for (int64_t a = std::max<int64_t>(0, -i0); a < w.k[0] && i0 + a < w.x[0]; a++)
    for (int64_t b = std::max<int64_t>(0, -j0); b < w.k[1] && j0 + b < w.x[1]; b++)
      for (int64_t c = std::max<int64_t>(0, -l0); c < w.k[2] && l0 + c < w.x[2]; c++)
        f(((i0 + a) * w.x[1] + j0 + b) * w.x[2] + l0 + c, (a * w.k[1] + b) * w.k[2] + c);
}

template <class F>
void each_image(const Windows& w, F&& f) {
  const int64_t work = std::max<int64_t>(1, w.y_pixels() * w.channels * w.tap_count());
  parallel_for(w.n, std::max<int64_t>(1, 32768 / work), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++) f(n);
  });
}

template <class T, class I>
Kernel max_plain(Windows w) {
  return [w](const void* const* in, void* const* out) {
    each_image(w, [&](int64_t n) {
      const T* x = static_cast<const T*>(in[0]) + n * w.x_pixels() * w.channels;
      T* y = static_cast<T*>(out[0]) + n * w.y_pixels() * w.channels;
      I* winners = static_cast<I*>(out[1]) + n * w.y_pixels() * w.channels;
      for (int64_t p = 0; p < w.y_pixels(); p++)
        for (int64_t c = 0; c < w.channels; c++) {
          bool is_first = true;
          each_tap(w, p, [&](int64_t i, int64_t tap) {
            const T v = x[i * w.channels + c];
            T& best = y[p * w.channels + c];
            if (is_first || v > best || v != v) {
              best = v;
              winners[p * w.channels + c] = I(tap);
            }
            is_first = false;
          });
        }
    });
  };
}

Kernel max_float(Windows w) {
  return [w](const void* const* in, void* const* out) {
    const auto& table = simd::pooling_table();
    each_image(w, [&](int64_t n) {
      const float* x = static_cast<const float*>(in[0]) + n * w.x_pixels() * w.channels;
      float* y = static_cast<float*>(out[0]) + n * w.y_pixels() * w.channels;
      uint8_t* winners = static_cast<uint8_t*>(out[1]) + n * w.y_pixels() * w.channels;
      const float* taps[256];
      uint8_t ids[256];
      for (int64_t p = 0; p < w.y_pixels(); p++) {
        int count = 0;
        each_tap(w, p, [&](int64_t i, int64_t tap) {
          taps[count] = x + i * w.channels;
          ids[count++] = uint8_t(tap);
        });
        table.max_taps(w.channels, count, taps, ids, y + p * w.channels, winners + p * w.channels);
      }
    });
  };
}

template <class T, class I>
Kernel max_grad_plain(Windows w) {
  return [w](const void* const* in, void* const* out) {
    each_image(w, [&](int64_t n) {
      const T* dy = static_cast<const T*>(in[0]) + n * w.y_pixels() * w.channels;
      const I* winners = static_cast<const I*>(in[1]) + n * w.y_pixels() * w.channels;
      T* dx = static_cast<T*>(out[0]) + n * w.x_pixels() * w.channels;
      std::fill_n(dx, w.x_pixels() * w.channels, T(0));
      for (int64_t p = 0; p < w.y_pixels(); p++)
        each_tap(w, p, [&](int64_t i, int64_t tap) {
          for (int64_t c = 0; c < w.channels; c++)
            if (winners[p * w.channels + c] == I(tap)) dx[i * w.channels + c] += dy[p * w.channels + c];
        });
    });
  };
}

Kernel max_grad_float(Windows w) {
  return [w](const void* const* in, void* const* out) {
    const auto& table = simd::pooling_table();
    each_image(w, [&](int64_t n) {
      const float* dy = static_cast<const float*>(in[0]) + n * w.y_pixels() * w.channels;
      const uint8_t* winners = static_cast<const uint8_t*>(in[1]) + n * w.y_pixels() * w.channels;
      float* dx = static_cast<float*>(out[0]) + n * w.x_pixels() * w.channels;
      if (!w.covers_all) std::fill_n(dx, w.x_pixels() * w.channels, 0.0f);
      float* taps[256];
      uint8_t ids[256];
      for (int64_t p = 0; p < w.y_pixels(); p++) {
        int count = 0;
        each_tap(w, p, [&](int64_t i, int64_t tap) {
          taps[count] = dx + i * w.channels;
          ids[count++] = uint8_t(tap);
        });
        table.spread(w.channels, count, taps, ids, dy + p * w.channels, winners + p * w.channels, w.is_overlapping);
      }
    });
  };
}

template <class T, class I>
Kernel pick_plain(Windows w) {
  return [w](const void* const* in, void* const* out) {
    each_image(w, [&](int64_t n) {
      const T* x = static_cast<const T*>(in[0]) + n * w.x_pixels() * w.channels;
      const I* winners = static_cast<const I*>(in[1]) + n * w.y_pixels() * w.channels;
      T* y = static_cast<T*>(out[0]) + n * w.y_pixels() * w.channels;
      for (int64_t p = 0; p < w.y_pixels(); p++)
        each_tap(w, p, [&](int64_t i, int64_t tap) {
          for (int64_t c = 0; c < w.channels; c++)
            if (winners[p * w.channels + c] == I(tap)) y[p * w.channels + c] = x[i * w.channels + c];
        });
    });
  };
}

template <class T>
Kernel average_plain(Windows w, bool is_gradient) {
  return [w, is_gradient](const void* const* in, void* const* out) {
    each_image(w, [&](int64_t n) {
      const int64_t xs = n * w.x_pixels() * w.channels, ys = n * w.y_pixels() * w.channels;
      const T* from = static_cast<const T*>(in[0]) + (is_gradient ? ys : xs);
      T* to = static_cast<T*>(out[0]) + (is_gradient ? xs : ys);
      std::fill_n(to, (is_gradient ? w.x_pixels() : w.y_pixels()) * w.channels, T(0));
      for (int64_t p = 0; p < w.y_pixels(); p++) {
        int64_t count = 0;
        each_tap(w, p, [&](int64_t, int64_t) { count++; });
        const T scale = T(1) / T(std::max<int64_t>(1, count));
        each_tap(w, p, [&](int64_t i, int64_t) {
          const T* a = from + (is_gradient ? p : i) * w.channels;
          T* b = to + (is_gradient ? i : p) * w.channels;
          for (int64_t c = 0; c < w.channels; c++) b[c] += a[c] * scale;
        });
      }
    });
  };
}

[[noreturn]] void no_dtype(const PoolAttrs& a, DType d) {
  throw NotImplementedError(
      a.label, "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
}

}  // namespace

TRAE_CPU_KERNEL(MaxPool) {
  const Windows w = windows(op.attrs, in[0].shape, out[0].shape);
  const bool is_small = out[1].dtype == DType::kUInt8;
  if (in[0].dtype == DType::kFloat32) return is_small ? max_float(w) : max_plain<float, int32_t>(w);
  if (in[0].dtype == DType::kFloat64) return is_small ? max_plain<double, uint8_t>(w) : max_plain<double, int32_t>(w);
  if (in[0].dtype == DType::kInt32) return is_small ? max_plain<int32_t, uint8_t>(w) : max_plain<int32_t, int32_t>(w);
  no_dtype(op.attrs, in[0].dtype);
}
TRAE_CPU_KERNEL(MaxPoolGrad) {
  const Windows w = windows(op.attrs, out[0].shape, in[0].shape);
  const bool is_small = in[1].dtype == DType::kUInt8;
  if (in[0].dtype == DType::kFloat32) return is_small ? max_grad_float(w) : max_grad_plain<float, int32_t>(w);
  if (in[0].dtype == DType::kFloat64)
    return is_small ? max_grad_plain<double, uint8_t>(w) : max_grad_plain<double, int32_t>(w);
  no_dtype(op.attrs, in[0].dtype);
}
TRAE_CPU_KERNEL(MaxPoolPick) {
  const Windows w = windows(op.attrs, in[0].shape, out[0].shape);
  const bool is_small = in[1].dtype == DType::kUInt8;
  if (in[0].dtype == DType::kFloat32) return is_small ? pick_plain<float, uint8_t>(w) : pick_plain<float, int32_t>(w);
  if (in[0].dtype == DType::kFloat64) return is_small ? pick_plain<double, uint8_t>(w) : pick_plain<double, int32_t>(w);
  no_dtype(op.attrs, in[0].dtype);
}
TRAE_CPU_KERNEL(AveragePool) {
  const Windows w = windows(op.attrs, in[0].shape, out[0].shape);
  if (in[0].dtype == DType::kFloat32) return average_plain<float>(w, false);
  if (in[0].dtype == DType::kFloat64) return average_plain<double>(w, false);
  no_dtype(op.attrs, in[0].dtype);
}
TRAE_CPU_KERNEL(AveragePoolGrad) {
  const Windows w = windows(op.attrs, out[0].shape, in[0].shape);
  if (in[0].dtype == DType::kFloat32) return average_plain<float>(w, true);
  if (in[0].dtype == DType::kFloat64) return average_plain<double>(w, true);
  no_dtype(op.attrs, in[0].dtype);
}

}  // namespace trae
