// Products of small matrices on one thread: below a few hundred thousand operations the preparation of a library's
// product takes longer than the product.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct SmallMatmulTable {
  // `inner` rows of `columns` numbers, or their transpose, with each row filled up by zeros to a multiple of 16.
  void (*pack)(long inner, long columns, const float* b, bool is_transposed, float* to);
  // c = a b; element (i, j) of a lies at i * a_row + j * a_column; b is packed, c is row-major. A b that is stored row
  // by row, of a multiple of 16 columns, is packed as it is.
  void (*multiply)(long rows, long inner, long columns, const float* a, long a_row, long a_column, const float* b,
                   float* c);
};
TRAE_DECLARE_TABLE(SmallMatmulTable, small_matmul_table)

}  // namespace trae
