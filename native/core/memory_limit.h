// How much memory one tensor may ask for: refused before anything is made, because a system that promises more than it
// has ends the process at the first touch.
#pragma once
#include <cstddef>
#include <string>

#include "core/dtype.h"
#include "core/shape.h"

namespace trae {

// Memory of the machine with its swap, of the container, or what the process may map: the least of them.
size_t memory_limit();
// Bytes of a tensor. Throws OutOfMemoryError with the bytes asked for when they are more than `memory_limit`.
size_t require_memory(const Shape&, DType);
// Throws OutOfMemoryError when a block of this size is more than the machine has left. Small ones are not looked at.
void require_available(size_t bytes);

}  // namespace trae
