// Sums over windows: few elements for each of many results, as in the gradients of repeating and of nearest
// up-sampling.
#pragma once
#include "backend/kernel.h"
#include "graph/op.h"

namespace trae {

// The kernel that adds up a float32 tensor over `axes` (ascending); empty where the sums are no windows.
Kernel window_sum_kernel(const Shape& shape, const std::vector<int>& axes);

}  // namespace trae
