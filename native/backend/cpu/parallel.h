// The one way kernels use several threads. The compute thread owns a fixed OpenMP team; loops below the grain run on
// it alone. Work is split in contiguous ranges that depend only on n and the team size, so results repeat.
#pragma once
#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace trae {

int num_threads();
void set_num_threads(int);

// While it lives, this thread computes alone: for small work, which may run outside of the compute thread that owns the
// team. One may live inside of another.
class AloneOnThisThread {
 public:
  AloneOnThisThread();
  ~AloneOnThisThread();

 private:
  int before_;
  bool was_alone_;
};
// Threads that loops of the calling thread may use: all, or itself.
int team_size();

// f(begin, end) over [0, n), each range at least `grain` long. f must not throw.
template <class F>
void parallel_for(int64_t n, int64_t grain, F&& f) {
  const int64_t most = grain > 0 ? n / grain : n;
  const int team = most <= 1 ? 1 : int(std::min<int64_t>(team_size(), most));
  if (team <= 1) {
    if (n > 0) f(int64_t(0), n);
    return;
  }
#pragma omp parallel num_threads(num_threads())
  {
    const int t = omp_get_thread_num();
    if (t < team) {
      const int64_t chunk = n / team, rest = n % team;
      const int64_t begin = t * chunk + std::min<int64_t>(t, rest), end = begin + chunk + (t < rest ? 1 : 0);
      if (begin < end) f(begin, end);
    }
  }
}

constexpr int64_t kElementwiseGrain = 16384;  // elements a thread must get before a second one pays

}  // namespace trae
