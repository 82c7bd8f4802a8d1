// Sixteen floats at once; compilers for smaller registers split them. Included by sources that are compiled once per
// instruction set, so everything is in an anonymous namespace.
#pragma once

namespace {

typedef float Floats __attribute__((vector_size(64)));
typedef int Ints __attribute__((vector_size(64)));
typedef unsigned char Bytes __attribute__((vector_size(16)));
constexpr long kLanes = 16;

inline Floats load(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

}  // namespace
