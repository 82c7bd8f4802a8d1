// Vector loops of batch normalization over rows of C channels, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"
#include "ops/norm_activation.h"

namespace trae {

// Which gradients pass the activation: where 0 < y (< 6). y is given, or computed again: x * scale + offset.
struct NormMask {
  NormActivation activation = NormActivation::kLinear;
  const float *y = nullptr, *scale = nullptr, *offset = nullptr;
};

struct NormalizationTable {
  // sum[c] += sum of x - shift, squares[c] += sum of its squares
  void (*moments)(const float* x, long rows, long channels, const float* shift, double* sum, double* squares,
                  float* scratch);
  // y = x * scale + offset, and its activation
  void (*apply)(const float* x, float* y, long rows, long channels, const float* scale, const float* offset,
                NormActivation activation);
  // d = dy where the mask lets it pass, else 0; sum[c] += d; products[c] += d * (x - mean)
  void (*gradient_sums)(const float* x, const float* dy, NormMask mask, long rows, long channels, const float* mean,
                        double* sum, double* products, float* scratch);
  // dx = d * a + x * b + c
  void (*gradient)(const float* x, const float* dy, NormMask mask, float* dx, long rows, long channels, const float* a,
                   const float* b, const float* c);
};
TRAE_DECLARE_TABLE(NormalizationTable, normalization_table)

}  // namespace trae
