// Matrices in double, row-major: what the kernels of decompositions compute on.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/memory_limit.h"

namespace trae {

using std::size_t;

struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<double> data;
  Matrix() = default;
  Matrix(int64_t r, int64_t c)
      : rows(r), columns(c), data(require_memory({r, c}, DType::kFloat64) / sizeof(double), 0.0) {}
  double& operator()(int64_t i, int64_t j) { return data[size_t(i * columns + j)]; }
  double operator()(int64_t i, int64_t j) const { return data[size_t(i * columns + j)]; }
  static Matrix identity(int64_t n) { return identity(n, n); }
  static Matrix identity(int64_t rows, int64_t columns) {
    Matrix m(rows, columns);
    for (int64_t i = 0; i < std::min(rows, columns); i++) m(i, i) = 1;
    return m;
  }
  Matrix transposed() const {
    Matrix t(columns, rows);
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j++) t(j, i) = (*this)(i, j);
    return t;
  }
};

struct SvdParts {
  Matrix u, v;  // columns are the vectors
  std::vector<double> s;
};
// One-sided Jacobi rotations (Hestenes 1958), s descending; `is_full` completes u and v to square matrices.
SvdParts svd_of(const Matrix& x, bool is_full);
// Jacobi rotations; values ascending, vectors in the columns of `v`.
void symmetric_eigen(Matrix x, std::vector<double>& w, Matrix& v);
// Hessenberg form, then QR steps with real shifts. False when there are complex eigenvalues.
bool real_eigen(Matrix x, std::vector<double>& w, Matrix& v);

}  // namespace trae
