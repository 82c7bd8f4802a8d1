#include "backend/cpu/simd/attention_table.h"

#include "backend/cpu/simd/math.h"
#include "backend/cpu/simd/rows.h"

namespace trae::simd::TRAE_ISA {
namespace {

// x = scale x, or what a forbidden score is.
inline void scaled(float* x, long width, float scale, const unsigned char* allowed) {
  if (allowed)
    for (long i = 0; i < width; i++) x[i] = allowed[i] ? x[i] * scale : float(kForbiddenScore);
  else
    for (long i = 0; i < width; i++) x[i] *= scale;
}

// The scale is left to what reads the scores, unless they must be changed before.
inline float scale_left(float* x, long width, float scale, const unsigned char* allowed) {
  if (!allowed && scale > 0) return scale;
  scaled(x, width, scale, allowed);
  return 1;
}

void exponentials(long count, long width, float* scores, long stride, float scale, const unsigned char* allowed,
                  float* rows) {
  for (long r = 0; r < count; r++) {
    float* x = scores + r * stride;
    const float left = scale_left(x, width, scale, allowed ? allowed + r * width : nullptr);
    const float m = row_max(x, width) * left;
    rows[2 * r] = m;
    rows[2 * r + 1] = 1.0f / row_exponentials(x, x, width, left, m);
  }
}

__attribute__((noinline)) void row_weights(float* x, long width, float scale, float shift, float factor) {
  over_row(x, x, width, [&](Floats v) { return exp_below_one(v * scale - shift) * factor; });
}

void weights(long count, long width, float* scores, long stride, float scale, const unsigned char* allowed,
             const float* rows) {
  for (long r = 0; r < count; r++) {
    float* x = scores + r * stride;
    const float m = rows[2 * r], factor = rows[2 * r + 1];
    const float left = scale_left(x, width, scale, allowed ? allowed + r * width : nullptr);
    row_weights(x, width, left, m, factor);
  }
}

void gradient(long count, long width, const float* weights, float* dweights, long stride, float scale,
              const unsigned char* allowed, const float* sums) {
  for (long r = 0; r < count; r++) {
    const float* w = weights + r * stride;
    float* d = dweights + r * stride;
    const float sum = sums[r];
    for (long i = 0; i < width; i++) d[i] = scale * w[i] * (d[i] - sum);
    if (allowed)
      for (long i = 0; i < width; i++) d[i] = allowed[r * width + i] ? d[i] : 0.0f;
  }
}

void scale_rows(long count, long width, float* y, long y_row, const float* rows) {
  for (long r = 0; r < count; r++) {
    const float factor = rows[2 * r + 1];
    for (long i = 0; i < width; i++) y[r * y_row + i] *= factor;
  }
}

void row_products(long count, long width, const float* a, const float* b, long row, float* sums) {
  for (long r = 0; r < count; r++, a += row, b += row) {
    Floats lanes = {};
    long i = 0;
    for (; i + kWidth <= width; i += kWidth) lanes += load(a + i) * load(b + i);
    float s = lanes_sum(lanes);
    for (; i < width; i++) s += a[i] * b[i];
    sums[r] = s;
  }
}

}  // namespace

const AttentionTable& attention_table() {
  static constexpr AttentionTable table{&exponentials, &weights, &gradient, &scale_rows, &row_products};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
