// Eigenvalues and singular values of matrices that are hard on them: the results must be those of the matrix, whatever
// its size, and NaN where an element is no number.
#include <algorithm>
#include <functional>
#include <limits>
#include <string>

#include "graph/op.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;

namespace {

using Make = std::function<double(int64_t i, int64_t j, int64_t n, Random&)>;
struct Kind {
  const char* name;
  Make at;  // of a symmetric matrix, for i <= j
};

std::vector<Kind> kinds(bool is_double) {
  const double huge = is_double ? 1e200 : 1e30, tiny = is_double ? 1e-200 : 1e-30,
               denormal = is_double ? 1e-320 : 1e-42;
  const double near = is_double ? 1e-13 : 1e-6;
  return {
      {"zeros", [](auto...) { return 0.0; }},
      {"identity", [](int64_t i, int64_t j, auto&&...) { return double(i == j); }},
      {"random", [](int64_t, int64_t, int64_t, Random& r) { return r.uniform(-1, 1); }},
      {"huge", [=](int64_t, int64_t, int64_t, Random& r) { return huge * r.uniform(-1, 1); }},
      {"tiny", [=](int64_t, int64_t, int64_t, Random& r) { return tiny * r.uniform(-1, 1); }},
      {"denormal", [=](int64_t, int64_t, int64_t, Random& r) { return denormal * r.uniform(-1, 1); }},
      {"a cluster", [=](int64_t i, int64_t j, int64_t, Random& r) { return (i == j) + near * r.uniform(-1, 1); }},
      {"of rank one", [](int64_t i, int64_t j, auto&&...) { return double((i % 3 + 1) * (j % 3 + 1)); }},
      {"ones", [](auto...) { return 1.0; }},
      {"one huge element",
       [=](int64_t i, int64_t j, auto&&...) { return i == 0 && j == 0 ? huge
                                                     : i == j         ? 1.0
                                                                      : 0.0; }},
      {"graded", [](int64_t i, int64_t j, auto&&...) { return std::pow(10.0, -double(i + j) / 8); }},
      {"tridiagonal", [](int64_t i, int64_t j, auto&&...) { return i == j       ? 2.0
                                                                   : j - i == 1 ? -1.0
                                                                                : 0.0; }},
  };
}

Tensors call(const char* name, const Tensor& x, const char* option = nullptr) {
  AttrMap attrs(name);
  if (option) attrs.set(option, true);
  return apply(make_op(name, attrs), {x});
}
Tensor made(const std::vector<double>& v, int64_t n, bool is_double) {
  if (is_double) return doubles({n, n}, v);
  return floats({n, n}, std::vector<float>(v.begin(), v.end()));
}
// max |left right - want|, (n, n) each.
double error_of(const std::vector<double>& left, const std::vector<double>& right, const std::vector<double>& want,
                int64_t n) {
  double worst = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = -want[size_t(i * n + j)];
      for (int64_t k = 0; k < n; k++) sum += left[size_t(i * n + k)] * right[size_t(k * n + j)];
      worst = std::isnan(sum) ? sum : std::max(worst, std::abs(sum));
    }
  return worst;
}
std::vector<double> transposed(const std::vector<double>& x, int64_t n) {
  std::vector<double> y(x.size());
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) y[size_t(j * n + i)] = x[size_t(i * n + j)];
  return y;
}
std::vector<double> columns_times(std::vector<double> x, const std::vector<double>& w, int64_t n) {
  for (size_t i = 0; i < x.size(); i++) x[i] *= w[i % size_t(n)];
  return x;
}
std::vector<double> identity(int64_t n) {
  std::vector<double> y(size_t(n * n));
  for (int64_t i = 0; i < n; i++) y[size_t(i * n + i)] = 1;
  return y;
}

