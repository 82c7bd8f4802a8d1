// The rewrites towards the CPU's kernels; their order is that of the list in rewrites.cpp.
#pragma once
#include <span>

#include "backend/backend.h"

namespace trae {

std::span<const Rewrite> cpu_rewrites();

// ---- normalization.cpp
void normalization_into_pooling(Graph&);
void activation_into_normalization(Graph&);
// ---- convolution.cpp
void bias_into_convolution(Graph&);
void bias_gradient_into_weights(Graph&);
void normalization_into_convolution(Graph&);
void relu_into_convolution(Graph&);

}  // namespace trae
