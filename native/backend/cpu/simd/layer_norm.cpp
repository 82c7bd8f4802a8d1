// A row at a time, which the first-level cache holds: its sums in lanes, in blocks that go into doubles.
#include "backend/cpu/simd/lanes.h"
#include "backend/cpu/simd/layer_norm_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kBlock = 1024;  // elements whose sum stays in float lanes
constexpr long kRows = 64;     // rows whose parameter gradients stay in float

inline float total(Floats v) {
  float s = 0;
  for (long k = 0; k < kWidth; k++) s += v[k];
  return s;
}

// Of what lies between each element and the first: sums of large numbers that are nearly equal would lose the digits
// that the variance is made of.
inline double row_mean(const float* x, long width) {
  const float first = x[0];
  double sum = 0;
  for (long i0 = 0; i0 < width; i0 += kBlock) {
    const long end = i0 + kBlock < width ? i0 + kBlock : width;
    Floats a = {}, b = {};
    long i = i0;
    for (; i + 2 * kWidth <= end; i += 2 * kWidth) {
      a += load(x + i) - first;
      b += load(x + i + kWidth) - first;
    }
    float rest = 0;
    for (; i < end; i++) rest += x[i] - first;
    sum += double(total(a + b) + rest);
  }
  return double(first) + sum / double(width);
}
inline double row_squares(const float* x, float mean, long width) {
  double sum = 0;
  for (long i0 = 0; i0 < width; i0 += kBlock) {
    const long end = i0 + kBlock < width ? i0 + kBlock : width;
    Floats a = {}, b = {};
    long i = i0;
    for (; i + 2 * kWidth <= end; i += 2 * kWidth) {
      const Floats u = load(x + i) - mean, v = load(x + i + kWidth) - mean;
      a += u * u;
      b += v * v;
    }
    float rest = 0;
    for (; i < end; i++) rest += (x[i] - mean) * (x[i] - mean);
    sum += double(total(a + b) + rest);
  }
  return sum;
}

void forward(const float* x, const float* __restrict__ gamma, const float* __restrict__ beta, float* y, float* mean,
             float* inverse, long rows, long width, double epsilon, bool is_centered) {
  for (long r = 0; r < rows; r++) {
    const float* from = x + r * width;
    float* to = y + r * width;
    const float m = is_centered ? float(row_mean(from, width)) : 0.0f;
    const float k = float(1 / __builtin_sqrt(row_squares(from, m, width) / double(width) + epsilon));
    mean[r] = m;
    inverse[r] = k;
#pragma GCC ivdep
    for (long i = 0; i < width; i++) to[i] = (from[i] - m) * k * gamma[i] + beta[i];
  }
}

inline void flush(long width, double* a, double* b, float* scratch) {
  for (long i = 0; i < width; i++) {
    a[i] += double(scratch[i]);
    b[i] += double(scratch[width + i]);
    scratch[i] = scratch[width + i] = 0;
  }
}

// dx = inverse (d - mean(d) - normalized mean(d normalized)), d = dy gamma
void gradient(const float* x, const float* __restrict__ gamma, const float* mean, const float* inverse, const float* dy,
              float* dx, double* dgamma, double* dbeta, float* scratch, long rows, long width, bool is_centered) {
  float* __restrict__ g = scratch;
  float* __restrict__ s = scratch + width;
  for (long i = 0; i < 2 * width; i++) scratch[i] = 0;
  for (long r = 0; r < rows; r++) {
    const float *xr = x + r * width, *dr = dy + r * width;
    float* to = dx + r * width;
    const float m = mean[r], k = inverse[r];
    double sum = 0, products = 0;
    for (long i0 = 0; i0 < width; i0 += kBlock) {
      const long end = i0 + kBlock < width ? i0 + kBlock : width;
      Floats a = {}, b = {};
      long i = i0;
      for (; i + kWidth <= end; i += kWidth) {
        const Floats e = load(dr + i), n = (load(xr + i) - m) * k, d = e * load(gamma + i);
        a += d;
        b += d * n;
        store(g + i, load(g + i) + e * n);
        store(s + i, load(s + i) + e);
      }
      float ra = 0, rb = 0;
      for (; i < end; i++) {
        const float n = (xr[i] - m) * k, d = dr[i] * gamma[i];
        ra += d;
        rb += d * n;
        g[i] += dr[i] * n;
        s[i] += dr[i];
      }
      sum += double(total(a) + ra);
      products += double(total(b) + rb);
    }
    const float c = is_centered ? float(sum / double(width)) : 0.0f, p = float(products / double(width));
#pragma GCC ivdep
    for (long i = 0; i < width; i++) to[i] = k * (dr[i] * gamma[i] - c - (xr[i] - m) * k * p);
    if ((r + 1) % kRows == 0) flush(width, dgamma, dbeta, scratch);
  }
  flush(width, dgamma, dbeta, scratch);
}

}  // namespace

const LayerNormTable& layer_norm_table() {
  static constexpr LayerNormTable table{&forward, &gradient};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
