#include "ops/decompositions.h"

#include <algorithm>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

namespace {

void expect_matrices(const Op& op, const Spec& s) {
  if (s.dtype != DType::kFloat32 && s.dtype != DType::kFloat64)
    throw TypeError(std::string(op.name()),
                    "is defined for float32 and float64.\n  Received: dtype " + std::string(name_of(s.dtype)));
  if (s.ndim() < 2)
    throw ValueError(std::string(op.name()), "a matrix is expected.\n  Received: shape " + to_string(s.shape));
}
int64_t rows_of(const Spec& s) { return s.shape[s.shape.size() - 2]; }
int64_t columns_of(const Spec& s) { return s.shape.back(); }
void expect_square(const Op& op, const Spec& s) {
  expect_matrices(op, s);
  if (rows_of(s) != columns_of(s))
    throw ValueError(std::string(op.name()), "a square matrix is expected, not one of " + std::to_string(rows_of(s)) +
                                                 " rows and " + std::to_string(columns_of(s)) +
                                                 " columns.\n  Received: shape " + to_string(s.shape));
}
void expect_equations(const Op& op, const Specs& in) {
  expect_inputs(op, in, 2);
  expect_square(op, in[0]);
  expect_matrices(op, in[1]);
  const Shape batch_a(in[0].shape.begin(), in[0].shape.end() - 2), batch_b(in[1].shape.begin(), in[1].shape.end() - 2);
  if (rows_of(in[1]) != rows_of(in[0]) || batch_a != batch_b || in[0].dtype != in[1].dtype)
    throw ValueError(std::string(op.name()), "the right side has " + std::to_string(rows_of(in[1])) +
                                                 " rows but the matrix has " + std::to_string(rows_of(in[0])) +
                                                 ".\n  Received: shapes " + to_string(in[0].shape) + " and " +
                                                 to_string(in[1].shape));
}
Shape with_matrix(const Shape& s, int64_t rows, int64_t columns) {
  Shape r(s.begin(), s.end() - 2);
  r.push_back(rows);
  r.push_back(columns);
  return r;
}
Shape with_vector(const Shape& s, int64_t n) {
  Shape r(s.begin(), s.end() - 2);
  r.push_back(n);
  return r;
}

Tensor transposed(const Tensor& x) { return swap_last_axes(x); }
constexpr int64_t kAll = int64_t(1) << 60;
// 1 where column - row lies in [low, high], elsewhere 0; the diagonal counts `on_diagonal`.
Tensor band(const Tensor& like, int64_t low, int64_t high, double on_diagonal = 1) {
  const int64_t rows = like.dim(-2), columns = like.dim(-1);
  const Tensor i = reshape(range(rows, DType::kInt64), {rows, 1}),
               j = reshape(range(columns, DType::kInt64), {1, columns});
  const Tensor zero = scalar_like(like, 0), one = scalar_like(like, 1);
  Tensor y = where(binary("equal", i, j), scalar_like(like, on_diagonal), one);
  if (low > -kAll) y = where(binary("less", j, i + double(low)), zero, y);
  if (high < kAll) y = where(binary("greater", j, i + double(high)), zero, y);
  return y;
}
Tensor lower(const Tensor& x, double on_diagonal = 1) { return x * band(x, -kAll, 0, on_diagonal); }
Tensor upper(const Tensor& x, double on_diagonal = 1) { return x * band(x, 0, kAll, on_diagonal); }
Tensor identity(const Tensor& like) { return broadcast_to(band(like, 0, 0), like.shape()); }
// A vector of each matrix as a column or as a row.
Tensor column(const Tensor& v) { return expand_axes(v, {v.ndim()}); }
Tensor row(const Tensor& v) { return expand_axes(v, {v.ndim() - 1}); }
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool is_lower, bool is_transposed) {
  return apply1(with<SolveTriangular>({is_lower, is_transposed}), {a, b});
}
Tensor solve(const Tensor& a, const Tensor& b, bool is_transposed) {
  return apply1(with<Solve>({is_transposed}), {a, b});
}
Tensor zeros_unless(const Tensor& dy, const Tensor& like) { return dy ? dy : zeros_like(like); }
// 1 / (v[j] - v[i]) off the diagonal, 0 where both are equal.
Tensor inverse_differences(const Tensor& v) {
  const Tensor d = row(v) - column(v);
  const Tensor is_zero = binary("equal", d, scalar_like(d, 0));
  return where(is_zero, scalar_like(d, 0), 1 / where(is_zero, scalar_like(d, 1), d));
}
Tensor columns_to(const Tensor& x, int64_t n, int64_t from = 0) {
  Ints start(x.shape().size(), 0), stop = x.shape(), step(x.shape().size(), 1);
  start.back() = from;
  stop.back() = n;
  return slice(x, start, stop, step);
}

}  // namespace

