// Element types of tensors: sizes, names, classes and Keras' promotion rules.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trae {

enum class DType : uint8_t { kFloat32, kFloat16, kBFloat16, kFloat64, kInt32, kInt64, kInt8, kUInt8, kBool };
constexpr int kDTypeCount = 9;

size_t size_of(DType);
std::string_view name_of(DType);
DType parse_dtype(std::string_view name);  // throws ValueError naming the known ones

constexpr bool is_floating(DType d) { return d <= DType::kFloat64; }
constexpr bool is_bool(DType d) { return d == DType::kBool; }
constexpr bool is_integer(DType d) { return !is_floating(d) && !is_bool(d); }

// The type both operands of a binary op are cast to (keras.backend.result_type for two tensors).
DType promote(DType a, DType b);
// The type true division, exp, mean... compute in: floats stay, integers and bool become float32.
constexpr DType to_floating(DType d) { return is_floating(d) ? d : DType::kFloat32; }

// Calls `f` with a value of an unsigned type as wide as `d`: for code that only moves bytes.
template <class F>
decltype(auto) dispatch_storage(DType d, F&& f) {
  switch (size_of(d)) {
    case 1: return f(uint8_t{});
    case 2: return f(uint16_t{});
    case 4: return f(uint32_t{});
    default: return f(uint64_t{});
  }
}

// Half-precision conversions, round to nearest even.
float half_to_float(uint16_t);
uint16_t float_to_half(float);
inline float bfloat16_to_float(uint16_t h) {
  uint32_t u = uint32_t(h) << 16;
  float f;
  __builtin_memcpy(&f, &u, 4);
  return f;
}
uint16_t float_to_bfloat16(float);

// Element `i` of an array of this type, as a number; int64 beyond 2^53 is rounded.
double value_at(DType, const void* data, size_t i);

}  // namespace trae
