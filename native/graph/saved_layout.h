// What a forward op leaves for its gradient may lie in the order that suits a device's kernels: then `infer` asks the
// device for its spec, and nothing but the kernels of that device looks inside.
#pragma once
#include <typeindex>

#include "graph/op.h"

namespace trae {

using SavedLayout = Spec (*)(const Op&, const Specs& in);
bool register_saved_layout(DeviceType, std::type_index op, SavedLayout);
// The spec on the inputs' device. InternalError when the device has said nothing about this op.
Spec saved_spec(const Op&, const Specs& in);

}  // namespace trae
