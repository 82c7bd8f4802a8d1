#include "core/dtype.h"

#include <array>
#include <cstring>
#include <string>

#include "core/error.h"

namespace trae {
namespace {
constexpr std::array<std::string_view, kDTypeCount> kNames = {"float32", "float16", "bfloat16", "float64", "int32",
                                                              "int64",   "int8",    "uint8",    "bool"};
constexpr std::array<size_t, kDTypeCount> kSizes = {4, 2, 2, 8, 4, 8, 1, 1, 1};
}  // namespace

size_t size_of(DType d) { return kSizes[size_t(d)]; }
std::string_view name_of(DType d) { return kNames[size_t(d)]; }

DType parse_dtype(std::string_view name) {
  for (int i = 0; i < kDTypeCount; i++)
    if (kNames[i] == name) return DType(i);
  std::string known;
  for (auto n : kNames) known += (known.empty() ? "'" : ", '") + std::string(n) + "'";
  throw ValueError("", "dtype '" + std::string(name) + "' is not one of " + known + ".");
}

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (is_floating(a) || is_floating(b)) {
    if (!is_floating(a)) return b;
    if (!is_floating(b)) return a;
    if (a == DType::kFloat64 || b == DType::kFloat64) return DType::kFloat64;
    return DType::kFloat32;  // float16 with bfloat16, or a half with float32
  }
  if (is_bool(a)) return b;
  if (is_bool(b)) return a;
  if (a == DType::kInt64 || b == DType::kInt64) return DType::kInt64;
  if (a == DType::kInt32 || b == DType::kInt32) return DType::kInt32;
  return DType::kInt32;  // int8 with uint8: Keras says int16, which has no tensor type here
}

float half_to_float(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 1023;
  uint32_t u;
  if (exponent == 31) {
    u = sign | 0x7f800000u | (mantissa << 13);
  } else if (exponent) {
    u = sign | ((exponent + 112) << 23) | (mantissa << 13);
  } else {
    const float f = float(mantissa) * 0x1p-24f;
    return sign ? -f : f;
  }
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}

uint16_t float_to_half(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  const uint16_t sign = uint16_t((u >> 16) & 0x8000);
  u &= 0x7fffffffu;
  if (u >= 0x7f800000u) return uint16_t(sign | 0x7c00 | (u > 0x7f800000u ? 0x200 : 0));
  if (u >= 0x477ff000u) return uint16_t(sign | 0x7c00);
  if (u < 0x38800000u) {  // subnormal half: let the float adder round
    float a;
    std::memcpy(&a, &u, 4);
    a += 0.5f;
    uint32_t r;
    std::memcpy(&r, &a, 4);
    return uint16_t(sign | (r - 0x3f000000u));
  }
  u += 0xc8000fffu + ((u >> 13) & 1);
  return uint16_t(sign | (u >> 13));
}

uint16_t float_to_bfloat16(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  if ((u & 0x7fffffffu) > 0x7f800000u) return uint16_t((u >> 16) | 0x40);
  return uint16_t((u + 0x7fffu + ((u >> 16) & 1)) >> 16);
}

double value_at(DType d, const void* data, size_t i) {
  switch (d) {
    case DType::kFloat32: return static_cast<const float*>(data)[i];
    case DType::kFloat16: return half_to_float(static_cast<const uint16_t*>(data)[i]);
    case DType::kBFloat16: return bfloat16_to_float(static_cast<const uint16_t*>(data)[i]);
    case DType::kFloat64: return static_cast<const double*>(data)[i];
    case DType::kInt32: return static_cast<const int32_t*>(data)[i];
    case DType::kInt64: return double(static_cast<const int64_t*>(data)[i]);
    case DType::kInt8: return static_cast<const int8_t*>(data)[i];
    case DType::kUInt8: return static_cast<const uint8_t*>(data)[i];
    case DType::kBool: return static_cast<const uint8_t*>(data)[i] ? 1 : 0;
  }
  return 0;
}

}  // namespace trae
