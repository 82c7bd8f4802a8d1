// NaN, infinities, zeros of both signs and denormals, and the vector tables of each instruction set of this machine.
#pragma once
#include <cmath>
#include <iterator>
#include <vector>

#include "backend/cpu/simd/dispatch.h"

namespace trae::test {

constexpr float kNan = NAN, kInf = INFINITY, kDenormal = 1e-40f, kMinNormal = 1.17549435e-38f,
                kMaxFloat = 3.4028235e38f;
constexpr float kSpecial[] = {0.0f,  -0.0f, 1.0f, -1.0f,     0.5f,       -2.5f, kInf,   3.5f,
                              -kInf, 80.0f, kNan, kDenormal, -kDenormal, 1e30f, -80.0f, -kMaxFloat};
// Around the widths of vectors and of the loops' blocks.
constexpr int64_t kLengths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 129};

// Each value comes at every place of a vector; another `shift` pairs them otherwise.
inline std::vector<float> special_mixture(int64_t n, size_t shift) {
  std::vector<float> v;
  for (int64_t i = 0; i < n; i++)
    v.push_back(kSpecial[(size_t(i) * 5 + shift + size_t(i) / std::size(kSpecial)) % std::size(kSpecial)]);
  return v;
}

// The same but for rounding: NaN, infinities and the signs of zeros are kept.
inline bool agree(double got, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  if (want == 0 && got == 0) return std::signbit(got) == std::signbit(want);
  return got == want || std::fabs(got - want) <= tolerance * std::fabs(want);
}

template <class Table>
struct NamedTable {
  const char* name;
  const Table* table;
};

}  // namespace trae::test

// A vector of NamedTable, the baseline first; what TRAE_MAX_ISA leaves out is not among them.
#if defined(__x86_64__)
#define TRAE_TABLES_OF_THIS_MACHINE(Table, get)                                                                     \
  [] {                                                                                                              \
    std::vector<::trae::test::NamedTable<Table>> all{{"base", &::trae::simd::base::get()}};                         \
    if (::trae::simd::isa() != ::trae::simd::Isa::kBase) all.push_back({"avx2", &::trae::simd::avx2::get()});       \
    if (::trae::simd::isa() == ::trae::simd::Isa::kAvx512) all.push_back({"avx512", &::trae::simd::avx512::get()}); \
    return all;                                                                                                     \
      }()
#else
#define TRAE_TABLES_OF_THIS_MACHINE(Table, get)  \
  std::vector<::trae::test::NamedTable<Table>> { \
    { "base", &::trae::simd::get() }             \
  }
#endif
