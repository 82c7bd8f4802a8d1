#include "cpu/parallel.h"

#include <atomic>

namespace trae {
namespace {
std::atomic<int> g_threads{0};
}
int num_threads() {
  int n = g_threads.load(std::memory_order_relaxed);
  if (n == 0) {
    n = std::max(1, omp_get_num_procs());  // respects the affinity mask
    g_threads.store(n);
  }
  return n;
}
void set_num_threads(int n) { g_threads.store(std::max(1, n)); }
}  // namespace trae
