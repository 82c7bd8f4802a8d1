#include "napi/processor.h"

namespace trae::napi {

std::string processor_problem() {
  std::string missing;
#if defined(__x86_64__)
  __builtin_cpu_init();
  auto ask = [&](const char* name, bool has) {
    if (!has) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  ask("SSE3", __builtin_cpu_supports("sse3"));
  ask("SSSE3", __builtin_cpu_supports("ssse3"));
  ask("SSE4.1", __builtin_cpu_supports("sse4.1"));
  ask("SSE4.2", __builtin_cpu_supports("sse4.2"));
  ask("POPCNT", __builtin_cpu_supports("popcnt"));
#endif
  if (missing.empty()) return "";
  return "this processor is too old, or the emulator or virtual machine hides what it can: it lacks " + missing +
         ". x86-64-v2 is needed, as in Intel processors since 2009 and AMD processors since 2011.";
}

}  // namespace trae::napi
