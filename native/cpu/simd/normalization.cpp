// Float lanes collect a block of rows, then go into doubles: one pass over memory, errors of a short sum.
#include "ops/normalization_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kBlock = 64;

inline void flush(long channels, double* a, double* b, float* scratch) {
  for (long c = 0; c < channels; c++) {
    a[c] += double(scratch[c]);
    b[c] += double(scratch[channels + c]);
    scratch[c] = scratch[channels + c] = 0;
  }
}

void moments(const float* x, long rows, long channels, const float* __restrict__ shift, double* sum, double* squares, float* scratch) {
  float* __restrict__ s = scratch;
  float* __restrict__ q = scratch + channels;
  for (long c = 0; c < 2 * channels; c++) scratch[c] = 0;
  for (long r0 = 0; r0 < rows; r0 += kBlock) {
    const long r1 = r0 + kBlock < rows ? r0 + kBlock : rows;
    for (long r = r0; r < r1; r++) {
      const float* row = x + r * channels;
      for (long c = 0; c < channels; c++) {
        const float d = row[c] - shift[c];
        s[c] += d;
        q[c] += d * d;
      }
    }
    flush(channels, sum, squares, scratch);
  }
}

void apply(const float* x, float* y, long rows, long channels, const float* __restrict__ scale, const float* __restrict__ offset,
           bool is_relu) {
  for (long r = 0; r < rows; r++) {
    const float* from = x + r * channels;
    float* to = y + r * channels;
#pragma GCC ivdep
    for (long c = 0; c < channels; c++) {
      const float v = from[c] * scale[c] + offset[c];
      to[c] = is_relu && v < 0 ? 0.0f : v;
    }
  }
}

template <bool kMasked>
void sums(const float* x, const float* dy, const float* y, long rows, long channels, const float* __restrict__ mean, double* sum,
          double* products, float* scratch) {
  float* __restrict__ s = scratch;
  float* __restrict__ p = scratch + channels;
  for (long c = 0; c < 2 * channels; c++) scratch[c] = 0;
  for (long r0 = 0; r0 < rows; r0 += kBlock) {
    const long r1 = r0 + kBlock < rows ? r0 + kBlock : rows;
    for (long r = r0; r < r1; r++) {
      const float *xr = x + r * channels, *dr = dy + r * channels, *yr = kMasked ? y + r * channels : nullptr;
      for (long c = 0; c < channels; c++) {
        const float d = kMasked && !(yr[c] > 0) ? 0.0f : dr[c];
        s[c] += d;
        p[c] += d * (xr[c] - mean[c]);
      }
    }
    flush(channels, sum, products, scratch);
  }
}
void gradient_sums(const float* x, const float* dy, const float* y, long rows, long channels, const float* mean, double* sum,
                   double* products, float* scratch) {
  if (y) sums<true>(x, dy, y, rows, channels, mean, sum, products, scratch);
  else sums<false>(x, dy, y, rows, channels, mean, sum, products, scratch);
}

template <bool kMasked>
void dx_rows(const float* x, const float* dy, const float* y, float* dx, long rows, long channels, const float* __restrict__ a,
             const float* __restrict__ b, const float* __restrict__ k) {
  for (long r = 0; r < rows; r++) {
    const float *xr = x + r * channels, *dr = dy + r * channels, *yr = kMasked ? y + r * channels : nullptr;
    float* to = dx + r * channels;
#pragma GCC ivdep
    for (long c = 0; c < channels; c++) {
      const float d = kMasked && !(yr[c] > 0) ? 0.0f : dr[c];
      to[c] = d * a[c] + xr[c] * b[c] + k[c];
    }
  }
}
void gradient(const float* x, const float* dy, const float* y, float* dx, long rows, long channels, const float* a, const float* b,
              const float* c) {
  if (y) dx_rows<true>(x, dy, y, dx, rows, channels, a, b, c);
  else dx_rows<false>(x, dy, y, dx, rows, channels, a, b, c);
}

}  // namespace

const NormalizationTable& normalization_table() {
  static constexpr NormalizationTable table{&moments, &apply, &gradient_sums, &gradient};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
