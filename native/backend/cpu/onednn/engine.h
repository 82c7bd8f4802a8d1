// The CPU engine and stream of oneDNN: used on the compute thread only, made with the first primitive.
#pragma once
#include <dnnl.hpp>

namespace trae::onednn {
dnnl::engine& engine();
dnnl::stream& stream();
}  // namespace trae::onednn
