// Buffers: 64-byte aligned memory from a pool, counted, freed by the last holder on whatever thread that is.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>

namespace trae {

class Storage {
 public:
  explicit Storage(size_t bytes);  // throws OutOfMemoryError with the bytes asked for and held
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void* data_;
  size_t bytes_;
};
using StoragePtr = std::shared_ptr<Storage>;

struct MemoryStatistics {
  size_t bytes_in_use, peak_bytes, pooled_bytes, buffers;
};
MemoryStatistics memory_statistics();
void release_pooled_memory();

}  // namespace trae
