// The two ways between a tensor's values and the host: nothing else reads or writes what lies in a Storage, but the
// kernels of its device.
#pragma once
#include <functional>
#include <vector>

#include "graph/tensor.h"

namespace trae {

// The bytes of a ready tensor: themselves where the host may touch them, else a copy. The tensor stays alive with it.
class HostView {
 public:
  explicit HostView(const Tensor&);
  const void* data() const { return data_; }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }

 private:
  StoragePtr storage_;
  std::vector<std::byte> copy_;
  const void* data_;
};
inline HostView to_host(const Tensor& t) { return HostView(t); }
// As above, copied to `bytes`.
void to_host(const Tensor&, void* bytes);

// A ready tensor on the device of `spec`; `fill` writes its bytes, row-major, to where it is told.
Tensor from_host(Spec spec, const std::function<void(void*)>& fill);
// As above, of bytes that lie in order.
Tensor from_host(Spec spec, const void* bytes);

// A buffer for a tensor of this spec, on its device, not filled.
StoragePtr allocate(const Spec&);

}  // namespace trae
