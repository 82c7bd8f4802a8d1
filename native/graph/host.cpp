#include "graph/host.h"

#include <cstring>

#include "core/error.h"

namespace trae {

HostView::HostView(const Tensor& t) {
  if (t.node()->state.load(std::memory_order_acquire) != State::kReady)
    throw InternalError("", "the value of a tensor of shape " + to_string(t.shape()) + " is not there yet.");
  storage_ = t.node()->storage;
  data_ = storage_->data();
  if (storage_->allocator().is_host()) return;
  copy_.resize(t.spec().bytes());
  storage_->allocator().read(copy_.data(), storage_->data(), copy_.size());
  data_ = copy_.data();
}

void to_host(const Tensor& t, void* bytes) {
  t.node()->storage->allocator().read(bytes, t.node()->storage->data(), t.spec().bytes());
}

StoragePtr allocate(const Spec& s) { return std::make_shared<Storage>(s.bytes(), allocator_of(s.device)); }

Tensor from_host(Spec spec, const std::function<void(void*)>& fill) {
  StoragePtr storage = allocate(spec);
  if (storage->allocator().is_host()) {
    fill(storage->data());
  } else {
    std::vector<std::byte> bytes(spec.bytes());
    fill(bytes.data());
    storage->allocator().write(storage->data(), bytes.data(), bytes.size());
  }
  return Tensor::from_storage(std::move(spec), std::move(storage));
}

Tensor from_host(Spec spec, const void* bytes) {
  StoragePtr storage = allocate(spec);
  storage->allocator().write(storage->data(), bytes, spec.bytes());
  return Tensor::from_storage(std::move(spec), std::move(storage));
}

}  // namespace trae
