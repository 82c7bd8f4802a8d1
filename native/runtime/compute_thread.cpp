#include "runtime/compute_thread.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#if defined(__SSE__)
#include <immintrin.h>
#endif

#include "backend/backend.h"

namespace trae {

struct JobQueue::State {
  std::deque<Job> jobs;
  std::atomic<int> waiting{0};  // jobs.size() while one of them runs, readable without the lock
  bool is_running = false, is_closed = false, is_listed = false;
};

namespace {

using StatePtr = std::shared_ptr<JobQueue::State>;

// Waits a few ten microseconds for `is_true` before its thread may sleep: waking up takes longer than most small jobs.
template <class F>
void spin_until(F&& is_true) {
  for (int i = 0; i < 1000 && !is_true(); i++) {
#if defined(__SSE__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }
}

// Lives as long as the process: the image is never unloaded (-z nodelete), so neither is its thread.
struct ComputeThread {
  std::mutex mutex;
  std::condition_variable wake, idle;
  std::deque<StatePtr> turns;                // queues with work, next first
  bool is_started = false, is_busy = false;  // busy: a job runs, on whatever thread
  std::atomic<int> waiting{0};               // turns.size(), readable without the lock

  void list(const StatePtr& q) {
    if (q->is_listed || q->jobs.empty()) return;
    q->is_listed = true;
    turns.push_back(q);
    waiting.store(int(turns.size()), std::memory_order_relaxed);
  }

  void loop() {
    default_backend().prepare_thread();
    std::unique_lock lock(mutex);
    for (;;) {
      if (turns.empty() || is_busy) {
        lock.unlock();
        spin_until([this] { return waiting.load(std::memory_order_relaxed) > 0; });
        lock.lock();
        wake.wait(lock, [this] { return !turns.empty() && !is_busy; });
      }
      StatePtr q = std::move(turns.front());
      turns.pop_front();
      waiting.store(int(turns.size()), std::memory_order_relaxed);
      q->is_listed = false;
      if (q->jobs.empty()) continue;
      Job job = std::move(q->jobs.front());
      q->jobs.pop_front();
      q->waiting.store(int(q->jobs.size()), std::memory_order_relaxed);
      q->is_running = is_busy = true;
      lock.unlock();
      const bool finished = job();
      if (finished) job = nullptr;  // what it held is freed without the lock
      lock.lock();
      q->is_running = is_busy = false;
      if (!finished && !q->is_closed) q->jobs.push_front(std::move(job));
      list(q);
      idle.notify_all();
      if (job) {  // unfinished and closed
        lock.unlock();
        job = nullptr;
        lock.lock();
      }
    }
  }
};

ComputeThread& compute_thread() {
  static ComputeThread* t = new ComputeThread;
  return *t;
}

}  // namespace

std::shared_ptr<JobQueue> JobQueue::create() { return std::make_shared<JobQueue>(std::make_shared<State>()); }

void JobQueue::submit(Job job) {
  ComputeThread& t = compute_thread();
  {
    std::lock_guard lock(t.mutex);
    if (state_->is_closed) return;
    state_->jobs.push_back(std::move(job));
    state_->waiting.store(int(state_->jobs.size()), std::memory_order_relaxed);
    if (!state_->is_running) t.list(state_);
    if (!t.is_started) {
      t.is_started = true;
      std::thread([&t] { t.loop(); }).detach();
    }
  }
  t.wake.notify_one();
}

void JobQueue::submit_and_wait(std::function<void()> job) {
  std::mutex mutex;
  std::condition_variable done;
  std::atomic<bool> is_finished{false};
  submit([&] {
    job();
    std::lock_guard lock(mutex);
    is_finished = true;
    done.notify_one();
    return true;
  });
  spin_until([&] { return is_finished.load(); });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return is_finished.load(); });
}

bool JobQueue::run_here(const std::function<void()>& job) {
  ComputeThread& t = compute_thread();
  {
    std::lock_guard lock(t.mutex);
    if (t.is_busy || !t.turns.empty() || state_->is_closed) return false;
    t.is_busy = true;
  }
  default_backend().run_alone(job);
  bool has_turns;
  {
    std::lock_guard lock(t.mutex);
    t.is_busy = false;
    has_turns = !t.turns.empty();
  }
  if (has_turns) t.wake.notify_one();
  return true;
}

bool JobQueue::has_waiting() const { return state_->waiting.load(std::memory_order_relaxed) > 0; }

void JobQueue::close() {
  ComputeThread& t = compute_thread();
  std::deque<Job> dropped;
  std::unique_lock lock(t.mutex);
  state_->is_closed = true;
  dropped.swap(state_->jobs);
  t.idle.wait(lock, [this] { return !state_->is_running; });
  dropped.insert(dropped.end(), std::make_move_iterator(state_->jobs.begin()),
                 std::make_move_iterator(state_->jobs.end()));
  state_->jobs.clear();
}

}  // namespace trae
