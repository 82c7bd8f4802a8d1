// Gradients that are zero whatever the data: those of what batch normalization takes away again.
#include "compiler/ir.h"
#include "ops/normalization.h"
#include "ops/ops.h"
#include "ops/reduce.h"

namespace trae {

// Batch normalization takes the mean away, so a constant added to its input changes nothing: the sum of dx over all
// rows is zero, whatever dy. A bias in front of it asks for that sum; adding up rounding errors would cost a pass over
// dx. The zero is made of dgamma, so that a channel with NaN or infinity gives NaN as the sum would.
void no_gradient_of_constants(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    const std::string_view name = s.op->name();
    if (name != BatchNormTrainingGrad::kName) continue;
    const Spec spec = g.values[size_t(s.out[0])].spec, channels = g.values[size_t(s.out[1])].spec;
    for (int user : std::vector<int>(g.values[size_t(s.out[0])].users)) {
      const Step r = g.steps[size_t(user)];
      const auto* sum = dynamic_cast<const Reduce*>(r.op.get());
      const Spec result = g.values[size_t(r.out[0])].spec;
      if (!sum || sum->kind != ReduceKind::kSum || result.dtype != channels.dtype) continue;
      const std::vector<int> axes = sum->axes_of(spec.shape);
      if (int(axes.size()) != spec.ndim() - 1 || axes.back() == spec.ndim() - 1) continue;
      const int zero = g.add_constant(ops::constant(0, channels.dtype));
      int sums = g.add_step(make_op("multiply", AttrMap("multiply")), {s.out[1], zero}, r.order);
      if (result.shape != channels.shape) {  // the sum keeps its axes
        AttrMap a("reshape");
        a.set("shape", std::vector<double>(result.shape.begin(), result.shape.end()));
        sums = g.add_step(make_op("reshape", a), {sums}, r.order + 1);
      }
      g.replace_uses(r.out[0], sums);
      g.remove_step(user);
    }
  }
}

}  // namespace trae
