// Without its sign, a float's bits order as its value does, and NaN comes after infinity: a maximum of integers.
#include "backend/cpu/simd/magnitude.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr int32_t kInfinity = 0x7f800000;

float largest(const float* x, int64_t n) {
  constexpr int kChains = 64;
  int32_t chains[kChains] = {}, most = 0;
  int64_t i = 0;
  for (; i + kChains <= n; i += kChains)
    for (int k = 0; k < kChains; k++) {
      int32_t bits;
      __builtin_memcpy(&bits, x + i + k, 4);
      bits &= 0x7fffffff;
      chains[k] = bits > chains[k] ? bits : chains[k];
    }
  for (; i < n; i++) {
    int32_t bits;
    __builtin_memcpy(&bits, x + i, 4);
    bits &= 0x7fffffff;
    most = bits > most ? bits : most;
  }
  for (int k = 0; k < kChains; k++) most = chains[k] > most ? chains[k] : most;
  most = most > kInfinity ? kInfinity : most;
  float value;
  __builtin_memcpy(&value, &most, 4);
  return value;
}

}  // namespace

const MagnitudeTable& magnitude_table() {
  static constexpr MagnitudeTable table{&largest};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
