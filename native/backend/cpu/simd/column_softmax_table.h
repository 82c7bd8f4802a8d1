// Vector loops of softmax along an axis that is not the last, chosen at run time.
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

struct ColumnSoftmaxTable {
  long most;  // columns of one call
  // The softmax of each column, or its logarithm: element i of column j lies at i * stride + j. y may be x.
  void (*columns)(const float* x, float* y, long n, long stride, long columns, bool is_log);
};
TRAE_DECLARE_TABLE(ColumnSoftmaxTable, column_softmax_table)

}  // namespace trae
