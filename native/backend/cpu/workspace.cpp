#include "backend/cpu/workspace.h"

#include <algorithm>
#include <memory>

#include "core/storage.h"

namespace trae {

void* workspace(size_t bytes) {
  static thread_local std::unique_ptr<Storage> block;
  if (!block || block->bytes() < bytes) {
    block.reset();
    block = std::make_unique<Storage>(std::max<size_t>(bytes, 64));
  }
  return block->data();
}

}  // namespace trae
