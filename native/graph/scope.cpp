#include "graph/scope.h"

namespace trae {
namespace {
struct Recorded {
  int depth = 0;
  std::vector<std::weak_ptr<Node>> nodes;
};
Recorded& recorded() {
  static thread_local Recorded* r = nullptr;  // one pointer of thread storage: addons get little of it
  if (!r) r = new Recorded;
  return *r;
}
}  // namespace

void GradientScope::enter() { recorded().depth++; }
bool GradientScope::is_active() { return recorded().depth > 0; }

void GradientScope::exit() {
  Recorded& r = recorded();
  if (--r.depth > 0) return;
  auto nodes = std::move(r.nodes);
  r.nodes.clear();
  for (auto& weak : nodes)
    if (NodePtr n = weak.lock(); n && n->state.load() != State::kLazy) n->call.reset();
}

void GradientScope::record(const Tensors& ts) {
  Recorded& r = recorded();
  if (r.depth > 0)
    for (const Tensor& t : ts) r.nodes.push_back(t.node_ptr());
}

}  // namespace trae
