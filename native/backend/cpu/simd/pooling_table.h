// Vector loops of max pooling, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct PoolingTable {
  // Largest of `count` taps per channel and its number.
  void (*max_taps)(long channels, int count, const float* const* taps, const unsigned char* ids, float* y,
                   unsigned char* winners);
  // dx[t][c] (+)= winners[c] == ids[t] ? dy[c] : 0
  void (*spread)(long channels, int count, float* const* taps, const unsigned char* ids, const float* dy,
                 const unsigned char* winners, bool add);
};
TRAE_DECLARE_TABLE(PoolingTable, pooling_table)

}  // namespace trae
