// Kernels of eager calls, kept for the next call of the same op on the same shapes and dtypes: those used last, within
// bounds. A kernel that is found again builds no oneDNN primitive and allocates no memory of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "runtime/packed_inputs.h"

namespace trae {

// A kernel and what it has packed in its last run.
struct KeptKernel {
  Kernel kernel;
  PackedInputs packed;
};

class KernelCache {
 public:
  static constexpr size_t kMaxKernels = 512;
  static constexpr size_t kMaxBytes = size_t(64) << 20;  // of the memory that kernels own: packed inputs
  // Kernels of one op and the same shapes: its attributes (where a slice begins, for example) may differ at every call.
  static constexpr size_t kMaxAlike = 8;

  explicit KernelCache(size_t max_kernels = kMaxKernels, size_t max_bytes = kMaxBytes)
      : max_kernels_(max_kernels), max_bytes_(max_bytes) {}

  // The kernel of a call on inputs of these specs. Not from several threads at once.
  std::shared_ptr<KeptKernel> get(const Call& call, const Specs& in);
  void clear();
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }
  size_t made() const { return made_; }  // kernels that were not found

 private:
  struct Entry {
    OpPtr op;
    Specs in, out;
    int threads;  // what a kernel owns is made for a number of threads
    std::shared_ptr<KeptKernel> kernel;
    size_t hash, bytes;
    uint64_t used;
  };
  using Position = std::list<Entry>::iterator;
  void remove(Position);

  const size_t max_kernels_, max_bytes_;
  std::list<Entry> entries_;  // the last used first
  std::unordered_multimap<size_t, Position> by_hash_;
  size_t bytes_ = 0, made_ = 0;
  uint64_t uses_ = 0;
};

}  // namespace trae
