#include "runtime/evaluate.h"

#include <algorithm>
#include <atomic>

#include "backend/backend.h"
#include "core/error.h"
#include "graph/host.h"
#include "graph/scope.h"
#include "runtime/kernel_cache.h"

namespace trae {
namespace {

// Of the one thread that computes. Never destroyed: kernels own memory of libraries that end before static objects do.
KernelCache& kernels() {
  static auto* cache = new KernelCache;
  return *cache;
}

// Unevaluated calls above `targets`; nothing that only empty results read is computed. Returns false when a placeholder
// is met.
bool collect(const Tensors& targets, std::vector<CallPtr>& calls) {
  static std::atomic<uint64_t> last_visit{0};
  const uint64_t visit = last_visit.fetch_add(1, std::memory_order_relaxed) + 1;
  std::vector<Node*> stack;
  for (const Tensor& t : targets) stack.push_back(t.node());
  while (!stack.empty()) {
    Node* n = stack.back();
    stack.pop_back();
    const State state = n->state.load(std::memory_order_relaxed);
    if (state == State::kPlaceholder) return false;
    if (state != State::kLazy || n->call->visit == visit) continue;
    n->call->visit = visit;
    calls.push_back(n->call);
    if (!makes_nothing(n->call->output_specs))
      for (const Tensor& i : n->call->inputs) stack.push_back(i.node());
  }
  return true;
}

void set_failed(Node& n, std::exception_ptr e) {
  n.error = std::move(e);
  n.state.store(State::kFailed, std::memory_order_release);
}

void execute(const Call& call) {
  const size_t count = call.output_specs.size();
  std::vector<NodePtr> nodes(count);
  for (size_t i = 0; i < count; i++) nodes[i] = call.outputs[i].lock();
  auto fail = [&](std::exception_ptr e) {
    for (auto& n : nodes)
      if (n) set_failed(*n, e);
  };
  if (makes_nothing(call.output_specs)) {
    for (NodePtr& n : nodes)
      if (n) {
        n->storage = allocate(n->spec);
        n->state.store(State::kReady, std::memory_order_release);
      }
    return;
  }
  Specs in;
  in.reserve(call.inputs.size());
  std::vector<const void*> in_data;
  in_data.reserve(call.inputs.size());
  for (const Tensor& t : call.inputs) {
    if (t.node()->state.load(std::memory_order_acquire) == State::kFailed) return fail(t.node()->error);
    in.push_back(t.spec());
    in_data.push_back(t.node()->storage->data());
  }
  try {
    std::vector<StoragePtr> storages(count);
    if (call.op->is_view()) {
      storages[0] = call.inputs[0].node()->storage;
    } else {
      std::vector<void*> out_data;
      for (size_t i = 0; i < count; i++) {
        storages[i] = allocate(call.output_specs[i]);
        out_data.push_back(storages[i]->data());
      }
      const std::shared_ptr<KeptKernel> kept = kernels().get(call, in);
      if (kept->kernel.pack)
        kept->packed.pack(kept->kernel, in_data.data(),
                          [&](size_t i) { return call.inputs[i].node()->storage->version(); });
      kept->kernel.run(in_data.data(), out_data.data());
      ErrorWord& errors = backend_of(call.output_specs[0].device).stream().errors();
      if (errors.is_set()) errors.raise();
    }
    for (size_t i = 0; i < count; i++)
      if (nodes[i]) {
        nodes[i]->storage = std::move(storages[i]);
        nodes[i]->state.store(State::kReady, std::memory_order_release);
      }
  } catch (...) { fail(std::current_exception()); }
}

}  // namespace

Evaluation schedule(const Tensors& targets) {
  Evaluation e;
  if (!collect(targets, e.calls_))
    throw Error("RuntimeError", "",
                "a value is read while a function is traced: this tensor stands for data to come and has no value.\n"
                "  Fix: express it with ops (where, maximum...), or read it outside; compile({ runEagerly: true }) is "
                "for debugging.");
  std::sort(e.calls_.begin(), e.calls_.end(), [](const CallPtr& a, const CallPtr& b) { return a->id < b->id; });
  const bool keep = GradientScope::is_active();
  for (const CallPtr& call : e.calls_)
    for (auto& weak : call->outputs)
      if (NodePtr n = weak.lock()) {
        n->state.store(State::kScheduled, std::memory_order_relaxed);
        n->depth = 0;
        if (keep) GradientScope::record({Tensor(n)});
        else n->call.reset();
      }
  return e;
}

void Evaluation::run() {
  if (calls_.empty()) return;
  Stream& stream = backend_of(calls_[0]->output_specs[0].device).stream();
  std::vector<std::weak_ptr<Node>> submitted;  // not known to be right before the end
  for (CallPtr& call : calls_) {
    execute(*call);
    if (!stream.is_immediate()) submitted.insert(submitted.end(), call->outputs.begin(), call->outputs.end());
    call.reset();  // intermediates die as soon as their last reader has run
  }
  calls_.clear();
  try {
    stream.check();
  } catch (...) {
    for (const auto& weak : submitted)
      if (NodePtr n = weak.lock()) set_failed(*n, std::current_exception());
  }
}

bool Evaluation::is_light() const {
  double work = 0;
  for (const CallPtr& call : calls_) {
    if (!makes_nothing(call->output_specs)) {
      Specs in;
      in.reserve(call->inputs.size());
      for (const Tensor& t : call->inputs) in.push_back(t.spec());
      work += call->op->work(in, call->output_specs);
    }
    work += kWorkOfCall;
    if (!(work < kMaxLightWork)) return false;
  }
  return true;
}

bool is_symbolic(const Tensor& t) { return t.node()->is_symbolic; }

void throw_if_failed(const Tensor& t) {
  if (t.node()->state.load(std::memory_order_acquire) == State::kFailed) std::rethrow_exception(t.node()->error);
}
bool is_ready(const Tensor& t) { return t.node()->state.load(std::memory_order_acquire) == State::kReady; }

}  // namespace trae
