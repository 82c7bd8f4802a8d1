// Register-only multiply-adds: 24 independent chains of vectors hide the latency on every known core.
#include "backend/cpu/simd/peak_table.h"

#include "backend/cpu/simd/registers.h"

namespace trae::simd::TRAE_ISA {
namespace {
constexpr int kBytes = kRegisterBytes;
typedef float Vector __attribute__((vector_size(kBytes)));
constexpr int kChains = kBytes == 64 ? 24 : 12;

double multiply_add(long rounds) {
  Vector a[kChains], x, y;
  for (int i = 0; i < kBytes / 4; i++) {
    x[i] = 1.0000001f;
    y[i] = 1e-9f;
  }
  for (int c = 0; c < kChains; c++)
    for (int i = 0; i < kBytes / 4; i++) a[c][i] = float(c + i);
  for (long r = 0; r < rounds; r++)
#pragma GCC unroll 24
    for (int c = 0; c < kChains; c++) a[c] = a[c] * x + y;
  float sum = 0;
  for (int c = 0; c < kChains; c++) sum += a[c][0];
  volatile float keep = sum;
  (void)keep;
  return double(rounds) * kChains * (kBytes / 4) * 2;
}
}  // namespace

const PeakTable& peak_table() {
  static constexpr PeakTable table{&multiply_add};
  return table;
}
}  // namespace trae::simd::TRAE_ISA
