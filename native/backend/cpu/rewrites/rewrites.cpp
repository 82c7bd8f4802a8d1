#include "backend/cpu/rewrites/rewrites.h"

namespace trae {

std::span<const Rewrite> cpu_rewrites() {
  static constexpr Rewrite kAll[] = {
      &normalization_into_pooling,      // takes the activation with it, so before that goes into the normalization
      &activation_into_normalization,   //
      &bias_into_convolution,           //
      &bias_gradient_into_weights,      //
      &normalization_into_convolution,  // behind a bias
      &relu_into_convolution,           // behind everything else that a convolution takes
  };
  return kAll;
}

}  // namespace trae
