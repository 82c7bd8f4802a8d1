#include "backend/kernel.h"

#include <string>
#include <unordered_map>

#include "core/error.h"

namespace trae {
namespace {
using Kernels = std::unordered_map<std::type_index, MakeKernel>;
Kernels& kernels_of(DeviceType device) {
  static auto* all = new Kernels[kMaxDeviceTypes];
  return all[device];
}
}  // namespace

bool register_kernel(DeviceType device, std::type_index op, MakeKernel make) {
  if (!kernels_of(device).emplace(op, make).second) std::abort();  // two kernels of one op: a build mistake
  return true;
}

MakeKernel find_kernel(DeviceType device, std::type_index op) {
  const auto it = kernels_of(device).find(op);
  return it == kernels_of(device).end() ? nullptr : it->second;
}

Kernel make_kernel(Device device, const Op& op, const Specs& in, const Specs& out) {
  const MakeKernel make = find_kernel(device.type, op.kernel_type());
  if (!make)
    throw InternalError(std::string(op.name()),
                        "there is no kernel for devices of type " + std::to_string(device.type) + ".");
  return make(op, in, out);
}

}  // namespace trae
