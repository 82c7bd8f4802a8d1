// Eigenvalues and eigenvectors, by QR steps: of symmetric matrices in tridiagonal form, of others in Hessenberg form.
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/table.h"

namespace trae::linalg::TRAE_ISA {
namespace {

template <class T>
Outcome eigh(const T* x, T* w, T* v, int64_t n) {
  if (!is_finite(x, n * n)) {
    fill_nan(w, n);
    fill_nan(v, n * n);
    return Outcome::kDone;
  }
  const Eigen::SelfAdjointEigenSolver<Matrix<T>> f(ConstRows<T>(x, n, n));
  if (f.info() != Eigen::Success) return Outcome::kNoConvergence;
  Eigen::Map<Vector<T>>(w, n) = f.eigenvalues();
  Rows<T>(v, n, n) = f.eigenvectors();
  return Outcome::kDone;
}

template <class T>
Outcome eig(const T* x, T* w, T* w_imaginary, T* v, T* v_imaginary, int64_t n) {
  if (!is_finite(x, n * n)) {
    fill_nan(w, n);
    fill_nan(v, n * n);
    fill_nan(w_imaginary, n);
    fill_nan(v_imaginary, n * n);
    return Outcome::kDone;
  }
  // Columns a power of two apart fall into the same sets of the cache. With zeros beside and below, which stay, they
  // lie further apart: twice as fast at 256 and 512.
  const Index padded = n % 64 == 0 ? n + 8 : n;
  Matrix<T> a = Matrix<T>::Zero(padded, padded);
  a.topLeftCorner(n, n) = ConstRows<T>(x, n, n);
  const Eigen::EigenSolver<Matrix<T>> f(a);
  if (f.info() != Eigen::Success) return Outcome::kNoConvergence;
  const auto& values = f.eigenvalues();
  const Matrix<T> vectors = f.pseudoEigenvectors();
  Rows<T> real(v, n, n), imaginary(v_imaginary, n, n);
  for (Index j = 0; j < n; j++) {
    w[j] = values(j).real();
    const T turn = values(j).imag();
    if (turn != 0 && !w_imaginary) return Outcome::kComplex;
    if (w_imaginary) w_imaginary[j] = turn;
    if (turn == 0) {
      real.col(j) = vectors.col(j).head(n).normalized();
      if (v_imaginary) imaginary.col(j).setZero();
      continue;
    }
    // A pair: columns j and j + 1 are the real and the imaginary part of the first one's vector.
    const auto p = vectors.col(j).head(n), q = vectors.col(j + 1).head(n);
    Index largest;
    (p.array().square() + q.array().square()).maxCoeff(&largest);
    const T size = std::sqrt(p.squaredNorm() + q.squaredNorm());
    const T length = std::sqrt(p(largest) * p(largest) + q(largest) * q(largest)) * size;
    const T c = p(largest) / length, s = -q(largest) / length;
    real.col(j) = real.col(j + 1) = p * c - q * s;
    imaginary.col(j) = p * s + q * c;
    imaginary(largest, j) = 0;
    imaginary.col(j + 1) = -imaginary.col(j);
    w[j + 1] = w[j];
    w_imaginary[j + 1] = -turn;
    j++;
  }
  return Outcome::kDone;
}

}  // namespace

template <class T>
const EigenvaluesTable<T>& eigenvalues() {
  static constexpr EigenvaluesTable<T> table{&eigh<T>, &eig<T>};
  return table;
}
template const EigenvaluesTable<float>& eigenvalues<float>();
template const EigenvaluesTable<double>& eigenvalues<double>();

}  // namespace trae::linalg::TRAE_ISA
