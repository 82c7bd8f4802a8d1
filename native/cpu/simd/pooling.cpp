#include "ops/pooling_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

void max_taps(long channels, int count, const float* const* taps, const unsigned char* ids, float* __restrict__ y, unsigned char* __restrict__ winners) {
  constexpr long kBlock = 64;
  float best[kBlock];
  int id[kBlock];
  for (long c0 = 0; c0 < channels; c0 += kBlock) {
    const long n = channels - c0 < kBlock ? channels - c0 : kBlock;
    const float* first = taps[0] + c0;
    const int first_id = ids[0];
    for (long c = 0; c < n; c++) {
      best[c] = first[c];
      id[c] = first_id;
    }
    for (int t = 1; t < count; t++) {
      const float* x = taps[t] + c0;
      const int number = ids[t];
      for (long c = 0; c < n; c++) {
        const bool wins = x[c] > best[c] || x[c] != x[c];  // NaN wins
        best[c] = wins ? x[c] : best[c];
        id[c] = wins ? number : id[c];
      }
    }
    for (long c = 0; c < n; c++) {
      y[c0 + c] = best[c];
      winners[c0 + c] = (unsigned char)id[c];
    }
  }
}

void spread(long channels, int count, float* const* taps, const unsigned char* ids, const float* dy, const unsigned char* winners, bool add) {
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
