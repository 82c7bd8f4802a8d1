// Wide rows one by one, narrow ones in blocks.
#include "backend/cpu/simd/softmax_table.h"

#include "backend/cpu/simd/math.h"
#include "backend/cpu/simd/rows.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kBlock = 2048;

__attribute__((noinline)) void wide(const float* x, float* y, long rows, long width) {
  for (long r = 0; r < rows; r++, x += width, y += width) {
    const float factor = 1.0f / row_exponentials(x, y, width, 1.0f, row_max(x, width));
    for (long i = 0; i < width; i++) y[i] *= factor;
  }
}

// The exponentials of many rows as one loop.
void narrow(const float* x, float* y, long rows, long width) {
  const long step = kBlock / width;
  for (long r0 = 0; r0 < rows; r0 += step) {
    const long r1 = r0 + step < rows ? r0 + step : rows;
    for (long r = r0; r < r1; r++) {
      const float m = row_max(x + r * width, width);
      for (long i = 0; i < width; i++) y[r * width + i] = x[r * width + i] - m;
    }
    float* block = y + r0 * width;
    const long n = (r1 - r0) * width;
    for (long i = 0; i < n; i++) block[i] = exp_(block[i]);
    for (long r = r0; r < r1; r++) {
      const float factor = 1.0f / row_sum(y + r * width, width);
      for (long i = 0; i < width; i++) y[r * width + i] *= factor;
    }
  }
}

void softmax(const float* x, float* y, long rows, long width) {
  if (width >= 4 * kWidth) wide(x, y, rows, width);
  else narrow(x, y, rows, width);
}

void log_softmax(const float* x, float* y, long rows, long width) {
  float e[256];
  for (long r = 0; r < rows; r++) {
    const float* from = x + r * width;
    float* to = y + r * width;
    const float m = row_max(from, width);
    double s = 0;
    for (long i0 = 0; i0 < width; i0 += 256) {
      const long n = width - i0 < 256 ? width - i0 : 256;
      s += double(row_exponentials(from + i0, e, n, 1.0f, m));
    }
    const float l = float(log_(s)) + m;
    for (long i = 0; i < width; i++) to[i] = from[i] - l;
  }
}

}  // namespace

const SoftmaxTable& softmax_table() {
  static constexpr SoftmaxTable table{&softmax, &log_softmax};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
