// Products whose sums stay in registers: a few rows by up to four groups of columns, each of 64 bytes.
#pragma once
#include "backend/cpu/simd/lanes.h"

namespace trae::simd::TRAE_ISA {
namespace {

// What fits the registers of the instruction set next to the operands.
#if defined(__AVX512F__)
constexpr int kMaxRows = 6, kMaxVectors = 4;
#elif defined(__AVX2__) || defined(__aarch64__)
constexpr int kMaxRows = 6, kMaxVectors = 1;
#else
constexpr int kMaxRows = 3, kMaxVectors = 1;
#endif

// sum[i] += a's row i times b, over `inner`. Group v of b lies v groups from its start, the last one `last` groups; it
// goes into sum[i][v], the last one into sum[i][kLast].
template <int kRows, int kVectors, int kLast, int kSums, class T>
inline void accumulate(GroupOf<T> (&sum)[kRows][kSums], long inner, const T* a, long a_row, long a_column, const T* b,
                       long b_row, long last = kVectors - 1) {
  for (long j = 0; j < inner; j++) {
    GroupOf<T> v[kVectors];
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++)
      v[k] = load_group(b + j * b_row + (k + 1 < kVectors ? long(k) : last) * kGroupLanes<T>);
#pragma GCC unroll 8
    for (int i = 0; i < kRows; i++) {
      const T x = a[i * a_row + j * a_column];
#pragma GCC unroll 4
      for (int k = 0; k < kVectors; k++) add_product(sum[i][k + 1 < kVectors ? k : kLast], x, v[k]);
    }
  }
}

template <int n>
struct Count {
  static constexpr int value = n;
};
// f(Count<rows of a block>, first row) for blocks of nearly equal size.
template <class F>
inline void over_row_blocks(long rows, F&& f) {
  const long blocks = (rows + kMaxRows - 1) / kMaxRows;
  for (long k = 0, at = 0; k < blocks; k++) {
    const long n = (rows - at + blocks - k - 1) / (blocks - k);
    switch (n) {
#if defined(__AVX2__) || defined(__aarch64__)
      case 6: f(Count<6>{}, at); break;
      case 5: f(Count<5>{}, at); break;
      case 4: f(Count<4>{}, at); break;
#endif
      case 3: f(Count<3>{}, at); break;
      case 2: f(Count<2>{}, at); break;
      default: f(Count<1>{}, at);
    }
    at += n;
  }
}

}  // namespace
}  // namespace trae::simd::TRAE_ISA
