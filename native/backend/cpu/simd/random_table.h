// Vector loops of the generator, chosen at run time. Positions are in blocks of 64 numbers of 32 bits.
#pragma once
#include <stdint.h>

#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct RandomTable {
  // 64 random words: block `block` of the stream (key, counter).
  void (*words)(uint64_t key, uint64_t counter, uint64_t block, uint32_t* to);
  // Dropout of 128 elements (or n < 128): 16 bits each.
  void (*dropout)(uint64_t key, uint64_t counter, uint64_t block, const float* x, float* y, int n, uint32_t threshold,
                  float scale);
  // 64 numbers each from the words of one block.
  void (*uniform)(uint64_t key, uint64_t counter, uint64_t block, float low, float high, float* to);
  void (*normal)(uint64_t key, uint64_t counter, uint64_t block, float mean, float deviation, float* to);
  void (*truncated_normal)(uint64_t key, uint64_t counter, uint64_t block, float mean, float deviation, float* to);
};
TRAE_DECLARE_TABLE(RandomTable, random_table)

}  // namespace trae
