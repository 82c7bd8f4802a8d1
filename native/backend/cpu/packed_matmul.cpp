#include "backend/cpu/packed_matmul.h"

#include <algorithm>
#include <limits>

#include "backend/cpu/parallel.h"

namespace trae {
namespace {

template <class T>
constexpr int64_t kLanes = 64 / sizeof(T);
// A panel of b, and the rows of a that meet it, stay in a second-level cache of 1 MiB.
template <class T>
constexpr int64_t kInnerStep = 4096 / sizeof(T);
template <class T>
constexpr int64_t kColumnStep = 2048 / sizeof(T);
constexpr int64_t kRowStep = 48;
// Where a is copied too, a narrow panel and a block of rows stay in the first-level cache (measured on Zen 3).
template <class T>
constexpr int64_t kShortInnerStep = 1024 / sizeof(T);

template <class T>
const PackedMatmulTableOf<T>& table();
template <>
const PackedMatmulTable& table<float>() {
  return simd::packed_matmul_table();
}
template <>
const PackedDoubleMatmulTable& table<double>() {
  return simd::packed_double_matmul_table();
}

int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return quotient_up(a, b) * b; }

}  // namespace

template <class T>
PackedMatmul<T>::PackedMatmul(int64_t rows, int64_t inner, int64_t columns, bool is_a_transposed, bool is_b_transposed,
                              int threads)
    : rows_(rows), inner_(inner), columns_(columns), ta_(is_a_transposed), tb_(is_b_transposed), threads_(threads) {
  // Each thread takes a rectangle of c and packs for itself: more parts of rows pack b more often, more parts of
  // columns copy a more often. The least estimated time wins, in products of one element.
  double best = std::numeric_limits<double>::infinity();
  for (int row_parts = 1; row_parts <= threads; row_parts++) {
    if (threads % row_parts) continue;
    const int column_parts = threads / row_parts;
    const double r = double(round_up(quotient_up(rows, row_parts), 6)),
                 c = double(round_up(quotient_up(columns, column_parts), kLanes<T>));
    const double cost = r * c + 8 * c * (tb_ ? 2 : 1) + r * (ta_ ? 8 : 2);
    if (cost >= best) continue;
    best = cost;
    row_parts_ = row_parts;
    column_parts_ = column_parts;
  }
  const int64_t most = is_a_transposed && table<T>().panel == kLanes<T> ? kShortInnerStep<T> : kInnerStep<T>;
  inner_step_ = round_up(quotient_up(inner, quotient_up(inner, most)), kLanes<T>);
  column_step_ = std::min(kColumnStep<T>,
                          round_up(quotient_up(quotient_up(columns, kLanes<T>), column_parts_) * kLanes<T>, kLanes<T>));
  scratch_ = inner_step_ * (column_step_ + (ta_ ? kRowStep : 0));
}

template <class T>
void PackedMatmul<T>::part(int64_t r0, int64_t r1, int64_t c0, int64_t c1, const T* a, const T* b, T* c,
                           T* scratch) const {
  const auto& simd = table<T>();
  T* rows_of_a = scratch + inner_step_ * column_step_;
  for (int64_t j = 0; j < inner_; j += inner_step_) {
    const int64_t length = std::min(inner_step_, inner_ - j);
    for (int64_t k = c0; k < c1; k += column_step_) {
      const int64_t last = std::min(k + column_step_, c1);
      for (int64_t p = k; p < last; p += simd.panel)
        simd.pack_panel(length, std::min<int64_t>(simd.panel, last - p), b + (tb_ ? p * inner_ + j : j * columns_ + p),
                        tb_ ? inner_ : columns_, tb_, scratch + (p - k) * length);
      for (int64_t i = r0; i < r1; i += kRowStep) {
        const int64_t n = std::min(kRowStep, r1 - i);
        const T* x = ta_ ? a + j * rows_ + i : a + i * inner_ + j;
        if (ta_) {  // blocks of rows, one after the other: the loop reads them from front to back
          simd.pack_rows(length, n, x, rows_, rows_of_a);
          for (int64_t p = k; p < last; p += simd.panel)
            for (int64_t r = 0; r < n; r += simd.rows) {
              const int64_t m = std::min<int64_t>(simd.rows, n - r);
              simd.multiply_panel(m, length, std::min<int64_t>(simd.panel, last - p), rows_of_a + r * length, 1, m,
                                  scratch + (p - k) * length, c + (i + r) * columns_ + p, columns_, j > 0);
            }
          continue;
        }
        for (int64_t p = k; p < last; p += simd.panel)
          simd.multiply_panel(n, length, std::min<int64_t>(simd.panel, last - p), x, inner_, 1,
                              scratch + (p - k) * length, c + i * columns_ + p, columns_, j > 0);
      }
    }
  }
}

template <class T>
void PackedMatmul<T>::run(const T* a, const T* b, T* c, T* scratch) const {
  const auto work = [&](int t) {
    const int64_t row_part = t / column_parts_, column_part = t % column_parts_,
                  lanes = quotient_up(columns_, kLanes<T>);
    const auto row = [&](int64_t part) { return rows_ * part / row_parts_; };
    const auto column = [&](int64_t part) { return std::min(columns_, lanes * part / column_parts_ * kLanes<T>); };
    part(row(row_part), row(row_part + 1), column(column_part), column(column_part + 1), a, b, c,
         scratch + t * scratch_);
  };
  if (threads_ == 1) return work(0);
  parallel_for(threads_, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) work(int(t));
  });
}

template class PackedMatmul<float>;
template class PackedMatmul<double>;

}  // namespace trae