// ---- cholesky: dx = sym(L^-T lower(L^T dL, diagonal halved) L^-1)
OpPtr Cholesky::make(const AttrMap&) { return std::make_shared<Cholesky>(); }
Specs Cholesky::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  return {in[0]};
}
Tensors Cholesky::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  const Tensor& l = out[0];
  const Tensor middle = lower(matmul(l, lower(dy[0]), true), 0.5);
  const Tensor left = solve_triangular(l, middle, true, true);
  const Tensor s = transposed(solve_triangular(l, transposed(left), true, true));
  return {(s + transposed(s)) * 0.5};
}
TRAE_REGISTER_OP(Cholesky);

// ---- equations: db = a^-T dx, da = -db x^T
OpPtr SolveTriangular::make(const AttrMap& a) {
  return with<SolveTriangular>({a.boolean("lower", false), a.boolean("transposed", false)});
}
Specs SolveTriangular::infer(const Specs& in) const {
  expect_equations(*this, in);
  return {in[1]};
}
Tensors SolveTriangular::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor db = solve_triangular(in[0], dy[0], attrs.is_lower, !attrs.is_transposed);
  const Tensor da = attrs.is_transposed ? matmul(out[0], db, false, true) : matmul(db, out[0], false, true);
  return {-(attrs.is_lower ? lower(da) : upper(da)), db};
}
TRAE_REGISTER_OP(SolveTriangular);

OpPtr Solve::make(const AttrMap& a) { return with<Solve>({a.boolean("transposed", false)}); }
Specs Solve::infer(const Specs& in) const {
  expect_equations(*this, in);
  return {in[1]};
}
Tensors Solve::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor db = solve(in[0], dy[0], !attrs.is_transposed);
  return {-(attrs.is_transposed ? matmul(out[0], db, false, true) : matmul(db, out[0], false, true)), db};
}
TRAE_REGISTER_OP(Solve);

// ---- determinants: d det = det tr(x^-1 dx)
OpPtr Determinant::make(const AttrMap&) { return std::make_shared<Determinant>(); }
Specs Determinant::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  return {{Shape(in[0].shape.begin(), in[0].shape.end() - 2), in[0].dtype}};
}
Tensors Determinant::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor d = dy[0] * out[0];
  return {solve(in[0], identity(in[0]), true) * expand_axes(d, {d.ndim(), d.ndim() + 1})};
}
TRAE_REGISTER_OP(Determinant);

OpPtr SignLogDeterminant::make(const AttrMap&) { return std::make_shared<SignLogDeterminant>(); }
Specs SignLogDeterminant::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  const Spec s{Shape(in[0].shape.begin(), in[0].shape.end() - 2), in[0].dtype};
  return {s, s};
}
Tensors SignLogDeterminant::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  if (!dy[1]) return {Tensor()};
  return {solve(in[0], identity(in[0]), true) * expand_axes(dy[1], {dy[1].ndim(), dy[1].ndim() + 1})};
}
TRAE_REGISTER_OP(SignLogDeterminant);

