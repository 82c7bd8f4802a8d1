// Columns side by side, in two passes: largest values and sums, which are scaled where a larger value comes, a few rows
// at a time (Milakov and Gimelshein 2018, Online normalizer calculation for softmax); then the results.
#include "backend/cpu/simd/column_softmax_table.h"

#include "backend/cpu/simd/math.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kMaxColumns = 256;  // columns: what is kept of each stays in the first-level cache
constexpr long kRows = 16;         // rows between two looks at the largest value

// Not inlined: each loop has the registers for itself.
#define TRAE_APART __attribute__((noinline))

struct State {
  alignas(64) float largest[kMaxColumns], reference[kMaxColumns], next[kMaxColumns], part[kMaxColumns];
  alignas(64) double sum[kMaxColumns];
  alignas(64) float block[kMaxColumns], shift[kMaxColumns], scale[kMaxColumns];  // of few columns
};

// The largest value so far is `next`; sums refer to it, or to 0 where all values are minus infinity.
TRAE_APART void rescale(State& s, long columns) {
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

TRAE_APART void find_largest(const float* x, long rows, long stride, long columns, State& s) {
  float* __restrict__ next = s.next;
  for (long r = 0; r < rows; r++, x += stride)
    for (long j = 0; j < columns; j++) next[j] = x[j] > next[j] ? x[j] : next[j];
}
TRAE_APART void add_exponentials(const float* x, long rows, long stride, long columns, State& s) {
  const float* __restrict__ reference = s.reference;
  float* __restrict__ part = s.part;
  for (long r = 0; r < rows; r++, x += stride)
    for (long j = 0; j < columns; j++) part[j] += exp_(x[j] - reference[j]);
  for (long j = 0; j < columns; j++) s.sum[j] += double(part[j]);
}
TRAE_APART void write_exponentials(const float* x, float* y, long n, long stride, long columns, State& s) {
  for (long j = 0; j < columns; j++) s.part[j] = float(1.0 / s.sum[j]);
  const float* __restrict__ largest = s.largest, * __restrict__ scale = s.part;
  for (long r = 0; r < n; r++, x += stride, y += stride)
    for (long j = 0; j < columns; j++) y[j] = exp_(x[j] - largest[j]) * scale[j];
}
TRAE_APART void write_logarithms(const float* x, float* y, long n, long stride, long columns, State& s) {
  for (long j = 0; j < columns; j++) s.part[j] = float(log(s.sum[j]));
  const float* __restrict__ largest = s.largest, * __restrict__ total = s.part;
  for (long r = 0; r < n; r++, x += stride, y += stride)
    for (long j = 0; j < columns; j++) y[j] = (x[j] - largest[j]) - total[j];
}
void wide(const float* x, float* y, long n, long stride, long columns, bool is_log, State& s) {
  for (long i = 0; i < n; i += kRows) {
    const long rows = i + kRows < n ? kRows : n - i;
    find_largest(x + i * stride, rows, stride, columns, s);
    rescale(s, columns);
    add_exponentials(x + i * stride, rows, stride, columns, s);
  }
  if (is_log) write_logarithms(x, y, n, stride, columns, s);
  else write_exponentials(x, y, n, stride, columns, s);
}

TRAE_APART void shifted_exponentials(State& s, long n) {
  for (long k = 0; k < n; k++) s.block[k] = exp_(s.block[k] - s.shift[k]);
}

// Few columns: as many rows as a block holds are one loop, with what belongs to a column repeated for each row.
TRAE_APART void narrow(const float* x, float* y, long n, long stride, long columns, bool is_log, State& s) {
  const long rows = kMaxColumns / columns;
  float *const block = s.block, *const shift = s.shift, *const scale = s.scale;
  const auto load_block = [&](long first, long count) {
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) block[r * columns + j] = x[(first + r) * stride + j];
  };
  for (long i = 0; i < n; i += rows) {
    const long count = i + rows < n ? rows : n - i;
    load_block(i, count);
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++)
        s.next[j] = block[r * columns + j] > s.next[j] ? block[r * columns + j] : s.next[j];
    rescale(s, columns);
    for (long r = 0; r < count; r++)
      for (long j = 0; j < columns; j++) shift[r * columns + j] = s.reference[j];
    shifted_exponentials(s, count * columns);
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
    if (is_log) {
      for (long k = 0; k < count * columns; k++) block[k] = (block[k] - shift[k]) - scale[k];
    } else {
      shifted_exponentials(s, count * columns);
      for (long k = 0; k < count * columns; k++) block[k] *= scale[k];
    }
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
  static constexpr ColumnSoftmaxTable table{kMaxColumns, &columns};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
