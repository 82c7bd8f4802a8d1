// Sigmoid and tanh of the cells of recurrent layers, for whole vectors; NaN stays. Errors at most 2.4 ulp, as found
// on 44 million floats of all magnitudes, but for results that are no normal numbers: sigmoid ends at 6e-39.
#pragma once
#include "backend/cpu/simd/lanes.h"
#include "backend/cpu/simd/math.h"

namespace trae::simd::TRAE_ISA {
namespace {

// 2^n and exp(x - n log 2) - 1, for |x| <= 88.
struct Exponential {
  Floats power, rest;
  explicit Exponential(Floats x) {
    const Floats shifted = x * 1.44269504088896341f + 12582912.0f;  // rounds to an integer in the low bits
    power = (Floats)(((Ints)shifted << 23) + (127 << 23));
    rest = expm1_of_rest(x, shifted - 12582912.0f);
  }
};
// Where x is NaN, x.
inline Floats at_most(Floats x, float most) { return Floats{} + most < x ? Floats{} + most : x; }

// 1 / (1 + exp(-x))
inline Floats sigmoid_gate(Floats x) {
  x = at_most(-x, 88.0f);
  const Exponential e(Floats{} - 88.0f > x ? Floats{} - 88.0f : x);
  return 1.0f / (1.0f + (e.rest * e.power + e.power));
}
// expm1(2 |x|) / (expm1(2 |x|) + 2) with the sign of x.
inline Floats tanh_gate(Floats x) {
  const Ints sign = (Ints)x & int(0x80000000);
  const Floats a = at_most((Floats)((Ints)x & 0x7fffffff), 44.0f);
  const Exponential e(a + a);
  const Floats t = e.rest * e.power + (e.power - 1.0f);
  return (Floats)((Ints)(t / (t + 2.0f)) | sign);
}

}  // namespace
}  // namespace trae::simd::TRAE_ISA
