#include "ops/small_matmul_table.h"

#include "cpu/simd/lanes.h"

namespace trae::simd::TRAE_ISA {
namespace {

// kRows rows by kVectors * 16 columns stay in registers over the whole inner axis.
template <int kRows, int kVectors>
inline void block(long inner, const float* a, long a_row, long a_column, const float* b, long b_row, float* c, long c_row, long columns) {
  Floats sum[kRows][kVectors] = {};
  for (long j = 0; j < inner; j++) {
    Floats v[kVectors];
    for (int k = 0; k < kVectors; k++) v[k] = load(b + j * b_row + k * kLanes);
    for (int i = 0; i < kRows; i++) {
      const float x = a[i * a_row + j * a_column];
      for (int k = 0; k < kVectors; k++) sum[i][k] += x * v[k];
    }
  }
  for (int i = 0; i < kRows; i++)
    for (int k = 0; k < kVectors; k++) {
      const long rest = columns - k * kLanes;
      float* to = c + i * c_row + k * kLanes;
      if (rest >= kLanes) store(to, sum[i][k]);
      else __builtin_memcpy(to, &sum[i][k], (unsigned long)rest * sizeof(float));
    }
}

template <int kVectors>
void strip(long rows, long inner, const float* a, long a_row, long a_column, const float* b, long b_row, float* c, long c_row,
           long columns) {
  long i = 0;
  for (; i + 4 <= rows; i += 4) block<4, kVectors>(inner, a + i * a_row, a_row, a_column, b, b_row, c + i * c_row, c_row, columns);
  for (; i < rows; i++) block<1, kVectors>(inner, a + i * a_row, a_row, a_column, b, b_row, c + i * c_row, c_row, columns);
}

void multiply(long rows, long inner, long columns, const float* a, long a_row, long a_column, const float* b, bool is_b_transposed,
              float* c, float* packed) {
  const long padded = (columns + kLanes - 1) / kLanes * kLanes;
  long b_row = columns;
  if (is_b_transposed || padded != columns) {
    for (long j = 0; j < inner; j++)
      for (long k = 0; k < padded; k++)
        packed[j * padded + k] = k >= columns ? 0.0f : is_b_transposed ? b[k * inner + j] : b[j * columns + k];
    b = packed;
    b_row = padded;
  }
  long k = 0;
  for (; k + 2 * kLanes <= padded; k += 2 * kLanes) strip<2>(rows, inner, a, a_row, a_column, b + k, b_row, c + k, columns, columns - k);
  if (k < padded) strip<1>(rows, inner, a, a_row, a_column, b + k, b_row, c + k, columns, columns - k);
}

}  // namespace

const SmallMatmulTable& small_matmul_table() {
  static constexpr SmallMatmulTable table{&multiply};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
