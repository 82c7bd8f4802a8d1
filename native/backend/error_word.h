// Where kernels leave what is wrong with their data. A kernel may run on another processor and in many threads, so it
// throws nothing: it writes a code and up to three numbers, and returns without the result. The runtime looks at the
// word after each kernel that is done when its call returns, else whenever it waits for the device, and throws the
// error that the user reads.
#pragma once
#include <atomic>
#include <cstdint>

namespace trae {

// Each with the meaning of its numbers.
enum class DataError : int32_t {
  kNone,
  kTakeIndex,          // index, size of the axis
  kScatterIndex,       // index, size of the axis
  kSegmentNumber,      // number, segments
  kCholeskyPivot,      // pivot, its value (the bits of a double)
  kSolveSingular,      //
  kLuSingular,         //
  kEigComplex,         //
  kNoConvergence,      //
  kCtcFrames,          // example, frames, frames of the logits
  kCtcLabels,          // example, labels, room for labels
  kCtcLabel,           // label, classes
  kCtcDecodeFrames,    // example, frames, frames of the logits
  kCtcDecodeSequences  // example, label sequences, asked for
};

// In memory that both the device and the host reach.
class ErrorWord {
 public:
  // The first report stays; from any thread.
  void report(DataError e, int64_t a = 0, int64_t b = 0, int64_t c = 0);
  bool is_set() const { return code_.load(std::memory_order_relaxed) != 0; }
  // Empties the word and throws what it said, if it said anything. No kernel runs meanwhile.
  void raise();

 private:
  std::atomic<int32_t> code_{0};
  int64_t numbers_[3] = {};
};

}  // namespace trae
