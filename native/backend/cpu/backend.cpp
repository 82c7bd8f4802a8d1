// The CPU as a backend: every kernel is done when its call returns, memory is the host's.
#include "backend/backend.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#if defined(__SSE__)
#include <immintrin.h>
#endif

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/peak.h"
#include "backend/cpu/processor.h"
#include "backend/cpu/rewrites/rewrites.h"
#include "backend/cpu/simd/dispatch.h"

namespace trae {
namespace {

#if defined(__SSE__)
constexpr unsigned kFlush = 0x8040;  // flush to zero, and denormals are zero
#endif

// Denormals count as zero on this thread while it lives.
class FlushDenormals {
 public:
#if defined(__SSE__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlush); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#endif
};

class CpuStream final : public Stream {
 public:
  void copy(void* to, const void* from, size_t bytes) override {
    if (bytes) std::memcpy(to, from, bytes);
  }
  void gather_rows(void* to, const void* from, size_t row_bytes, const int32_t* rows, int64_t count) override {
    const auto* source = static_cast<const char*>(from);
    auto* target = static_cast<char*>(to);
    const int64_t grain = std::max<int64_t>(1, int64_t(131072 / std::max<size_t>(1, row_bytes)));
    parallel_for(count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++)
        std::memcpy(target + size_t(r) * row_bytes, source + size_t(rows[r]) * row_bytes, row_bytes);
    });
  }
  bool is_immediate() const override { return true; }
  void synchronize() override {}
  ErrorWord& errors() override { return errors_; }
  int64_t mark() override {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
  }
  double milliseconds(int64_t from, int64_t to) override { return double(to - from) * 1e-6; }

 private:
  ErrorWord errors_;
};

class CpuBackend final : public Backend {
 public:
  Device device() const override { return {}; }
  Stream& stream() override { return stream_; }
  std::span<const Rewrite> rewrites() const override { return cpu_rewrites(); }
  // For the life of the compute thread and of the team that it starts; elsewhere for one job.
  void prepare_thread() override {
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | kFlush);
#endif
  }
  void run_alone(const std::function<void()>& job) override {
    [[maybe_unused]] const FlushDenormals flush;
    const AloneOnThisThread alone;
    job();
  }
  int threads() const override { return num_threads(); }
  void set_threads(int n) override { set_num_threads(n); }
  std::string problem() const override { return processor_problem(); }
  std::string name() const override { return "cpu"; }
  std::string description() const override { return std::to_string(num_threads()) + " threads, " + simd::isa_name(); }
  std::vector<std::pair<std::string, std::string>> versions() const override {
    return {{"onednn", onednn_version()}, {"isa", simd::isa_name()}};
  }
  Peak measure_peak() override { return trae::measure_peak(); }

 private:
  CpuStream stream_;
};

CpuBackend& cpu_backend() {
  static auto* b = new CpuBackend;  // never destroyed: the compute thread outlives static destructors
  return *b;
}
const bool registered = register_backend(cpu_backend());

}  // namespace

ErrorWord& cpu_errors() {
  static ErrorWord& word = cpu_backend().stream().errors();
  return word;
}

}  // namespace trae
