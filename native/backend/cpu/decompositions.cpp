// Direct factorizations: elimination, Cholesky, Householder QR. The iterative ones are in eigen.cpp.
#include "backend/cpu/decompositions.h"
#include "backend/cpu/kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "ops/decompositions.h"

namespace trae {
namespace {

Matrix read(const void* p, DType d, int64_t at, int64_t rows, int64_t columns) {
  Matrix m(rows, columns);
  const int64_t n = rows * columns;
  if (d == DType::kFloat64) std::copy_n(static_cast<const double*>(p) + at * n, n, m.data.begin());
  else std::copy_n(static_cast<const float*>(p) + at * n, n, m.data.begin());
  return m;
}
void write(void* p, DType d, int64_t at, const double* values, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (d == DType::kFloat64) static_cast<double*>(p)[at * n + i] = values[i];
    else static_cast<float*>(p)[at * n + i] = float(values[i]);
  }
}
void write(void* p, DType d, int64_t at, const Matrix& m) { write(p, d, at, m.data.data(), int64_t(m.data.size())); }

struct Sizes {
  explicit Sizes(const Spec& s) : dtype(s.dtype), rows(s.shape[s.shape.size() - 2]), columns(s.shape.back()) {
    for (size_t i = 0; i + 2 < s.shape.size(); i++) batch *= s.shape[i];
  }
  DType dtype;
  int64_t batch = 1, rows, columns;
};

// Elimination with row exchanges, in place. order[i] is the row that came to place i. Returns the sign of the
// exchanges, or 0 for a singular matrix (which is eliminated as far as it goes).
int eliminate(Matrix& a, std::vector<int32_t>& order) {
  const int64_t n = a.rows;
  order.resize(size_t(n));
  for (int64_t i = 0; i < n; i++) order[size_t(i)] = int32_t(i);
  int sign = 1;
  bool is_singular = false;
  for (int64_t k = 0; k < n; k++) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < n; i++)
      if (std::abs(a(i, k)) > std::abs(a(pivot, k))) pivot = i;
    if (a(pivot, k) == 0) {
      is_singular = true;
      continue;
    }
    if (pivot != k) {
      for (int64_t j = 0; j < n; j++) std::swap(a(k, j), a(pivot, j));
      std::swap(order[size_t(k)], order[size_t(pivot)]);
      sign = -sign;
    }
    for (int64_t i = k + 1; i < n; i++) {
      const double f = a(i, k) /= a(k, k);
      if (f != 0)
        for (int64_t j = k + 1; j < n; j++) a(i, j) -= f * a(k, j);
    }
  }
  return is_singular ? 0 : sign;
}
// b becomes a^-1 b or a^-T b for a triangle of a.
void substitute(const Matrix& a, Matrix& b, bool is_lower, bool is_transposed, bool has_unit_diagonal) {
  const int64_t n = a.rows;
  const bool is_forward = is_lower != is_transposed;
  for (int64_t step = 0; step < n; step++) {
    const int64_t i = is_forward ? step : n - 1 - step;
    for (int64_t before = 0; before < step; before++) {
      const int64_t k = is_forward ? before : n - 1 - before;
      const double f = is_transposed ? a(k, i) : a(i, k);
      if (f != 0)
        for (int64_t j = 0; j < b.columns; j++) b(i, j) -= f * b(k, j);
    }
    if (!has_unit_diagonal)
      for (int64_t j = 0; j < b.columns; j++) b(i, j) /= a(i, i);
  }
}

}  // namespace

TRAE_CPU_KERNEL(Cholesky) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    const int64_t n = z.rows;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, n, n), l(n, n);
      for (int64_t j = 0; j < n; j++) {
        double d = a(j, j);
        for (int64_t k = 0; k < j; k++) d -= l(j, k) * l(j, k);
        if (!(d > 0)) return cpu_errors().report(DataError::kCholeskyPivot, j, std::bit_cast<int64_t>(d));
        l(j, j) = std::sqrt(d);
        for (int64_t i = j + 1; i < n; i++) {
          double v = a(i, j);
          for (int64_t k = 0; k < j; k++) v -= l(i, k) * l(j, k);
          l(i, j) = v / l(j, j);
        }
      }
      write(to[0], z.dtype, at, l);
    }
  };
}

