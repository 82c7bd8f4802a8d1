// The gradient of an embedding is a table of zeros with some rows in it. Where only elementwise passes read it -
// clipping, an optimizer's update - they take those rows directly: nothing fills, writes and reads the zeros.
#include <algorithm>

#include "compiler/ir.h"
#include "ops/fused.h"
#include "ops/movement.h"

namespace trae {
namespace {

// Whether the step is a pass over the same space that can take value `v` as rows.
bool takes_rows(const Graph& g, const Step& s, int v) {
  const auto* fused = dynamic_cast<const Fused*>(s.op.get());
  if (!fused || fused->program.shape != g.values[size_t(v)].spec.shape) return false;
  const auto end = s.in.begin() + long(fused->program.inputs.size());
  return std::find(s.in.begin(), end, v) != end;
}

void give_rows(Graph& g, int number, int v, int slots, int sums) {
  const Step& s = g.steps[size_t(number)];
  FusedProgram p = static_cast<const Fused&>(*s.op).program;
  std::vector<int> in = s.in;
  for (size_t i = 0; i < p.inputs.size(); i++)
    if (in[i] == v) {
      in[i] = sums;
      p.rows.push_back({int(i), int(in.size())});
    }
  in.push_back(slots);
  g.set_inputs(number, in);
  g.steps[size_t(number)].op = std::make_shared<Fused>(std::move(p));
}

}  // namespace

void take_scattered_rows(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    const auto* scatter = dynamic_cast<const ScatterAdd*>(s.op.get());
    if (!scatter) continue;
    const int v = s.out[0];
    const Spec spec = g.values[size_t(v)].spec;
    const std::vector<int> users = g.values[size_t(v)].users;
    if (normalize_axis(ScatterAdd::kName, scatter->attrs.axis, spec.shape) != 0 || spec.dtype != DType::kFloat32 ||
        spec.size() < 4096)
      continue;
    if (g.is_result(v) || users.empty()) continue;
    if (!std::all_of(users.begin(), users.end(), [&](int u) { return takes_rows(g, g.steps[size_t(u)], v); })) continue;
    auto op = std::make_shared<ScatterRows>();
    op->attrs.shape = spec.shape;
    const int slots = g.add_step(op, s.in, s.order);
    const int sums = g.steps[size_t(g.values[size_t(slots)].producer)].out[1];
    for (int user : users) give_rows(g, user, v, slots, sums);
    g.remove_step(number);
  }
}

}  // namespace trae
