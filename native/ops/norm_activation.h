// What follows a normalization, without anything else: vector loops include it.
#pragma once

namespace trae {

// Nothing, max(y, 0), or min(max(y, 0), 6).
enum class NormActivation : unsigned char { kLinear, kRelu, kRelu6 };

}  // namespace trae
