// Float lanes collect a block of rows, then go into doubles: one pass over memory, errors of a short sum.
#include "backend/cpu/simd/normalization_table.h"

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

void moments(const float* x, long rows, long channels, const float* __restrict__ shift, double* sum, double* squares,
             float* scratch) {
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

constexpr float kLimit = 6;  // of ReLU6

template <NormActivation kActivation>
void apply_rows(const float* x, float* y, long rows, long channels, const float* __restrict__ scale,
                const float* __restrict__ offset) {
  for (long r = 0; r < rows; r++) {
    const float* from = x + r * channels;
    float* to = y + r * channels;
#pragma GCC ivdep
    for (long c = 0; c < channels; c++) {
      const float v = from[c] * scale[c] + offset[c], u = kActivation != NormActivation::kLinear && v < 0 ? 0.0f : v;
      to[c] = kActivation == NormActivation::kRelu6 && u > kLimit ? kLimit : u;
    }
  }
}
void apply(const float* x, float* y, long rows, long channels, const float* scale, const float* offset,
           NormActivation activation) {
  switch (activation) {
    case NormActivation::kLinear: return apply_rows<NormActivation::kLinear>(x, y, rows, channels, scale, offset);
    case NormActivation::kRelu: return apply_rows<NormActivation::kRelu>(x, y, rows, channels, scale, offset);
    case NormActivation::kRelu6: return apply_rows<NormActivation::kRelu6>(x, y, rows, channels, scale, offset);
  }
}

// dy of a row where its mask lets it pass.
template <NormActivation kActivation, bool kIsGiven>
struct Passed {
  const float *x, *dy, *y, *scale, *offset;
  float operator()(long c) const {
    if (kActivation == NormActivation::kLinear) return dy[c];
    const float v = kIsGiven ? y[c] : x[c] * scale[c] + offset[c];
    return (kActivation == NormActivation::kRelu6 ? v > 0 && v < kLimit : v > 0) ? dy[c] : 0.0f;
  }
};
// f(Passed<...> of the first row): the mask is known to the compiler.
template <class F>
void with_mask(const float* x, const float* dy, const NormMask& m, F&& f) {
  if (m.activation == NormActivation::kLinear)
    return f(Passed<NormActivation::kLinear, false>{x, dy, m.y, m.scale, m.offset});
  if (m.activation == NormActivation::kRelu6) {
    if (m.y) return f(Passed<NormActivation::kRelu6, true>{x, dy, m.y, m.scale, m.offset});
    return f(Passed<NormActivation::kRelu6, false>{x, dy, m.y, m.scale, m.offset});
  }
  if (m.y) return f(Passed<NormActivation::kRelu, true>{x, dy, m.y, m.scale, m.offset});
  return f(Passed<NormActivation::kRelu, false>{x, dy, m.y, m.scale, m.offset});
}
template <class P>
inline P at_row(const P& first, long r, long channels) {
  return {first.x + r * channels, first.dy + r * channels, first.y ? first.y + r * channels : nullptr, first.scale,
          first.offset};
}

void gradient_sums(const float* x, const float* dy, NormMask mask, long rows, long channels,
                   const float* __restrict__ mean, double* sum, double* products, float* scratch) {
  float* __restrict__ s = scratch;
  float* __restrict__ p = scratch + channels;
  for (long c = 0; c < 2 * channels; c++) scratch[c] = 0;
  with_mask(x, dy, mask, [&](const auto& first) {
    for (long r0 = 0; r0 < rows; r0 += kBlock) {
      const long r1 = r0 + kBlock < rows ? r0 + kBlock : rows;
      for (long r = r0; r < r1; r++) {
        const auto passed = at_row(first, r, channels);
#pragma GCC ivdep
        for (long c = 0; c < channels; c++) {
          const float d = passed(c);
          s[c] += d;
          p[c] += d * (passed.x[c] - mean[c]);
        }
      }
      flush(channels, sum, products, scratch);
    }
  });
}

void gradient(const float* x, const float* dy, NormMask mask, float* dx, long rows, long channels,
              const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ k) {
  with_mask(x, dy, mask, [&](const auto& first) {
    for (long r = 0; r < rows; r++) {
      const auto passed = at_row(first, r, channels);
      float* to = dx + r * channels;
#pragma GCC ivdep
      for (long c = 0; c < channels; c++) to[c] = passed(c) * a[c] + passed.x[c] * b[c] + k[c];
    }
  });
}

}  // namespace

const NormalizationTable& normalization_table() {
  static constexpr NormalizationTable table{&moments, &apply, &gradient_sums, &gradient};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