// ---- lu: dx = P^T L^-T (strictly lower(L^T dL) + upper(dU U^T)) U^-T
OpPtr LuFactor::make(const AttrMap&) { return std::make_shared<LuFactor>(); }
Specs LuFactor::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  return {in[0], {with_vector(in[0].shape, rows_of(in[0])), DType::kInt32}};
}
Tensors LuFactor::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  if (!dy[0]) return {Tensor()};
  const Tensor& lu = out[0];
  const Tensor l = lower(lu, 0) + identity(lu), u = upper(lu);
  const Tensor middle = lower(matmul(l, lower(dy[0], 0), true), 0) + upper(matmul(upper(dy[0]), u, false, true));
  const Tensor left = solve_triangular(l, middle, true, true);
  const Tensor rows = transposed(solve_triangular(u, transposed(left), false, false));
  AttrMap one_hot("one_hot");
  one_hot.set("depth", double(lu.dim(-1)));
  one_hot.set("dtype", std::string(name_of(in[0].dtype())));
  const Tensor hot = apply1(make_op("one_hot", one_hot), {out[1]});
  return {matmul(hot, rows, true)};
}
TRAE_REGISTER_OP(LuFactor);

// ---- qr (Walter & Lehmann 2013; Roberts & Roberts 2020 for wide matrices)
OpPtr Qr::make(const AttrMap& a) { return with<Qr>({a.boolean("complete", false)}); }
Specs Qr::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_matrices(*this, in[0]);
  const int64_t m = rows_of(in[0]), n = columns_of(in[0]), k = attrs.is_complete ? m : std::min(m, n);
  return {{with_matrix(in[0].shape, m, k), in[0].dtype}, {with_matrix(in[0].shape, k, n), in[0].dtype}};
}
namespace {
// For m >= n: (dq + q copy_lower(r dr^T - dq^T q)) r^-T, copy_lower making a symmetric matrix of a lower triangle.
Tensor qr_gradient(const Tensor& q, const Tensor& r, const Tensor& dq, const Tensor& dr) {
  const Tensor m = matmul(r, dr, false, true) - matmul(dq, q, true);
  const Tensor symmetric = lower(m) + transposed(lower(m, 0));
  return transposed(solve_triangular(r, transposed(dq + matmul(q, symmetric)), false, false));
}
}  // namespace
Tensors Qr::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor &q = out[0], &r = out[1];
  const Tensor dq = zeros_unless(dy[0], q), dr = zeros_unless(dy[1], r);
  const int64_t m = in[0].dim(-2), n = in[0].dim(-1);
  if (attrs.is_complete && m > n)
    throw NotImplementedError("qr",
                              "has no gradient in mode 'complete' for more rows than columns.\n  Received: shape " +
                                  to_string(in[0].shape()) + "\n  Fix: use mode 'reduced'.");
  if (m >= n) return {qr_gradient(q, r, dq, upper(dr))};
  const Tensor y = columns_to(in[0], n, m), du = columns_to(dr, m), dv = columns_to(dr, n, m);
  const Tensor dx = qr_gradient(q, columns_to(r, m), dq + matmul(y, dv, false, true), upper(du));
  return {concatenate({dx, matmul(q, dv)}, in[0].ndim() - 1)};
}
TRAE_REGISTER_OP(Qr);

// ---- svd (Townsend 2016)
OpPtr Svd::make(const AttrMap& a) { return with<Svd>({a.boolean("full", false), a.boolean("vectors", true)}); }
Specs Svd::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_matrices(*this, in[0]);
  const int64_t m = rows_of(in[0]), n = columns_of(in[0]), k = std::min(m, n);
  const DType d = in[0].dtype;
  if (!attrs.has_vectors) return {{with_vector(in[0].shape, k), d}};
  return {{with_matrix(in[0].shape, m, attrs.is_full ? m : k), d},
          {with_vector(in[0].shape, k), d},
          {with_matrix(in[0].shape, attrs.is_full ? n : k, n), d}};
}
Tensors Svd::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  if (!attrs.has_vectors) {
    const Tensors all = apply(with<Svd>({}), in);
    return {matmul(all[0] * row(dy[0]), all[2])};
  }
  const int64_t m = in[0].dim(-2), n = in[0].dim(-1), k = std::min(m, n);
  if (attrs.is_full && m != n && (dy[0] || dy[2]))
    throw NotImplementedError(
        "svd",
        "the vectors of a matrix that is not square have a gradient with fullMatrices false only.\n  "
        "Received: shape " +
            to_string(in[0].shape()));
  const Tensor u = columns_to(out[0], k), s = out[1], v = columns_to(transposed(out[2]), k);
  Tensor middle = dy[1] ? identity(matmul(u, u, true)) * row(dy[1]) : zeros_like(matmul(u, u, true));
  const Tensor f = inverse_differences(s * s);
  auto skewed = [&](const Tensor& a, const Tensor& da) {
    const Tensor p = matmul(a, da, true);
    return f * (p - transposed(p));
  };
  if (dy[0]) middle = middle + skewed(u, dy[0]) * row(s);
  if (dy[2]) middle = middle + column(s) * skewed(v, transposed(dy[2]));
  Tensor dx = matmul(matmul(u, middle), v, false, true);
  if (dy[0] && m > n) dx = dx + matmul((dy[0] - matmul(u, matmul(u, dy[0], true))) / row(s), v, false, true);
  if (dy[2] && n > m) {
    const Tensor dv = transposed(dy[2]);
    dx = dx + matmul(u, (dv - matmul(v, matmul(v, dv, true))) / row(s), false, true);
  }
  return {dx};
}
TRAE_REGISTER_OP(Svd);

