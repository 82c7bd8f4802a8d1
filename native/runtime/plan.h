// A traced function, compiled: passes have merged, folded and fused its ops, every buffer has its place in one arena,
// every kernel is prepared. Running it is a loop over kernels.
#pragma once
#include <cstdint>
#include <string>

#include "compiler/plan_request.h"
#include "graph/op.h"

namespace trae {

struct PlanStatistics {
  int ops = 0, fused = 0;
  int reorders = 0;  // copies into another layout in each run: transpositions, and those that kernels make
  size_t arena_bytes = 0;
  double compile_ms = 0;
};

class Plan {
 public:
  static std::shared_ptr<Plan> compile(const PlanRequest&);
  virtual ~Plan() = default;

  // On the compute thread, or on another one in its stead. `variables[i]` is read and, where updated, written; what it
  // holds is the same as in another run where `versions[i]` is (Storage::version; null: not known). All are addresses
  // of the plan's device. On devices that go on by themselves the work is submitted, not done, and what its kernels
  // find wrong is thrown by `Stream::check`.
  virtual void run(const void* const* inputs, void* const* variables, void* const* outputs,
                   const uint64_t* versions = nullptr) = 0;

  // ValueError when these tensors are not what the plan takes; with `rows_only`, whatever their number of rows.
  void check_inputs(const Tensors& inputs, bool rows_only) const;
  const Specs& input_specs() const { return input_specs_; }
  const Specs& variable_specs() const { return variable_specs_; }
  const Specs& output_specs() const { return output_specs_; }
  // A few microseconds on whatever thread: less than handing it to another one takes.
  bool is_light() const { return work_ < kMaxLightWork; }
  bool updates(size_t variable) const { return updates_[variable]; }
  const PlanStatistics& statistics() const { return statistics_; }
  virtual Device device() const = 0;
  virtual std::string explain() const = 0;
  const std::string& name() const { return name_; }

 protected:
  Specs input_specs_, variable_specs_, output_specs_;
  std::vector<bool> updates_;
  PlanStatistics statistics_;
  double work_ = 0;  // operations, roughly
  std::string name_;
};
using PlanPtr = std::shared_ptr<Plan>;

}  // namespace trae