TRAE_CPU_KERNEL(SolveTriangular) {
  return [z = Sizes(in[0]), columns = in[1].shape.back(), o = op.attrs](const void* const* from, void* const* to) {
    for (int64_t at = 0; at < z.batch; at++) {
      const Matrix a = read(from[0], z.dtype, at, z.rows, z.rows);
      Matrix b = read(from[1], z.dtype, at, z.rows, columns);
      substitute(a, b, o.is_lower, o.is_transposed, false);
      write(to[0], z.dtype, at, b);
    }
  };
}

TRAE_CPU_KERNEL(Solve) {
  return [z = Sizes(in[0]), columns = in[1].shape.back(), t = op.attrs.is_transposed](const void* const* from,
                                                                                      void* const* to) {
    std::vector<int32_t> order;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, z.rows, z.rows);
      const Matrix b = read(from[1], z.dtype, at, z.rows, columns);
      if (!eliminate(a, order)) return cpu_errors().report(DataError::kSolveSingular);
      Matrix x(z.rows, columns);
      if (!t) {  // P a = L U
        for (int64_t i = 0; i < z.rows; i++)
          for (int64_t j = 0; j < columns; j++) x(i, j) = b(order[size_t(i)], j);
        substitute(a, x, true, false, true);
        substitute(a, x, false, false, false);
        write(to[0], z.dtype, at, x);
      } else {
        Matrix y = b;
        substitute(a, y, false, true, false);
        substitute(a, y, true, true, true);
        for (int64_t i = 0; i < z.rows; i++)
          for (int64_t j = 0; j < columns; j++) x(order[size_t(i)], j) = y(i, j);
        write(to[0], z.dtype, at, x);
      }
    }
  };
}

TRAE_CPU_KERNEL(Determinant) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    std::vector<int32_t> order;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, z.rows, z.rows);
      double d = eliminate(a, order);
      for (int64_t i = 0; i < z.rows; i++) d *= a(i, i);
      write(to[0], z.dtype, at, &d, 1);
    }
  };
}

TRAE_CPU_KERNEL(SignLogDeterminant) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    std::vector<int32_t> order;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, z.rows, z.rows);
      double sign = eliminate(a, order), size = 0;
      for (int64_t i = 0; i < z.rows; i++) {
        size += std::log(std::abs(a(i, i)));
        if (a(i, i) < 0) sign = -sign;
      }
      write(to[0], z.dtype, at, &sign, 1);
      write(to[1], z.dtype, at, &size, 1);
    }
  };
}

TRAE_CPU_KERNEL(LuFactor) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    std::vector<int32_t> order;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, z.rows, z.rows);
      if (!eliminate(a, order)) return cpu_errors().report(DataError::kLuSingular);
      write(to[0], z.dtype, at, a);
      std::copy(order.begin(), order.end(), static_cast<int32_t*>(to[1]) + at * z.rows);
    }
  };
}

namespace {
// A reflection of the rows from `first` on: x - 2 v (v . x) / |v|^2.
struct Reflection {
  int64_t first;
  std::vector<double> v;
  double scale;  // 2 / |v|^2
  void apply(Matrix& a) const {
    std::vector<double> dots(size_t(a.columns), 0.0);
    for (size_t i = 0; i < v.size(); i++)
      for (int64_t c = 0; c < a.columns; c++) dots[size_t(c)] += v[i] * a(first + int64_t(i), c);
    for (size_t i = 0; i < v.size(); i++)
      for (int64_t c = 0; c < a.columns; c++) a(first + int64_t(i), c) -= scale * dots[size_t(c)] * v[i];
  }
};
}  // namespace

