// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by QR steps with Wilkinson's shift (Golub & Van Loan,
// Matrix Computations, 8.3). The rotations of many steps are kept and then applied to 32 rows of the vectors at a time:
// these stay in the cache, and each such panel is a thread's own.
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

// The columns of a matrix of n rows, rotated.
template <class T>
class RotatedColumns {
 public:
  explicit RotatedColumns(const Matrix<T>& q) : n_(q.rows()), panels_((n_ + kRows - 1) / kRows) {
    rows_.setZero(kRows, panels_ * n_);
    for (Index p = 0; p < panels_; p++) panel(p).topRows(height(p)) = q.middleRows(p * kRows, height(p));
    waiting_.reserve(size_t(std::min<int64_t>(kWaiting + n_, n_ * n_)));
  }
  void rotate(Index k, T c, T s) { waiting_.push_back({int32_t(k), c, s}); }
  // Between two steps: rotates when enough has come together.
  void may_apply() {
    if (int64_t(waiting_.size()) >= kWaiting) apply();
  }
  // Column order[j] becomes column j of the row-major `to`.
  void write(const std::vector<Index>& order, T* to) {
    apply();
    for (Index p = 0; p < panels_; p++) {
      Rows<T> part(to + p * kRows * n_, height(p), n_);
      for (Index j = 0; j < n_; j++) part.col(j) = panel(p).col(order[size_t(j)]).head(height(p));
    }
  }

 private:
  static constexpr Index kRows = 32;
  static constexpr int64_t kWaiting = int64_t(1) << 18;
  using Column = Eigen::Map<Eigen::Array<T, kRows, 1>>;

  Index height(Index p) const { return std::min(kRows, n_ - p * kRows); }
  auto panel(Index p) { return rows_.middleCols(p * n_, n_); }
  void apply() {
    const int64_t work = std::max<int64_t>(1, int64_t(waiting_.size()) * kRows);
    parallel_for(panels_, std::max<int64_t>(1, 4 * kElementwiseGrain / work), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; p++) apply(rows_.data() + p * n_ * kRows);
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

  Index n_, panels_;
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

// One step on rows first to last of the matrix with diagonal d and e beside it, none of whose e there is 0.
template <class T, class Columns>
void tridiagonal_qr_step(T* d, T* e, Index first, Index last, Columns& q) {
  const T half = (d[last - 1] - d[last]) / 2, beside = e[last - 1];
  const T shift = d[last] - beside / ((half + std::copysign(length_of(half, beside), half)) / beside);
  T x = d[first] - shift, z = e[first];
  for (Index k = first; k < last; k++) {
    const T length = length_of(x, z);
    if (k > first) e[k - 1] = length;
    if (length < std::numeric_limits<T>::min()) return;  // the matrix has fallen apart
    const T inverse = 1 / length, c = x * inverse, s = z * inverse;
    const T a = d[k], b = e[k], g = d[k + 1];
    const T upper_left = c * a + s * b, upper_right = c * b + s * g, lower_left = c * b - s * a,
            lower_right = c * g - s * b;
    d[k] = c * upper_left + s * upper_right;
    e[k] = c * upper_right - s * upper_left;
    d[k + 1] = c * lower_right - s * lower_left;
    q.rotate(k, c, s);
    if (k + 1 == last) return;
    x = e[k];
    z = s * e[k + 1];
    e[k + 1] *= c;
  }
}

// d becomes the eigenvalues, in no order, and the columns of q are turned along. False when they do not converge.
template <class T, class Columns>
bool tridiagonal_qr(T* d, T* e, Index n, Columns& q) {
  constexpr T epsilon = std::numeric_limits<T>::epsilon(), smallest = std::numeric_limits<T>::min();
  Index steps = 0;
  for (Index last = n - 1; last > 0;) {
    Index first = last;
    while (first > 0 &&
           std::abs(e[first - 1]) > std::max(smallest, epsilon * (std::abs(d[first - 1]) + std::abs(d[first]))))
      first--;
    if (first > 0) e[first - 1] = 0;
    if (first == last) {
      last--;
      continue;
    }
    if (++steps > 30 * n) return false;
    tridiagonal_qr_step(d, e, first, last, q);
    q.may_apply();
  }
  return true;
}

}  // namespace trae::linalg::TRAE_ISA