struct Case {
  std::string label;
  int64_t n;
  std::vector<double> x;
  Tensor t;
  double tolerance, scale;
};
template <class F>
void each_case(F&& f) {
  for (const bool is_double : {true, false})
    for (const Kind& kind : kinds(is_double))
      for (const int64_t n : {1, 2, 5, 33, 64, 70}) {
        Random random{uint64_t(n)};
        std::vector<double> x(size_t(n * n));
        for (int64_t i = 0; i < n; i++)
          for (int64_t j = i; j < n; j++) x[size_t(i * n + j)] = x[size_t(j * n + i)] = kind.at(i, j, n, random);
        const Tensor t = made(x, n, is_double);
        x = values(t);
        double largest = is_double ? 1e-305 : 1e-36;  // smaller numbers may be flushed to 0
        for (double v : x) largest = std::max(largest, std::abs(v));
        const double epsilon = is_double ? 2.3e-16 : 1.2e-7;
        f(Case{std::string(kind.name) + (is_double ? ", float64" : ", float32"), n, x, t, 40 * double(n) * epsilon,
               largest});
      }
}

}  // namespace

TEST_CASE("eigenvalues of symmetric matrices of every kind") {
  each_case([](const Case& c) {
    CAPTURE(c.label);
    CAPTURE(c.n);
    const Tensors out = call("eigh", c.t);
    const auto w = values(out[0]), v = values(out[1]);
    CHECK(std::is_sorted(w.begin(), w.end()));
    CHECK(error_of(transposed(v, c.n), v, identity(c.n), c.n) <= c.tolerance);
    CHECK(error_of(c.x, v, columns_times(v, w, c.n), c.n) <= c.tolerance * c.scale * double(c.n));
  });
}
TEST_CASE("singular values of matrices of every kind") {
  each_case([](const Case& c) {
    CAPTURE(c.label);
    CAPTURE(c.n);
    const Tensors out = call("svd", c.t);
    const auto u = values(out[0]), s = values(out[1]), vh = values(out[2]);
    CHECK(std::is_sorted(s.rbegin(), s.rend()));
    CHECK(s.back() >= 0);
    CHECK(error_of(transposed(u, c.n), u, identity(c.n), c.n) <= c.tolerance);
    CHECK(error_of(vh, transposed(vh, c.n), identity(c.n), c.n) <= c.tolerance);
    CHECK(error_of(columns_times(u, s, c.n), vh, c.x, c.n) <= c.tolerance * c.scale * double(c.n));
  });
}
TEST_CASE("eigenvalues of general matrices of every kind") {
  each_case([](const Case& c) {
    CAPTURE(c.label);
    CAPTURE(c.n);
    const Tensors out = call("eig", c.t, "complex");
    const auto w = values(out[0]), v = values(out[1]), wi = values(out[2]), vi = values(out[3]);
    // A (v + i vi) = (v + i vi) (w + i wi)
    auto real = columns_times(v, w, c.n), imaginary = columns_times(v, wi, c.n);
    const auto real_of_both = columns_times(vi, wi, c.n), imaginary_of_both = columns_times(vi, w, c.n);
    for (size_t i = 0; i < real.size(); i++) {
      real[i] -= real_of_both[i];
      imaginary[i] += imaginary_of_both[i];
    }
    CHECK(error_of(c.x, v, real, c.n) <= c.tolerance * c.scale * double(c.n));
    CHECK(error_of(c.x, vi, imaginary, c.n) <= c.tolerance * c.scale * double(c.n));
  });
}
TEST_CASE("an element that is no finite number makes every result NaN") {
  for (const double bad : {double(NAN), double(INFINITY), -double(INFINITY)})
    for (const bool is_double : {true, false})
      for (const int64_t n : {1, 2, 33, 70}) {
        CAPTURE(n);
        std::vector<double> x = identity(n);
        x.back() = bad;
        for (const char* name : {"eigh", "svd", "eig"}) {
          CAPTURE(name);
          for (const Tensor& t : call(name, made(x, n, is_double), std::string(name) == "eig" ? "complex" : nullptr)) {
            const auto got = values(t);
            CHECK(std::all_of(got.begin(), got.end(), [](double v) { return std::isnan(v); }));
          }
        }
      }
}
