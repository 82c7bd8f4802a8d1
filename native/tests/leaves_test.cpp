// Elementwise vector loops of each instruction set on special values, beside the C library in double.
#include "backend/cpu/simd/leaves.h"

#include <optional>

#include "ops/elementwise_codes.h"
#include "special_floats.h"
#include "support.h"

namespace trae::test {
namespace {

const double kParams[] = {-1, 2};

// What an elementwise op is, one number at a time.
std::optional<double> plain(Code code, double x, double y, bool is_wide) {
  const auto python_mod = [](double a, double b) {
    const double r = std::fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  };
  const double sigmoid = 1 / (1 + std::exp(-x));
  switch (code) {
    case Code::kIdentity: return x;
    case Code::kNegative: return -x;
    case Code::kAbs: return std::fabs(x);
    case Code::kSign: return std::isnan(x) ? x : double((x > 0) - (x < 0));
    case Code::kExp: return std::exp(x);
    case Code::kExp2: return std::exp2(x);
    case Code::kExpm1: return std::expm1(x);
    case Code::kLog: return std::log(x);
    case Code::kLog1p: return std::log1p(x);
    case Code::kLog2: return std::log2(x);
    case Code::kLog10: return std::log10(x);
    case Code::kSqrt: return std::sqrt(x);
    case Code::kRsqrt: return 1 / std::sqrt(x);
    case Code::kSquare: return x * x;
    case Code::kReciprocal: return 1 / x;
    case Code::kSin: return std::sin(x);
    case Code::kCos: return std::cos(x);
    case Code::kTan: return std::tan(x);
    case Code::kArcsin: return std::asin(x);
    case Code::kArccos: return std::acos(x);
    case Code::kArctan: return std::atan(x);
    case Code::kSinh: return std::sinh(x);
    case Code::kCosh: return std::cosh(x);
    case Code::kTanh: return std::tanh(x);
    case Code::kArcsinh: return std::asinh(x);
    case Code::kArccosh: return std::acosh(x);
    case Code::kArctanh: return std::atanh(x);
    case Code::kSigmoid: return sigmoid;
    case Code::kRelu: return x < 0 ? 0 : x;
    case Code::kRelu6: return x < 0 ? 0 : x > 6 ? 6 : x;
    case Code::kSoftplus: return x == -INFINITY ? 0 : x > 50 ? x : std::log1p(std::exp(x));
    case Code::kErf: return std::erf(x);
    case Code::kGelu: return 0.5 * x * std::erfc(x * -M_SQRT1_2);
    case Code::kFloor: return std::floor(x);
    case Code::kCeil: return std::ceil(x);
    case Code::kRound: return std::nearbyint(x);
    case Code::kTrunc: return std::trunc(x);
    case Code::kIsnan: return double(std::isnan(x));
    case Code::kIsinf: return double(std::isinf(x));
    case Code::kIsfinite: return double(std::isfinite(x));
    case Code::kLogicalNot: return double(x == 0);
    case Code::kClip: return std::isnan(x) ? x : std::fmin(std::fmax(x, kParams[0]), kParams[1]);
    case Code::kAdd: return x + y;
    case Code::kSubtract: return x - y;
    case Code::kMultiply: return x * y;
    case Code::kDivide: return x / y;
    case Code::kFloorDivide: return std::floor(is_wide ? x / y : double(float(x / y)));
    case Code::kMod: return python_mod(x, y);
    case Code::kPower: return std::pow(x, y);
    case Code::kMaximum: return std::isnan(x) || std::isnan(y) ? NAN : y > x ? y : x;
    case Code::kMinimum: return std::isnan(x) || std::isnan(y) ? NAN : y < x ? y : x;
    case Code::kArctan2: return std::atan2(x, y);
    case Code::kGreater: return double(x > y);
    case Code::kGreaterEqual: return double(x >= y);
    case Code::kLess: return double(x < y);
    case Code::kLessEqual: return double(x <= y);
    case Code::kEqual: return double(x == y);
    case Code::kNotEqual: return double(x != y);
    case Code::kLogicalAnd: return double(x != 0 && y != 0);
    case Code::kLogicalOr: return double(x != 0 || y != 0);
    case Code::kLogicalXor: return double((x != 0) != (y != 0));
    case Code::kReluGrad: return x > 0 ? y : 0;
    case Code::kRelu6Grad: return x > 0 && x < 6 ? y : 0;
    case Code::kSigmoidGrad: return y * x * (1 - x);
    case Code::kTanhGrad: return y * (1 - x * x);
    case Code::kGeluGrad:
      return y * (0.5 * std::erfc(x * -M_SQRT1_2) + x * std::exp(-0.5 * x * x) * (M_SQRT1_2 * M_2_SQRTPI / 2));
    default: return std::nullopt;
  }
}
bool gives_bool(Code code) {
  return (code >= Code::kIsnan && code <= Code::kLogicalNot) || (code >= Code::kGreater && code <= Code::kLogicalXor);
}
bool is_denormal(double x) { return x != 0 && std::fabs(x) < double(kMinNormal); }

// A denormal may count as the zero of its sign, among operands and among results.
bool is_right(Code code, double got, double x, double y) {
  for (double a : {x, is_denormal(x) ? std::copysign(0.0, x) : x})
    for (double b : {y, is_denormal(y) ? std::copysign(0.0, y) : y}) {
      double want = *plain(code, a, b, false);
      if (std::isfinite(want)) want = std::fabs(want) > double(kMaxFloat) ? std::copysign(INFINITY, want) : want;
      const bool is_tiny = want != 0 && std::fabs(want) < 1.01 * double(kMinNormal);
      // Of the results of sigmoid and tanh, which are 1 at most; huge ones overflow between the factors.
      const bool overflows = (code == Code::kSigmoidGrad || code == Code::kTanhGrad) && std::fabs(a) > 1e7;
      if (agree(got, want, 1e-5) || (is_tiny && std::fabs(got) < 2 * double(kMinNormal)) || overflows) return true;
      if (want != 0 && got != 0 && std::fabs(got - want) < 2e-7) return true;  // near a zero of sin, tan, erf, ...
    }
  return false;
}

}  // namespace

TEST_CASE("elementwise loops of every instruction set keep special values as the C library does") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table))
    for (Lane lane : {Lane::kF32, Lane::kF64})
      for (int number = 0; number < int(Code::kCount); number++) {
        const Code code = Code(number);
        const Leaf leaf = table->find(number, lane);
        if (!leaf || !plain(code, 1, 1, true)) continue;
        for (int64_t n : kLengths)
          for (size_t shift = 0; shift < std::size(kSpecial); shift++) {
            const std::vector<float> a = special_mixture(n, 0), b = special_mixture(n, shift);
            const std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
            std::vector<float> narrow(size_t(n), 7);
            std::vector<double> wide(size_t(n), 7);
            std::vector<uint8_t> bools(size_t(n), 7);
            const bool is_wide = lane == Lane::kF64;
            void* to = gives_bool(code) ? (void*)bools.data() : is_wide ? (void*)wide.data() : (void*)narrow.data();
            leaf(n, to, is_wide ? (const void*)wide_a.data() : a.data(),
                 is_wide ? (const void*)wide_b.data() : b.data(), nullptr, kParams);
            for (size_t i = 0; i < size_t(n); i++) {
              const double got = gives_bool(code) ? bools[i] : is_wide ? wide[i] : double(narrow[i]);
              INFO(name, ", op ", number, ", lane ", int(lane), ", ", n, " elements, element ", i, ": ", a[i], ", ",
                   b[i], " gave ", got, " instead of ", *plain(code, wide_a[i], wide_b[i], is_wide));
              REQUIRE(((is_wide && agree(got, *plain(code, wide_a[i], wide_b[i], is_wide), 1e-12)) ||
                       is_right(code, got, wide_a[i], wide_b[i])));
            }
          }
      }
}

