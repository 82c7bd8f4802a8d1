// Shapes: sizes of each axis, printed as Python tuples. Every index, axis and broadcast rule is checked here.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/short_list.h"

namespace trae {

using Shape = ShortList;
using Ints = ShortList;

// Product of the sizes. Throws OutOfMemoryError when it is beyond 2^53; an empty shape may have other sides whose
// product is below 2^62, so that every stride fits.
int64_t size_of(const Shape&);
// a * b, or a ValueError of `op`: the one place where sizes, steps and extents that callers give are multiplied.
int64_t multiply_sizes(std::string_view op, int64_t a, int64_t b);
std::string to_string(const Shape&);  // "(2, 3)", "(2,)", "()"
Ints strides_of(const Shape&);        // row-major, in elements

// 0 <= result < ndim, or ValueError "<op>: axis 3 is out of range for a tensor of rank 2 and shape (4, 7)".
int normalize_axis(std::string_view op, int64_t axis, const Shape&);
// Normalized, sorted, without repetition (repeating one is an error). Empty `axes` with `all` gives every axis.
std::vector<int> normalize_axes(std::string_view op, const Ints& axes, const Shape&);

// NumPy broadcasting; the error names both shapes.
Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b);
bool is_broadcastable_to(const Shape& from, const Shape& to);

}  // namespace trae
