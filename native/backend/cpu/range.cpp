#include "ops/range.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"

namespace trae {
namespace {

// Integers wrap around as they do where JavaScript stores a number in a typed array of theirs.
template <class T>
T whole(double v) {
  if (!(std::abs(v) < 0x1p63)) return 0;
  return T(int64_t(v));
}
template <class T, class F>
Kernel range_kernel(const Range::Attrs& attrs, F convert) {
  return [a = attrs, convert](const void* const*, void* const* out) {
    T* y = static_cast<T*>(out[0]);
    parallel_for(a.count, kElementwiseGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++)
        y[i] = convert(a.has_last && i == a.count - 1 ? a.last : a.start + (i ? double(i) * a.delta / a.divisor : 0));
    });
  };
}

}  // namespace

TRAE_CPU_KERNEL(Range) {
  switch (op.attrs.dtype) {
    case DType::kFloat32: return range_kernel<float>(op.attrs, [](double v) { return float(v); });
    case DType::kFloat64: return range_kernel<double>(op.attrs, [](double v) { return v; });
    case DType::kFloat16: return range_kernel<uint16_t>(op.attrs, [](double v) { return float_to_half(float(v)); });
    case DType::kBFloat16:
      return range_kernel<uint16_t>(op.attrs, [](double v) { return float_to_bfloat16(float(v)); });
    case DType::kInt32: return range_kernel<int32_t>(op.attrs, whole<int32_t>);
    case DType::kInt64: return range_kernel<int64_t>(op.attrs, whole<int64_t>);
    case DType::kInt8: return range_kernel<int8_t>(op.attrs, whole<int8_t>);
    case DType::kUInt8: return range_kernel<uint8_t>(op.attrs, whole<uint8_t>);
    default: return range_kernel<uint8_t>(op.attrs, [](double v) { return uint8_t(v != 0); });
  }
}

}  // namespace trae
