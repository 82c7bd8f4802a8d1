// The OpenMP functions that GCC's code calls, over one team of threads: for the prebuilt addon, where a libgomp of the
// system can be missing, or be refused for want of thread-local room, and the static one cannot go into a shared
// object. Regions, barriers and thread numbers are all that this engine and oneDNN use. Nested regions run on their
// thread alone.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace trae::openmp {
namespace {

using Region = void (*)(void*);

// Of the calling thread. No region: number 0 of 1.
struct Place {
  int number = 0, size = 1;
  bool is_inside = false;  // of a region of several threads, however deep
  int wanted = 0;          // omp_set_num_threads; 0: as many as the process may use
};
thread_local Place place;

void rest() {
#if defined(__SSE__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Looks this often at what it waits for before it sleeps: GOMP_SPINCOUNT, as in libgomp. OMP_WAIT_POLICY=PASSIVE: not
// at all.
int spins() {
  static const int found = [] {
    const char* policy = std::getenv("OMP_WAIT_POLICY");
    if (policy && (policy[0] == 'p' || policy[0] == 'P')) return 0;
    const char* count = std::getenv("GOMP_SPINCOUNT");
    return count ? int(std::strtol(count, nullptr, 10)) : policy ? 1 << 30 : 3000;
  }();
  return found;
}

void wait_while(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = spins(); i > 0; i--) {
    if (value.load(std::memory_order_acquire) != old) return;
    rest();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

// Processors that this process may use, or OMP_NUM_THREADS (its first number).
int default_size() {
  static const int found = [] {
    if (const char* wanted = std::getenv("OMP_NUM_THREADS"))
      if (const int n = int(std::strtol(wanted, nullptr, 10)); n > 0) return n;
    cpu_set_t* set = CPU_ALLOC(4096);
    const size_t bytes = CPU_ALLOC_SIZE(4096);
    const int n = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 1;
    CPU_FREE(set);
    return n > 0 ? n : 1;
  }();
  return found;
}

class Team {
 public:
  void run(Region region, void* data, int size) {
    const std::lock_guard lock(mutex_);  // two threads outside of any region take turns
    const int hired = hire(size - 1);
    region_ = region;
    data_ = data;
    size_ = size;
    is_short_ = hired < size - 1;
    left_.store(uint32_t(hired), std::memory_order_relaxed);
#if defined(__SSE__)
    rounding_ = _mm_getcsr();
#endif
    for (int i = 0; i < hired; i++) {
      workers_[size_t(i)].turn.fetch_add(1, std::memory_order_release);
      workers_[size_t(i)].turn.notify_one();
    }
    enter(0);
    for (int i = hired + 1; i < size; i++) enter(i);  // the part of threads that could not be started
    for (uint32_t left; (left = left_.load(std::memory_order_acquire)) != 0;) wait_while(left_, left);
  }

  void barrier() {
    if (is_short_) {
      std::fputs(
          "trae-node: the system refuses to start as many threads as are needed. Fix: set OMP_NUM_THREADS to a smaller "
          "number.\n",
          stderr);
      std::abort();
    }
    const uint32_t round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == uint32_t(place.size)) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.fetch_add(1, std::memory_order_release);
      round_.notify_all();
    } else {
      wait_while(round_, round);
    }
  }

 private:
  struct alignas(64) Worker {
    std::atomic<uint32_t> turn{0};
    Team* team = nullptr;
    int number = 0;
  };

  void enter(int number) {
    const Place before = place;
    place = {number, size_, true, before.wanted};
    region_(data_);
    place = before;
  }

  // Starts the threads that are missing. They live as long as the process: the addon is never unloaded (-z nodelete).
  int hire(int count) {
    while (int(workers_.size()) < count) {
      Worker& w = workers_.emplace_back();
      w.team = this;
      w.number = int(workers_.size());
      pthread_t thread;
      if (pthread_create(&thread, nullptr, &Team::work, &w) != 0) {
        workers_.pop_back();
        return int(workers_.size());
      }
      pthread_detach(thread);
    }
    return count;
  }

  static void* work(void* argument) {
    Worker& w = *static_cast<Worker*>(argument);
    Team& team = *w.team;
    for (uint32_t seen = 0;; seen++) {
      wait_while(w.turn, seen);
#if defined(__SSE__)
      if (_mm_getcsr() != team.rounding_)
        _mm_setcsr(team.rounding_);  // denormals count as zero where the caller has it so
#endif
      team.enter(w.number);
      if (team.left_.fetch_sub(1, std::memory_order_acq_rel) == 1) team.left_.notify_one();
    }
  }

  std::mutex mutex_;
  std::deque<Worker> workers_;  // stay where they are
  Region region_ = nullptr;
  void* data_ = nullptr;
  int size_ = 1;
  bool is_short_ = false;
  unsigned rounding_ = 0;
  alignas(64) std::atomic<uint32_t> left_{0};
  alignas(64) std::atomic<uint32_t> arrived_{0};
  std::atomic<uint32_t> round_{0};
};

Team& team() {
  static Team* t = new Team;  // never destroyed: its threads run until the process ends
  return *t;
}

}  // namespace
}  // namespace trae::openmp

using namespace trae::openmp;

extern "C" {

int omp_get_max_threads() { return place.wanted > 0 ? place.wanted : default_size(); }
void omp_set_num_threads(int n) { place.wanted = n > 0 ? n : 1; }
int omp_get_thread_num() { return place.number; }
int omp_get_num_threads() { return place.size; }
int omp_in_parallel() { return place.is_inside; }

void GOMP_parallel(void (*region)(void*), void* data, unsigned threads, unsigned) {
  const int size = place.is_inside ? 1 : threads > 0 ? int(threads) : omp_get_max_threads();
  if (size > 1) return team().run(region, data, size);
  const Place before = place;
  place = {0, 1, before.is_inside, before.wanted};
  region(data);
  place = before;
}
void GOMP_barrier() {
  if (place.size > 1) team().barrier();
}

}  // extern "C"
