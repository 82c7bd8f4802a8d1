// Elementwise ops and chains of them as programs of the tile machine.
#include "backend/cpu/kernel.h"
#include "backend/cpu/tile_machine/machine.h"
#include "ops/fused.h"

namespace trae {

TRAE_CPU_KERNEL(Fused) { return compile_fused(op.program, op.dtypes()); }

TRAE_CPU_KERNEL(ElementwiseOp) {
  // A single op is a program of one step: `op` outlives the kernel's making, which is all that is needed.
  FusedProgram p;
  p.shape = out[0].shape;
  p.inputs = in;
  FusedStep step;
  step.op = OpPtr(&op, [](const Op*) {});
  for (size_t i = 0; i < in.size(); i++) step.args.push_back(int(i));
  p.steps.push_back(std::move(step));
  p.outputs.push_back({int(in.size()), "", {}, false});
  std::vector<DType> dtypes;
  for (const Spec& s : in) dtypes.push_back(s.dtype);
  dtypes.push_back(out[0].dtype);
  return compile_fused(p, dtypes);
}

}  // namespace trae
