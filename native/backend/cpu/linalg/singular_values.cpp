// Singular values, by division of the bidiagonal form (Gu & Eisenstat 1995), and the inverse they give.
#include "backend/cpu/linalg/eigen.h"
#include "backend/cpu/linalg/table.h"
#include "backend/cpu/linalg/tridiagonal_qr.h"

namespace trae::linalg::TRAE_ISA {
namespace {

// The values alone of a float matrix, in half of the time: B its bidiagonal form, they are the square roots of the
// eigenvalues of B^T B. In double precision the squares lose nothing that a float could show.
Outcome values_alone(const float* x, float* s, Index m, Index n) {
  const Index k = std::min(m, n);
  Matrix<float> tall = m < n ? Matrix<float>(Eigen::Map<const Matrix<float>>(x, n, m)) : ConstRows<float>(x, m, n);
  const float largest = tall.size() ? tall.cwiseAbs().maxCoeff() : 0;
  if (!(largest > 0)) {
    std::fill_n(s, k, 0.0f);
    return Outcome::kDone;
  }
  tall /= largest;
  const Eigen::internal::UpperBidiagonalization<Matrix<float>> f(tall);
  auto band = f.bidiagonal();
  const Vector<double> b = band.diagonal().template cast<double>();
  Vector<double> beside = Vector<double>::Zero(k);  // beside[i] at (i, i + 1)
  if (k > 1) beside.head(k - 1) = band.template diagonal<1>().template cast<double>();
  Vector<double> d(k), e = b.cwiseProduct(beside);
  for (Index i = 0; i < k; i++) d[i] = b[i] * b[i] + (i ? beside[i - 1] * beside[i - 1] : 0);
  NoColumns none;
  if (!tridiagonal_qr(d.data(), e.data(), k, none)) return Outcome::kNoConvergence;
  std::sort(d.data(), d.data() + k, [](double a, double b) { return a > b; });
  for (Index i = 0; i < k; i++) s[i] = float(std::sqrt(std::max(d[i], 0.0)) * largest);
  return Outcome::kDone;
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
  if constexpr (std::is_same_v<T, float>)
    if (!u) return values_alone(x, s, m, n);
  const unsigned vectors = !u        ? 0u
                           : is_full ? unsigned(Eigen::ComputeFullU | Eigen::ComputeFullV)
                                     : unsigned(Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::BDCSVD<Matrix<T>> f(ConstRows<T>(x, m, n), vectors);
  if (f.info() != Eigen::Success) return Outcome::kNoConvergence;
  Eigen::Map<Vector<T>>(s, k) = f.singularValues();
  if (u) {
    Rows<T>(u, m, columns) = f.matrixU();
    Eigen::Map<Matrix<T>>(vt, n, rows) = f.matrixV();
  }
  return Outcome::kDone;
}

// x = u diag(s) v^T without the values up to rcond times the largest, which count as 0.
template <class T>
struct Kept {
  Eigen::BDCSVD<Matrix<T>> f;
  Index rank = 0;
  Kept(const T* x, int64_t m, int64_t n, T rcond)
      : f(ConstRows<T>(x, m, n), Eigen::ComputeThinU | Eigen::ComputeThinV) {
    const auto& s = f.singularValues();
    while (rank < s.size() && s(rank) > rcond * s(0)) rank++;
  }
  auto u() const { return f.matrixU().leftCols(rank); }
  Matrix<T> scaled_v() const {
    return f.matrixV().leftCols(rank) * f.singularValues().head(rank).cwiseInverse().asDiagonal();
  }
};

template <class T>
Outcome pinv(const T* x, T* inverse, int64_t m, int64_t n, T rcond) {
  if (!is_finite(x, m * n)) {
    fill_nan(inverse, m * n);
    return Outcome::kDone;
  }
  const Kept<T> kept(x, m, n, rcond);
  if (kept.f.info() != Eigen::Success) return Outcome::kNoConvergence;
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
  if (kept.f.info() != Eigen::Success) return Outcome::kNoConvergence;
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
