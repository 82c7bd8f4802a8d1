#include "backend/cpu/peak.h"

#include <chrono>
#include <cstring>
#include <dnnl.hpp>

#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/peak_table.h"
#include "core/storage.h"

namespace trae {
namespace {
double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
}  // namespace

Peak measure_peak() {
  Peak peak;
  const int threads = num_threads();
  for (int round = 0; round < 5; round++) {
    double total = 0;
    const double start = seconds();
#pragma omp parallel num_threads(threads) reduction(+ : total)
    total += simd::peak_table().multiply_add(2000000);
    peak.gflops = std::max(peak.gflops, total / (seconds() - start) / 1e9);
  }
  constexpr size_t kBytes = size_t(256) << 20;
  Storage from(kBytes), to(kBytes);
  std::memset(from.data(), 1, kBytes);
  std::memset(to.data(), 2, kBytes);
  for (int round = 0; round < 4; round++) {
    const double start = seconds();
    parallel_for(int64_t(kBytes), 1 << 20, [&](int64_t begin, int64_t end) {
      std::memcpy(static_cast<char*>(to.data()) + begin, static_cast<char*>(from.data()) + begin, size_t(end - begin));
    });
    peak.copy_gbs = std::max(peak.copy_gbs, 2.0 * kBytes / (seconds() - start) / 1e9);
  }
  host_allocator().release_pooled();
  return peak;
}

std::string onednn_version() {
  const auto* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace trae
