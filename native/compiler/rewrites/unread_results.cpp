// What nobody reads is not computed: the states where there is no gradient, the gradient of the inputs of a first
// layer.
#include "compiler/ir.h"
#include "ops/recurrent.h"

namespace trae {
namespace {

bool is_unused(const Graph& g, int value) { return g.values[size_t(value)].users.empty() && !g.is_result(value); }

void replace(Graph& g, int number, OpPtr op) {
  const Step s = g.steps[size_t(number)];
  const int first = g.add_step(std::move(op), s.in, s.order);
  const std::vector<int> made = g.steps[size_t(g.values[size_t(first)].producer)].out;
  for (size_t i = 0; i < made.size(); i++) g.replace_uses(s.out[i], made[i]);
  g.remove_step(number);
}

template <class Op>
bool without_states(Graph& g, int number) {
  const Step& s = g.steps[size_t(number)];
  const auto* call = dynamic_cast<const Op*>(s.op.get());
  if (!call || !call->attrs.keeps_states || !is_unused(g, s.out.back())) return false;
  auto op = std::make_shared<Op>(*call);
  op->attrs.keeps_states = false;
  replace(g, number, op);
  return true;
}

}  // namespace

void compute_what_is_read(Graph& g) {
  for (int number : g.ordered_steps()) {
    if (!g.steps[size_t(number)].is_alive || without_states<Lstm>(g, number) || without_states<Gru>(g, number))
      continue;
    const auto* grad = dynamic_cast<const RecurrentGrad*>(g.steps[size_t(number)].op.get());
    if (!grad || !grad->attrs.needs_dx || !is_unused(g, g.steps[size_t(number)].out[0])) continue;
    auto op = std::make_shared<RecurrentGrad>(*grad);
    op->attrs.needs_dx = false;
    replace(g, number, op);
  }
}

}  // namespace trae
