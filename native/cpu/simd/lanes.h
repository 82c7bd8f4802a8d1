// Vectors as wide as the registers of the instruction set, and the groups of 16 floats that layouts in memory are made
// of. Included by sources that are compiled once per instruction set, so everything is in an anonymous namespace.
#pragma once
#include "cpu/simd/registers.h"

namespace {

typedef float Floats __attribute__((vector_size(kRegisterBytes)));
typedef int Ints __attribute__((vector_size(kRegisterBytes)));
typedef unsigned char Bytes __attribute__((vector_size(kRegisterBytes / 4)));
constexpr long kWidth = kRegisterBytes / 4;  // floats of a register
constexpr long kLanes = 16;                  // floats of a group

inline Floats load(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

constexpr int kParts = kLanes / kWidth;
struct Group {
  Floats part[kParts];
};
inline Group load_group(const float* p) {
  Group g;
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = load(p + k * kWidth);
  return g;
}
inline void store_group(float* p, const Group& g) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) store(p + k * kWidth, g.part[k]);
}
// g += x v
inline void add_product(Group& g, float x, const Group& v) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] += x * v.part[k];
}
// Negative ones become 0; NaN and -0 stay.
inline void relu(Group& g) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = g.part[k] < 0.0f ? Floats{} : g.part[k];
}
inline void add(Group& g, const Group& v) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] += v.part[k];
}

}  // namespace
