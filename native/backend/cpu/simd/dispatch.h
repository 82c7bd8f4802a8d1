// Run-time choice of instruction set. Every .cpp in this folder is compiled once per instruction set, its code living
// in namespace trae::simd::TRAE_ISA, and offers a table of function pointers:
//   header:  struct ExpTable { void (*exp)(const float*, float*, int64_t); };  TRAE_DECLARE_TABLE(ExpTable, exp_table)
//   source:  namespace trae::simd::TRAE_ISA { const ExpTable& exp_table() { static constexpr ExpTable t{&exp}; return
//   t; } } use:     simd::exp_table().exp(x, y, n);
// No standard library code in those sources: an inline function compiled for AVX-512 could replace the baseline one.
#pragma once

namespace trae::simd {

enum class Isa { kBase, kAvx2, kAvx512 };

// Best set this machine and TRAE_MAX_ISA ("base", "avx2", "avx512") allow; found once.
Isa isa();
const char* isa_name();

#if defined(__x86_64__)
#define TRAE_DECLARE_TABLE(Table, get)         \
  namespace simd {                             \
  namespace base {                             \
  const Table& get();                          \
  }                                            \
  namespace avx2 {                             \
  const Table& get();                          \
  }                                            \
  namespace avx512 {                           \
  const Table& get();                          \
  }                                            \
  inline const Table& get() {                  \
    switch (isa()) {                           \
      case Isa::kAvx512: return avx512::get(); \
      case Isa::kAvx2: return avx2::get();     \
      default: return base::get();             \
    }                                          \
  }                                            \
  }
#else
#define TRAE_DECLARE_TABLE(Table, get)              \
  namespace simd {                                  \
  namespace base {                                  \
  const Table& get();                               \
  }                                                 \
  inline const Table& get() { return base::get(); } \
  }
#endif

}  // namespace trae::simd
