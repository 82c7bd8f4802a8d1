// Vectors as wide as the registers of the instruction set, and the groups of 16 floats that layouts in memory are made
// of. Included by sources that are compiled once per instruction set, so everything is in an anonymous namespace.
#pragma once
#include "backend/cpu/simd/registers.h"

namespace {

typedef float Floats __attribute__((vector_size(kRegisterBytes)));
typedef int Ints __attribute__((vector_size(kRegisterBytes)));
typedef double Doubles __attribute__((vector_size(kRegisterBytes)));
typedef unsigned char Bytes __attribute__((vector_size(kRegisterBytes / 4)));
constexpr long kWidth = kRegisterBytes / 4;  // floats of a register
constexpr long kLanes = 16;                  // floats of a group

inline Floats load(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }
inline Doubles load(const double* p) {
  Doubles v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(double* p, Doubles v) { __builtin_memcpy(p, &v, sizeof v); }

template <class T>
struct Registers;
template <>
struct Registers<float> {
  typedef Floats Vector;
};
template <>
struct Registers<double> {
  typedef Doubles Vector;
};

// 64 bytes: 16 floats or 8 doubles.
constexpr int kParts = 64 / kRegisterBytes;
template <class T>
constexpr long kGroupLanes = 64 / sizeof(T);
template <class T>
struct GroupOf {
  typename Registers<T>::Vector part[kParts];
};
typedef GroupOf<float> Group;
template <class T>
inline GroupOf<T> load_group(const T* p) {
  GroupOf<T> g;
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = load(p + k * (kGroupLanes<T> / kParts));
  return g;
}
template <class T>
inline void store_group(T* p, const GroupOf<T>& g) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) store(p + k * (kGroupLanes<T> / kParts), g.part[k]);
}
// g += x v
template <class T>
inline void add_product(GroupOf<T>& g, T x, const GroupOf<T>& v) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] += x * v.part[k];
}
// Negative ones become 0; NaN and -0 stay.
inline void relu(Group& g) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = g.part[k] < 0.0f ? Floats{} : g.part[k];
}
// Larger ones become `most`; NaN stays.
inline void limit(Group& g, float most) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = g.part[k] > most ? Floats{} + most : g.part[k];
}
// g = g * scale + offset
inline void transform(Group& g, const Group& scale, const Group& offset) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] = g.part[k] * scale.part[k] + offset.part[k];
}
template <class T>
inline void add(GroupOf<T>& g, const GroupOf<T>& v) {
#pragma GCC unroll 4
  for (int k = 0; k < kParts; k++) g.part[k] += v.part[k];
}

}  // namespace
