// Gamma and binomial numbers by rejection. Every element has a stream of its own, so that the number of attempts of one
// does not move the others and threads do not matter.
#include <cmath>
#include <numbers>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/random_table.h"
#include "ops/random.h"

namespace trae {
namespace {

// The random numbers of element `at` of `count`: blocks at, at + count, at + 2 count...
class Stream {
 public:
  Stream(const int64_t* seed, int64_t at, int64_t count)
      : key_(uint64_t(seed[0])), counter_(uint64_t(seed[1])), block_(uint64_t(at)), step_(uint64_t(count)) {}
  // (0, 1), 52 bits.
  double uniform() {
    const uint64_t high = next(), low = next();
    return (double((high << 20) | (low >> 12)) + 0.5) * 0x1p-52;
  }
  double normal() {
    const double r = std::sqrt(-2 * std::log(uniform()));
    return r * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  uint32_t next() {
    if (used_ == 64) {
      simd::random_table().words(key_, counter_, block_, words_);
      block_ += step_;
      used_ = 0;
    }
    return words_[used_++];
  }
  uint64_t key_, counter_, block_, step_;
  uint32_t words_[64];
  int used_ = 64;
};

// Marsaglia & Tsang 2000; below 1 a power of a uniform number leads back to alpha + 1.
double gamma(double alpha, Stream& random) {
  if (!(alpha >= 0)) return NAN;
  if (alpha < 1) {
    const double u = random.uniform();
    return alpha == 0 ? 0 : gamma(alpha + 1, random) * std::pow(u, 1 / alpha);
  }
  const double d = alpha - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

// ln k! - (the leading terms of Stirling's formula)
double stirling_rest(double k) {
  static constexpr double kTable[] = {0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.0207906721037650,
                                      0.0166446911898211, 0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
                                      0.0092554621827127, 0.0083305634333631};
  if (k < 10) return kTable[int(k)];
  const double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}
// p <= 1/2. Few successes: distances between them (Devroye 1986); else transformed rejection (Hoermann 1993, BTRS).
double binomial_of_small(double n, double p, Stream& random) {
  if (n * p < 10) {
    const double scale = std::log1p(-p);
    double sum = 0, successes = 0;
    for (;;) {
      sum += std::ceil(std::log(random.uniform()) / scale);
      if (!(sum <= n)) return successes;
      successes++;
    }
  }
  const double deviation = std::sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p,
               c = n * p + 0.5, v_r = 0.92 - 4.2 / b, r = p / (1 - p), alpha = (2.83 + 5.1 / b) * deviation,
               m = std::floor((n + 1) * p);
  for (;;) {
    const double u = random.uniform() - 0.5;
    double v = random.uniform();
    const double us = 0.5 - std::abs(u), k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > n) continue;
    v = std::log(v * alpha / (a / (us * us) + b));
    const double bound = (m + 0.5) * std::log((m + 1) / (r * (n - m + 1))) +
                         (n + 1) * std::log((n - m + 1) / (n - k + 1)) +
                         (k + 0.5) * std::log(r * (n - k + 1) / (k + 1)) + stirling_rest(m) + stirling_rest(n - m) -
                         stirling_rest(k) - stirling_rest(n - k);
    if (v <= bound) return k;
  }
}
double binomial(double n, double p, Stream& random) {
  if (!(n >= 0) || !(p >= 0 && p <= 1) || std::isinf(n)) return NAN;
  n = std::floor(n);
  if (p == 0 || n == 0) return 0;
  return p <= 0.5 ? binomial_of_small(n, p, random) : p == 1 ? n : n - binomial_of_small(n, 1 - p, random);
}

template <class T, class F>
Kernel each(int64_t n, F f) {
  return [=](const void* const* in, void* const* out) {
    parallel_for(n, 64, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        Stream random(static_cast<const int64_t*>(in[0]), i, n);
        static_cast<T*>(out[0])[i] = T(f(in, i, random));
      }
    });
  };
}
template <class T>
double at(const void* const* in, int input, int64_t i) {
  return double(static_cast<const T*>(in[input])[i]);
}
template <class T>
Kernel gamma_kernel(int64_t n) {
  return each<T>(n, [](const void* const* in, int64_t i, Stream& random) { return gamma(at<T>(in, 1, i), random); });
}
template <class T>
Kernel binomial_kernel(int64_t n) {
  return each<T>(n, [](const void* const* in, int64_t i, Stream& random) {
    return binomial(at<T>(in, 1, i), at<T>(in, 2, i), random);
  });
}

}  // namespace

TRAE_CPU_KERNEL(RandomGamma) {
  return in[1].dtype == DType::kFloat64 ? gamma_kernel<double>(in[1].size()) : gamma_kernel<float>(in[1].size());
}
TRAE_CPU_KERNEL(RandomBinomial) {
  return in[1].dtype == DType::kFloat64 ? binomial_kernel<double>(in[1].size()) : binomial_kernel<float>(in[1].size());
}

}  // namespace trae
