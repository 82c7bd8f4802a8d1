// Vector loops of attention over a block of rows of scores, chosen at run time. Row r lies at r * stride. `allowed` is
// null, or has a byte for each score, row r at r * width: 0 where attention is forbidden.
#pragma once
#include "backend/cpu/simd/dispatch.h"
#include "ops/forbidden_score.h"

namespace trae {

struct AttentionTable {
  // scores = exp(scale scores - m), m being the largest of each row; rows[2 r] = m, rows[2 r + 1] = 1 / their sum.
  void (*exponentials)(long count, long width, float* scores, long stride, float scale, const unsigned char* allowed,
                       float* rows);
  // The weights again: scores = exp(scale scores - rows[2 r]) rows[2 r + 1].
  void (*weights)(long count, long width, float* scores, long stride, float scale, const unsigned char* allowed,
                  const float* rows);
  // dweights = scale weights (dweights - sums[r]), 0 where forbidden: the gradient of the unscaled scores.
  void (*gradient)(long count, long width, const float* weights, float* dweights, long stride, float scale,
                   const unsigned char* allowed, const float* sums);
  // y *= factor of its row, rows[2 r + 1].
  void (*scale_rows)(long count, long width, float* y, long y_row, const float* rows);
  // sums[r] = the sum of a b over row r.
  void (*row_products)(long count, long width, const float* a, const float* b, long row, float* sums);
};
TRAE_DECLARE_TABLE(AttentionTable, attention_table)

}  // namespace trae
