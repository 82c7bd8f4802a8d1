// Convolution primitives on plain channels_last activations, hiding the differences of oneDNN 2 and 3. Measured:
// plain nhwc runs at the machine's peak, so nothing is ever converted to blocked layouts but the kernel.
#pragma once
#include <optional>

#include "backend/cpu/onednn/engine.h"
#include "backend/kernel.h"
#include "graph/op.h"
#include "ops/convolution.h"

namespace trae::onednn {
enum class Pass { kForward, kBackwardData, kBackwardWeights };
// A kernel for float32, or nothing where oneDNN has only its slow reference implementation.
// Buffers: forward x, w [, bias] -> y; backward data dy, w -> dx; backward weights x, dy -> dw.
std::optional<Kernel> convolution(Pass, const ConvAttrs&, const Shape& x, const Shape& w, const Shape& y,
                                  bool has_bias);
}  // namespace trae::onednn
