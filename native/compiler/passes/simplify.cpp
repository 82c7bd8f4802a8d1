// What does nothing is removed: identities, products with one, views that keep the shape, views of views, double
// transposes and casts to the same type. Ops are known by name here only where the rule is about what the name means.
#include "compiler/ir.h"
#include "core/error.h"
#include "graph/host.h"

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

// A constant one, whatever shape it is spread to: what gradients begin with.
bool is_one(const Graph& g, int v) {
  while (g.values[v].producer >= 0) {
    const Step& s = g.steps[g.values[v].producer];
    if (!s.is_alive || (s.op->name() != "broadcast_to" && !s.op->is_view())) return false;
    v = s.in[0];
  }
  const Value& c = g.values[v];
  if (c.kind != Value::kConstant || c.spec.size() != 1 || c.constant.node()->state.load() != State::kReady)
    return false;
  if (c.spec.dtype == DType::kFloat32) return *to_host(c.constant).as<float>() == 1;
  return c.spec.dtype == DType::kFloat64 && *to_host(c.constant).as<double>() == 1;
}

// x * 1 with x in the shape of the result: every value but NaN's payload is the same.
bool multiply_by_one(Graph& g, int number) {
  const Step& s = g.steps[number];
  if (s.op->name() != "multiply") return false;
  for (size_t side = 0; side < 2; side++) {
    const int x = s.in[side];
    if (g.values[x].spec != g.values[s.out[0]].spec || !is_one(g, s.in[1 - side])) continue;
    g.replace_uses(s.out[0], x);
    g.remove_step(number);
    return true;
  }
  return false;
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
    } else if (multiply_by_one(g, number)) {
      continue;
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
