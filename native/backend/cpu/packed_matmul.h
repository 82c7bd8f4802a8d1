// The product of two float32 or float64 matrices, from a few hundred thousand operations on: b is copied into panels
// that one pass of registers reads from front to back (Goto and van de Geijn, Anatomy of High-Performance Matrix
// Multiplication, 2008). The sums of one element are added in the same order whatever the number of threads.
#pragma once
#include <cstddef>
#include <cstdint>

#include "backend/cpu/simd/dispatch.h"

namespace trae {

template <class T>
struct PackedMatmulTableOf {
  long panel;  // columns of a panel: whole groups of 64 bytes
  long rows;   // rows of a that meet a panel at once
  // Copies `inner` rows of `width` <= panel columns. Element (j, k) lies at j * b_row + k, or at k * b_row + j when
  // transposed; it goes to j * w + k, w being `width` rounded up to whole groups, filled up with
  // zeros.
  void (*pack_panel)(long inner, long width, const T* b, long b_row, bool is_transposed, T* to);
  // Copies `inner` rows of `width` columns of a, `a_row` apart, in blocks of `rows` columns, one after the other:
  // element (j, k) of a block goes to j * (columns of the block) + k.
  void (*pack_rows)(long inner, long width, const T* a, long a_row, T* to);
  // c = a b, or c += a b: element (i, j) of a lies at i * a_row + j * a_column, b is one panel, c is row-major.
  void (*multiply_panel)(long rows, long inner, long width, const T* a, long a_row, long a_column, const T* panel, T* c,
                         long c_row, bool is_added);
};
using PackedMatmulTable = PackedMatmulTableOf<float>;
using PackedDoubleMatmulTable = PackedMatmulTableOf<double>;
TRAE_DECLARE_TABLE(PackedMatmulTable, packed_matmul_table)
TRAE_DECLARE_TABLE(PackedDoubleMatmulTable, packed_double_matmul_table)

// T: float or double.
template <class T>
class PackedMatmul {
 public:
  // As stored: a is [rows, inner], or [inner, rows] when transposed; b is [inner, columns] or [columns, inner].
  PackedMatmul(int64_t rows, int64_t inner, int64_t columns, bool is_a_transposed, bool is_b_transposed, int threads);
  size_t scratch_size() const { return size_t(scratch_ * threads_); }
  // On a team of `threads` threads, or on the calling thread alone when that is 1.
  void run(const T* a, const T* b, T* c, T* scratch) const;

 private:
  void part(int64_t r0, int64_t r1, int64_t c0, int64_t c1, const T* a, const T* b, T* c, T* scratch) const;

  int64_t rows_, inner_, columns_;
  bool ta_, tb_;
  int threads_, row_parts_, column_parts_;
  int64_t inner_step_, column_step_, scratch_;
};

}  // namespace trae
