#include "ops/fused.h"

#include <algorithm>

namespace trae {

Fused::Fused(FusedProgram p) : program(std::move(p)) {
  Specs specs = program.inputs;
  for (const FusedStep& s : program.steps) {
    Specs in;
    for (int a : s.args) in.push_back(specs[size_t(a)]);
    specs.push_back(s.op->infer(in)[0]);
  }
  for (const Spec& s : specs) dtypes_.push_back(s.dtype);
}

Specs Fused::infer(const Specs&) const {
  Specs out;
  for (const FusedOutput& o : program.outputs) {
    Spec s{program.shape, dtypes_[size_t(o.value)]};
    if (!o.reduce.empty()) {
      Shape shape;
      for (size_t i = 0; i < program.shape.size(); i++) {
        const bool is_reduced = std::find(o.axes.begin(), o.axes.end(), int64_t(i)) != o.axes.end();
        if (!is_reduced) shape.push_back(program.shape[i]);
        else if (o.keepdims) shape.push_back(1);
      }
      s.shape = std::move(shape);
    }
    out.push_back(std::move(s));
  }
  return out;
}

bool Fused::can_overwrite(size_t input, size_t output, const Specs&) const {
  if (input >= program.inputs.size()) return false;
  for (const FusedRows& r : program.rows)
    if (size_t(r.input) == input) return false;
  return program.outputs[output].reduce.empty() && program.inputs[input].shape == program.shape &&
         program.inputs[input].dtype == dtypes_[size_t(program.outputs[output].value)];
}

std::string Fused::describe() const {
  std::string r = "fused " + to_string(program.shape) + " {";
  for (size_t i = 0; i < program.steps.size(); i++) r += (i ? ", " : "") + program.steps[i].op->describe();
  r += "}";
  for (const FusedOutput& o : program.outputs)
    if (!o.reduce.empty()) r += " -> " + o.reduce;
  if (!program.rows.empty()) r += " of scattered rows";
  return r;
}

}  // namespace trae
