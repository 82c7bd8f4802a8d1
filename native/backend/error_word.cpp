#include "backend/error_word.h"

#include <bit>
#include <string>

#include "core/error.h"

namespace trae {
namespace {

constexpr int32_t kClaimed = -1;  // the numbers are being written

std::string text(int64_t n) { return std::to_string(n); }

std::string index_text(const int64_t* n) {
  return "index " + text(n[0]) + " is out of range for an axis of size " + text(n[1]) + ".";
}
std::string frames_text(const int64_t* n) {
  return "example " + text(n[0]) + " cannot have " + text(n[1]) + " frames: the logits have " + text(n[2]) + ".";
}

[[noreturn]] void throw_error(DataError e, const int64_t* n) {
  switch (e) {
    case DataError::kTakeIndex: throw IndexError("take", index_text(n));
    case DataError::kScatterIndex: throw IndexError("scatter_add", index_text(n));
    case DataError::kSegmentNumber:
      throw IndexError("segment_reduce",
                       "segment number " + text(n[0]) + " is out of range for " + text(n[1]) + " segments.");
    case DataError::kCholeskyPivot:
      throw ValueError("cholesky", "the matrix is not positive definite: pivot " + text(n[0]) + " is " +
                                       std::to_string(std::bit_cast<double>(n[1])) + ".");
    case DataError::kSolveSingular: throw ValueError("solve", "the matrix is singular: it has no inverse.");
    case DataError::kLuSingular: throw ValueError("lu_factor", "the matrix is singular.");
    case DataError::kEigComplex:
      throw ValueError("eig",
                       "the matrix has complex eigenvalues, and there are no complex tensors.\n  Fix: pass { "
                       "complex: true } for pairs of real and imaginary part, or use eigh for symmetric matrices.");
    case DataError::kNoConvergence: throw ValueError("linalg", "the iteration has not converged.");
    case DataError::kCtcFrames: throw ValueError("ctc_loss", frames_text(n));
    case DataError::kCtcLabels:
      throw ValueError("ctc_loss", "example " + text(n[0]) + " cannot have " + text(n[1]) +
                                       " labels: there is room for " + text(n[2]) + ".");
    case DataError::kCtcLabel:
      throw IndexError("ctc_loss", "label " + text(n[0]) + " is out of range for " + text(n[1]) + " classes.");
    case DataError::kCtcDecodeFrames: throw ValueError("ctc_decode", frames_text(n));
    case DataError::kCtcDecodeSequences:
      throw ValueError("ctc_decode", "example " + text(n[0]) + " has only " + text(n[1]) + " label sequences but " +
                                         text(n[2]) + " are asked for.");
    default: throw InternalError("", "a kernel reported error " + text(int32_t(e)) + ", which nobody knows.");
  }
}

}  // namespace

void ErrorWord::report(DataError e, int64_t a, int64_t b, int64_t c) {
  int32_t none = 0;
  if (!code_.compare_exchange_strong(none, kClaimed)) return;
  numbers_[0] = a;
  numbers_[1] = b;
  numbers_[2] = c;
  code_.store(int32_t(e), std::memory_order_release);
}

void ErrorWord::raise() {
  const int32_t code = code_.load(std::memory_order_acquire);
  if (code == 0) return;
  code_.store(0, std::memory_order_relaxed);
  throw_error(DataError(code), numbers_);
}

}  // namespace trae
