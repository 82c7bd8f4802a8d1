// Iterative decompositions: Jacobi rotations for singular values and symmetric eigenvalues, QR steps for the others.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "backend/cpu/decompositions.h"
#include "core/error.h"

namespace trae {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kMaxSweeps = 60;

// A vector orthogonal to the first `count` columns of m, of length 1, as column `count`.
void complete_column(Matrix& m, int64_t count) {
  const int64_t n = m.rows;
  std::vector<double> best, v(static_cast<size_t>(n));
  double best_size = 0;
  for (int64_t e = 0; e < n; e++) {
    std::fill(v.begin(), v.end(), 0.0);
    v[size_t(e)] = 1;
    for (int pass = 0; pass < 2; pass++)
      for (int64_t c = 0; c < count; c++) {
        double dot = 0;
        for (int64_t i = 0; i < n; i++) dot += m(i, c) * v[size_t(i)];
        for (int64_t i = 0; i < n; i++) v[size_t(i)] -= dot * m(i, c);
      }
    const double size = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
    if (size > best_size) {
      best_size = size;
      best = v;
      if (size > 0.7) break;
    }
  }
  for (int64_t i = 0; i < n; i++) m(i, count) = best[size_t(i)] / best_size;
}
void rotate_columns(Matrix& m, int64_t p, int64_t q, double c, double s) {
  for (int64_t i = 0; i < m.rows; i++) {
    const double x = m(i, p), y = m(i, q);
    m(i, p) = c * x - s * y;
    m(i, q) = s * x + c * y;
  }
}
void rotate_rows(Matrix& m, int64_t p, int64_t q, double c, double s) {
  for (int64_t j = 0; j < m.columns; j++) {
    const double x = m(p, j), y = m(q, j);
    m(p, j) = c * x - s * y;
    m(q, j) = s * x + c * y;
  }
}

}  // namespace

SvdParts svd_of(const Matrix& x, bool is_full) {
  if (x.rows < x.columns) {
    SvdParts t = svd_of(x.transposed(), is_full);
    std::swap(t.u, t.v);
    return t;
  }
  const int64_t m = x.rows, n = x.columns;
  Matrix a = x, v = Matrix::identity(n);
  for (double value : x.data)
    if (!std::isfinite(value)) {  // nothing to rotate: NaN comes out everywhere, as it would from any algorithm
      SvdParts r{Matrix(m, is_full ? m : n), Matrix(n, n), std::vector<double>(size_t(n), NAN)};
      std::fill(r.u.data.begin(), r.u.data.end(), NAN);
      std::fill(r.v.data.begin(), r.v.data.end(), NAN);
      return r;
    }
  bool has_turned = true;
  for (int sweep = 0; has_turned && sweep < kMaxSweeps; sweep++) {
    has_turned = false;
    for (int64_t p = 0; p < n; p++)
      for (int64_t q = p + 1; q < n; q++) {
        double pp = 0, qq = 0, pq = 0;
        for (int64_t i = 0; i < m; i++) {
          pp += a(i, p) * a(i, p);
          qq += a(i, q) * a(i, q);
          pq += a(i, p) * a(i, q);
        }
        if (pq == 0 || std::abs(pq) <= kEpsilon * std::sqrt(pp * qq)) continue;
        has_turned = true;
        const double theta = (qq - pp) / (2 * pq);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(1 + theta * theta));
        const double c = 1 / std::sqrt(1 + t * t);
        rotate_columns(a, p, q, c, c * t);
        rotate_columns(v, p, q, c, c * t);
      }
  }
  std::vector<double> size(static_cast<size_t>(n));
  for (int64_t j = 0; j < n; j++) {
    double sum = 0;
    for (int64_t i = 0; i < m; i++) sum += a(i, j) * a(i, j);
    size[size_t(j)] = std::sqrt(sum);
  }
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) { return size[size_t(i)] > size[size_t(j)]; });
  SvdParts r{Matrix(m, is_full ? m : n), Matrix(n, n), std::vector<double>(size_t(n))};
  const double least = n ? kEpsilon * double(m) * size[size_t(order[0])] : 0;
  for (int64_t k = 0; k < n; k++) {
    const int64_t j = order[size_t(k)];
    r.s[size_t(k)] = size[size_t(j)];
    for (int64_t i = 0; i < n; i++) r.v(i, k) = v(i, j);
    if (size[size_t(j)] > least)
      for (int64_t i = 0; i < m; i++) r.u(i, k) = a(i, j) / size[size_t(j)];
    else complete_column(r.u, k);
  }
  if (is_full)
    for (int64_t k = n; k < m; k++) complete_column(r.u, k);
  return r;
}

