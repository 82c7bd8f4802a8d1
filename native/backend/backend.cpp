#include "backend/backend.h"

#include <atomic>

#include "core/error.h"

namespace trae {
namespace {
std::atomic<Backend*>& slot(DeviceType type) {
  static std::atomic<Backend*> all[kMaxDeviceTypes] = {};
  return all[type];
}
}  // namespace

bool register_backend(Backend& b) {
  slot(b.device().type) = &b;
  return true;
}

Backend& backend_of(Device d) {
  Backend* b = d.type < kMaxDeviceTypes ? slot(d.type).load(std::memory_order_acquire) : nullptr;
  if (!b) throw InternalError("", "there is no device of type " + std::to_string(d.type) + ".");
  return *b;
}

}  // namespace trae
