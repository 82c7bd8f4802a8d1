#include "backend/cpu/parallel.h"

#include <atomic>
#include <fstream>

namespace trae {
namespace {

std::atomic<int> g_threads{0};

// Processors that the container may use at once (cgroup v2), rounded up; a number too large to matter when unlimited.
int container_processors() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return 1 << 16;
  return std::max(1, int((quota + period - 1) / period));
}

}  // namespace

int num_threads() {
  int n = g_threads.load(std::memory_order_relaxed);
  if (n == 0) {
    n = std::max(1, std::min(omp_get_max_threads(), container_processors()));  // respects affinity and OMP_NUM_THREADS
    g_threads.store(n);
  }
  return n;
}
namespace {
thread_local bool is_alone = false;
}
AloneOnThisThread::AloneOnThisThread() {
  num_threads();  // found before the limit below
  before_ = omp_get_max_threads();
  was_alone_ = is_alone;
  omp_set_num_threads(1);  // oneDNN's products follow it
  is_alone = true;
}
AloneOnThisThread::~AloneOnThisThread() {
  is_alone = was_alone_;
  omp_set_num_threads(before_);
}
int team_size() { return is_alone ? 1 : num_threads(); }
void set_num_threads(int n) { g_threads.store(std::max(1, n)); }
}  // namespace trae
