// Kernels and their registry: which function of which device computes an op. Looked up while a plan is compiled or a
// call evaluated; a running plan knows nothing of it.
#pragma once
#include <concepts>
#include <functional>
#include <typeindex>
#include <utility>
#include <vector>

#include "core/device.h"
#include "graph/op.h"

namespace trae {

// Computes the outputs from the inputs, or submits that to the device's stream. The pointers are addresses of the
// device. All buffers are contiguous, row-major and 64-byte aligned; an output never overlaps an input unless the op
// allows it (`can_overwrite`). Made once for given shapes, run many times, one at a time; it may own scratch memory. It
// never throws for what the data hold: see error_word.h.
struct Kernel {
  using Run = std::function<void(const void* const* in, void* const* out)>;
  using Pack = std::function<void(const void* const* in)>;

  Kernel() = default;
  template <class F>
  requires(!std::same_as<F, Kernel> && std::invocable<F&, const void* const*, void* const*>) Kernel(F run)
      : run(std::move(run)) {}
  Kernel(std::vector<size_t> packed, Pack pack, Run run)
      : run(std::move(run)), pack(std::move(pack)), packed(std::move(packed)) {}

  explicit operator bool() const { return bool(run); }
  // Packs and runs.
  void operator()(const void* const* in, void* const* out) const {
    if (pack) pack(in);
    run(in, out);
  }

  Run run;
  // Copies the inputs `packed`, weights as a rule, into layouts of the kernel's own that `run` reads: before the first
  // run, and again when one of them holds something else. Null where there is nothing to pack.
  Pack pack;
  std::vector<size_t> packed;
  int result_reorders = 0;  // results that each run copies out of a layout of the kernel's own
};

// Makes the kernel of an op for given shapes. Throws NotImplementedError for dtypes that the device cannot compute.
using MakeKernel = Kernel (*)(const Op&, const Specs& in, const Specs& out);

bool register_kernel(DeviceType, std::type_index op, MakeKernel);
MakeKernel find_kernel(DeviceType, std::type_index op);  // null where there is none
// InternalError where the device has no kernel of this op.
Kernel make_kernel(Device, const Op&, const Specs& in, const Specs& out);

// The same for a function that takes the op by its own type.
template <class O, Kernel (*make)(const O&, const Specs&, const Specs&)>
bool register_kernel_of(DeviceType device) {
  return register_kernel(device, typeid(O), [](const Op& op, const Specs& in, const Specs& out) {
    return make(static_cast<const O&>(op), in, out);
  });
}

}  // namespace trae
