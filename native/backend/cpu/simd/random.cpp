#include "backend/cpu/simd/random_table.h"

#include "backend/cpu/simd/math.h"
#include "backend/cpu/simd/registers.h"
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace trae::simd::TRAE_ISA {
namespace {

typedef uint32_t Words __attribute__((vector_size(kRegisterBytes)));
typedef uint64_t Wide __attribute__((vector_size(kRegisterBytes)));

// The products of the even 32-bit lanes with m, 64 bits each.
inline Wide multiply_even(Wide v, uint64_t m) {
#if defined(__AVX512F__)
  return (Wide)_mm512_maskz_mul_epu32(__mmask8(255), (__m512i)v, _mm512_set1_epi64(int64_t(m)));
#elif defined(__AVX2__)
  return (Wide)_mm256_mul_epu32((__m256i)v, _mm256_set1_epi64x(int64_t(m)));
#elif defined(__SSE2__)
  return (Wide)_mm_mul_epu32((__m128i)v, _mm_set1_epi64x(int64_t(m)));
#else
  return (v & 0xffffffffu) * m;
#endif
}
struct Product {
  Words low, high;
};
inline Product multiply(Words v, uint64_t m) {
  const Wide even = multiply_even((Wide)v, m), odd = multiply_even((Wide)v >> 32, m);
  constexpr uint64_t kLow = 0xffffffffu;
  return {(Words)((even & kLow) | (odd << 32)), (Words)((even >> 32) | (odd & ~kLow))};
}

// Philox4x32-7 on 16 counters.
inline void philox(uint64_t key, uint64_t counter, uint64_t block, uint32_t* to) {
  constexpr int kCounters = 16, kEach = kRegisterBytes / 4;
  for (int first = 0; first < kCounters; first += kEach) {
    Words c0, c1;
    const uint64_t start = block * kCounters + uint64_t(first);  // no carry inside of a block
    for (int l = 0; l < kEach; l++) c0[l] = uint32_t(l);
    c0 += uint32_t(start);
    c1 = Words{} + uint32_t(start >> 32);
    Words c2 = Words{} + uint32_t(counter), c3 = Words{} + uint32_t(counter >> 32);
    uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
#pragma GCC unroll 7
    for (int round = 0; round < 7; round++) {
      const Product p0 = multiply(c0, 0xD2511F53u), p1 = multiply(c2, 0xCD9E8D57u);
      c0 = p1.high ^ c1 ^ k0;
      c2 = p0.high ^ c3 ^ k1;
      c1 = p1.low;
      c3 = p0.low;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    __builtin_memcpy(to + first, &c0, sizeof c0);
    __builtin_memcpy(to + kCounters + first, &c1, sizeof c1);
    __builtin_memcpy(to + 2 * kCounters + first, &c2, sizeof c2);
    __builtin_memcpy(to + 3 * kCounters + first, &c3, sizeof c3);
  }
}

void words(uint64_t key, uint64_t counter, uint64_t block, uint32_t* to) { philox(key, counter, block, to); }

// (0, 1], 24 bits and a half; the largest of 2^24 rounds to 1.
inline float unit(uint32_t u) { return (float(int32_t(u >> 8)) + 0.5f) * 0x1p-24f; }

void uniform(uint64_t key, uint64_t counter, uint64_t block, float low, float high, float* to) {
  uint32_t bits[64];
  philox(key, counter, block, bits);
  const float range = high - low;
  for (int i = 0; i < 64; i++) {
    const float value = low + range * unit(bits[i]);
    to[i] = value >= high && high > low ? low : value;  // rounding must not reach the open end
  }
}

// Box and Muller 1958 on pairs (i, i + 32).
void normal(uint64_t key, uint64_t counter, uint64_t block, float mean, float deviation, float* to) {
  uint32_t bits[64];
  float radius[32];
  philox(key, counter, block, bits);
  for (int i = 0; i < 32; i++) radius[i] = deviation * __builtin_sqrtf(-2.0f * log_(unit(bits[i])));
  for (int i = 0; i < 32; i++) {
    const float turns = unit(bits[32 + i]);
    to[i] = mean + radius[i] * sine_of_turns(turns, 1);
    to[32 + i] = mean + radius[i] * sine_of_turns(turns, 0);
  }
}

// The inverse of the distribution function, between -2 and 2 standard deviations.
void truncated_normal(uint64_t key, uint64_t counter, uint64_t block, float mean, float deviation, float* to) {
  constexpr float kEdge = 0.95449973610364158f;  // erf(sqrt(2))
  uint32_t bits[64];
  philox(key, counter, block, bits);
  for (int i = 0; i < 64; i++) {
    float x = 1.41421356237309505f * erfinv_of_center((2.0f * unit(bits[i]) - 1.0f) * kEdge);
    x = x < -2.0f ? -2.0f : x;
    x = x > 2.0f ? 2.0f : x;
    to[i] = mean + deviation * x;
  }
}

void dropout(uint64_t key, uint64_t counter, uint64_t block, const float* x, float* y, int n, uint32_t threshold,
             float scale) {
  uint32_t bits[64];
  philox(key, counter, block, bits);
  if (n == 128) {
    const int32_t least =
        int32_t(threshold);  // compared as signed numbers, which every instruction set does on vectors
#pragma GCC ivdep
    for (int i = 0; i < 64; i++) y[i] = int32_t(bits[i] & 0xffff) >= least ? x[i] * scale : 0.0f;
#pragma GCC ivdep
    for (int i = 0; i < 64; i++) y[64 + i] = int32_t(bits[i] >> 16) >= least ? x[64 + i] * scale : 0.0f;
    return;
  }
  for (int i = 0; i < n; i++) {
    const uint32_t u = i < 64 ? bits[i] & 0xffff : bits[i - 64] >> 16;
    y[i] = u >= threshold ? x[i] * scale : 0.0f;
  }
}

}  // namespace

const RandomTable& random_table() {
  static constexpr RandomTable table{&words, &dropout, &uniform, &normal, &truncated_normal};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
