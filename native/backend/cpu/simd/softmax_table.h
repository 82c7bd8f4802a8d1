// Vector loops of softmax, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct SoftmaxTable {
  void (*softmax)(const float* x, float* y, long rows, long width);
  void (*log_softmax)(const float* x, float* y, long rows, long width);
};
TRAE_DECLARE_TABLE(SoftmaxTable, softmax_table)

}  // namespace trae
