// Vector loops of layer normalization over rows, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct LayerNormTable {
  void (*forward)(const float* x, const float* gamma, const float* beta, float* y, float* mean, float* inverse,
                  long rows, long width, double epsilon, bool is_centered);
  // dgamma[i] += sum of dy * normalized, dbeta[i] += sum of dy; scratch holds 2 * width floats.
  void (*gradient)(const float* x, const float* gamma, const float* mean, const float* inverse, const float* dy,
                   float* dx, double* dgamma, double* dbeta, float* scratch, long rows, long width, bool is_centered);
};
TRAE_DECLARE_TABLE(LayerNormTable, layer_norm_table)

}  // namespace trae
