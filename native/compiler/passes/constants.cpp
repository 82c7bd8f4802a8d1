// Steps that depend on constants alone are computed at compile time, unless the result would be big and its making
// cheap.
#include "backend/backend.h"
#include "compiler/ir.h"
#include "graph/host.h"

namespace trae {
namespace {
constexpr size_t kLargestFolded = 1 << 16;  // bytes

bool is_ready(const Value& v) {
  return v.kind == Value::kConstant && v.constant.node()->state.load(std::memory_order_acquire) == State::kReady;
}
}  // namespace

void fold_constants(Graph& g, Backend& backend) {
  for (int number : g.ordered_steps()) {
    Step& s = g.steps[number];
    if (s.op->has_state()) continue;
    bool is_constant = true;
    size_t bytes = 0;
    for (int v : s.in) is_constant &= is_ready(g.values[v]);
    for (int v : s.out) bytes += g.values[v].spec.bytes();
    if (!is_constant || bytes > kLargestFolded) continue;
    std::vector<const void*> in;
    for (int v : s.in) in.push_back(g.values[v].constant.node()->storage->data());
    std::vector<StoragePtr> storages;
    std::vector<void*> out;
    const Specs out_specs = g.specs_of(s.out);
    for (const Spec& spec : out_specs) {
      storages.push_back(allocate(spec));
      out.push_back(storages.back()->data());
    }
    if (s.op->is_view()) {
      storages[0] = g.values[s.in[0]].constant.node()->storage;
    } else if (!makes_nothing(out_specs)) {
      make_kernel(g.device, *s.op, g.specs_of(s.in), out_specs)(in.data(), out.data());
      backend.stream().check();
    }
    const std::vector<int> made = s.out;
    for (size_t i = 0; i < made.size(); i++)
      g.replace_uses(made[i], g.add_constant(Tensor::from_storage(out_specs[i], storages[i])));
    g.remove_step(number);
  }
}

}  // namespace trae
