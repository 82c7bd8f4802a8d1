// A chain of elementwise ops as one op: one pass over memory. Made by the fusion pass; inputs broadcast to `shape`,
// outputs may end in a reduction.
#pragma once
#include "ops/elementwise.h"

namespace trae {

struct FusedStep {
  OpPtr op;               // an ElementwiseOp
  std::vector<int> args;  // 0..inputs-1: inputs; inputs + j: the result of step j
};
struct FusedOutput {
  int value;
  std::string reduce;  // "", "sum", "mean", "max" or "min"
  Ints axes;           // of `shape`, ascending
  bool keepdims = false;
};
// An input of which only some rows are given, the others being zero: its tensor holds `sums`, and input number `slots`
// tells which row is where (ScatterRows). Its spec in the program is that of the whole.
struct FusedRows {
  int input, slots;  // slots: behind the program's inputs
};
struct FusedProgram {
  Shape shape;
  Specs inputs;
  std::vector<FusedStep> steps;
  std::vector<FusedOutput> outputs;
  std::vector<FusedRows> rows;
};

class Fused final : public Op {
 public:
  explicit Fused(FusedProgram);
  std::string_view name() const override { return "fused"; }
  Specs infer(const Specs& in) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
  bool equals(const Op&) const override { return false; }
  bool can_overwrite(size_t input, size_t output, const Specs& in) const override;
  std::string describe() const override;
  const FusedProgram program;
  // Of inputs and steps.
  const std::vector<DType>& dtypes() const { return dtypes_; }

 private:
  std::vector<DType> dtypes_;
};

}  // namespace trae
