// What a convolution does to its sums, without anything else: vector loops include it.
#pragma once

namespace trae {

enum class ConvActivation : unsigned char { kLinear, kRelu, kRelu6 };

}  // namespace trae
