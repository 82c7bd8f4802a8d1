#include "graph/tensor.h"

#include "graph/op.h"

namespace trae {
namespace {
// Graphs can be millions of calls deep; releasing one must not recurse.
thread_local std::vector<Tensors>* t_draining = nullptr;
}  // namespace

Node::~Node() = default;

Call::~Call() {
  if (inputs.empty()) return;
  if (t_draining) {
    t_draining->push_back(std::move(inputs));
    return;
  }
  std::vector<Tensors> pending;
  t_draining = &pending;
  pending.push_back(std::move(inputs));
  while (!pending.empty()) {
    Tensors batch = std::move(pending.back());
    pending.pop_back();
    batch.clear();
  }
  t_draining = nullptr;
}

Tensor Tensor::placeholder(Spec s) {
  auto node = std::make_shared<Node>(std::move(s), State::kPlaceholder);
  node->is_symbolic = true;
  return Tensor(std::move(node));
}

Tensor Tensor::from_storage(Spec s, StoragePtr storage) {
  s.device = storage->device();
  auto n = std::make_shared<Node>(std::move(s), State::kReady);
  n->storage = std::move(storage);
  return Tensor(std::move(n));
}

}  // namespace trae
