// Copies of runs of bytes, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct CopiesTable {
  void (*copy)(void* to, const void* from, long bytes);
  // Each of `count` runs of `run` bytes, which lie one after the other, `times` times: aab... becomes aaaabb...
  void (*repeat)(void* to, const void* from, long count, long run, long times);
  // to[j] = the sum of from[offsets[k] + j] over the `count` offsets, in double precision.
  void (*sum_runs)(float* to, const float* from, const long* offsets, long count, long n);
  // to[j] = the sum of from[offsets[k] + j * window + i] over the offsets and i < window, in double precision.
  void (*sum_windows)(float* to, const float* from, const long* offsets, long count, long n, long window);
};
TRAE_DECLARE_TABLE(CopiesTable, copies_table)

}  // namespace trae
