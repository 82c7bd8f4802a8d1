#include "ops/normalization.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/storage.h"
#include "cpu/parallel.h"
#include "ops/normalization_table.h"

namespace trae {
namespace {

// Per-thread sums of two quantities per channel, and room for per-channel factors.
struct Scratch {
  Scratch(int64_t channels, int threads)
      : channels(channels), threads(threads), sums(size_t(2 * channels * threads)), lanes(size_t((2 * channels + 16) * threads)), factors(size_t(3 * channels)) {}
  int64_t channels;
  int threads;
  std::vector<double> sums;
  std::vector<float> lanes, factors;
  double* a(int t) { return sums.data() + 2 * channels * t; }
  double* b(int t) { return a(t) + channels; }
  float* lane(int t) { return lanes.data() + (2 * channels + 16) * t; }
  float* factor(int i) { return factors.data() + channels * i; }
  // f(thread, begin, end) over rows, then all sums in thread 0's place.
  template <class F>
  void collect(int64_t rows, F&& f) {
    std::fill(sums.begin(), sums.end(), 0.0);
    const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, channels));
    const int team = int(std::max<int64_t>(1, std::min<int64_t>(threads, rows / grain)));
    const int64_t chunk = (rows + team - 1) / team;
    parallel_for(team, 1, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) f(int(t), t * chunk, std::min(rows, (t + 1) * chunk));
    });
    for (int t = 1; t < team; t++)
      for (int64_t c = 0; c < 2 * channels; c++) sums[size_t(c)] += a(t)[c];
  }
};

template <class F>
void over_rows(int64_t rows, int64_t channels, F&& f) {
  parallel_for(rows, std::max<int64_t>(1, 32768 / std::max<int64_t>(1, channels)), f);
}

Kernel forward_float(int64_t rows, int64_t channels, double epsilon, bool is_relu) {
  auto s = std::make_shared<Scratch>(channels, num_threads());
  return [=](const void* const* in, void* const* out) {
    const auto& table = simd::normalization_table();
    const float *x = static_cast<const float*>(in[0]), *gamma = static_cast<const float*>(in[1]), *beta = static_cast<const float*>(in[2]);
    float *y = static_cast<float*>(out[0]), *mean = static_cast<float*>(out[1]), *variance = static_cast<float*>(out[2]);
    // Shifted by the first row, so that a large mean does not drown the variance.
    float *shift = s->factor(2), *scale = s->factor(0), *offset = s->factor(1);
    if (rows) std::memcpy(shift, x, size_t(channels) * 4);
    s->collect(rows, [&](int t, int64_t b, int64_t e) {
      table.moments(x + b * channels, e - b, channels, shift, s->a(t), s->b(t), s->lane(t));
    });
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t c = 0; c < channels; c++) {
      const double d = s->a(0)[c] / n, v = std::max(0.0, s->b(0)[c] / n - d * d), m = shift[c] + d;
      mean[c] = float(m);
      variance[c] = std::isnan(d) ? float(d) : float(v);
      const double k = gamma[c] / std::sqrt(variance[c] + epsilon);
      scale[c] = float(k);
      offset[c] = float(beta[c] - m * k);
    }
    over_rows(rows, channels, [&](int64_t b, int64_t e) { table.apply(x + b * channels, y + b * channels, e - b, channels, scale, offset, is_relu); });
  };
}

Kernel gradient_float(int64_t rows, int64_t channels, double epsilon, bool is_masked) {
  auto s = std::make_shared<Scratch>(channels, num_threads());
  return [=](const void* const* in, void* const* out) {
    const auto& table = simd::normalization_table();
    const float *x = static_cast<const float*>(in[0]), *gamma = static_cast<const float*>(in[1]), *mean = static_cast<const float*>(in[2]),
                *variance = static_cast<const float*>(in[3]), *dy = static_cast<const float*>(in[4]),
                *y = is_masked ? static_cast<const float*>(in[5]) : nullptr;
    float *dx = static_cast<float*>(out[0]), *dgamma = static_cast<float*>(out[1]), *dbeta = static_cast<float*>(out[2]);
    s->collect(rows, [&](int t, int64_t b, int64_t e) {
      table.gradient_sums(x + b * channels, dy + b * channels, y ? y + b * channels : nullptr, e - b, channels, mean, s->a(t), s->b(t), s->lane(t));
    });
    float *a = s->factor(0), *b = s->factor(1), *c = s->factor(2);
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t i = 0; i < channels; i++) {
      const double inverse = 1 / std::sqrt(variance[i] + epsilon), db = s->a(0)[i], dg = s->b(0)[i] * inverse;
      dbeta[i] = float(db);
      dgamma[i] = float(dg);
      // dx = gamma inverse (d - db / n - (x - mean) inverse dg / n)
      const double k = gamma[i] * inverse;
      a[i] = float(k);
      b[i] = float(-k * inverse * dg / n);
      c[i] = float(-k * db / n + k * inverse * dg / n * mean[i]);
    }
    over_rows(rows, channels, [&](int64_t p, int64_t q) {
      table.gradient(x + p * channels, dy + p * channels, y ? y + p * channels : nullptr, dx + p * channels, q - p, channels, a, b, c);
    });
  };
}

