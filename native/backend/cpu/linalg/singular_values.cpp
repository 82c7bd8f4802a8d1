// Singular values, by Householder reflections to bidiagonal form and QR steps on that, and the inverse they give.
// Eigen's own methods end in NaN, or end the process, where many singular values are 0 (BDCSVD of 3.4), or take ten
// times as long (JacobiSVD).
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "backend/cpu/linalg/bidiagonal_qr.h"
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/table.h"

namespace trae::linalg::TRAE_ISA {
namespace {

// x = u diag(s) v^T, s descending; u (m, k), v (n, k), k = min(m, n), or, full, square.
template <class T>
struct Decomposition {
  Matrix<T> u, v;
  Vector<T> s;
};

// The first `count` columns of what the reflections make of the unit matrix, k of them to be turned further.
template <class T, class Reflections>
Matrix<T> columns_of(const Reflections& reflections, Index rows, Index count) {
  Matrix<T> q = Matrix<T>::Identity(rows, count);
  reflections.applyThisOnTheLeft(q);
  return q;
}

// Whether a reflection came from squares near the end of the range, so that its columns are not of length 1: what
// rounding leaves of a matrix of low rank falls by epsilon with each reflection.
template <class T>
bool has_lost_digits(const Vector<T>& d, const Vector<T>& e) {
  const T least = 16 * std::sqrt(std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon());
  const auto is_lost = [&](T x) { return x != 0 && std::abs(x) < least; };
  return std::any_of(d.data(), d.data() + d.size(), is_lost) || std::any_of(e.data(), e.data() + e.size(), is_lost);
}
// Adds what rounding does to a matrix whose largest element is 1, which keeps it from falling so.
template <class T>
void add_noise(Matrix<T>& a) {
  uint32_t state = 1;
  for (Index i = 0; i < a.size(); i++) {
    state = state * 1664525u + 1013904223u;
    a.data()[i] += std::numeric_limits<T>::epsilon() * (T(state >> 8) / T(1 << 23) - 1);
  }
}

template <class T>
bool decompose(const T* x, Index m, Index n, bool is_full, bool has_vectors, Decomposition<T>& to) {
  const bool is_wide = m < n;
  // Column by column, rows are the transpose: a matrix at least as high as wide.
  Matrix<T> tall(std::max(m, n), std::min(m, n));
  if (is_wide) tall = Eigen::Map<const Matrix<T>>(x, n, m);
  else transpose(m, n, x, n, tall.data(), m);
  const Index rows = tall.rows(), k = tall.cols(), left = is_full ? rows : k;
  const T largest = tall.size() ? tall.cwiseAbs().maxCoeff() : T(0), scale = largest > 0 ? largest : T(1);
  to.s = Vector<T>::Zero(k);
  if (!k || !(largest > 0)) {
    to.u = Matrix<T>::Identity(rows, left);
    to.v = Matrix<T>::Identity(k, k);
    if (is_wide) to.u.swap(to.v);
    return true;
  }
  tall /= scale;
  std::optional<Eigen::internal::UpperBidiagonalization<Matrix<T>>> f;
  Vector<T> d, e;
  const auto reduce = [&] {
    f.emplace(tall);
    auto band = f->bidiagonal();
    d = band.diagonal();
    e = Vector<T>::Zero(k);
    if (k > 1) e.head(k - 1) = band.template diagonal<1>();
  };
  reduce();
  if (has_lost_digits(d, e)) {
    add_noise(tall);
    reduce();
  }
  std::vector<Index> order(static_cast<size_t>(k));
  std::iota(order.begin(), order.end(), Index(0));
  const auto sort = [&] {
    std::sort(order.begin(), order.end(), [&](Index i, Index j) { return std::abs(d[i]) > std::abs(d[j]); });
    for (Index j = 0; j < k; j++) to.s[j] = std::abs(d[order[size_t(j)]]) * scale;
  };
  if (!has_vectors) {
    NoColumns none;
    if (!bidiagonal_qr(d.data(), e.data(), k, none, none)) return false;
    sort();
    return true;
  }
  to.u = columns_of<T>(f->householderU(), rows, left);
  to.v = columns_of<T>(f->householderV(), k, k);
  RotatedColumns<T> u(to.u.leftCols(k)), v(to.v);
  if (!bidiagonal_qr(d.data(), e.data(), k, u, v)) return false;
  sort();
  u.write(order, to.u.leftCols(k));
  v.write(order, to.v);
  for (Index j = 0; j < k; j++)
    if (d[order[size_t(j)]] < 0) to.v.col(j) = -to.v.col(j);
  if (is_wide) to.u.swap(to.v);
  return true;
}

template <class T>
Outcome svd(const T* x, T* u, T* s, T* vt, int64_t m, int64_t n, bool is_full) {
  const int64_t k = m < n ? m : n, columns = is_full ? m : k, rows = is_full ? n : k;
  if (!is_finite(x, m * n)) {
    fill_nan(u, m * columns);
    fill_nan(s, k);
    fill_nan(vt, rows * n);
    return Outcome::kDone;
  }
  Decomposition<T> f;
  if (!decompose(x, m, n, is_full, u || vt, f)) return Outcome::kNoConvergence;
  Eigen::Map<Vector<T>>(s, k) = f.s;
  if (u) transpose(columns, m, f.u.data(), m, u, columns);
  if (vt) Eigen::Map<Matrix<T>>(vt, n, rows) = f.v;
  return Outcome::kDone;
}

// x = u diag(s) v^T without the values up to rcond times the largest, which count as 0.
template <class T>
struct Kept {
  Decomposition<T> f;
  Index rank = 0;
  bool has_converged;
  Kept(const T* x, int64_t m, int64_t n, T rcond) : has_converged(decompose(x, m, n, false, true, f)) {
    while (rank < f.s.size() && f.s(rank) > rcond * f.s(0)) rank++;
  }
  auto u() const { return f.u.leftCols(rank); }
  Matrix<T> scaled_v() const { return f.v.leftCols(rank) * f.s.head(rank).cwiseInverse().asDiagonal(); }
};

template <class T>
Outcome pinv(const T* x, T* inverse, int64_t m, int64_t n, T rcond) {
  if (!is_finite(x, m * n)) {
    fill_nan(inverse, m * n);
    return Outcome::kDone;
  }
  const Kept<T> kept(x, m, n, rcond);
  if (!kept.has_converged) return Outcome::kNoConvergence;
  const Matrix<T> y = kept.scaled_v() * kept.u().transpose();
  Rows<T>(inverse, n, m) = y;
  return Outcome::kDone;
}

template <class T>
Outcome lstsq(const T* a, const T* b, T* x, int64_t m, int64_t n, int64_t columns, T rcond) {
  if (!is_finite(a, m * n)) {
    fill_nan(x, n * columns);
    return Outcome::kDone;
  }
  const Kept<T> kept(a, m, n, rcond);
  if (!kept.has_converged) return Outcome::kNoConvergence;
  const Matrix<T> right = ConstRows<T>(b, m, columns);
  const Matrix<T> inner = kept.u().transpose() * right;
  const Matrix<T> y = kept.scaled_v() * inner;
  Rows<T>(x, n, columns) = y;
  return Outcome::kDone;
}

}  // namespace

template <class T>
const SingularValuesTable<T>& singular_values() {
  static constexpr SingularValuesTable<T> table{&svd<T>, &pinv<T>, &lstsq<T>};
  return table;
}
template const SingularValuesTable<float>& singular_values<float>();
template const SingularValuesTable<double>& singular_values<double>();

}  // namespace trae::linalg::TRAE_ISA
