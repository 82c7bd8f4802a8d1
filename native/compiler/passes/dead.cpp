// Steps whose results nobody reads are removed, last first.
#include "compiler/ir.h"

namespace trae {

void remove_dead(Graph& g) {
  const std::vector<int> order = g.ordered_steps();
  for (size_t i = order.size(); i-- > 0;) {
    bool is_used = g.steps[order[i]].op->has_state();
    for (int v : g.steps[order[i]].out) is_used |= !g.values[v].users.empty() || g.is_result(v);
    if (!is_used) g.remove_step(order[i]);
  }
}

}  // namespace trae
