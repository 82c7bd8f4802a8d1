#include "ops/random_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr int kLanes = 16;

// Philox4x32-7 on 16 counters at once.
inline void philox(uint64_t key, uint64_t counter, uint64_t block, uint32_t* __restrict__ to) {
  uint32_t c0[kLanes], c1[kLanes], c2[kLanes], c3[kLanes];
  for (int l = 0; l < kLanes; l++) {
    const uint64_t i = block * kLanes + uint64_t(l);
    c0[l] = uint32_t(i);
    c1[l] = uint32_t(i >> 32);
    c2[l] = uint32_t(counter);
    c3[l] = uint32_t(counter >> 32);
  }
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
  for (int round = 0; round < 7; round++) {
    for (int l = 0; l < kLanes; l++) {
      const uint64_t p0 = uint64_t(0xD2511F53u) * c0[l], p1 = uint64_t(0xCD9E8D57u) * c2[l];
      const uint32_t n0 = uint32_t(p1 >> 32) ^ c1[l] ^ k0, n2 = uint32_t(p0 >> 32) ^ c3[l] ^ k1;
      c1[l] = uint32_t(p1);
      c3[l] = uint32_t(p0);
      c0[l] = n0;
      c2[l] = n2;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (int l = 0; l < kLanes; l++) {
    to[l] = c0[l];
    to[kLanes + l] = c1[l];
    to[2 * kLanes + l] = c2[l];
    to[3 * kLanes + l] = c3[l];
  }
}

void words(uint64_t key, uint64_t counter, uint64_t block, uint32_t* to) { philox(key, counter, block, to); }

void dropout(uint64_t key, uint64_t counter, uint64_t block, const float* x, float* y, int n, uint32_t threshold, float scale) {
  uint32_t bits[64];
  philox(key, counter, block, bits);
  if (n == 128) {
#pragma GCC ivdep
    for (int i = 0; i < 64; i++) y[i] = (bits[i] & 0xffff) >= threshold ? x[i] * scale : 0.0f;
#pragma GCC ivdep
    for (int i = 0; i < 64; i++) y[64 + i] = (bits[i] >> 16) >= threshold ? x[64 + i] * scale : 0.0f;
    return;
  }
  for (int i = 0; i < n; i++) {
    const uint32_t u = i < 64 ? bits[i] & 0xffff : bits[i - 64] >> 16;
    y[i] = u >= threshold ? x[i] * scale : 0.0f;
  }
}

}  // namespace

const RandomTable& random_table() {
  static constexpr RandomTable table{&words, &dropout};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
