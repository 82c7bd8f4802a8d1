// The machine's limits, measured: what benchmarks compare with.
#pragma once
#include <string>

#include "backend/cpu/simd/dispatch.h"

namespace trae {
struct Peak {
  double gflops = 0;    // float32 fused multiply-adds in registers, all threads
  double copy_gbs = 0;  // bytes read plus written by a copy far larger than the caches, all threads
};
Peak measure_peak();  // on the compute thread; about 0.3 s
std::string onednn_version();

// One thread's share of the first: runs `rounds` of 16 independent vector chains, returns floating-point operations.
struct PeakTable {
  double (*multiply_add)(long rounds);
};
TRAE_DECLARE_TABLE(PeakTable, peak_table)
}  // namespace trae
