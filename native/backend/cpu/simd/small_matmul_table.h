// Products of small matrices on one thread: below a few hundred thousand operations the preparation of a library's
// product takes longer than the product.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct SmallMatmulTable {
  // c = a b; element (i, j) of a lies at i * a_row + j * a_column; b and c are row-major. `packed` has room for
  // inner * columns rounded up to 16, and is used when b is transposed or its columns are not a multiple of 16.
  void (*multiply)(long rows, long inner, long columns, const float* a, long a_row, long a_column, const float* b,
                   bool is_b_transposed, float* c, float* packed);
};
TRAE_DECLARE_TABLE(SmallMatmulTable, small_matmul_table)

}  // namespace trae
