// How the CPU keeps the states of LSTM and GRU for their gradient: units in blocks of 16, as the vector loops take them
// (simd/recurrent_table.h).
#pragma once
#include "ops/recurrent.h"

namespace trae {

struct BlockedSizes : RecurrentSizes {
  BlockedSizes(const RecurrentSizes& s) : RecurrentSizes(s) {}  // NOLINT: a view of the same sizes
  int64_t blocks() const { return (units + 15) / 16; }
};

}  // namespace trae
