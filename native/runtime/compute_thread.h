// The one native thread of the process that computes, or submits work to a device: what kernels own, they own on it.
// Each environment (main thread, worker) has a queue; jobs of one queue run in order, queues take turns, long jobs run
// in slices.
#pragma once
#include <functional>
#include <memory>

namespace trae {

// Runs on the compute thread; returns true when finished, false to be called again after the other queues' turn.
// Must not throw.
using Job = std::function<bool()>;

class JobQueue {
 public:
  static std::shared_ptr<JobQueue> create();
  void submit(Job);
  void submit_and_wait(std::function<void()>);  // from any other thread
  // Runs the job on the calling thread, in the compute thread's stead, where nothing runs and nothing waits; else
  // returns false. For jobs that are done sooner than another thread wakes up, and that use no other thread.
  bool run_here(const std::function<void()>&);
  // From the job that runs: whether others of this queue wait for its end.
  bool has_waiting() const;
  // Drops what has not started and waits for the slice that runs. Nothing runs afterwards.
  void close();

  struct State;
  explicit JobQueue(std::shared_ptr<State> s) : state_(std::move(s)) {}

 private:
  std::shared_ptr<State> state_;
};

}  // namespace trae
