// Where a tensor's bytes lie and where its kernels run. The CPU is type 0; a backend of another kind takes the next.
#pragma once
#include <cstdint>

namespace trae {

using DeviceType = uint8_t;
constexpr DeviceType kCpu = 0;
constexpr int kMaxDeviceTypes = 4;

struct Device {
  DeviceType type = kCpu;
  uint8_t index = 0;  // which one of its type
  bool operator==(const Device&) const = default;
};

// Where tensors are made that nothing else places: the CPU, unless `set_default_device` was called.
Device default_device();
void set_default_device(Device);

}  // namespace trae
