#include "ops/normalization.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "backend/cpu/batch_statistics.h"
#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "core/error.h"

namespace trae {
namespace {

template <class F>
void over_rows(int64_t rows, int64_t channels, F&& f) {
  parallel_for(rows, std::max<int64_t>(1, 32768 / std::max<int64_t>(1, channels)), f);
}

Kernel forward_float(int64_t rows, int64_t channels, double epsilon, NormActivation activation) {
  auto s = std::make_shared<BatchStatistics>(channels, num_threads());
  return [=](const void* const* in, void* const* out) {
    const float* x = static_cast<const float*>(in[0]);
    float* y = static_cast<float*>(out[0]);
    s->normalize(x, rows, static_cast<const float*>(in[1]), static_cast<const float*>(in[2]), epsilon,
                 static_cast<float*>(out[1]), static_cast<float*>(out[2]));
    over_rows(rows, channels, [&](int64_t b, int64_t e) {
      simd::normalization_table().apply(x + b * channels, y + b * channels, e - b, channels, s->factor(0), s->factor(1),
                                        activation);
    });
  };
}

Kernel gradient_float(int64_t rows, int64_t channels, double epsilon, NormActivation activation) {
  auto s = std::make_shared<BatchStatistics>(channels, num_threads());
  auto transform = std::make_shared<std::vector<float>>(size_t(2 * channels));
  return [=](const void* const* in, void* const* out) {
    const float *x = static_cast<const float*>(in[0]), *gamma = static_cast<const float*>(in[1]),
                *mean = static_cast<const float*>(in[2]), *variance = static_cast<const float*>(in[3]),
                *dy = static_cast<const float*>(in[4]);
    float* dx = static_cast<float*>(out[0]);
    NormMask mask{activation};
    if (activation != NormActivation::kLinear) {
      float *scale = transform->data(), *offset = scale + channels;
      s->transform(gamma, static_cast<const float*>(in[5]), mean, variance, epsilon, scale, offset);
      mask.scale = scale;
      mask.offset = offset;
    }
    s->differentiate(x, dy, mask, rows, rows, gamma, mean, variance, epsilon, static_cast<float*>(out[1]),
                     static_cast<float*>(out[2]));
    over_rows(rows, channels, [&](int64_t p, int64_t q) {
      simd::normalization_table().gradient(x + p * channels, dy + p * channels, mask, dx + p * channels, q - p,
                                           channels, s->factor(0), s->factor(1), s->factor(2));
    });
  };
}

// The plain twin, in double.
template <class T>
Kernel forward_plain(int64_t rows, int64_t channels, double epsilon, NormActivation activation) {
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *gamma = static_cast<const T*>(in[1]),
            *beta = static_cast<const T*>(in[2]);
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
        y[r * channels + c] = T(activation == NormActivation::kLinear           ? u
                                : u <= 0                                        ? 0
                                : activation == NormActivation::kRelu6 && u > 6 ? 6
                                                                                : u);
      }
    }
  };
}
template <class T>
Kernel gradient_plain(int64_t rows, int64_t channels, double epsilon, NormActivation activation) {
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *gamma = static_cast<const T*>(in[1]),
            *mean = static_cast<const T*>(in[2]), *variance = static_cast<const T*>(in[3]),
            *dy = static_cast<const T*>(in[4]),
            *beta = activation == NormActivation::kLinear ? nullptr : static_cast<const T*>(in[5]);
    T *dx = static_cast<T*>(out[0]), *dgamma = static_cast<T*>(out[1]), *dbeta = static_cast<T*>(out[2]);
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t c = 0; c < channels; c++) {
      const double inverse = 1 / std::sqrt(double(variance[c]) + epsilon);
      double db = 0, dg = 0;
      auto d = [&](int64_t r) {
        if (!beta) return double(dy[r * channels + c]);
        const double y = (x[r * channels + c] - mean[c]) * inverse * gamma[c] + beta[c];
        return y > 0 && (activation == NormActivation::kRelu || y < 6) ? double(dy[r * channels + c]) : 0.0;
      };
      for (int64_t r = 0; r < rows; r++) {
        db += d(r);
        dg += d(r) * (x[r * channels + c] - mean[c]) * inverse;
      }
      for (int64_t r = 0; r < rows; r++)
        dx[r * channels + c] =
            T(gamma[c] * inverse * (d(r) - db / n - (x[r * channels + c] - mean[c]) * inverse * dg / n));
      dbeta[c] = T(db);
      dgamma[c] = T(dg);
    }
  };
}

}  // namespace

TRAE_CPU_KERNEL(BatchNormTraining) {
  const int64_t channels = in[0].shape.back(), rows = channels ? in[0].size() / channels : 0;
  if (in[0].dtype == DType::kFloat32) return forward_float(rows, channels, op.attrs.epsilon, op.attrs.activation);
  if (in[0].dtype == DType::kFloat64)
    return forward_plain<double>(rows, channels, op.attrs.epsilon, op.attrs.activation);
  throw NotImplementedError("batch_norm_training", "is not defined for dtype " + std::string(name_of(in[0].dtype)) +
                                                       ".\n  Fix: cast to 'float32' first.");
}
TRAE_CPU_KERNEL(BatchNormTrainingGrad) {
  const int64_t channels = in[0].shape.back(), rows = channels ? in[0].size() / channels : 0;
  if (in[0].dtype == DType::kFloat32) return gradient_float(rows, channels, op.attrs.epsilon, op.attrs.activation);
  if (in[0].dtype == DType::kFloat64)
    return gradient_plain<double>(rows, channels, op.attrs.epsilon, op.attrs.activation);
  throw NotImplementedError("batch_norm_training", "is not defined for dtype " + std::string(name_of(in[0].dtype)) +
                                                       ".\n  Fix: cast to 'float32' first.");
}

}  // namespace trae
