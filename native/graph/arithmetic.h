// The two ops that graphs need of themselves: gradients of several uses are added, half types widened and narrowed.
// Declared here and defined with the other elementwise ops, so that the graph names no op.
#pragma once
#include "graph/tensor.h"

namespace trae::arithmetic {

Tensor add(const Tensor& a, const Tensor& b);
Tensor cast(const Tensor& x, DType d);

}  // namespace trae::arithmetic
