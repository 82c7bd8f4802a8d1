// Convolutions in float32 as products of rows of pixels with the packed kernel, nothing but the padding being copied
// (direct_convolution_table.h): where that is faster than oneDNN's. One group, one or two spatial axes.
#pragma once
#include <optional>

#include "backend/kernel.h"
#include "ops/convolution.h"

namespace trae::direct {

// Whether `forward` has a kernel.
bool computes_forward(const ConvAttrs&, const Shape& x, const Shape& w, const Shape& y);
// Kernels with the buffers of onednn::convolution (cpu/onednn/convolution.h), or nothing where oneDNN is asked.
std::optional<Kernel> forward(const ConvAttrs&, const Shape& x, const Shape& w, const Shape& y, bool has_bias);
std::optional<Kernel> backward_data(const ConvAttrs&, const Shape& x, const Shape& w, const Shape& y);
std::optional<Kernel> backward_weights(const ConvAttrs&, const Shape& x, const Shape& w, const Shape& y, bool has_bias);

}  // namespace trae::direct
