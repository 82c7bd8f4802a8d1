#include "backend/cpu/simd/small_matmul_table.h"

#include "backend/cpu/simd/panels.h"

namespace trae::simd::TRAE_ISA {
namespace {

// kRows rows by kVectors * 16 columns stay in registers over the whole inner axis.
template <int kRows, int kVectors>
inline void block(long inner, const float* a, long a_row, long a_column, const float* b, long b_row, float* c,
                  long c_row, long columns) {
  Group sum[kRows][kVectors] = {};
  accumulate<kRows, kVectors, kVectors - 1>(sum, inner, a, a_row, a_column, b, b_row);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      const long rest = columns - k * kLanes;
      float* to = c + i * c_row + k * kLanes;
      if (rest >= kLanes) store_group(to, sum[i][k]);
      else __builtin_memcpy(to, &sum[i][k], (unsigned long)rest * sizeof(float));
    }
}

template <int kVectors>
void strip(long rows, long inner, const float* a, long a_row, long a_column, const float* b, long b_row, float* c,
           long c_row, long columns) {
  over_row_blocks(rows, [&](auto count, long i) {
    block<decltype(count)::value, kVectors>(inner, a + i * a_row, a_row, a_column, b, b_row, c + i * c_row, c_row,
                                            columns);
  });
}

long padded_row(long columns) { return (columns + kLanes - 1) / kLanes * kLanes; }

void pack(long inner, long columns, const float* b, bool is_transposed, float* to) {
  const long padded = padded_row(columns);
  for (long j = 0; j < inner; j++)
    for (long k = 0; k < padded; k++)
      to[j * padded + k] = k >= columns ? 0.0f : is_transposed ? b[k * inner + j] : b[j * columns + k];
}

void multiply(long rows, long inner, long columns, const float* a, long a_row, long a_column, const float* b,
              float* c) {
  const long padded = padded_row(columns);
  long k = 0;
  if constexpr (kMaxVectors >= 2)
    for (; k + 2 * kLanes <= padded; k += 2 * kLanes)
      strip<2>(rows, inner, a, a_row, a_column, b + k, padded, c + k, columns, columns - k);
  for (; k < padded; k += kLanes) strip<1>(rows, inner, a, a_row, a_column, b + k, padded, c + k, columns, columns - k);
}

}  // namespace

const SmallMatmulTable& small_matmul_table() {
  static constexpr SmallMatmulTable table{&pack, &multiply};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
