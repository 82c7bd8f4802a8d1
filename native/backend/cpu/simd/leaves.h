// The instructions of the tile machine: plain loops over up to a few thousand elements that lie in the cache.
#pragma once
#include <stdint.h>

#include "backend/cpu/simd/dispatch.h"

namespace trae {

// Types values have inside of the machine. float16 and bfloat16 are computed as kF32, int8 and uint8 as kI32.
enum class Lane : uint8_t { kF32, kF64, kI32, kI64, kU8, kCount };
// Types of memory: as DType.
using Leaf = void (*)(int64_t n, void* to, const void* a, const void* b, const void* c, const double* params);

struct LeafTable {
  Leaf (*find)(int code, Lane lane);  // null where the op does not exist for the type
  Leaf (*convert)(Lane from, Lane to);
  Leaf (*load)(int dtype);   // memory of this dtype to its lane; null when they are the same
  Leaf (*store)(int dtype);  // lane to memory of this dtype; null when they are the same
  Leaf (*round)(int dtype);  // a lane to what memory of this dtype can hold, in the lane; null when that is everything
  double (*sum)(Lane lane, int64_t n, const void* a);
  void (*sum_rows)(Lane lane, int64_t rows, int64_t n, double* to,
                   const void* a);                                      // one sum for each row of n elements
  double (*extreme)(Lane lane, int64_t n, const void* a, bool is_max);  // NaN wins
  void (*accumulate)(Lane lane, int64_t n, double* to, const void* a, int reduce);  // 0 sum, 1 max, 2 min, per element
  void (*accumulate_rows)(Lane lane, int64_t rows, int64_t n, double* to,
                          const void* a);  // sums of rows of n, per element
};
TRAE_DECLARE_TABLE(LeafTable, leaf_table)

}  // namespace trae
