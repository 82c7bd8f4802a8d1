// One submission of a plan: takes the variables' tensors, runs on the compute thread, leaves ready tensors.
#pragma once
#include "runtime/evaluate.h"
#include "runtime/plan.h"

namespace trae {

class PlanRun {
 public:
  // On the thread that traces: takes the tensors out of the cells and puts in those that will be ready afterwards.
  PlanRun(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, const Tensors& also_needed);
  // On the compute thread. `prepare` evaluates what is pending and makes every updated buffer ours alone.
  void prepare();
  // Whether the plan can run on the tracing thread at once: little work, and nothing else to be computed first.
  bool can_run_here() const { return plan_->is_light() && pending_.empty(); }
  void finish();                    // marks the new tensors ready
  void fail(std::exception_ptr e);  // they keep the state reached; `e` goes to whoever waits for this run
  Plan& plan() { return *plan_; }
  void* const* variables() { return pointers_.data(); }
  const uint64_t* versions() const { return versions_.data(); }

 private:
  PlanPtr plan_;
  Evaluation pending_;
  Tensors before_, after_;
  std::vector<StoragePtr> storages_;
  std::vector<void*> pointers_;
  std::vector<uint64_t> versions_;
};

// A single run on whole tensors. `outputs` are there at once and become ready, or failed, when `work` has run.
class PlanCall {
 public:
  // Throws ValueError when the inputs do not fit the plan.
  PlanCall(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, Tensors inputs);
  bool can_run_here() const { return run_.can_run_here(); }
  void work();  // on the compute thread
  const Tensors& outputs() const { return outputs_; }

 private:
  Tensors inputs_, outputs_;
  PlanRun run_;
};

}  // namespace trae