TRAE_CPU_KERNEL(Qr) {
  return [z = Sizes(in[0]), k = out[0].shape.back()](const void* const* from, void* const* to) {
    const int64_t m = z.rows, n = z.columns;
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix r = read(from[0], z.dtype, at, m, n), q = Matrix::identity(m, k);
      std::vector<Reflection> reflections;
      for (int64_t j = 0; j < std::min(m - 1, n); j++) {
        double below = 0;
        for (int64_t i = j + 1; i < m; i++) below += r(i, j) * r(i, j);
        if (below == 0) continue;
        const double norm = std::sqrt(r(j, j) * r(j, j) + below), pivot = r(j, j) > 0 ? -norm : norm;
        Reflection h{j, std::vector<double>(size_t(m - j)), 0};
        for (int64_t i = j; i < m; i++) h.v[size_t(i - j)] = r(i, j);
        h.v[0] -= pivot;
        h.scale = 2 / (below + h.v[0] * h.v[0]);
        h.apply(r);
        for (int64_t i = j + 1; i < m; i++) r(i, j) = 0;
        reflections.push_back(std::move(h));
      }
      // q is the product of all of them: the last one acts first, and only on the columns that are wanted.
      for (size_t i = reflections.size(); i-- > 0;) reflections[i].apply(q);
      write(to[0], z.dtype, at, q);
      write(to[1], z.dtype, at, r.data.data(), k * n);
    }
  };
}

TRAE_CPU_KERNEL(Svd) {
  return [z = Sizes(in[0]), full = op.attrs.is_full](const void* const* from, void* const* to) {
    for (int64_t at = 0; at < z.batch; at++) {
      const SvdParts p = svd_of(read(from[0], z.dtype, at, z.rows, z.columns), full);
      write(to[0], z.dtype, at, p.u);
      write(to[1], z.dtype, at, p.s.data(), int64_t(p.s.size()));
      write(to[2], z.dtype, at, p.v.transposed());
    }
  };
}

TRAE_CPU_KERNEL(PseudoInverse) {
  return [z = Sizes(in[0]), rcond = op.attrs.rcond](const void* const* from, void* const* to) {
    for (int64_t at = 0; at < z.batch; at++) {
      const SvdParts p = svd_of(read(from[0], z.dtype, at, z.rows, z.columns), false);
      Matrix inverse(z.columns, z.rows);
      for (size_t k = 0; k < p.s.size(); k++) {
        if (!(p.s[k] > rcond * p.s[0])) continue;
        for (int64_t i = 0; i < z.columns; i++)
          for (int64_t j = 0; j < z.rows; j++) inverse(i, j) += p.v(i, int64_t(k)) * p.u(j, int64_t(k)) / p.s[k];
      }
      write(to[0], z.dtype, at, inverse);
    }
  };
}

TRAE_CPU_KERNEL(SymmetricEigen) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix a = read(from[0], z.dtype, at, z.rows, z.rows), v;
      for (int64_t i = 0; i < z.rows; i++)
        for (int64_t j = i + 1; j < z.rows; j++) a(i, j) = a(j, i);
      std::vector<double> w;
      symmetric_eigen(std::move(a), w, v);
      write(to[0], z.dtype, at, w.data(), z.rows);
      write(to[1], z.dtype, at, v);
    }
  };
}

TRAE_CPU_KERNEL(Eigen) {
  return [z = Sizes(in[0])](const void* const* from, void* const* to) {
    for (int64_t at = 0; at < z.batch; at++) {
      Matrix v;
      std::vector<double> w;
      if (!real_eigen(read(from[0], z.dtype, at, z.rows, z.rows), w, v))
        return cpu_errors().report(DataError::kEigComplex);
      write(to[0], z.dtype, at, w.data(), z.rows);
      write(to[1], z.dtype, at, v);
    }
  };
}

}  // namespace trae