// ---- eigh, with its gradient in the lower triangle, which is what is read (as TensorFlow)
OpPtr SymmetricEigen::make(const AttrMap&) { return std::make_shared<SymmetricEigen>(); }
Specs SymmetricEigen::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  return {{with_vector(in[0].shape, rows_of(in[0])), in[0].dtype}, in[0]};
}
Tensors SymmetricEigen::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  const Tensor &w = out[0], &v = out[1];
  Tensor middle = dy[0] ? identity(v) * row(dy[0]) : zeros_like(v);
  if (dy[1]) middle = middle + inverse_differences(w) * matmul(v, dy[1], true);
  const Tensor d = matmul(matmul(v, middle), v, false, true);
  return {lower(d + transposed(d), 0.5)};
}
TRAE_REGISTER_OP(SymmetricEigen);

// ---- eig
OpPtr Eigen::make(const AttrMap& a) { return with<Eigen>({a.boolean("complex", false)}); }
Specs Eigen::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_square(*this, in[0]);
  const Spec w{with_vector(in[0].shape, rows_of(in[0])), in[0].dtype};
  if (attrs.is_complex) return {w, in[0], w, in[0]};
  return {w, in[0]};
}
namespace {
// Complex numbers as two tensors.
struct Complex {
  Tensor re, im;
};
using ops::operator+;
using ops::operator-;
using ops::operator*;
Complex operator+(const Complex& a, const Complex& b) { return {a.re + b.re, a.im + b.im}; }
Complex operator-(const Complex& a, const Complex& b) { return {a.re - b.re, a.im - b.im}; }
Complex operator*(const Complex& a, const Complex& b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
// a^H b and a b^H
Complex adjoint_times(const Complex& a, const Complex& b) {
  return {matmul(a.re, b.re, true) + matmul(a.im, b.im, true), matmul(a.re, b.im, true) - matmul(a.im, b.re, true)};
}
Complex times_adjoint(const Complex& a, const Complex& b) {
  return {matmul(a.re, b.re, false, true) + matmul(a.im, b.im, false, true),
          matmul(a.im, b.re, false, true) - matmul(a.re, b.im, false, true)};
}
// The real part of x with a^H x = b: one real system of twice the size.
Tensor solve_adjoint(const Complex& a, const Complex& b) {
  const int rows = a.re.ndim() - 2, columns = a.re.ndim() - 1;
  const Tensor re = transposed(a.re), im = transposed(a.im);
  const Tensor left = concatenate({concatenate({re, im}, columns), concatenate({-im, re}, columns)}, rows);
  const Tensor x = solve(left, concatenate({b.re, b.im}, rows), false);
  Ints start(x.shape().size(), 0), stop = x.shape(), step(x.shape().size(), 1);
  stop[size_t(rows)] = a.re.dim(-1);
  return slice(x, start, stop, step);
}
// Boeddeker et al. 2017, (4.60) and (4.62), for vectors of length 1; of the phase of a vector nothing may depend.
Tensors complex_gradient(const Tensors& out, const Tensors& dy) {
  const Complex w{out[0], out[2]}, v{out[1], out[3]};
  const Tensor on = identity(v.re);
  Complex middle{dy[0] ? on * row(dy[0]) : zeros_like(v.re), dy[2] ? on * row(dy[2]) : zeros_like(v.re)};
  if (dy[1] || dy[3]) {
    const Complex dv{zeros_unless(dy[1], v.re), zeros_unless(dy[3], v.re)};
    const Complex p = adjoint_times(v, dv);
    const Tensor along = sum(v.re * dv.re + v.im * dv.im, {v.re.ndim() - 2}, true);
    const Complex vv = adjoint_times(v, v);
    const Complex off = p - Complex{vv.re * along, vv.im * along};
    // / conj(w[j] - w[i])
    const Complex d{row(w.re) - column(w.re), row(w.im) - column(w.im)};
    const Tensor size = d.re * d.re + d.im * d.im, zero = scalar_like(size, 0);
    const Tensor is_zero = binary("equal", size, zero);
    const Tensor inverse = where(is_zero, zero, 1 / where(is_zero, scalar_like(size, 1), size));
    middle = middle + off * Complex{d.re * inverse, d.im * inverse};
  }
  return {solve_adjoint(v, times_adjoint(middle, v))};
}
}  // namespace
Tensors Eigen::vjp(const Tensors&, const Tensors& out, const Tensors& dy) const {
  if (attrs.is_complex) return complex_gradient(out, dy);
  const Tensor &w = out[0], &v = out[1];
  Tensor middle = dy[0] ? identity(v) * row(dy[0]) : zeros_like(v);
  if (dy[1]) {  // vectors keep their length: only what is orthogonal to each counts
    const Ints axis{v.ndim() - 2};
    const Tensor along = sum(v * dy[1], axis, true);
    middle = middle + inverse_differences(w) * matmul(v, dy[1] - v * along, true);
  }
  return {solve(v, matmul(middle, v, false, true), true)};
}
TRAE_REGISTER_OP(Eigen);

// ---- pinv (Golub & Pereyra 1973)
OpPtr PseudoInverse::make(const AttrMap& a) { return with<PseudoInverse>({a.number("rcond")}); }
Specs PseudoInverse::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_matrices(*this, in[0]);
  return {{with_matrix(in[0].shape, columns_of(in[0]), rows_of(in[0])), in[0].dtype}};
}
Tensors PseudoInverse::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  const Tensor &a = in[0], &p = out[0], &d = dy[0];
  const Tensor dt = transposed(d);
  const Tensor pp = matmul(p, p, false, true), qq = matmul(p, p, true);  // p p^T, p^T p
  const Tensor first = matmul(matmul(p, d, true), p, false, true);
  const Tensor left = matmul(dt, pp), right = matmul(qq, dt);
  return {left - matmul(a, matmul(p, left)) + right - matmul(matmul(right, p), a) - first};
}
TRAE_REGISTER_OP(PseudoInverse);

