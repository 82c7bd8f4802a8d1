// Direct factorizations: Cholesky, LU, Householder QR, and what is solved by them.
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/table.h"
#include "backend/cpu/parallel.h"

#include <cmath>
#include <exception>
#include <vector>

namespace trae::linalg::TRAE_ISA {
namespace {

// f(first, count) for blocks of columns, over the threads. Where the later ones are more work, each thread has of both.
template <class F>
void over_columns(Index columns, F&& f) {
  constexpr Index kWidth = 64;
  const Index blocks = (columns + kWidth - 1) / kWidth;
  std::vector<std::exception_ptr> thrown(static_cast<size_t>(blocks));  // no memory
  parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
    for (Index k = begin; k < end; k++) {
      const Index first = (k % 2 ? blocks - 1 - k / 2 : k / 2) * kWidth;
      try {
        f(first, std::min(kWidth, columns - first));
      } catch (...) { thrown[size_t(k)] = std::current_exception(); }
    }
  });
  for (const auto& e : thrown)
    if (e) std::rethrow_exception(e);
}

template <class T>
int64_t cholesky(const T* x, T* l, int64_t n, T* pivot) {
  Columns<T> columns(n, n);
  columns.read(x);
  auto a = columns.matrix();
  // What LLT calls: it alone tells which pivot is not positive.
  const Index failed = Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(a);
  for (Index j = 0; j < n; j++) {
    if (j == failed) {
      *pivot = x[j * n + j] - a.row(j).head(j).squaredNorm();
      return j;
    }
    if (!(a(j, j) > 0)) {  // NaN
      *pivot = a(j, j);
      return j;
    }
  }
  Rows<T>(l, n, n) = a.template triangularView<Eigen::Lower>();
  return -1;
}

template <class T>
using Lu = Eigen::PartialPivLU<typename Columns<T>::Reference>;

template <class T>
int lu(const T* x, T* result, int32_t* order, int64_t n) {
  Columns<T> a(n, n);
  a.read(x);
  typename Columns<T>::Reference in_place(a.matrix());
  const Lu<T> f(in_place);
  a.write(result);
  const auto& to = f.permutationP().indices();  // to[i] is the place of row i
  for (Index i = 0; i < n; i++) order[to[i]] = int32_t(i);
  return int(f.permutationP().determinant());
}

template <class T>
Outcome solve(const T* a, const T* b, T* y, int64_t n, int64_t columns, bool is_transposed) {
  // Column by column, the rows of a are its transpose.
  Columns<T> turned(n, n);
  turned.matrix() = Eigen::Map<const Matrix<T>>(a, n, n);
  typename Columns<T>::Reference in_place(turned.matrix());
  const Lu<T> f(in_place);
  for (Index i = 0; i < n; i++)
    if (f.matrixLU()(i, i) == 0) return Outcome::kSingular;
  Columns<T> right(n, columns);
  right.read(b);
  Columns<T> x(n, columns);
  over_columns(columns, [&](Index first, Index count) {
    const auto sides = right.matrix().middleCols(first, count);
    auto to = x.matrix().middleCols(first, count);
    if (is_transposed) to = f.solve(sides);
    else to = f.transpose().solve(sides);
  });
  x.write(y);
  return Outcome::kDone;
}

template <class T>
void solve_triangular(const T* a, const T* b, T* y, int64_t n, int64_t columns, bool is_lower, bool is_transposed) {
  // Column-major, a is its transpose.
  const Eigen::Map<const Matrix<T>> t(a, n, n);
  Matrix<T> x = ConstRows<T>(b, n, columns);
  if (is_lower && is_transposed) t.template triangularView<Eigen::Upper>().solveInPlace(x);
  else if (is_lower) t.transpose().template triangularView<Eigen::Lower>().solveInPlace(x);
  else if (is_transposed) t.template triangularView<Eigen::Lower>().solveInPlace(x);
  else t.transpose().template triangularView<Eigen::Upper>().solveInPlace(x);
  Rows<T>(y, n, columns) = x;
}

