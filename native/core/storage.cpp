#include "core/storage.h"

#include <atomic>

namespace trae {
namespace {
thread_local size_t allocated = 0;
uint64_t next_version() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}
}  // namespace

Storage::Storage(size_t bytes, Allocator& allocator)
    : allocator_(allocator), data_(allocator.allocate(bytes)), bytes_(bytes), version_(next_version()) {
  allocated += bytes;
}

void Storage::will_change() { version_ = next_version(); }

size_t Storage::allocated_by_this_thread() { return allocated; }

}  // namespace trae