TEST_CASE("where and erfinv of special values on every instruction set") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table))
    for (int64_t n : kLengths) {
      const std::vector<float> a = special_mixture(n, 1), b = special_mixture(n, 4);
      std::vector<uint8_t> chosen;
      for (int64_t i = 0; i < n; i++) chosen.push_back(uint8_t(i % 3 == 0));
      std::vector<float> y(size_t(n), 7), inverse(size_t(n), 7);
      table->find(int(Code::kWhere), Lane::kF32)(n, y.data(), chosen.data(), a.data(), b.data(), nullptr);
      table->find(int(Code::kErfinv), Lane::kF32)(n, inverse.data(), a.data(), nullptr, nullptr, nullptr);
      for (size_t i = 0; i < size_t(n); i++) {
        INFO(name, ", ", n, " elements, element ", i, ": ", a[i], ", ", b[i]);
        CHECK(agree(double(y[i]), double(chosen[i] ? a[i] : b[i]), 0));
        const double x = double(a[i]), got = double(inverse[i]);
        if (!(std::fabs(x) <= 1)) CHECK(std::isnan(got));
        else if (std::fabs(x) == 1) CHECK(got == x * double(kInf));
        else if (x == 0) CHECK(agree(got, 0, 0));
        else CHECK(std::fabs(std::erf(got) - x) < 1e-6);
      }
    }
}

