// The vector loop that measures what the processor can multiply and add, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

// One thread's share: runs `rounds` of 16 independent vector chains, returns floating-point operations.
struct PeakTable {
  double (*multiply_add)(long rounds);
};
TRAE_DECLARE_TABLE(PeakTable, peak_table)

}  // namespace trae
