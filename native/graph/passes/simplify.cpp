// What does nothing is removed: identities, views that keep the shape, views of views, double transposes and casts to
// the same type. Ops are known by name here only where the rule is about what the name means.
#include "core/error.h"
#include "graph/ir.h"

namespace trae {
namespace {

// Forward a step's output to its input.
void bypass(Graph& g, int number) {
  const int from = g.steps[number].out[0], to = g.steps[number].in[0];
  g.replace_uses(from, to);
  g.remove_step(number);
}

bool keeps_bytes_and_spec(const Graph& g, const Step& s) {
  const std::string_view name = s.op->name();
  if (s.in.size() != 1 || s.out.size() != 1 || g.values[s.in[0]].spec != g.values[s.out[0]].spec) return false;
  return s.op->is_view() || name == "identity" || name == "stop_gradient" || name == "cast" || name == "broadcast_to";
}

}  // namespace

void simplify(Graph& g) {
  for (int number : g.ordered_steps()) {
    Step& s = g.steps[number];
    if (s.op->name() == "custom_gradient") {
      const std::vector<int> in = s.in, out = s.out;
      const size_t first = in.size() - out.size();
      for (size_t i = 0; i < out.size(); i++) g.replace_uses(out[i], in[first + i]);
      g.remove_step(number);
    } else if (s.op->name() == "identity" || s.op->name() == "stop_gradient" || keeps_bytes_and_spec(g, s)) {
      bypass(g, number);
    } else if (s.op->is_view()) {
      // A view of a view is a view of the source.
      const int producer = g.values[s.in[0]].producer;
      if (producer >= 0 && g.steps[producer].is_alive && g.steps[producer].op->is_view()) {
        g.set_inputs(number, {g.steps[producer].in[0]});
        if (keeps_bytes_and_spec(g, g.steps[number])) bypass(g, number);
      }
    }
  }
}

}  // namespace trae
