#include "backend/cpu/processor.h"

namespace trae {

std::string processor_problem() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return processor_problem({{"SSE3", __builtin_cpu_supports("sse3")},
                            {"SSSE3", __builtin_cpu_supports("ssse3")},
                            {"SSE4.1", __builtin_cpu_supports("sse4.1")},
                            {"SSE4.2", __builtin_cpu_supports("sse4.2")},
                            {"POPCNT", __builtin_cpu_supports("popcnt")}});
#else
  return "";
#endif
}

std::string processor_problem(const std::vector<std::pair<const char*, bool>>& instructions) {
  std::string missing;
  for (const auto& [name, is_there] : instructions)
    if (!is_there) missing += (missing.empty() ? "" : ", ") + std::string(name);
  if (missing.empty()) return "";
  return "this processor is too old, or the emulator or virtual machine hides what it can: it lacks " + missing +
         ". x86-64-v2 is needed, as in Intel processors since 2009 and AMD processors since 2011";
}

}  // namespace trae
