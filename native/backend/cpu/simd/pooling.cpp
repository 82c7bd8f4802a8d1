#include "backend/cpu/simd/lanes.h"
#include "backend/cpu/simd/pooling_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

void max_taps(long channels, int count, const float* const* taps, const unsigned char* ids, float* __restrict__ y,
              unsigned char* __restrict__ winners) {
  const long full = channels / kWidth * kWidth;
  for (long c = 0; c < full; c += kWidth) {
    Floats best = load(taps[0] + c);
    Ints id = Ints{} + int(ids[0]);
    for (int t = 1; t < count; t++) {
      const Floats x = load(taps[t] + c);
      const Ints wins = (x > best) | (x != x);  // NaN wins
      best = wins ? x : best;
      id = wins ? Ints{} + int(ids[t]) : id;
    }
    store(y + c, best);
    const Bytes bytes = __builtin_convertvector(id, Bytes);
    __builtin_memcpy(winners + c, &bytes, sizeof bytes);
  }
  for (long c = full; c < channels; c++) {
    float best = taps[0][c];
    int id = ids[0];
    for (int t = 1; t < count; t++) {
      const float x = taps[t][c];
      if (x > best || x != x) {
        best = x;
        id = ids[t];
      }
    }
    y[c] = best;
    winners[c] = (unsigned char)id;
  }
}

void spread(long channels, int count, float* const* taps, const unsigned char* ids, const float* dy,
            const unsigned char* winners, bool add) {
  for (int t = 0; t < count; t++) {
    float* __restrict__ to = taps[t];
    const int number = ids[t];
    if (add)
      for (long c = 0; c < channels; c++) to[c] += int(winners[c]) == number ? dy[c] : 0.0f;
    else
      for (long c = 0; c < channels; c++) to[c] = int(winners[c]) == number ? dy[c] : 0.0f;
  }
}

}  // namespace

const PoolingTable& pooling_table() {
  static constexpr PoolingTable table{&max_taps, &spread};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
