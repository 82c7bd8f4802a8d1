// Reverse-mode differentiation: walks the recorded calls backwards and asks each op for its vjp. What it builds is
// recorded like everything else, so gradients can be differentiated again.
#pragma once
#include <functional>

#include "graph/op.h"

namespace trae {

// Calls the user's backward function of a custom gradient: gradients of the outputs in, of the inputs out.
using CustomBackward = std::function<Tensors(int64_t id, const Tensors& dy)>;

// d sum(outputs[i] * cotangents[i]) / d wrt[j]; null where nothing leads there.
Tensors gradients(const Tensors& outputs, const Tensors& wrt, const Tensors& cotangents, const CustomBackward&);

}  // namespace trae
