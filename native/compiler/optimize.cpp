// The order of passes: from what was recorded to the steps that a plan runs.
#include "backend/backend.h"
#include "compiler/ir.h"

namespace trae {
namespace {

// Results that are plain reads of variables (or views of them) are copied out before anything is overwritten.
void protect_reads(Graph& g) {
  auto is_read = [&](int v) {
    while (g.values[v].producer >= 0 && g.steps[g.values[v].producer].op->is_view())
      v = g.steps[g.values[v].producer].in[0];
    return g.values[v].kind == Value::kRead;
  };
  auto protect = [&](int v, int self) {
    if (v < 0 || v == self || !is_read(v)) return v;
    const int producer = g.values[v].producer;
    return g.add_step(make_op("identity", AttrMap("identity")), {v}, producer >= 0 ? g.steps[producer].order + 1 : 0);
  };
  for (int& v : g.outputs) v = protect(v, -1);
  for (size_t i = 0; i < g.updates.size(); i++) g.updates[i] = protect(g.updates[i], g.reads[i]);
}

}  // namespace

void optimize(Graph& g, Backend& backend) {
  simplify(g);
  remove_dead(g);
  fold_constants(g, backend);
  merge_equal(g);
  no_gradient_of_constants(g);
  compute_what_is_read(g);
  for (Rewrite rewrite : backend.rewrites()) rewrite(g);
  simplify(g);
  merge_equal(g);
  remove_dead(g);
  protect_reads(g);
  fuse_elementwise(g);
  take_scattered_rows(g);
  remove_dead(g);
}

}  // namespace trae