TEST_CASE("integer loops are the same on every instruction set, at the ends of their ranges too") {
  const auto all = TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table);
  const int64_t ends[] = {0, 1, -1, 7, -8, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 31, 63, 64};
  for (const auto& [name, table] : all)
    for (int number = 0; number < int(Code::kCount); number++)
      for (Lane lane : {Lane::kI32, Lane::kI64, Lane::kU8})
        for (int64_t n : kLengths) {
          const Leaf leaf = table->find(number, lane);
          if (!leaf || number == int(Code::kWhere)) continue;
          std::vector<int64_t> a, b;
          for (int64_t i = 0; i < n; i++)
            a.push_back(ends[size_t(i * 5) % std::size(ends)]), b.push_back(ends[size_t(i * 7 + n) % std::size(ends)]);
          std::vector<int64_t> got(size_t(n), 9), want(size_t(n), 9);
          const std::vector<int32_t> narrow_a(a.begin(), a.end()), narrow_b(b.begin(), b.end());
          const std::vector<uint8_t> bool_a(a.begin(), a.end()), bool_b(b.begin(), b.end());
          const void* x = lane == Lane::kI32  ? (const void*)narrow_a.data()
                          : lane == Lane::kU8 ? (const void*)bool_a.data()
                                              : a.data();
          const void* y = lane == Lane::kI32  ? (const void*)narrow_b.data()
                          : lane == Lane::kU8 ? (const void*)bool_b.data()
                                              : b.data();
          leaf(n, got.data(), x, y, nullptr, kParams);
          all[0].table->find(number, lane)(n, want.data(), x, y, nullptr, kParams);
          INFO(name, ", op ", number, ", lane ", int(lane), ", ", n, " elements");
          CHECK(got == want);
        }
}

TEST_CASE("conversions of special values on every instruction set") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table))
    for (int64_t n : kLengths) {
      const std::vector<float> x = special_mixture(n, 2);
      std::vector<uint16_t> halves(size_t(n), 1);
      std::vector<float> back(size_t(n), 1);
      std::vector<int32_t> whole(size_t(n), 1);
      for (DType d : {DType::kFloat16, DType::kBFloat16}) {
        table->store(int(d))(n, halves.data(), x.data(), nullptr, nullptr, nullptr);
        table->load(int(d))(n, back.data(), halves.data(), nullptr, nullptr, nullptr);
        for (size_t i = 0; i < size_t(n); i++) {
          const double most = d == DType::kFloat16 ? 65519 : 3.3895e38, least = d == DType::kFloat16 ? 2.98e-8 : 0,
                       v = double(x[i]);
          const double want = std::fabs(v) > most     ? std::copysign(INFINITY, v)
                              : std::fabs(v) <= least ? std::copysign(0.0, v)
                                                      : v;
          INFO(name, ", dtype ", int(d), ", element ", i, " of ", n, ": ", x[i], " came back as ", back[i]);
          CHECK(agree(double(back[i]), want, is_denormal(want) ? 0.5 : 1.0 / 256));
        }
      }
      table->convert(Lane::kF32, Lane::kI32)(n, whole.data(), x.data(), nullptr, nullptr, nullptr);
      for (size_t i = 0; i < size_t(n); i++) {
        INFO(name, ", element ", i, " of ", n, ": ", x[i]);
        CHECK(whole[i] == (std::isnan(x[i])
                               ? 0
                               : int32_t(std::fmax(-2147483648.0, std::fmin(2147483647.0, std::trunc(double(x[i])))))));
      }
    }
}

}  // namespace trae::test
