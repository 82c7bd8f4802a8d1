// Many steps of a plan over rows of data: an epoch of training, an evaluation, a prediction. Batches are gathered on
// the plan's device; nothing of the caller's runs per step.
#pragma once
#include <chrono>
#include <functional>

#include "backend/stream.h"
#include "runtime/plan_run.h"
#include "runtime/row_numbers.h"

namespace trae {

struct StepLoopOptions {
  Tensors data;         // all with the same number of rows
  RowNumbersPtr order;  // null: rows as they lie
  int64_t batch_size = 0, start = 0, steps = 0;
  bool collect = false;  // keep the results of all batches, row by row; else the last step's are reported
  // Set by another thread: no further step is begun. Null: never.
  const volatile uint8_t* cancel = nullptr;
  // Whether others wait for the end of this run; then it ends after a step, and `done` tells how far it came.
  std::function<bool()> has_waiting;
  // The steps done and the numbers of the last step's results in order, at most every 50 ms and after the last step.
  std::function<void(int64_t done, std::vector<double> values)> report;
};

class StepLoop {
 public:
  // On the thread that traces. Throws ValueError or IndexError when data, order and plan do not fit together.
  StepLoop(PlanPtr, const std::vector<std::shared_ptr<Tensor>>& cells, StepLoopOptions);

  // Whether it can run on the calling thread at once: one step of a light plan, and nothing else to be computed first.
  bool can_run_here() const { return options_.steps <= 1 && run_.can_run_here(); }
  // On the compute thread: some 10 ms of work, so that others have their turn. True when all is done, cancelled or
  // failed.
  bool slice();

  int64_t done() const { return done_; }
  const std::exception_ptr& error() const { return error_; }
  const Tensors& collected() const { return collected_; }

 private:
  using Clock = std::chrono::steady_clock;
  void prepare();
  void gather(size_t input, int64_t first);
  void step();
  void report_if_due(Clock::time_point now);
  void report();

  StepLoopOptions options_;
  PlanRun run_;
  Stream& stream_;
  int64_t done_ = 0;
  std::exception_ptr error_;
  Tensors collected_, results_;
  StoragePtr rows_;                   // the order, where the device cannot read the host's
  const int32_t* numbers_ = nullptr;  // of the first row of the first step
  std::vector<StoragePtr> batches_;
  std::vector<size_t> row_bytes_;
  std::vector<const void*> in_;
  std::vector<void*> out_;
  Clock::time_point last_report_;
  bool is_prepared_ = false;
};

}  // namespace trae
