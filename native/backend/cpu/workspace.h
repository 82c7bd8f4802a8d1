// What kernels need while they run: scratch of oneDNN's primitives, tiles, gates, sums. Kernels run one after the other
// and leave nothing in it, so all that run on a thread share one block, as large as the largest needs.
#pragma once
#include <cstddef>
#include <cstdint>

namespace trae {

// The calling thread's block, of at least so many bytes, aligned to 64, not filled: good until the next call. A kernel
// asks once a run, before its loops, and runs no other kernel while it uses the block.
void* workspace(size_t bytes);

// Several arrays in that block, each aligned.
class WorkspaceLayout {
 public:
  // Room for so many elements of so many bytes; where it begins.
  size_t add(int64_t count, size_t element_bytes = sizeof(float)) {
    const size_t at = bytes_;
    bytes_ += (size_t(count) * element_bytes + 63) / 64 * 64;
    return at;
  }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_ = 0;
};

}  // namespace trae
