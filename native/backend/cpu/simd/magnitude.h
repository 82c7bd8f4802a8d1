// The largest absolute value among many: tells whether a sum of products can leave the range of float.
#pragma once
#include <stdint.h>

#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct MagnitudeTable {
  float (*largest)(const float* x, int64_t n);  // infinity where any is infinite or NaN; 0 of nothing
};
TRAE_DECLARE_TABLE(MagnitudeTable, magnitude_table)

}  // namespace trae
