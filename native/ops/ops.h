// Builders that gradients, passes and the binding use to make graphs in C++. Each family implements its own part.
#pragma once
#include <optional>

#include "graph/op.h"

namespace trae::ops {

// ---- elementwise (native/ops/elementwise.cpp)
Tensor unary(std::string_view name, const Tensor& x);                    // any op without options: "exp", "tanh"...
Tensor binary(std::string_view name, const Tensor& a, const Tensor& b);  // "add", "maximum", "less"... broadcasting
Tensor where(const Tensor& condition, const Tensor& x, const Tensor& y);
Tensor cast(const Tensor& x, DType);
Tensor constant(double value, DType);         // a scalar
Tensor scalar_like(const Tensor& x, double);  // a scalar of x's dtype
inline Tensor operator+(const Tensor& a, const Tensor& b) { return binary("add", a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return binary("subtract", a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return binary("multiply", a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return binary("divide", a, b); }
inline Tensor operator-(const Tensor& a) { return unary("negative", a); }
inline Tensor operator+(const Tensor& a, double b) { return a + scalar_like(a, b); }
inline Tensor operator-(const Tensor& a, double b) { return a - scalar_like(a, b); }
inline Tensor operator*(const Tensor& a, double b) { return a * scalar_like(a, b); }
inline Tensor operator/(const Tensor& a, double b) { return a / scalar_like(a, b); }
inline Tensor operator-(double a, const Tensor& b) { return scalar_like(b, a) - b; }
inline Tensor operator/(double a, const Tensor& b) { return scalar_like(b, a) / b; }

// ---- movement (native/ops/movement.cpp)
Tensor reshape(const Tensor& x, const Shape&);
Tensor broadcast_to(const Tensor& x, const Shape&);
Tensor full(const Shape&, double value, DType);
inline Tensor zeros_like(const Tensor& x) { return full(x.shape(), 0, x.dtype()); }
inline Tensor ones_like(const Tensor& x) { return full(x.shape(), 1, x.dtype()); }
Tensor transpose(const Tensor& x, const Ints& permutation);
Tensor swap_last_axes(const Tensor& x);
Tensor expand_axes(const Tensor& x, const std::vector<int>& axes);  // size-1 axes at these positions of the result
Tensor concatenate(const Tensors& xs, int axis);
Tensor slice(const Tensor& x, const Ints& start, const Ints& stop,
             const Ints& step);  // from start to before stop; -1 stops behind the first
Tensor pad(const Tensor& x, const Ints& before, const Ints& after, double value = 0);
Tensor flip(const Tensor& x, const Ints& axes);
Tensor take(const Tensor& x, const Tensor& indices, int axis);
// zeros(shape) with updates added at `indices` along `axis` (duplicates add up): the gradient of take.
Tensor scatter_add(const Shape&, const Tensor& indices, const Tensor& updates, int axis);
Tensor range(int64_t count, DType, double start = 0,
             double delta = 1);  // start, start + delta, ... (native/ops/range.cpp)

// ---- reductions (native/ops/reduce.cpp)
Tensor sum(const Tensor& x, const Ints& axes, bool keepdims = false);
Tensor mean(const Tensor& x, const Ints& axes, bool keepdims = false);
Tensor reduce(std::string_view name, const Tensor& x, const Ints& axes, bool keepdims);  // "max", "prod"...
Tensor sum_all(const Tensor& x);
Tensor sum_to(const Tensor& x, const Shape&);  // undoes a broadcast: the gradient of broadcast_to

// ---- linear algebra (native/ops/matmul.cpp)
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);

}  // namespace trae::ops
