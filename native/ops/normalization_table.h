// Vector loops of batch normalization over rows of C channels, chosen at run time.
#pragma once
#include "cpu/simd/dispatch.h"

namespace trae {

struct NormalizationTable {
  // sum[c] += sum of x - shift, squares[c] += sum of its squares
  void (*moments)(const float* x, long rows, long channels, const float* shift, double* sum, double* squares, float* scratch);
  // y = x * scale + offset, and max(., 0) where asked
  void (*apply)(const float* x, float* y, long rows, long channels, const float* scale, const float* offset, bool is_relu);
  // d = dy, or dy where y > 0; sum[c] += d; products[c] += d * (x - mean)
  void (*gradient_sums)(const float* x, const float* dy, const float* y, long rows, long channels, const float* mean, double* sum,
                        double* products, float* scratch);
  // dx = d * a + x * b + c
  void (*gradient)(const float* x, const float* dy, const float* y, float* dx, long rows, long channels, const float* a, const float* b,
                   const float* c);
};
TRAE_DECLARE_TABLE(NormalizationTable, normalization_table)

}  // namespace trae
