#include "runtime/plan.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>

#include "backend/backend.h"
#include "compiler/ir.h"
#include "core/error.h"
#include "ops/fused.h"
#include "ops/movement.h"
#include "runtime/packed_inputs.h"

namespace trae {
namespace {

double now_ms() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

// One arena for all plans of a device: only one runs at a time, and nothing in it outlives a run. Compute thread only.
struct Arena {
  StoragePtr storage;
  char* get(size_t bytes, Device device) {
    if (!storage || storage->bytes() < bytes) {
      storage.reset();
      storage = std::make_shared<Storage>(bytes, allocator_of(device));
    }
    return static_cast<char*>(storage->data());
  }
};
Arena& arena(Device device) {
  static auto* all = new Arena[kMaxDeviceTypes];
  return all[device.type];
}

struct Instruction {
  Kernel kernel;
  size_t in, out;    // first pointer of each
  int packing = -1;  // in the plan's list, where the kernel packs inputs
};

// Where the packed inputs of a kernel lie.
struct Packing {
  std::vector<Location> inputs;  // all of the kernel's
  PackedInputs packed;
};

class CompiledPlan final : public Plan {
 public:
  void build(Graph& g, const std::vector<int>& order, Backend&);
  void run(const void* const* inputs, void* const* variables, void* const* outputs, const uint64_t* versions) override;
  Device device() const override { return device_; }
  std::string explain() const override { return explanation_; }
  friend PlanPtr Plan::compile(const PlanRequest&);

 private:
  struct Patch {
    size_t pointer;
    Location from;
  };
  struct Copy {
    Location from, to;
    size_t bytes;
  };
  size_t add_pointer(const Location& l, const Graph& g);
  void* resolve(const Location& l, const void* const* inputs, void* const* variables, void* const* outputs) const;
  bool is_kept(const Location& l) const;
  void pack(const Instruction&, const uint64_t* versions);
  void run_profiled(const uint64_t* versions);
  void profile_report() const;

  Device device_;
  Stream* stream_ = nullptr;
  std::vector<Instruction> instructions_;
  std::vector<Packing> packings_;
  std::vector<void*> pointers_;
  std::vector<Patch> arena_patches_, patches_;
  std::vector<Copy> copies_;
  std::vector<Tensor> constants_;
  std::vector<const void*> constant_data_;
  char* arena_base_ = nullptr;
  std::string explanation_;

  // TRAE_PROFILE=1
  bool is_profiled_ = false;
  std::vector<std::string> labels_;
  std::vector<double> milliseconds_,
      least_;  // of all runs together, and of the fastest: other programs disturb it least
  long runs_ = 0;

