// Buffers: a block of a device's memory, freed by the last holder on whatever thread that is.
#pragma once
#include <cstdint>
#include <memory>

#include "core/allocator.h"

namespace trae {

class Storage {
 public:
  // Throws OutOfMemoryError with the bytes asked for and held.
  explicit Storage(size_t bytes, Allocator& allocator = host_allocator());
  ~Storage() { allocator_.release(data_, bytes_); }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  // An address of the device's: for its kernels, and for the host where `allocator().is_host()`.
  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Allocator& allocator() const { return allocator_; }
  Device device() const { return allocator_.device(); }
  // Another number for other contents: from one buffer to the next, and each time that `will_change` tells of a write.
  uint64_t version() const { return version_; }
  void will_change();
  // Bytes of all that the calling thread has made so far, freed or not: what a piece of code took is the difference.
  static size_t allocated_by_this_thread();

 private:
  Allocator& allocator_;
  void* data_;
  size_t bytes_;
  uint64_t version_;
};
using StoragePtr = std::shared_ptr<Storage>;

}  // namespace trae
