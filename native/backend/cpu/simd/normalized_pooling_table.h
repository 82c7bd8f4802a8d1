// Vector loops of normalized pooling over one window, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct NormalizedPoolingTable {
  // Over windows side by side in a row: y = max(max over taps of x * scale + offset, 0), the tap that won, its x.
  // `taps[t]` is tap t of the first window; windows are `step` elements apart in x and `channels` in y.
  void (*forward)(long windows, long step, long channels, int count, const float* const* taps, const float* scale,
                  const float* offset, float* y, float* winner_x, unsigned char* winners);
  // dx = (tap won and y > 0 ? dy : 0) * a + x * b + c
  void (*backward)(long windows, long step, long channels, int count, const float* const* taps, float* const* dx,
                   const float* dy, const float* y, const unsigned char* winners, const float* a, const float* b,
                   const float* c);
};
TRAE_DECLARE_TABLE(NormalizedPoolingTable, normalized_pooling_table)

}  // namespace trae
