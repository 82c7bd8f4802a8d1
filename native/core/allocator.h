// The memory of a device: blocks of it, and the only way that the host reads and writes them.
#pragma once
#include <cstddef>

#include "core/device.h"

namespace trae {

struct MemoryStatistics {
  size_t bytes_in_use = 0, peak_bytes = 0, pooled_bytes = 0, buffers = 0;
};

// Called from any thread.
class Allocator {
 public:
  virtual ~Allocator() = default;
  virtual Device device() const = 0;
  // 64-byte aligned, not filled. Throws OutOfMemoryError with the bytes asked for and held.
  virtual void* allocate(size_t bytes) = 0;
  // A block is given back when its last holder is gone; work that was submitted before may still use it.
  virtual void release(void* data, size_t bytes) noexcept = 0;
  // Whether the host may touch the blocks themselves. Where it may not, these two copy, in the order of the device's
  // work: `read` waits for what was submitted before it.
  virtual bool is_host() const = 0;
  virtual void write(void* to, const void* host, size_t bytes) = 0;
  virtual void read(void* host, const void* from, size_t bytes) = 0;
  virtual MemoryStatistics statistics() const = 0;
  virtual void release_pooled() = 0;  // gives back what is kept for reuse
};

// Makes a device's memory known; once, for the life of the process.
bool register_allocator(Allocator&);
Allocator& allocator_of(Device);  // InternalError when there is none
// The host's own memory, for the CPU's tensors and for scratch of its kernels.
Allocator& host_allocator();

}  // namespace trae
