// The host's memory, for tensors of the CPU. The pool keeps freed blocks by size class (next quarter power of two) for
// reuse, up to a quarter of what was in use at the peak: eager loops then stop asking the system for pages, which cost
// more than most kernels.

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/aligned_memory.h"
#include "core/allocator.h"
#include "core/error.h"
#include "core/memory_limit.h"

namespace trae {
namespace {

struct Pool {
  std::mutex mutex;
  std::map<size_t, std::vector<void*>> free_blocks;  // classes stay when they are empty: they fill again soon
  size_t in_use = 0, peak = 0, pooled = 0, buffers = 0;
};
// Never destroyed: the last tensors may die after static destructors have run.
Pool& pool() {
  static Pool* p = new Pool;
  return *p;
}

size_t size_class(size_t bytes) {
  if (bytes <= 64) return 64;
  const size_t quarter = std::bit_floor(bytes) / 4;
  const size_t step = std::max<size_t>(64, quarter);
  return (bytes + step - 1) / step * step;
}

constexpr size_t kMinimumPooled = size_t(64) << 20;

void trim(Pool& p, size_t limit) {
  for (auto largest = p.free_blocks.rbegin(); p.pooled > limit && largest != p.free_blocks.rend(); ++largest) {
    auto& [size, blocks] = *largest;
    for (; p.pooled > limit && !blocks.empty(); p.pooled -= size) {
      aligned_release(blocks.back());
      blocks.pop_back();
    }
  }
}

class HostAllocator final : public Allocator {
 public:
  Device device() const override { return {}; }
  bool is_host() const override { return true; }
  void* allocate(size_t bytes) override;
  void release(void* data, size_t bytes) noexcept override;
  void write(void* to, const void* host, size_t bytes) override {
    if (bytes) std::memcpy(to, host, bytes);
  }
  void read(void* host, const void* from, size_t bytes) override {
    if (bytes) std::memcpy(host, from, bytes);
  }
  MemoryStatistics statistics() const override {
    Pool& p = pool();
    std::lock_guard lock(p.mutex);
    return {p.in_use, p.peak, p.pooled, p.buffers};
  }
  void release_pooled() override {
    Pool& p = pool();
    std::lock_guard lock(p.mutex);
    trim(p, 0);
  }
};

void* HostAllocator::allocate(size_t bytes) {
  void* data = nullptr;
  const size_t size = size_class(bytes);
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  if (auto it = p.free_blocks.find(size); it != p.free_blocks.end() && !it->second.empty()) {
    data = it->second.back();
    it->second.pop_back();
    p.pooled -= size;
  } else {
    require_available(bytes);
    // Huge pages matter for large tensors.
    const size_t alignment = size >= 2 * kHugePage ? kHugePage : 64;
    const size_t rounded = (size + alignment - 1) / alignment * alignment;
    data = aligned_allocate(alignment, rounded);
    if (!data) {
      trim(p, 0);
      data = aligned_allocate(alignment, rounded);
    }
    if (data && alignment == kHugePage) prefer_huge_pages(data, bytes);
    if (!data)
      throw OutOfMemoryError("", "cannot allocate " + std::to_string(bytes) + " bytes; tensors hold " +
                                     std::to_string(p.in_use) + " bytes.");
  }
  p.in_use += size;
  p.peak = std::max(p.peak, p.in_use);
  p.buffers++;
  return data;
}

void HostAllocator::release(void* data, size_t bytes) noexcept {
  const size_t size = size_class(bytes);
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  p.in_use -= size;
  p.buffers--;
  p.free_blocks[size].push_back(data);
  p.pooled += size;
  trim(p, std::max(kMinimumPooled, p.peak / 4));
}

}  // namespace

Allocator& host_allocator() {
  static auto* a = new HostAllocator;  // never destroyed, as the pool
  return *a;
}

}  // namespace trae
