// The largest value and the sum of a row, with as many chains as the registers hold.
#pragma once
#include "cpu/simd/lanes.h"

namespace trae::simd::TRAE_ISA {
namespace {

inline float row_max(const float* x, long n) {
  float m = x[0];
  long i = 0;
  if (n >= kWidth) {
    Floats lanes = load(x);
    for (i = kWidth; i + kWidth <= n; i += kWidth) {
      const Floats v = load(x + i);
      lanes = v > lanes ? v : lanes;
    }
    for (int k = 0; k < kWidth; k++) m = lanes[k] > m ? lanes[k] : m;
  }
  for (; i < n; i++) m = x[i] > m ? x[i] : m;
  return m;
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
