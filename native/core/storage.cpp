#include "core/storage.h"

namespace trae {
namespace {
thread_local size_t allocated = 0;
}

Storage::Storage(size_t bytes, Allocator& allocator)
    : allocator_(allocator), data_(allocator.allocate(bytes)), bytes_(bytes) {
  allocated += bytes;
}

size_t Storage::allocated_by_this_thread() { return allocated; }

}  // namespace trae
