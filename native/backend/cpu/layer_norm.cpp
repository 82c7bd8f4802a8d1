#include "ops/layer_norm.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/layer_norm_table.h"
#include "core/error.h"

namespace trae {
namespace {

struct Rows {
  int64_t count, width;
  explicit Rows(const Spec& x) : count(x.shape.back() ? x.size() / x.shape.back() : 0), width(x.shape.back()) {}
  int64_t grain() const { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)); }
};

Kernel forward_float(Rows rows, double epsilon, bool is_centered) {
  return [=](const void* const* in, void* const* out) {
    parallel_for(rows.count, rows.grain(), [&](int64_t b, int64_t e) {
      simd::layer_norm_table().forward(static_cast<const float*>(in[0]) + b * rows.width,
                                       static_cast<const float*>(in[1]), static_cast<const float*>(in[2]),
                                       static_cast<float*>(out[0]) + b * rows.width, static_cast<float*>(out[1]) + b,
                                       static_cast<float*>(out[2]) + b, e - b, rows.width, epsilon, is_centered);
    });
  };
}

// Each range of rows adds up its own gradients of gamma and beta; they are added in order, so that results repeat.
Kernel gradient_float(Rows rows, bool is_centered) {
  struct Sums {
    std::vector<double> gradients;  // for each range dgamma and dbeta
    std::vector<float> scratch;
  };
  auto sums = std::make_shared<std::vector<Sums>>(size_t(num_threads()));
  return [=](const void* const* in, void* const* out) {
    const int64_t w = rows.width;
    for (Sums& s : *sums) {
      s.gradients.assign(size_t(2 * w), 0);
      s.scratch.resize(size_t(2 * w));
    }
    const float *x = static_cast<const float*>(in[0]), *mean = static_cast<const float*>(in[2]),
                *inverse = static_cast<const float*>(in[3]), *dy = static_cast<const float*>(in[4]);
    parallel_for(rows.count, rows.grain(), [&](int64_t b, int64_t e) {
      Sums& s = (*sums)[size_t(omp_in_parallel() ? omp_get_thread_num() : 0)];
      simd::layer_norm_table().gradient(x + b * w, static_cast<const float*>(in[1]), mean + b, inverse + b, dy + b * w,
                                        static_cast<float*>(out[0]) + b * w, s.gradients.data(), s.gradients.data() + w,
                                        s.scratch.data(), e - b, w, is_centered);
    });
    float *dgamma = static_cast<float*>(out[1]), *dbeta = static_cast<float*>(out[2]);
    for (int64_t i = 0; i < w; i++) {
      double g = 0, s = 0;
      for (const Sums& t : *sums) {
        g += t.gradients[size_t(i)];
        s += t.gradients[size_t(w + i)];
      }
      dgamma[i] = float(g);
      dbeta[i] = float(s);
    }
  };
}

// The plain twins, in double.
Kernel forward_plain(Rows rows, double epsilon, bool is_centered) {
  return [=](const void* const* in, void* const* out) {
    const double *x = static_cast<const double*>(in[0]), *gamma = static_cast<const double*>(in[1]),
                 *beta = static_cast<const double*>(in[2]);
    double *y = static_cast<double*>(out[0]), *mean = static_cast<double*>(out[1]),
           *inverse = static_cast<double*>(out[2]);
    const int64_t w = rows.width;
    for (int64_t r = 0; r < rows.count; r++) {
      const double* from = x + r * w;
      double m = 0, v = 0;
      if (is_centered)
        for (int64_t i = 0; i < w; i++) m += from[i] / double(w);
      for (int64_t i = 0; i < w; i++) v += (from[i] - m) * (from[i] - m) / double(w);
      mean[r] = m;
      inverse[r] = 1 / std::sqrt(v + epsilon);
      for (int64_t i = 0; i < w; i++) y[r * w + i] = (from[i] - m) * inverse[r] * gamma[i] + beta[i];
    }
  };
}
Kernel gradient_plain(Rows rows, bool is_centered) {
  return [=](const void* const* in, void* const* out) {
    const double *x = static_cast<const double*>(in[0]), *gamma = static_cast<const double*>(in[1]),
                 *mean = static_cast<const double*>(in[2]), *inverse = static_cast<const double*>(in[3]),
                 *dy = static_cast<const double*>(in[4]);
    double *dx = static_cast<double*>(out[0]), *dgamma = static_cast<double*>(out[1]),
           *dbeta = static_cast<double*>(out[2]);
    const int64_t w = rows.width;
    std::fill_n(dgamma, w, 0.0);
    std::fill_n(dbeta, w, 0.0);
    for (int64_t r = 0; r < rows.count; r++) {
      auto normal = [&](int64_t i) { return (x[r * w + i] - mean[r]) * inverse[r]; };
      double sum = 0, products = 0;
      for (int64_t i = 0; i < w; i++) {
        const double e = dy[r * w + i];
        sum += e * gamma[i] / double(w);
        products += e * gamma[i] * normal(i) / double(w);
        dgamma[i] += e * normal(i);
        dbeta[i] += e;
      }
      for (int64_t i = 0; i < w; i++)
        dx[r * w + i] = inverse[r] * (dy[r * w + i] * gamma[i] - (is_centered ? sum : 0) - normal(i) * products);
    }
  };
}
[[noreturn]] void refuse(DType d) {
  throw NotImplementedError(
      "layer_norm", "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
}

}  // namespace

TRAE_CPU_KERNEL(LayerNorm) {
  if (in[0].dtype == DType::kFloat32) return forward_float(Rows(in[0]), op.attrs.epsilon, op.attrs.is_centered);
  if (in[0].dtype == DType::kFloat64) return forward_plain(Rows(in[0]), op.attrs.epsilon, op.attrs.is_centered);
  refuse(in[0].dtype);
}
TRAE_CPU_KERNEL(LayerNormGrad) {
  if (in[0].dtype == DType::kFloat32) return gradient_float(Rows(in[0]), op.attrs.is_centered);
  if (in[0].dtype == DType::kFloat64) return gradient_plain(Rows(in[0]), op.attrs.is_centered);
  refuse(in[0].dtype);
}

}  // namespace trae
