// Rows of softmax: the largest value, exponentials with their sum, the sum of a row. As many chains as hide the
// latency.
#pragma once
#include "backend/cpu/simd/lanes.h"
#include "backend/cpu/simd/math.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr int kChains = 4;

// Where one is NaN, the second.
inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

// exp(x) for x of at most about 0: results below the smallest normal number are 0; NaN stays. One factor of two powers
// where exp_ needs two.
inline Floats exp_below_one(Floats x) {
  const Floats least = Floats{} - 87.3365f;
  const Ints is_large = ~(x < least);
  x = larger(least, x);
  const Floats shifted = x * 1.44269504088896341f + 12582912.0f;  // rounds to an integer in the low bits
  const Floats k = shifted - 12582912.0f;
  return (Floats)((Ints)(exp_of_rest(x, k) * (Floats)(((Ints)shifted << 23) + (127 << 23))) & is_large);
}

// The last lanes of a row that is no whole number of vectors, and what stands for them beyond it.
inline Floats load_rest(const float* x, long n, float beyond) {
  Floats v = Floats{} + beyond;
  __builtin_memcpy(&v, x, (unsigned long)n * sizeof(float));
  return v;
}
inline void store_rest(float* y, long n, Floats v) { __builtin_memcpy(y, &v, (unsigned long)n * sizeof(float)); }

inline float row_max(const float* x, long n) {
  long i = 0;
  float m = x[0];
  if (n >= kWidth) {
    Floats lanes[kChains];
    for (int c = 0; c < kChains; c++) lanes[c] = load(x);
    for (; i + kChains * kWidth <= n; i += kChains * kWidth)
#pragma GCC unroll 4
      for (int c = 0; c < kChains; c++) lanes[c] = larger(load(x + i + c * kWidth), lanes[c]);
    for (; i + kWidth <= n; i += kWidth) lanes[0] = larger(load(x + i), lanes[0]);
    const Floats all = larger(larger(lanes[0], lanes[1]), larger(lanes[2], lanes[3]));
    for (int k = 0; k < kWidth; k++) m = all[k] > m ? all[k] : m;
  }
  for (; i < n; i++) m = x[i] > m ? x[i] : m;
  return m;
}

inline float lanes_sum(Floats v) {
  float s = 0;
  for (int k = 0; k < kWidth; k++) s += v[k];
  return s;
}

// y = f(x) in whole vectors; y may be x.
template <class F>
inline void over_row(const float* x, float* y, long n, F&& f) {
  long i = 0;
  for (; i + kWidth <= n; i += kWidth) store(y + i, f(load(x + i)));
  if (i < n) store_rest(y + i, n - i, f(load_rest(x + i, n - i, -__builtin_inff())));
}

// y = exp(scale x - shift), none larger than about 1; returns their sum. scale > 0. Not inlined: the loop has the
// registers for itself.
__attribute__((noinline)) float row_exponentials(const float* x, float* y, long n, float scale, float shift) {
  Floats sum = {};
  over_row(x, y, n, [&](Floats v) {
    const Floats e = exp_below_one(v * scale - shift);
    sum += e;
    return e;
  });
  return lanes_sum(sum);
}

inline float row_sum(const float* x, long n) {
  float lanes[16] = {};
  long i = 0;
  for (; i + 16 <= n; i += 16)
    for (int k = 0; k < 16; k++) lanes[k] += x[i + k];
  float s = 0;
  for (; i < n; i++) s += x[i];
  for (int k = 0; k < 16; k++) s += lanes[k];
  return s;
}

}  // namespace
}  // namespace trae::simd::TRAE_ISA
