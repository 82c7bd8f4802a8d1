// Eigen under a name of its own for each instruction set: two versions of one inline function must not be mixed up by
// the linker. Its own threads stay off, batches are spread over ours.
#pragma once
#ifndef TRAE_ISA
#define TRAE_ISA base
#endif
#define TRAE_JOIN_(a, b) a##b
#define TRAE_JOIN(a, b) TRAE_JOIN_(a, b)
#define Eigen TRAE_JOIN(eigen_, TRAE_ISA)
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_MPL2_ONLY
#include <Eigen/Dense>
#include <limits>

namespace trae::linalg::TRAE_ISA {

using Index = Eigen::Index;
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;  // column-major, which Eigen is fastest with
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T>
using Rows = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <class T>
using ConstRows = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

template <class T>
void fill_nan(T* to, int64_t n) {
  if (to) Eigen::Map<Vector<T>>(to, n).setConstant(std::numeric_limits<T>::quiet_NaN());
}
template <class T>
bool is_finite(const T* x, int64_t n) {
  return Eigen::Map<const Vector<T>>(x, n).allFinite();
}

}  // namespace trae::linalg::TRAE_ISA
