// Direct factorizations: Cholesky, LU, Householder QR, and what is solved by them.
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/table.h"

namespace trae::linalg::TRAE_ISA {
namespace {

template <class T>
int64_t cholesky(const T* x, T* l, int64_t n, T* pivot) {
  Matrix<T> a = ConstRows<T>(x, n, n);
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
int lu(const T* x, T* result, int32_t* order, int64_t n) {
  const Eigen::PartialPivLU<Matrix<T>> f(ConstRows<T>(x, n, n));
  Rows<T>(result, n, n) = f.matrixLU();
  const auto& to = f.permutationP().indices();  // to[i] is the place of row i
  for (Index i = 0; i < n; i++) order[to[i]] = int32_t(i);
  return int(f.permutationP().determinant());
}

template <class T>
Outcome solve(const T* a, const T* b, T* y, int64_t n, int64_t columns, bool is_transposed) {
  const Eigen::PartialPivLU<Matrix<T>> f(ConstRows<T>(a, n, n));
  for (Index i = 0; i < n; i++)
    if (f.matrixLU()(i, i) == 0) return Outcome::kSingular;
  const Matrix<T> right = ConstRows<T>(b, n, columns);
  Matrix<T> x;
  if (is_transposed) x = f.transpose().solve(right);
  else x = f.solve(right);
  Rows<T>(y, n, columns) = x;
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
void qr(const T* x, T* q, T* r, int64_t m, int64_t n, int64_t k) {
  const Eigen::HouseholderQR<Matrix<T>> f(ConstRows<T>(x, m, n));
  Rows<T>(r, k, n) = f.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
  Matrix<T> columns = Matrix<T>::Identity(m, k);
  columns.applyOnTheLeft(f.householderQ());
  Rows<T>(q, m, k) = columns;
}

template <class T>
bool lstsq(const T* a, const T* b, T* y, int64_t m, int64_t n, int64_t columns, T rcond) {
  const bool is_wide = m < n;
  Matrix<T> x = is_wide ? Matrix<T>(Eigen::Map<const Matrix<T>>(a, n, m)) : Matrix<T>(ConstRows<T>(a, m, n));
  const Eigen::HouseholderQR<Matrix<T>> f(x);
  const Index k = x.cols();
  const Matrix<T> top = f.matrixQR().topRows(k);
  const auto r = top.template triangularView<Eigen::Upper>();
  // The Frobenius norms bound the singular values: 1 / (|r| |r^-1|) is at most the least of them over the largest.
  const Matrix<T> inverse = r.solve(Matrix<T>::Identity(k, k));
  const Matrix<T> clean = r;
  if (!(T(1) > rcond * clean.norm() * inverse.norm())) return false;
  Matrix<T> right = ConstRows<T>(b, m, columns);
  if (is_wide) {
    Matrix<T> z = Matrix<T>::Zero(n, columns);
    z.topRows(k) = r.transpose().solve(right);
    z.applyOnTheLeft(f.householderQ());
    Rows<T>(y, n, columns) = z;
  } else {
    right.applyOnTheLeft(f.householderQ().adjoint());
    Rows<T>(y, n, columns) = r.solve(right.topRows(k));
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
