#include <cstdlib>
#include <cstring>

#include "backend/cpu/simd/dispatch.h"

namespace trae::simd {

Isa isa() {
  static const Isa found = [] {
    Isa best = Isa::kBase;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = Isa::kAvx2;
    if (best == Isa::kAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
      best = Isa::kAvx512;
#endif
    if (const char* limit = std::getenv("TRAE_MAX_ISA")) {
      if (!std::strcmp(limit, "base")) best = Isa::kBase;
      if (!std::strcmp(limit, "avx2") && best == Isa::kAvx512) best = Isa::kAvx2;
    }
    return best;
  }();
  return found;
}

const char* isa_name() {
  switch (isa()) {
    case Isa::kAvx512: return "avx512";
    case Isa::kAvx2: return "avx2";
    default: return "base";
  }
}

}  // namespace trae::simd
