// Rotations of neighbouring columns, as steps of QR on tridiagonal and bidiagonal matrices make them. Those of many
// steps are kept and then applied to 32 rows at a time: these stay in the cache, and each such panel is a thread's own.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/parallel.h"

namespace trae::linalg::TRAE_ISA {

// q[k], q[k + 1] become c q[k] + s q[k + 1], c q[k + 1] - s q[k].
template <class T>
struct Rotation {
  int32_t k;
  T c, s;
};

// The columns of a matrix, rotated.
template <class T>
class RotatedColumns {
 public:
  explicit RotatedColumns(const Matrix<T>& q)
      : height_(q.rows()), width_(q.cols()), panels_((height_ + kRows - 1) / kRows) {
    rows_.setZero(kRows, panels_ * width_);
    for (Index p = 0; p < panels_; p++) panel(p).topRows(height(p)) = q.middleRows(p * kRows, height(p));
    waiting_.reserve(size_t(std::min<int64_t>(kWaiting + width_, width_ * width_)));
  }
  void rotate(Index k, T c, T s) { waiting_.push_back({int32_t(k), c, s}); }
  // Between two steps: rotates when enough has come together.
  void may_apply() {
    if (int64_t(waiting_.size()) >= kWaiting) apply();
  }
  // Column order[j] becomes column j of `to`, a matrix of whatever layout.
  template <class To>
  void write(const std::vector<Index>& order, To&& to) {
    apply();
    for (Index p = 0; p < panels_; p++)
      for (size_t j = 0; j < order.size(); j++)
        to.col(Index(j)).segment(p * kRows, height(p)) = panel(p).col(order[j]).head(height(p));
  }

 private:
  static constexpr Index kRows = 32;
  static constexpr int64_t kWaiting = int64_t(1) << 18;
  using Column = Eigen::Map<Eigen::Array<T, kRows, 1>>;

  Index height(Index p) const { return std::min(kRows, height_ - p * kRows); }
  auto panel(Index p) { return rows_.middleCols(p * width_, width_); }
  void apply() {
    const int64_t work = std::max<int64_t>(1, int64_t(waiting_.size()) * kRows);
    parallel_for(panels_, std::max<int64_t>(1, 4 * kElementwiseGrain / work), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; p++) apply(rows_.data() + p * width_ * kRows);
    });
    waiting_.clear();
  }
  // Neighbouring rotations share a column, which stays in registers.
  void apply(T* panel) const {
    Eigen::Array<T, kRows, 1> held = Column(panel);
    Index at = 0;
    for (const Rotation<T>& r : waiting_) {
      if (r.k != at) {
        Column(panel + at * kRows) = held;
        held = Column(panel + r.k * kRows);
      }
      Column left(panel + r.k * kRows), right(panel + (r.k + 1) * kRows);
      const Eigen::Array<T, kRows, 1> next = right;
      left = held * r.c + next * r.s;
      held = next * r.c - held * r.s;
      at = r.k + 1;
    }
    Column(panel + at * kRows) = held;
  }

  Index height_, width_, panels_;
  Eigen::Matrix<T, kRows, Eigen::Dynamic> rows_;
  std::vector<Rotation<T>> waiting_;
};

// For eigenvalues alone.
struct NoColumns {
  template <class T>
  void rotate(Index, T, T) {}
  void may_apply() {}
};

// The square root of x x + z z, which may lie outside of T's range before it is taken.
template <class T>
T length_of(T x, T z) {
  constexpr T low = std::is_same_v<T, double> ? T(1e-280) : T(1e-30), high = 1 / low;
  const T square = x * x + z * z;
  return square > low && square < high ? std::sqrt(square) : std::hypot(x, z);
}

}  // namespace trae::linalg::TRAE_ISA
