#include "graph/gradients.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "graph/arithmetic.h"
#include "graph/op.h"

namespace trae {
namespace {

std::vector<const Call*> calls_above(const Tensors& outputs) {
  std::unordered_set<const Call*> seen;
  std::vector<const Call*> calls;
  std::vector<const Node*> stack;
  for (const Tensor& t : outputs) stack.push_back(t.node());
  while (!stack.empty()) {
    const Node* n = stack.back();
    stack.pop_back();
    if (!n->call || !seen.insert(n->call.get()).second) continue;
    calls.push_back(n->call.get());
    for (const Tensor& i : n->call->inputs) stack.push_back(i.node());
  }
  std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) { return a->id < b->id; });
  return calls;
}

class Driver {
 public:
  Driver(const Tensors& wrt, const CustomBackward& custom) : custom_(custom) {
    for (const Tensor& t : wrt) wanted_.insert(t.node());
  }

  void accumulate(const Tensor& t, const Tensor& d) {
    if (d.spec() != t.spec())
      throw InternalError("gradient", "a gradient of shape " + to_string(d.shape()) + " and dtype " +
                                          std::string(name_of(d.dtype())) + " was made for a tensor of shape " +
                                          to_string(t.shape()) + " and dtype " + std::string(name_of(t.dtype())) + ".");
    Tensor& sum = grads_[t.node()];
    sum = sum ? arithmetic::add(sum, d) : d;
  }

  void run(std::vector<const Call*> calls) {
    for (const Call* c : calls) {
      bool active = false;
      if (c->op->gradient() != Gradient::kZero)
        for (const Tensor& i : c->inputs) active |= is_active(i);
      if (active) active_.insert(c);
    }
    // Calls stay alive through this copy while grads are attached to their nodes.
    for (size_t i = calls.size(); i-- > 0;)
      if (active_.count(calls[i])) step(*calls[i]);
  }

  Tensor result(const Tensor& t) const {
    auto it = grads_.find(t.node());
    return it == grads_.end() ? Tensor() : it->second;
  }

 private:
  bool is_active(const Tensor& t) const {
    return is_floating(t.dtype()) &&
           (wanted_.count(t.node()) || (t.node()->call && active_.count(t.node()->call.get())));
  }

  void step(const Call& call) {
    Tensors out, dy;
    bool any = false;
    for (size_t i = 0; i < call.outputs.size(); i++) {
      NodePtr n = call.outputs[i].lock();
      // An output nobody holds has no gradient, but vjps may still use its value: give it a node again.
      if (!n) n = revive(call, i);
      auto it = grads_.find(n.get());
      dy.push_back(it == grads_.end() ? Tensor() : it->second);
      any |= bool(dy.back());
      out.emplace_back(std::move(n));
    }
    if (!any) return;
    if (call.op->gradient() == Gradient::kNone)
      throw NotImplementedError(std::string(call.op->name()), "this operation has no gradient.");
    Tensors dx;
    if (const std::optional<int64_t> id = call.op->user_gradient()) {
      dx = custom_(*id, dy);
      dx.resize(call.inputs.size());
    } else {
      dx = call.op->vjp(call.inputs, out, dy);
    }
    for (size_t i = 0; i < call.inputs.size() && i < dx.size(); i++)
      if (dx[i] && is_active(call.inputs[i])) accumulate(call.inputs[i], dx[i]);
  }

  NodePtr revive(const Call& call, size_t index) {
    // Recording the same op on the same inputs again costs nothing in a plan (common subexpressions are merged).
    return apply(call.op, call.inputs)[index].node_ptr();
  }

  const CustomBackward& custom_;
  std::unordered_set<const Node*> wanted_;
  std::unordered_set<const Call*> active_;
  std::unordered_map<const Node*, Tensor> grads_;
};

}  // namespace

Tensors gradients(const Tensors& outputs, const Tensors& wrt, const Tensors& cotangents, const CustomBackward& custom) {
  Driver driver(wrt, custom);
  for (size_t i = 0; i < outputs.size(); i++) driver.accumulate(outputs[i], cotangents[i]);
  driver.run(calls_above(outputs));
  Tensors r;
  for (const Tensor& t : wrt) r.push_back(driver.result(t));
  return r;
}

}  // namespace trae