// ---- lstsq, with the gradient of the product by the pseudo-inverse
OpPtr LeastSquares::make(const AttrMap& a) { return with<LeastSquares>({a.number("rcond")}); }
Specs LeastSquares::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_matrices(*this, in[0]);
  expect_matrices(*this, in[1]);
  const Shape batch_a(in[0].shape.begin(), in[0].shape.end() - 2), batch_b(in[1].shape.begin(), in[1].shape.end() - 2);
  if (rows_of(in[1]) != rows_of(in[0]) || batch_a != batch_b || in[0].dtype != in[1].dtype)
    throw ValueError("lstsq", "the right side has " + std::to_string(rows_of(in[1])) + " rows but the matrix has " +
                                  std::to_string(rows_of(in[0])) + ".\n  Received: shapes " + to_string(in[0].shape) +
                                  " and " + to_string(in[1].shape));
  return {{with_matrix(in[0].shape, columns_of(in[0]), columns_of(in[1])), in[0].dtype}};
}
Tensors LeastSquares::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const OpPtr inverse = with<PseudoInverse>({attrs.rcond});
  const Tensor p = apply1(inverse, {in[0]});
  const Tensors da = inverse->vjp({in[0]}, {p}, {matmul(dy[0], in[1], false, true)});
  return {da[0], matmul(p, dy[0], true)};
}
TRAE_REGISTER_OP(LeastSquares);

}  // namespace trae
