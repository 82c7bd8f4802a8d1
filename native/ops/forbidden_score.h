// The score of what attention must not look at, without anything else: vector loops include it.
#pragma once

namespace trae {

// Finite, so that a row of forbidden scores becomes uniform, not NaN.
constexpr double kForbiddenScore = -0.7 * 3.38953e38;

}  // namespace trae