// The plain twin, in double.
template <class T>
Kernel forward_plain(int64_t rows, int64_t channels, double epsilon, bool is_relu) {
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *gamma = static_cast<const T*>(in[1]), *beta = static_cast<const T*>(in[2]);
    T *y = static_cast<T*>(out[0]), *mean = static_cast<T*>(out[1]), *variance = static_cast<T*>(out[2]);
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t c = 0; c < channels; c++) {
      double m = 0, v = 0;
      for (int64_t r = 0; r < rows; r++) m += x[r * channels + c];
      m /= n;
      for (int64_t r = 0; r < rows; r++) v += (x[r * channels + c] - m) * (x[r * channels + c] - m);
      v /= n;
      mean[c] = T(m);
      variance[c] = T(v);
      const double k = gamma[c] / std::sqrt(v + epsilon);
      for (int64_t r = 0; r < rows; r++) {
        const double u = (x[r * channels + c] - m) * k + beta[c];
        y[r * channels + c] = T(is_relu && u <= 0 ? 0 : u);
      }
    }
  };
}
template <class T>
Kernel gradient_plain(int64_t rows, int64_t channels, double epsilon, bool is_masked) {
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *gamma = static_cast<const T*>(in[1]), *mean = static_cast<const T*>(in[2]),
            *variance = static_cast<const T*>(in[3]), *dy = static_cast<const T*>(in[4]), *y = is_masked ? static_cast<const T*>(in[5]) : nullptr;
    T *dx = static_cast<T*>(out[0]), *dgamma = static_cast<T*>(out[1]), *dbeta = static_cast<T*>(out[2]);
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t c = 0; c < channels; c++) {
      const double inverse = 1 / std::sqrt(double(variance[c]) + epsilon);
      double db = 0, dg = 0;
      auto d = [&](int64_t r) { return y && !(y[r * channels + c] > 0) ? 0.0 : double(dy[r * channels + c]); };
      for (int64_t r = 0; r < rows; r++) {
        db += d(r);
        dg += d(r) * (x[r * channels + c] - mean[c]) * inverse;
      }
      for (int64_t r = 0; r < rows; r++)
        dx[r * channels + c] = T(gamma[c] * inverse * (d(r) - db / n - (x[r * channels + c] - mean[c]) * inverse * dg / n));
      dbeta[c] = T(db);
      dgamma[c] = T(dg);
    }
  };
}

}  // namespace

Kernel BatchNormTraining::cpu(const Specs& in, const Specs&) const {
  const int64_t channels = in[0].shape.back(), rows = channels ? in[0].size() / channels : 0;
  if (in[0].dtype == DType::kFloat32) return forward_float(rows, channels, attrs.epsilon, attrs.is_relu);
  if (in[0].dtype == DType::kFloat64) return forward_plain<double>(rows, channels, attrs.epsilon, attrs.is_relu);
  throw NotImplementedError("batch_norm_training", "is not defined for dtype " + std::string(name_of(in[0].dtype)) + ".\n  Fix: cast to 'float32' first.");
}
Kernel BatchNormTrainingGrad::cpu(const Specs& in, const Specs&) const {
  const int64_t channels = in[0].shape.back(), rows = channels ? in[0].size() / channels : 0;
  if (in[0].dtype == DType::kFloat32) return gradient_float(rows, channels, attrs.epsilon, in.size() == 6);
  if (in[0].dtype == DType::kFloat64) return gradient_plain<double>(rows, channels, attrs.epsilon, in.size() == 6);
  throw NotImplementedError("batch_norm_training", "is not defined for dtype " + std::string(name_of(in[0].dtype)) + ".\n  Fix: cast to 'float32' first.");
}

}  // namespace trae