void symmetric_eigen(Matrix a, std::vector<double>& w, Matrix& v) {
  const int64_t n = a.rows;
  Matrix z = Matrix::identity(n);
  for (int sweep = 0; sweep < kMaxSweeps; sweep++) {
    double off = 0, on = 0;
    for (int64_t i = 0; i < n; i++) {
      on += a(i, i) * a(i, i);
      for (int64_t j = 0; j < i; j++) off += a(i, j) * a(i, j);
    }
    if (!(off > kEpsilon * kEpsilon * (on + off) * 1e-2)) break;
    for (int64_t p = 0; p < n; p++)
      for (int64_t q = p + 1; q < n; q++) {
        if (a(p, q) == 0) continue;
        const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(1 + theta * theta));
        const double c = 1 / std::sqrt(1 + t * t), s = c * t;
        rotate_columns(a, p, q, c, s);
        rotate_rows(a, p, q, c, s);
        rotate_columns(z, p, q, c, s);
        a(p, q) = a(q, p) = 0;
      }
  }
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) { return a(i, i) < a(j, j); });
  w.resize(size_t(n));
  v = Matrix(n, n);
  for (int64_t k = 0; k < n; k++) {
    w[size_t(k)] = a(order[size_t(k)], order[size_t(k)]);
    for (int64_t i = 0; i < n; i++) v(i, k) = z(i, order[size_t(k)]);
  }
}

bool real_eigen(Matrix h, std::vector<double>& w, Matrix& v) {
  const int64_t n = h.rows;
  Matrix z = Matrix::identity(n);
  // Upper Hessenberg form by rotations.
  for (int64_t j = 0; j + 2 < n; j++)
    for (int64_t i = n - 1; i > j + 1; i--) {
      const double x = h(i - 1, j), y = h(i, j), size = std::hypot(x, y);
      if (y == 0) continue;
      const double c = x / size, s = -y / size;
      rotate_rows(h, i - 1, i, c, s);
      rotate_columns(h, i - 1, i, c, s);
      rotate_columns(z, i - 1, i, c, s);
    }
  double norm = 0;
  for (double x : h.data) norm = std::max(norm, std::abs(x));
  int steps = 0;
  for (int64_t high = n - 1; high > 0;) {
    int64_t low = high;
    while (low > 0 && std::abs(h(low, low - 1)) >
                          kEpsilon * (std::abs(h(low, low)) + std::abs(h(low - 1, low - 1)) + 1e-3 * norm * kEpsilon))
      low--;
    if (low > 0) h(low, low - 1) = 0;
    if (low == high) {
      high--;
      steps = 0;
      continue;
    }
    // Wilkinson's shift: the eigenvalue of the trailing 2 x 2 block next to its corner.
    const double a = h(high - 1, high - 1), b = h(high - 1, high), c = h(high, high - 1), d = h(high, high);
    const double half = (a - d) / 2, inside = half * half + b * c;
    const bool is_block = low == high - 1;
    const double tolerance = 1e-14 * (half * half + std::abs(b * c));
    if (is_block && inside < -tolerance) return false;
    const double root = std::sqrt(std::max(0.0, inside));
    double shift = half >= 0 ? d + half - root : d + half + root;
    if (++steps % 11 == 10) shift = d + std::abs(c);  // leaves a cycle
    if (steps > 400) return false;
    std::vector<double> cs, sn;
    for (int64_t i = low; i <= high; i++) h(i, i) -= shift;
    for (int64_t i = low; i < high; i++) {
      const double x = h(i, i), y = h(i + 1, i), size = std::hypot(x, y);
      const double cosine = size == 0 ? 1 : x / size, sine = size == 0 ? 0 : -y / size;
      cs.push_back(cosine);
      sn.push_back(sine);
      for (int64_t j = i; j < n; j++) {
        const double p = h(i, j), q = h(i + 1, j);
        h(i, j) = cosine * p - sine * q;
        h(i + 1, j) = sine * p + cosine * q;
      }
    }
    for (int64_t i = low; i < high; i++) {
      const double cosine = cs[size_t(i - low)], sine = sn[size_t(i - low)];
      for (int64_t r = 0; r <= std::min(high, i + 1); r++) {
        const double p = h(r, i), q = h(r, i + 1);
        h(r, i) = cosine * p - sine * q;
        h(r, i + 1) = sine * p + cosine * q;
      }
      rotate_columns(z, i, i + 1, cosine, sine);
    }
    for (int64_t i = low; i <= high; i++) h(i, i) += shift;
  }
  // Vectors of the triangle by substitution, then back to the original basis, of length 1.
  w.resize(size_t(n));
  v = Matrix(n, n);
  for (int64_t k = 0; k < n; k++) {
    w[size_t(k)] = h(k, k);
    std::vector<double> x(static_cast<size_t>(n), 0.0);
    x[size_t(k)] = 1;
    for (int64_t i = k - 1; i >= 0; i--) {
      double sum = 0;
      for (int64_t j = i + 1; j <= k; j++) sum += h(i, j) * x[size_t(j)];
      double gap = h(k, k) - h(i, i);
      if (std::abs(gap) < kEpsilon * norm) gap = kEpsilon * norm;
      x[size_t(i)] = sum / gap;
    }
    double size = 0;
    for (int64_t i = 0; i < n; i++) {
      double sum = 0;
      for (int64_t j = 0; j <= k; j++) sum += z(i, j) * x[size_t(j)];
      v(i, k) = sum;
      size += sum * sum;
    }
    for (int64_t i = 0; i < n; i++) v(i, k) /= std::sqrt(size);
  }
  return true;
}

}  // namespace trae
