// Eigenvalues and eigenvectors, by QR steps: of symmetric matrices in tridiagonal form, of others in Hessenberg form.
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/reflections.h"
#include "backend/cpu/linalg/table.h"
#include "backend/cpu/linalg/tridiagonal_qr.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace trae::linalg::TRAE_ISA {
namespace {

template <class T>
Outcome eigh(const T* x, T* w, T* v, int64_t n) {
  if (!is_finite(x, n * n)) {
    fill_nan(w, n);
    fill_nan(v, n * n);
    return Outcome::kDone;
  }
  if (n == 0) return Outcome::kDone;
  if (n == 1) {
    *w = *x;
    *v = 1;
    return Outcome::kDone;
  }
  Matrix<T> a = Matrix<T>::Zero(n, n);
  a.template triangularView<Eigen::Lower>() = ConstRows<T>(x, n, n);
  const T largest = a.cwiseAbs().maxCoeff(), scale = largest > 0 ? largest : T(1);  // squares must not overflow
  const Eigen::Tridiagonalization<Matrix<T>> f(a / scale);
  Vector<T> d = f.diagonal(), e = f.subDiagonal();
  RotatedColumns<T> vectors(f.matrixQ());
  if (!tridiagonal_qr(d.data(), e.data(), n, vectors)) return Outcome::kNoConvergence;
  std::vector<Index> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), Index(0));
  std::sort(order.begin(), order.end(), [&](Index i, Index j) { return d[i] < d[j]; });
  for (Index j = 0; j < n; j++) w[j] = d[order[size_t(j)]] * scale;
  vectors.write(order, Rows<T>(v, n, n));
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
  // With zeros beside and below, which stay, columns lie apart as they should: twice as fast at 256 and 512.
  const Index size = n % 64 == 0 ? n + 8 : n;
  Matrix<T> a = Matrix<T>::Zero(size, size);
  transpose(n, n, x, n, a.data(), size);
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
