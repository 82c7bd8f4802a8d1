// The pool keeps freed blocks by size class (next quarter power of two) for reuse, up to a quarter of what was in
// use at the peak: eager loops then stop asking the system for pages, which cost more than most kernels.
#include "core/storage.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/aligned_memory.h"
#include "core/error.h"
#include "core/memory_limit.h"

namespace trae {
namespace {

struct Pool {
  std::mutex mutex;
  std::map<size_t, std::vector<void*>> free_blocks;
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
  while (p.pooled > limit && !p.free_blocks.empty()) {
    auto last = std::prev(p.free_blocks.end());
    aligned_release(last->second.back());
    p.pooled -= last->first;
    last->second.pop_back();
    if (last->second.empty()) p.free_blocks.erase(last);
  }
}

}  // namespace

Storage::Storage(size_t bytes) : data_(nullptr), bytes_(bytes) {
  const size_t size = size_class(bytes);
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  if (auto it = p.free_blocks.find(size); it != p.free_blocks.end()) {
    data_ = it->second.back();
    it->second.pop_back();
    if (it->second.empty()) p.free_blocks.erase(it);
    p.pooled -= size;
  } else {
    require_available(bytes);
    // Huge pages matter for large tensors: aligned to 2 MiB the kernel can give them.
    const size_t alignment = size >= (size_t(4) << 20) ? size_t(2) << 20 : 64;
    const size_t rounded = (size + alignment - 1) / alignment * alignment;
    data_ = aligned_allocate(alignment, rounded);
    if (!data_) {
      trim(p, 0);
      data_ = aligned_allocate(alignment, rounded);
    }
#if defined(__linux__)
    // Most systems give them on request only. The last, partly used page is left out: it would be memory wasted.
    if (data_ && alignment > 64) madvise(data_, bytes / alignment * alignment, MADV_HUGEPAGE);
#endif
    if (!data_)
      throw OutOfMemoryError("", "cannot allocate " + std::to_string(bytes) + " bytes; tensors hold " +
                                     std::to_string(p.in_use) + " bytes.");
  }
  p.in_use += size;
  p.peak = std::max(p.peak, p.in_use);
  p.buffers++;
}

Storage::~Storage() {
  const size_t size = size_class(bytes_);
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  p.in_use -= size;
  p.buffers--;
  p.free_blocks[size].push_back(data_);
  p.pooled += size;
  trim(p, std::max(kMinimumPooled, p.peak / 4));
}

MemoryStatistics memory_statistics() {
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  return {p.in_use, p.peak, p.pooled, p.buffers};
}

void release_pooled_memory() {
  Pool& p = pool();
  std::lock_guard lock(p.mutex);
  trim(p, 0);
}

}  // namespace trae
