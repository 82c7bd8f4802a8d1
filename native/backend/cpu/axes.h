// How many axes kernels walk through.
#pragma once

namespace trae {

inline constexpr int kMaxAxes = 12;

}  // namespace trae
