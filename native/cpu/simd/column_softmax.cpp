// Columns side by side, in two passes: largest values and sums, which are scaled where a larger value comes, a few rows at
// a time (Milakov and Gimelshein 2018, Online normalizer calculation for softmax); then the results.
#include "ops/column_softmax_table.h"

#include "cpu/simd/math.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kMost = 256;  // columns: what is kept of each stays in the first-level cache
constexpr long kRows = 16;   // rows between two looks at the largest value

struct State {
  alignas(64) float largest[kMost], reference[kMost], next[kMost], part[kMost];
  alignas(64) double sum[kMost];
};

// The largest value so far is `next`; sums refer to it, or to 0 where all values are minus infinity.
inline void rescale(State& s, long columns) {
  for (long j = 0; j < columns; j++) {
    s.reference[j] = s.next[j] == -__builtin_inff() ? 0.0f : s.next[j];
    s.part[j] = s.next[j] == s.largest[j] ? 1.0f : exp_(s.largest[j] - s.reference[j]);
  }
  for (long j = 0; j < columns; j++) {
    s.sum[j] *= double(s.part[j]);
    s.largest[j] = s.next[j];
    s.part[j] = 0.0f;
  }
}

void wide(const float* x, float* y, long n, long stride, long columns, bool is_log, State& s) {
  for (long i = 0; i < n; i += kRows) {
    const long last = i + kRows < n ? i + kRows : n;
    for (long r = i; r < last; r++) {
      const float* row = x + r * stride;
      for (long j = 0; j < columns; j++) s.next[j] = row[j] > s.next[j] ? row[j] : s.next[j];
    }
    rescale(s, columns);
    for (long r = i; r < last; r++) {
      const float* row = x + r * stride;
      for (long j = 0; j < columns; j++) s.part[j] += exp_(row[j] - s.reference[j]);
    }
    for (long j = 0; j < columns; j++) s.sum[j] += double(s.part[j]);
  }
  if (is_log) {
    for (long j = 0; j < columns; j++) s.part[j] = float(log(s.sum[j]));
    for (long r = 0; r < n; r++)
      for (long j = 0; j < columns; j++) y[r * stride + j] = (x[r * stride + j] - s.largest[j]) - s.part[j];
    return;
  }
  for (long j = 0; j < columns; j++) s.part[j] = float(1.0 / s.sum[j]);
  for (long r = 0; r < n; r++)
    for (long j = 0; j < columns; j++) y[r * stride + j] = exp_(x[r * stride + j] - s.largest[j]) * s.part[j];
}

// Few columns: as many rows as a block holds are one loop, with what belongs to a column repeated for each row.
void narrow(const float* x, float* y, long n, long stride, long columns, bool is_log, State& s) {
  const long rows = kMost / columns;
  float block[kMost], shift[kMost], scale[kMost];
  const auto load_block = [&](long first, long count) {
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) block[r * columns + j] = x[(first + r) * stride + j];
  };
  for (long i = 0; i < n; i += rows) {
    const long count = i + rows < n ? rows : n - i;
    load_block(i, count);
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) s.next[j] = block[r * columns + j] > s.next[j] ? block[r * columns + j] : s.next[j];
    rescale(s, columns);
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) shift[r * columns + j] = s.reference[j];
    for (long k = 0; k < count * columns; k++) block[k] = exp_(block[k] - shift[k]);
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) s.sum[j] += double(block[r * columns + j]);
  }
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < columns; j++) {
      shift[r * columns + j] = s.largest[j];
      scale[r * columns + j] = is_log ? float(log(s.sum[j])) : float(1.0 / s.sum[j]);
    }
  for (long i = 0; i < n; i += rows) {
    const long count = i + rows < n ? rows : n - i;
    load_block(i, count);
    if (is_log)
      for (long k = 0; k < count * columns; k++) block[k] = (block[k] - shift[k]) - scale[k];
    else
      for (long k = 0; k < count * columns; k++) block[k] = exp_(block[k] - shift[k]) * scale[k];
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) y[(i + r) * stride + j] = block[r * columns + j];
  }
}

void columns(const float* x, float* y, long n, long stride, long columns, bool is_log) {
  State s;
  for (long j = 0; j < columns; j++) {
    s.largest[j] = s.next[j] = -__builtin_inff();
    s.sum[j] = 0;
  }
  if (columns < 16) narrow(x, y, n, stride, columns, is_log, s);
  else wide(x, y, n, stride, columns, is_log, s);
}

}  // namespace

const ColumnSoftmaxTable& column_softmax_table() {
  static constexpr ColumnSoftmaxTable table{kMost, &columns};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
