#include "runtime/plan_run.h"

#include "backend/backend.h"
#include "graph/host.h"

namespace trae {

PlanRun::PlanRun(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, const Tensors& also_needed)
    : plan_(std::move(plan)) {
  Tensors needed = also_needed;
  for (auto& c : cells) needed.push_back(*c);
  pending_ = schedule(needed);
  for (size_t i = 0; i < cells.size(); i++) {
    Tensor& cell = *cells[i];
    before_.push_back(cell);
    if (plan_->updates(i)) cell = Tensor(std::make_shared<Node>(cell.spec(), State::kScheduled));
    after_.push_back(cell);
  }
}

void PlanRun::prepare() {
  pending_.run();
  for (size_t i = 0; i < before_.size(); i++) {
    throw_if_failed(before_[i]);
    const bool is_updated = plan_->updates(i);
    // Ours alone when neither another tensor nor another holder of this one is left: then the update is in place.
    const bool is_ours = before_[i].node_ptr().use_count() == 1 && before_[i].node()->storage.use_count() == 1;
    StoragePtr storage = before_[i].node()->storage;
    if (is_updated && !is_ours) {
      StoragePtr copy = allocate(before_[i].spec());
      backend_of(before_[i].device()).stream().copy(copy->data(), storage->data(), storage->bytes());
      storage = std::move(copy);
    }
    if (is_updated) storage->will_change();
    pointers_.push_back(storage->data());
    versions_.push_back(storage->version());
    storages_.push_back(std::move(storage));
  }
  before_.clear();
}

void PlanRun::finish() {
  for (size_t i = 0; i < after_.size(); i++) {
    if (!plan_->updates(i)) continue;
    after_[i].node()->storage = storages_[i];
    after_[i].node()->state.store(State::kReady, std::memory_order_release);
  }
}

void PlanRun::fail(std::exception_ptr e) {
  if (storages_.size() == after_.size()) {
    finish();  // the state of the last completed step: a failing run must not take the model with it
    return;
  }
  for (size_t i = 0; i < after_.size(); i++) {
    if (!plan_->updates(i)) continue;
    after_[i].node()->error = e;
    after_[i].node()->state.store(State::kFailed, std::memory_order_release);
  }
}

PlanCall::PlanCall(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, Tensors inputs)
    : inputs_(std::move(inputs)), run_((plan->check_inputs(inputs_, false), plan), cells, inputs_) {
  for (const Spec& s : plan->output_specs()) outputs_.emplace_back(std::make_shared<Node>(s, State::kScheduled));
}

void PlanCall::work() {
  try {
    run_.prepare();
    std::vector<const void*> in;
    for (const Tensor& t : inputs_) {
      throw_if_failed(t);
      in.push_back(t.node()->storage->data());
    }
    std::vector<void*> out;
    for (const Tensor& t : outputs_) {
      t.node()->storage = allocate(t.spec());
      out.push_back(t.node()->storage->data());
    }
    run_.plan().run(in.data(), run_.variables(), out.data(), run_.versions());
    backend_of(run_.plan().device()).stream().check();
    run_.finish();
    for (const Tensor& t : outputs_) t.node()->state.store(State::kReady, std::memory_order_release);
  } catch (...) {
    run_.fail(std::current_exception());
    for (const Tensor& t : outputs_) {
      t.node()->error = std::current_exception();
      t.node()->state.store(State::kFailed, std::memory_order_release);
    }
  }
}

}  // namespace trae