template <class T>
using Qr = Eigen::HouseholderQR<typename Columns<T>::Reference>;

template <class T>
void qr(const T* x, T* q, T* r, int64_t m, int64_t n, int64_t k) {
  Columns<T> a(m, n);
  a.read(x);
  // Columns of about the same size, by powers of two, so that no squares leave the range: q stays, r is scaled back.
  Vector<T> sizes(n);
  for (Index j = 0; j < n; j++) {
    const T largest = m ? a.matrix().col(j).cwiseAbs().maxCoeff() : T(0);
    int exponent = 0;
    if (largest > 0 && std::isfinite(largest)) std::frexp(largest, &exponent);
    exponent = std::max(exponent, std::numeric_limits<T>::min_exponent + 1);
    sizes[j] = std::ldexp(T(1), exponent - 1);
    a.matrix().col(j) /= sizes[j];
  }
  typename Columns<T>::Reference in_place(a.matrix());
  const Qr<T> f(in_place);
  const auto upper = f.matrixQR().topRows(k);
  Rows<T> to(r, k, n);
  for (Index j = 0; j < n; j++) {
    const Index height = std::min<Index>(j + 1, k);
    to.col(j).head(height) = upper.col(j).head(height) * sizes[j];
    to.col(j).tail(k - height).setZero();
  }
  Columns<T> columns(m, k);
  columns.matrix().setIdentity();
  over_columns(k, [&](Index first, Index count) {  // later reflections leave these columns as they are
    auto reflections = f.householderQ();
    reflections.setLength(std::min(first + count, reflections.length()));
    columns.matrix().middleCols(first, count).applyOnTheLeft(reflections);
  });
  columns.write(q);
}

template <class T>
bool lstsq(const T* a, const T* b, T* y, int64_t m, int64_t n, int64_t columns, T rcond) {
  const bool is_wide = m < n;
  Columns<T> tall(std::max(m, n), std::min(m, n));
  if (is_wide) tall.matrix() = Eigen::Map<const Matrix<T>>(a, n, m);
  else tall.read(a);
  typename Columns<T>::Reference in_place(tall.matrix());
  const Qr<T> f(in_place);
  const Index k = in_place.cols();
  const auto top = in_place.topRows(k);
  const auto r = top.template triangularView<Eigen::Upper>();
  // The Frobenius norms bound the singular values: 1 / (|r| |r^-1|) is at most the least of them over the largest.
  Columns<T> inverse(k, k);
  inverse.matrix().setIdentity();
  over_columns(k, [&](Index first, Index count) {  // zero below its diagonal
    const Index rows = first + count;
    auto part = inverse.matrix().block(0, first, rows, count);
    top.topLeftCorner(rows, rows).template triangularView<Eigen::Upper>().solveInPlace(part);
  });
  T squares = 0;
  for (Index j = 0; j < k; j++) squares += top.col(j).head(j + 1).squaredNorm();
  if (!(T(1) > rcond * std::sqrt(squares) * inverse.matrix().norm())) return false;
  Columns<T> right(m, columns);
  right.read(b);
  if (is_wide) {
    Columns<T> z(n, columns);
    z.matrix().bottomRows(n - k).setZero();
    z.matrix().topRows(k) = r.transpose().solve(right.matrix());
    z.matrix().applyOnTheLeft(f.householderQ());
    z.write(y);
  } else {
    right.matrix().applyOnTheLeft(f.householderQ().adjoint());
    Rows<T>(y, n, columns) = r.solve(right.matrix().topRows(k));
  }
  return true;
}

}  // namespace

template <class T>
const DirectTable<T>& direct() {
  static constexpr DirectTable<T> table{&cholesky<T>, &lu<T>, &solve<T>, &solve_triangular<T>, &qr<T>, &lstsq<T>};
  return table;
}
template const DirectTable<float>& direct<float>();
template const DirectTable<double>& direct<double>();

}  // namespace trae::linalg::TRAE_ISA
