// Sums over rows of a channels_last tensor, and what batch normalization makes of them.
#pragma once
#include <cmath>
#include <cstring>
#include <vector>

#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/normalization_table.h"

namespace trae {

// Per-thread sums of two quantities per channel, and room for per-channel factors.
class BatchStatistics {
 public:
  BatchStatistics(int64_t channels, int threads)
      : channels_(channels), threads_(threads), sums_(size_t(2 * channels * threads)),
        lanes_(size_t((2 * channels + 16) * threads)), factors_(size_t(3 * channels)) {}

  float* factor(int i) { return factors_.data() + channels_ * i; }

  // Mean and variance of x; factors 0 and 1 become scale and offset: y = x * scale + offset.
  void normalize(const float* x, int64_t rows, const float* gamma, const float* beta, double epsilon, float* mean,
                 float* variance) {
    const auto& table = simd::normalization_table();
    // Shifted by the first row, so that a large mean does not drown the variance.
    float *shift = factor(2), *scale = factor(0), *offset = factor(1);
    if (rows) std::memcpy(shift, x, size_t(channels_) * 4);
    collect(rows, [&](int t, int64_t b, int64_t e) {
      table.moments(x + b * channels_, e - b, channels_, shift, a(t), b_(t), lane(t));
    });
    const double n = double(std::max<int64_t>(1, rows));
    for (int64_t c = 0; c < channels_; c++) {
      const double d = a(0)[c] / n, v = std::max(0.0, b_(0)[c] / n - d * d), m = shift[c] + d;
      mean[c] = float(m);
      variance[c] = std::isnan(d) ? float(d) : float(v);
    }
    transform(gamma, beta, mean, variance, epsilon, scale, offset);
  }

  // y = x * scale + offset is the normalization: the same numbers in both directions.
  void transform(const float* gamma, const float* beta, const float* mean, const float* variance, double epsilon,
                 float* scale, float* offset) const {
    for (int64_t c = 0; c < channels_; c++) {
      const double k = gamma[c] / std::sqrt(variance[c] + epsilon);
      scale[c] = float(k);
      offset[c] = float(beta[c] - mean[c] * k);
    }
  }

  // dgamma and dbeta from rows of (x, dy, mask); factors 0, 1, 2 become those of dx = dy * a + x * b + c, where
  // the statistics were taken over `count` rows.
  void differentiate(const float* x, const float* dy, const NormMask& mask, int64_t rows, int64_t count,
                     const float* gamma, const float* mean, const float* variance, double epsilon, float* dgamma,
                     float* dbeta) {
    const auto& table = simd::normalization_table();
    collect(rows, [&](int t, int64_t b, int64_t e) {
      NormMask own = mask;
      if (own.y) own.y += b * channels_;
      table.gradient_sums(x + b * channels_, dy + b * channels_, own, e - b, channels_, mean, a(t), b_(t), lane(t));
    });
    const double n = double(std::max<int64_t>(1, count));
    for (int64_t i = 0; i < channels_; i++) {
      const double inverse = 1 / std::sqrt(variance[i] + epsilon), db = a(0)[i], dg = b_(0)[i] * inverse;
      dbeta[i] = float(db);
      dgamma[i] = float(dg);
      // dx = gamma inverse (d - db / n - (x - mean) inverse dg / n)
      const double k = gamma[i] * inverse;
      factor(0)[i] = float(k);
      factor(1)[i] = float(-k * inverse * dg / n);
      factor(2)[i] = float(-k * db / n + k * inverse * dg / n * mean[i]);
    }
  }

 private:
  double* a(int t) { return sums_.data() + 2 * channels_ * t; }
  double* b_(int t) { return a(t) + channels_; }
  float* lane(int t) { return lanes_.data() + (2 * channels_ + 16) * t; }

  // f(thread, begin, end) over rows, then all sums in thread 0's place.
  template <class F>
  void collect(int64_t rows, F&& f) {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, channels_));
    const int team = int(std::max<int64_t>(1, std::min<int64_t>(threads_, rows / grain)));
    const int64_t chunk = (rows + team - 1) / team;
    parallel_for(team, 1, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) f(int(t), t * chunk, std::min(rows, (t + 1) * chunk));
    });
    for (int t = 1; t < team; t++)
      for (int64_t c = 0; c < 2 * channels_; c++) sums_[size_t(c)] += a(t)[c];
  }

  int64_t channels_;
  int threads_;
  std::vector<double> sums_;
  std::vector<float> lanes_, factors_;
};

}  // namespace trae
