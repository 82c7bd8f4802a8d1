// The order of a device's work: kernels, copies and marks run one after the other, as they were submitted. On the CPU
// each is done when its call returns; elsewhere the host goes on meanwhile.
#pragma once
#include <cstddef>
#include <cstdint>

#include "backend/error_word.h"

namespace trae {

// Addresses are the device's. Called on the compute thread, or on the one that runs in its stead.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void copy(void* to, const void* from, size_t bytes) = 0;
  // Row rows[i] of `from` becomes row i of `to`, for i < count. `rows` lies on the device too.
  virtual void gather_rows(void* to, const void* from, size_t row_bytes, const int32_t* rows, int64_t count) = 0;

  // Whether a kernel is done when its call returns.
  virtual bool is_immediate() const = 0;
  // Waits until everything submitted is done.
  virtual void synchronize() = 0;
  // What the kernels of this stream found wrong with their data.
  virtual ErrorWord& errors() = 0;
  // `synchronize`, and the error that a kernel has reported, thrown.
  void check() {
    synchronize();
    errors().raise();
  }

  // A point in the order of work, and the time from one to another, which is known once both are passed (waits).
  virtual int64_t mark() = 0;
  virtual double milliseconds(int64_t from, int64_t to) = 0;
};

}  // namespace trae
