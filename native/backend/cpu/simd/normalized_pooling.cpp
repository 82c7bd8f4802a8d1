#include "backend/cpu/simd/lanes.h"
#include "backend/cpu/simd/normalized_pooling_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

void forward(long windows, long step, long channels, int count, const float* const* taps, const float* scale,
             const float* offset, float* y, float* winner_x, unsigned char* winners) {
  const long full = channels / kWidth * kWidth;
  for (long w = 0; w < windows; w++, y += channels, winner_x += channels, winners += channels) {
    const long at = w * step;
    for (long c = 0; c < full; c += kWidth) {
      const Floats s = load(scale + c), o = load(offset + c);
      Floats won = load(taps[0] + at + c), best = won * s + o;
      Ints id = {};
      for (int t = 1; t < count; t++) {
        const Floats x = load(taps[t] + at + c), v = x * s + o;
        const Ints wins = (v > best) | (v != v);  // NaN wins
        best = wins ? v : best;
        won = wins ? x : won;
        id = wins ? Ints{} + t : id;
      }
      store(y + c, best < 0.0f ? Floats{} : best);
      store(winner_x + c, won);
      const Bytes bytes = __builtin_convertvector(id, Bytes);
      __builtin_memcpy(winners + c, &bytes, sizeof bytes);
    }
    for (long c = full; c < channels; c++) {
      float won = taps[0][at + c], best = won * scale[c] + offset[c];
      int id = 0;
      for (int t = 1; t < count; t++) {
        const float x = taps[t][at + c], v = x * scale[c] + offset[c];
        if (v > best || v != v) {
          best = v;
          won = x;
          id = t;
        }
      }
      y[c] = best < 0 ? 0.0f : best;
      winner_x[c] = won;
      winners[c] = (unsigned char)id;
    }
  }
}

void backward(long windows, long step, long channels, int count, const float* const* taps, float* const* dx,
              const float* dy, const float* y, const unsigned char* winners, const float* a, const float* b,
              const float* k) {
  const long full = channels / kWidth * kWidth;
  for (long w = 0; w < windows; w++, dy += channels, y += channels, winners += channels) {
    const long at = w * step;
    for (long c = 0; c < full; c += kWidth) {
      Bytes bytes;
      __builtin_memcpy(&bytes, winners + c, sizeof bytes);
      const Ints id = __builtin_convertvector(bytes, Ints);
      const Floats d = load(y + c) > 0.0f ? load(dy + c) * load(a + c) : Floats{}, slope = load(b + c),
                   base = load(k + c);
      for (int t = 0; t < count; t++) {
        const Floats rest = load(taps[t] + at + c) * slope + base;
        store(dx[t] + at + c, id == (Ints{} + t) ? rest + d : rest);
      }
    }
    for (long c = full; c < channels; c++) {
      const float d = y[c] > 0 ? dy[c] * a[c] : 0.0f;
      for (int t = 0; t < count; t++) {
        const float rest = taps[t][at + c] * b[c] + k[c];
        dx[t][at + c] = int(winners[c]) == t ? rest + d : rest;
      }
    }
  }
}

}  // namespace

const NormalizedPoolingTable& normalized_pooling_table() {
  static constexpr NormalizedPoolingTable table{&forward, &backward};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
