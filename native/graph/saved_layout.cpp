#include "graph/saved_layout.h"

#include <map>

#include "core/error.h"

namespace trae {
namespace {
using Key = std::pair<DeviceType, std::type_index>;
std::map<Key, SavedLayout>& layouts() {
  static auto* all = new std::map<Key, SavedLayout>;
  return *all;
}
}  // namespace

bool register_saved_layout(DeviceType device, std::type_index op, SavedLayout layout) {
  layouts()[{device, op}] = layout;
  return true;
}

Spec saved_spec(const Op& op, const Specs& in) {
  const auto it = layouts().find({in[0].device.type, op.kernel_type()});
  if (it == layouts().end())
    throw InternalError(std::string(op.name()), "the device has no layout for what the gradient needs.");
  Spec spec = it->second(op, in);
  spec.device = in[0].device;
  return spec;
}

}  // namespace trae
