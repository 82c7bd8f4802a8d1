#include "core/allocator.h"

#include <atomic>
#include <string>

#include "core/error.h"

namespace trae {
namespace {
std::atomic<Device> g_default_device{Device{}};

// One of each type: the second device of a type shares its allocator until there is one that needs its own.
std::atomic<Allocator*>& slot(DeviceType type) {
  static std::atomic<Allocator*> all[kMaxDeviceTypes] = {};
  return all[type];
}
}  // namespace

Device default_device() { return g_default_device.load(std::memory_order_relaxed); }
void set_default_device(Device d) {
  allocator_of(d);
  g_default_device.store(d, std::memory_order_relaxed);
}

bool register_allocator(Allocator& a) {
  slot(a.device().type) = &a;
  return true;
}

Allocator& allocator_of(Device d) {
  if (d.type == kCpu) return host_allocator();
  Allocator* a = d.type < kMaxDeviceTypes ? slot(d.type).load(std::memory_order_acquire) : nullptr;
  if (!a) throw InternalError("", "there is no device of type " + std::to_string(d.type) + ".");
  return *a;
}

}  // namespace trae
