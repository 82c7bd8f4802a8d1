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
#include <algorithm>
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

// to(j, i) = from(i, j); both as rows that lie `*_stride` elements apart. In squares, which stay in the cache.
template <class T>
void transpose(Index rows, Index columns, const T* from, Index from_stride, T* to, Index to_stride) {
  constexpr Index kSide = 16;
  for (Index i = 0; i < rows; i += kSide)
    for (Index j = 0; j < columns; j += kSide)
      for (Index l = j; l < std::min(j + kSide, columns); l++)
        for (Index k = i; k < std::min(i + kSide, rows); k++) to[l * to_stride + k] = from[k * from_stride + l];
}

// Columns a power of two apart fall into the same sets of the cache.
template <class T>
Index padded(Index rows) {
  const Index whole = 32 / Index(sizeof(T)), n = (rows + whole - 1) / whole * whole;
  return n % 64 == 0 ? n + whole : n;
}
// A column-major matrix whose columns lie apart as they should, to be factorized in place.
template <class T>
class Columns {
 public:
  using Reference = Eigen::Ref<Matrix<T>, 0, Eigen::OuterStride<>>;
  Columns(Index rows, Index columns) : all_(padded<T>(rows), columns), rows_(rows) {}
  auto matrix() { return all_.topRows(rows_); }
  Index stride() const { return all_.rows(); }
  // From and to row-major arrays without gaps.
  void read(const T* from) { transpose(rows_, all_.cols(), from, all_.cols(), all_.data(), stride()); }
  void write(T* to) const { transpose(all_.cols(), rows_, all_.data(), stride(), to, all_.cols()); }

 private:
  Matrix<T> all_;
  Index rows_;
};

template <class T>
void fill_nan(T* to, int64_t n) {
  if (to) Eigen::Map<Vector<T>>(to, n).setConstant(std::numeric_limits<T>::quiet_NaN());
}
template <class T>
bool is_finite(const T* x, int64_t n) {
  return Eigen::Map<const Vector<T>>(x, n).allFinite();
}

}  // namespace trae::linalg::TRAE_ISA