 public:
  ~CompiledPlan() override {
    if (is_profiled_) {
      std::lock_guard lock(profile_mutex());
      profiled().erase(this);
    }
    if (runs_ > 0 && is_profiled_) profile_report();
  }
  static std::mutex& profile_mutex() {
    static auto* m = new std::mutex;
    return *m;
  }
  // Plans that are alive when the process ends report then.
  static std::set<const CompiledPlan*>& profiled() {
    static auto* plans = [] {
      std::atexit([] {
        for (const CompiledPlan* p : profiled())
          if (p->runs_ > 0) p->profile_report();
      });
      return new std::set<const CompiledPlan*>;
    }();
    return *plans;
  }
};

size_t CompiledPlan::add_pointer(const Location& l, const Graph& g) {
  pointers_.push_back(nullptr);
  const size_t at = pointers_.size() - 1;
  if (l.kind == Location::kArena) arena_patches_.push_back({at, l});
  else if (l.kind == Location::kConstant) {
    constants_.push_back(g.values[size_t(l.index)].constant);
    patches_.push_back({at, {Location::kConstant, 0, int(constants_.size()) - 1}});
  } else {
    patches_.push_back({at, l});
  }
  return at;
}

void* CompiledPlan::resolve(const Location& l, const void* const* inputs, void* const* variables,
                            void* const* outputs) const {
  switch (l.kind) {
    case Location::kInput: return const_cast<void*>(inputs[l.index]);
    case Location::kVariable: return variables[l.index];
    case Location::kOutput: return outputs[l.index];
    case Location::kConstant: return const_cast<void*>(constant_data_[size_t(l.index)]);
    default: return arena_base_ + l.offset;
  }
}

// Whether no run of this plan writes there.
bool CompiledPlan::is_kept(const Location& l) const {
  return l.kind == Location::kConstant || (l.kind == Location::kVariable && !updates_[size_t(l.index)]);
}

void CompiledPlan::pack(const Instruction& i, const uint64_t* versions) {
  Packing& packing = packings_[size_t(i.packing)];
  packing.packed.pack(i.kernel, pointers_.data() + i.in, [&](size_t input) -> uint64_t {
    const Location& l = packing.inputs[input];
    if (l.kind == Location::kConstant) return 1;
    return versions && is_kept(l) ? versions[l.index] : 0;
  });
}

void CompiledPlan::build(Graph& g, const std::vector<int>& order, Backend& backend) {
  device_ = g.device;
  stream_ = &backend.stream();
  MemoryPlan memory = plan_memory(g, order);
  statistics_.arena_bytes = memory.arena_bytes;
  char line[256];
  for (int number : order) {
    const Step& s = g.steps[number];
    statistics_.ops++;
    if (dynamic_cast<const Fused*>(s.op.get())) statistics_.fused++;
    if (dynamic_cast<const Transpose*>(s.op.get())) statistics_.reorders++;
    std::string text = s.op->describe();
    for (size_t i = 0; i < s.in.size(); i++) text += (i ? " %" : "  <- %") + std::to_string(s.in[i]);
    for (int v : s.out) {
      const Location& l = memory.locations[v];
      static const char* kinds[] = {"arena", "input", "variable", "output", "constant"};
      std::snprintf(line, sizeof line, "\n      -> %%%d %s%s [%s %zu]", v,
                    std::string(name_of(g.values[v].spec.dtype)).c_str(), to_string(g.values[v].spec.shape).c_str(),
                    kinds[l.kind], l.kind == Location::kArena ? l.offset : size_t(l.index));
      text += line;
    }
    std::snprintf(line, sizeof line, "%4d  ", statistics_.ops - 1);
    explanation_ += line + text + "\n";
    if (s.op->is_view() || makes_nothing(g.specs_of(s.out))) continue;
    work_ += s.op->work(g.specs_of(s.in), g.specs_of(s.out)) + kWorkOfCall;
    Instruction instruction{make_kernel(device_, *s.op, g.specs_of(s.in), g.specs_of(s.out)), 0, 0};
    statistics_.reorders += instruction.kernel.result_reorders;
    if (instruction.kernel.pack) {
      Packing packing;
      for (int v : s.in) packing.inputs.push_back(memory.locations[v]);
      for (size_t i : instruction.kernel.packed) statistics_.reorders += !is_kept(packing.inputs[i]);
      instruction.packing = int(packings_.size());
      packings_.push_back(std::move(packing));
    }
    instruction.in = pointers_.size();
    for (int v : s.in) add_pointer(memory.locations[v], g);
    instruction.out = pointers_.size();
    for (int v : s.out) add_pointer(memory.locations[v], g);
    instructions_.push_back(std::move(instruction));
    labels_.push_back(s.op->describe() + " " + (s.out.empty() ? "" : to_string(g.values[s.out[0]].spec.shape)));
  }
  for (const auto& c : memory.copies) {
    Location from = memory.locations[size_t(c.value)];
    if (from.kind == Location::kConstant) {
      constants_.push_back(g.values[size_t(from.index)].constant);
      from.index = int(constants_.size()) - 1;
    }
    work_ += double(g.values[size_t(c.value)].spec.size());
    copies_.push_back({from, c.to, g.values[size_t(c.value)].spec.bytes()});
  }
  is_profiled_ = std::getenv("TRAE_PROFILE") && std::strcmp(std::getenv("TRAE_PROFILE"), "0");
  if (is_profiled_) {
    std::lock_guard lock(profile_mutex());
    profiled().insert(this);
  }
  milliseconds_.assign(instructions_.size(), 0);
  least_.assign(instructions_.size(), 1e30);
}

void CompiledPlan::run(const void* const* inputs, void* const* variables, void* const* outputs,
                       const uint64_t* versions) {
  if (constant_data_.size() != constants_.size()) {
    // Tensors captured by the trace: whatever made them was submitted before this plan's first run.
    for (size_t i = constant_data_.size(); i < constants_.size(); i++) {
      const Node* n = constants_[i].node();
      if (n->state.load(std::memory_order_acquire) == State::kFailed) std::rethrow_exception(n->error);
      constant_data_.push_back(n->storage->data());
    }
  }
  char* base = arena(device_).get(statistics_.arena_bytes + 64, device_);
  if (base != arena_base_) {
    arena_base_ = base;
    for (const Patch& p : arena_patches_) pointers_[p.pointer] = base + p.from.offset;
  }
  for (const Patch& p : patches_) pointers_[p.pointer] = resolve(p.from, inputs, variables, outputs);
  void** p = pointers_.data();
  ErrorWord& errors = stream_->errors();
  if (!is_profiled_) {
    for (const Instruction& i : instructions_) {
      if (i.packing >= 0) pack(i, versions);
      i.kernel.run(p + i.in, p + i.out);
      if (errors.is_set()) [[unlikely]]
        errors.raise();
    }
  } else {
    run_profiled(versions);
  }
  for (const Copy& c : copies_) {
    void* to = resolve(c.to, inputs, variables, outputs);
    const void* from = resolve(c.from, inputs, variables, outputs);
    if (to != from) stream_->copy(to, from, c.bytes);
  }
}

void CompiledPlan::run_profiled(const uint64_t* versions) {
  runs_++;
  std::vector<int64_t> marks{stream_->mark()};
  for (const Instruction& i : instructions_) {
    if (i.packing >= 0) pack(i, versions);
    i.kernel.run(pointers_.data() + i.in, pointers_.data() + i.out);
    marks.push_back(stream_->mark());
    if (stream_->errors().is_set()) stream_->errors().raise();
  }
  for (size_t i = 0; i < instructions_.size(); i++) {
    const double ms = stream_->milliseconds(marks[i], marks[i + 1]);
    milliseconds_[i] += ms;
    least_[i] = std::min(least_[i], ms);
  }
}

void CompiledPlan::profile_report() const {
  double total = 0;
  for (double ms : milliseconds_) total += ms;
  std::fprintf(stderr, "plan %s: %ld runs, %.4f ms each in %zu ops\n", name_.c_str(), runs_, total / runs_,
               instructions_.size());
  std::vector<size_t> by_time(milliseconds_.size());
  for (size_t i = 0; i < by_time.size(); i++) by_time[i] = i;
  std::sort(by_time.begin(), by_time.end(), [this](size_t a, size_t b) { return milliseconds_[a] > milliseconds_[b]; });
  for (size_t i : by_time)
    std::fprintf(stderr, "  %9.4f ms %5.1f %%, least %9.4f ms  #%zu %s\n", milliseconds_[i] / runs_,
                 100 * milliseconds_[i] / total, least_[i], i, labels_[i].c_str());
}

}  // namespace

void Plan::check_inputs(const Tensors& inputs, bool rows_only) const {
  const Specs& want = input_specs_;
  if (inputs.size() != want.size())
    throw ValueError("plan", "takes " + std::to_string(want.size()) + " tensors but " + std::to_string(inputs.size()) +
                                 " are given.");
  for (size_t i = 0; i < want.size(); i++) {
    const Spec& got = inputs[i].spec();
    bool is_same = got.dtype == want[i].dtype && got.ndim() == want[i].ndim();
    for (int a = rows_only ? 1 : 0; is_same && a < got.ndim(); a++)
      is_same = got.shape[size_t(a)] == want[i].shape[size_t(a)];
    if (!is_same)
      throw ValueError("plan", "input " + std::to_string(i) + " must have shape " + to_string(want[i].shape) +
                                   " and dtype " + std::string(name_of(want[i].dtype)) + ".\n  Received: shape " +
                                   to_string(got.shape) + ", dtype " + std::string(name_of(got.dtype)));
  }
}

PlanPtr Plan::compile(const PlanRequest& request) {
  const double start = now_ms();
  auto plan = std::make_shared<CompiledPlan>();
  plan->name_ = request.name;
  for (const Tensor& t : request.inputs) plan->input_specs_.push_back(t.spec());
  for (const Tensor& t : request.reads) plan->variable_specs_.push_back(t.spec());
  for (const Tensor& t : request.outputs) plan->output_specs_.push_back(t.spec());
  for (const Tensor& t : request.updates) plan->updates_.push_back(bool(t));

  Graph g = Graph::from(request);
  const size_t recorded = g.steps.size();
  Backend& backend = backend_of(g.device);
  optimize(g, backend);
  const std::vector<int> order = g.ordered_steps();
  plan->build(g, order, backend);
  plan->statistics_.compile_ms = now_ms() - start;
  char head[256];
  std::snprintf(head, sizeof head,
                "plan %s: %zu recorded ops -> %d (%d fused, %d layout reorders), arena %zu bytes, %.1f ms to compile\n",
                request.name.c_str(), recorded, plan->statistics_.ops, plan->statistics_.fused,
                plan->statistics_.reorders, plan->statistics_.arena_bytes, plan->statistics_.compile_ms);
  plan->explanation_ = head + plan->explanation_;
  return plan;
}

}  // namespace trae
