#include "backend/cpu/simd/leaves.h"

#include "backend/cpu/simd/math.h"
#include "backend/cpu/simd/registers.h"
#include "ops/elementwise_codes.h"

namespace trae::simd::TRAE_ISA {
namespace {

#define R __restrict__

// One leaf per (code, type). `T` is the operands' type.
#define LEAF1(name, Out, expression)                                                              \
  template <class T>                                                                              \
  void name(int64_t n, void* to, const void* a, const void*, const void*, const double* params) { \
    (void)params;                                                                                 \
    const T* x_ = static_cast<const T*>(a);                                                       \
    Out* y_ = static_cast<Out*>(to);                                                              \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                        \
      const T x = x_[i];                                                                          \
      y_[i] = Out(expression);                                                                    \
    }                                                                                             \
  }
#define LEAF2(name, Out, expression)                                                         \
  template <class T>                                                                         \
  void name(int64_t n, void* to, const void* a, const void* b, const void*, const double*) { \
    const T *x_ = static_cast<const T*>(a), *z_ = static_cast<const T*>(b);                  \
    Out* y_ = static_cast<Out*>(to);                                                         \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                   \
      const T x = x_[i], y = z_[i];                                                          \
      y_[i] = Out(expression);                                                               \
    }                                                                                        \
  }

inline float fmod_(float a, float b) { return fmodf(a, b); }
inline double fmod_(double a, double b) { return fmod(a, b); }
inline int32_t fmod_(int32_t a, int32_t b) { return b == 0 || b == -1 ? 0 : a % b; }
inline int64_t fmod_(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
template <class T>
inline T python_mod(T a, T b) {
  T r = fmod_(a, b);
  return r != 0 && ((r < 0) != (b < 0)) ? T(r + b) : r;
}
inline float floor_div(float a, float b) { return floorf(a / b); }
inline double floor_div(double a, double b) { return floor(a / b); }
template <class T>
inline T floor_div_int(T a, T b) {
  if (b == 0) return 0;
  if (b == -1) return T(0 - uint64_t(a));
  T q = a / b;
  return a % b != 0 && ((a < 0) != (b < 0)) ? q - 1 : q;
}
inline int32_t floor_div(int32_t a, int32_t b) { return floor_div_int(a, b); }
inline int64_t floor_div(int64_t a, int64_t b) { return floor_div_int(a, b); }
inline float power_(float a, float b) { return powf(a, b); }
inline double power_(double a, double b) { return pow(a, b); }
template <class T>
inline T power_int(T a, T b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
  uint64_t r = 1, base = uint64_t(a);
  for (; b; b >>= 1, base *= base)
    if (b & 1) r *= base;
  return T(r);
}
inline int32_t power_(int32_t a, int32_t b) { return power_int(a, b); }
inline int64_t power_(int64_t a, int64_t b) { return power_int(a, b); }
// Wrapping integer arithmetic, as NumPy's; plain for floats.
inline float add_(float a, float b) { return a + b; }
inline double add_(double a, double b) { return a + b; }
inline int32_t add_(int32_t a, int32_t b) { return int32_t(uint32_t(a) + uint32_t(b)); }
inline int64_t add_(int64_t a, int64_t b) { return int64_t(uint64_t(a) + uint64_t(b)); }
inline float sub_(float a, float b) { return a - b; }
inline double sub_(double a, double b) { return a - b; }
inline int32_t sub_(int32_t a, int32_t b) { return int32_t(uint32_t(a) - uint32_t(b)); }
inline int64_t sub_(int64_t a, int64_t b) { return int64_t(uint64_t(a) - uint64_t(b)); }
inline float mul_(float a, float b) { return a * b; }
inline double mul_(double a, double b) { return a * b; }
inline int32_t mul_(int32_t a, int32_t b) { return int32_t(uint32_t(a) * uint32_t(b)); }
inline int64_t mul_(int64_t a, int64_t b) { return int64_t(uint64_t(a) * uint64_t(b)); }
inline float round_(float x) { return __builtin_rintf(x); }
inline double round_(double x) { return __builtin_rint(x); }
inline float floor_(float x) { return __builtin_floorf(x); }
inline double floor_(double x) { return __builtin_floor(x); }
inline float ceil_(float x) { return __builtin_ceilf(x); }
inline double ceil_(double x) { return __builtin_ceil(x); }
inline float trunc_(float x) { return __builtin_truncf(x); }
inline double trunc_(double x) { return __builtin_trunc(x); }
inline float sqrt_(float x) { return __builtin_sqrtf(x); }
inline double sqrt_(double x) { return __builtin_sqrt(x); }
#define LIBM(name, fn)                            \
  inline float name(float x) { return fn##f(x); } \
  inline double name(double x) { return fn(x); }
// clang-format off
LIBM(exp2_, exp2) LIBM(log2_, log2) LIBM(log10_, log10) LIBM(sin_, sin) LIBM(cos_, cos)
LIBM(tan_, tan) LIBM(asin_, asin) LIBM(acos_, acos) LIBM(atan_, atan) LIBM(sinh_, sinh) LIBM(cosh_, cosh) LIBM(asinh_, asinh)
LIBM(acosh_, acosh) LIBM(atanh_, atanh)
    // clang-format on
    inline float atan2_(float a, float b) {
  return atan2f(a, b);
}
inline double atan2_(double a, double b) { return atan2(a, b); }

LEAF1(identity, T, x)
LEAF1(negative, T, sub_(T(0), x))
LEAF1(negative_float, T, -x)
LEAF1(abs_float, T, x < 0 ? -x : x == 0 ? T(0) : x)
LEAF1(abs_int, T, x < 0 ? sub_(T(0), x) : x)
LEAF1(sign, T, x > 0 ? T(1) : x < 0 ? T(-1) : x == 0 ? T(0) : x)  // +0 of -0, as Keras has it
LEAF1(exp_leaf, T, exp_(x))
LEAF1(exp2_leaf, T, exp2_(x))
LEAF1(expm1_leaf, T, expm1_(x))
LEAF1(log_leaf, T, log_(x))
LEAF1(log1p_leaf, T, log1p_(x))
LEAF1(log2_leaf, T, log2_(x))
LEAF1(log10_leaf, T, log10_(x))
LEAF1(sqrt_leaf, T, sqrt_(x))
LEAF1(rsqrt_leaf, T, T(1) / sqrt_(x))
LEAF1(square, T, mul_(x, x))
LEAF1(reciprocal, T, T(1) / x)
LEAF1(sin_exact, T, sin_(x))
LEAF1(cos_exact, T, cos_(x))
// The C library where an angle is so large that its reduction needs more digits than double has.
template <int kQuarter, Leaf kExact>
void sine_leaf(int64_t n, void* to, const void* a, const void* b, const void* c, const double* params) {
  const float* x = static_cast<const float*>(a);
  float* y = static_cast<float*>(to);
  int far = 0;
  for (int64_t i = 0; i < n; i++) far |= !(x[i] >= -kLargestAngle && x[i] <= kLargestAngle);
  if (far) return kExact(n, to, a, b, c, params);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) y[i] = sine(x[i], kQuarter);
}
LEAF1(tan_leaf, T, tan_(x))
LEAF1(asin_leaf, T, asin_(x))
LEAF1(acos_leaf, T, acos_(x))
LEAF1(atan_leaf, T, atan_(x))
LEAF1(sinh_leaf, T, sinh_(x))
LEAF1(cosh_leaf, T, cosh_(x))
LEAF1(tanh_leaf, T, tanh_(x))
LEAF1(asinh_leaf, T, asinh_(x))
LEAF1(acosh_leaf, T, acosh_(x))
LEAF1(atanh_leaf, T, atanh_(x))
LEAF1(sigmoid_leaf, T, sigmoid_(x))
LEAF1(relu, T, x < 0 ? T(0) : x)  // NaN and -0 stay
LEAF1(relu6, T, x<0 ? T(0) : x> 6 ? T(6) : x)
LEAF1(softplus_leaf, T, softplus_(x))
LEAF1(erf_leaf, T, erf_(x))
LEAF1(erfinv_leaf, T, T(erfinv_(double(x))))
LEAF1(gelu_leaf, T, x* normal_below_(x, exp_(T(-0.5) * x * x)))
LEAF1(floor_leaf, T, floor_(x))
LEAF1(ceil_leaf, T, ceil_(x))
LEAF1(round_leaf, T, round_(x))
LEAF1(trunc_leaf, T, trunc_(x))
LEAF1(isnan_leaf, uint8_t, x != x)
LEAF1(isinf_leaf, uint8_t, x - x != x - x && x == x)
LEAF1(isfinite_leaf, uint8_t, x - x == x - x)
LEAF1(no, uint8_t, 0 * x)
LEAF1(yes, uint8_t, 1 | int(0 * x))
LEAF1(logical_not, uint8_t, x == 0)
LEAF1(bitwise_not, T, ~x)
LEAF1(clip, T, x<T(params[0]) ? T(params[0]) : x> T(params[1]) ? T(params[1]) : x)
template <class T>
void clip_int(int64_t n, void* to, const void* a, const void*, const void*, const double* params) {
  const T lo = params[0] > -9e18 ? (sizeof(T) == 4 && params[0] < -2147483648.0 ? T(-2147483647 - 1) : T(params[0]))
                                 : T(sizeof(T) == 4 ? INT32_MIN : INT64_MIN);
  const T hi = params[1] < 9e18 ? (sizeof(T) == 4 && params[1] > 2147483647.0 ? T(2147483647) : T(params[1]))
                                : T(sizeof(T) == 4 ? INT32_MAX : INT64_MAX);
  const T* x = static_cast<const T*>(a);
  T* y = static_cast<T*>(to);
  for (int64_t i = 0; i < n; i++) y[i] = x[i] < lo ? lo : x[i] > hi ? hi : x[i];
}

LEAF2(add, T, add_(x, y))
LEAF2(subtract, T, sub_(x, y))
LEAF2(multiply, T, mul_(x, y))
LEAF2(divide, T, x / y)
LEAF2(floor_divide, T, floor_div(x, y))
LEAF2(mod, T, python_mod(x, y))
LEAF2(power, T, power_(x, y))
// Of zeros, which are equal, the first.
LEAF2(maximum, T, x != x ? x : y != y ? y : y > x ? y : x)
LEAF2(minimum, T, x != x ? x : y != y ? y : y < x ? y : x)
LEAF2(maximum_int, T, x > y ? x : y)
LEAF2(minimum_int, T, x < y ? x : y)
LEAF2(arctan2_leaf, T, atan2_(x, y))
LEAF2(greater, uint8_t, x > y)
LEAF2(greater_equal, uint8_t, x >= y)
LEAF2(less, uint8_t, x < y)
LEAF2(less_equal, uint8_t, x <= y)
LEAF2(equal, uint8_t, x == y)
LEAF2(not_equal, uint8_t, x != y)
LEAF2(logical_and, uint8_t, (x != 0) & (y != 0))
LEAF2(logical_or, uint8_t, (x != 0) | (y != 0))
LEAF2(logical_xor, uint8_t, (x != 0) ^ (y != 0))
LEAF2(bitwise_and, T, x& y)
LEAF2(bitwise_or, T, x | y)
LEAF2(bitwise_xor, T, x ^ y)
LEAF2(left_shift, T, T(y < 0 || y >= T(8 * sizeof(T)) ? 0 : uint64_t(x) << y))
LEAF2(right_shift, T, y < 0 || y >= T(8 * sizeof(T)) ? T(x < 0 ? -1 : 0) : T(x >> y))
LEAF2(relu6_grad, T, x > 0 && x < 6 ? y : T(0))
LEAF2(relu_grad, T, x > 0 ? y : T(0))
LEAF2(sigmoid_grad, T, y* x*(T(1) - x))
LEAF2(tanh_grad, T, y*(T(1) - x * x))
template <class T>
inline T gelu_slope(T x) {
  const T e = exp_(T(-0.5) * x * x);
  return normal_below_(x, e) + x * T(0.39894228040143268) * e;
}
LEAF2(gelu_grad, T, y* gelu_slope(x))

template <class T>
void where(int64_t n, void* to, const void* a, const void* b, const void* c, const double*) {
  const uint8_t* k = static_cast<const uint8_t*>(a);
  const T *x = static_cast<const T*>(b), *y = static_cast<const T*>(c);
  T* r = static_cast<T*>(to);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) r[i] = k[i] ? x[i] : y[i];
}

#define FLOATS(f) \
  { &f<float>, &f<double>, nullptr, nullptr, nullptr }
#define NUMBERS(f) \
  { &f<float>, &f<double>, &f<int32_t>, &f<int64_t>, nullptr }
#define SPLIT(f, g) \
  { &f<float>, &f<double>, &g<int32_t>, &g<int64_t>, nullptr }
#define INTEGERS(f) \
  { nullptr, nullptr, &f<int32_t>, &f<int64_t>, &f<uint8_t> }
#define ALL(f) \
  { &f<float>, &f<double>, &f<int32_t>, &f<int64_t>, &f<uint8_t> }

Leaf find(int code, Lane lane) {
  static constexpr Leaf kTable[int(Code::kCount)][5] = {
      ALL(identity),
      SPLIT(negative_float, negative),
      SPLIT(abs_float, abs_int),
      NUMBERS(sign),
      FLOATS(exp_leaf),
      FLOATS(exp2_leaf),
      FLOATS(expm1_leaf),
      FLOATS(log_leaf),
      FLOATS(log1p_leaf),
      FLOATS(log2_leaf),
      FLOATS(log10_leaf),
      FLOATS(sqrt_leaf),
      FLOATS(rsqrt_leaf),
      NUMBERS(square),
      FLOATS(reciprocal),
      {&sine_leaf<0, &sin_exact<float>>, &sin_exact<double>, nullptr, nullptr, nullptr},
      {&sine_leaf<1, &cos_exact<float>>, &cos_exact<double>, nullptr, nullptr, nullptr},
      FLOATS(tan_leaf),
      FLOATS(asin_leaf),
      FLOATS(acos_leaf),
      FLOATS(atan_leaf),
      FLOATS(sinh_leaf),
      FLOATS(cosh_leaf),
      FLOATS(tanh_leaf),
      FLOATS(asinh_leaf),
      FLOATS(acosh_leaf),
      FLOATS(atanh_leaf),
      FLOATS(sigmoid_leaf),
      NUMBERS(relu),
      NUMBERS(relu6),
      FLOATS(softplus_leaf),
      FLOATS(erf_leaf),
      FLOATS(erfinv_leaf),
      FLOATS(gelu_leaf),
      SPLIT(floor_leaf, identity),
      SPLIT(ceil_leaf, identity),
      SPLIT(round_leaf, identity),
      SPLIT(trunc_leaf, identity),
      {&isnan_leaf<float>, &isnan_leaf<double>, &no<int32_t>, &no<int64_t>, &no<uint8_t>},
      {&isinf_leaf<float>, &isinf_leaf<double>, &no<int32_t>, &no<int64_t>, &no<uint8_t>},
      {&isfinite_leaf<float>, &isfinite_leaf<double>, &yes<int32_t>, &yes<int64_t>, &yes<uint8_t>},
      ALL(logical_not),
      {nullptr, nullptr, &bitwise_not<int32_t>, &bitwise_not<int64_t>, &logical_not<uint8_t>},
      SPLIT(clip, clip_int),
      NUMBERS(add),
      NUMBERS(subtract),
      NUMBERS(multiply),
      FLOATS(divide),
      NUMBERS(floor_divide),
      NUMBERS(mod),
      NUMBERS(power),
      SPLIT(maximum, maximum_int),
      SPLIT(minimum, minimum_int),
      FLOATS(arctan2_leaf),
      ALL(greater),
      ALL(greater_equal),
      ALL(less),
      ALL(less_equal),
      ALL(equal),
      ALL(not_equal),
      ALL(logical_and),
      ALL(logical_or),
      ALL(logical_xor),
      INTEGERS(bitwise_and),
      INTEGERS(bitwise_or),
      INTEGERS(bitwise_xor),
      INTEGERS(left_shift),
      INTEGERS(right_shift),
      NUMBERS(relu_grad),
      NUMBERS(relu6_grad),
      FLOATS(sigmoid_grad),
      FLOATS(tanh_grad),
      FLOATS(gelu_grad),
      ALL(where),
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  return kTable[code][int(lane)];
}

// Conversions. Float to integer truncates and saturates; NaN gives 0.
template <class To, class From>
inline To convert_one(From x) {
  return To(x);
}
template <>
inline int32_t convert_one<int32_t, float>(float x) {
  return x != x ? 0 : x >= 2147483648.0f ? INT32_MAX : x <= -2147483648.0f ? INT32_MIN : int32_t(x);
}
template <>
inline int32_t convert_one<int32_t, double>(double x) {
  return x != x ? 0 : x >= 2147483648.0 ? INT32_MAX : x <= -2147483648.0 ? INT32_MIN : int32_t(x);
}
template <>
inline int64_t convert_one<int64_t, float>(float x) {
  return x != x ? 0 : x >= 0x1p63f ? INT64_MAX : x <= -0x1p63f ? INT64_MIN : int64_t(x);
}
template <>
inline int64_t convert_one<int64_t, double>(double x) {
  return x != x ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : int64_t(x);
}
template <class From, class To>
void convert(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const From* x = static_cast<const From*>(a);
  To* y = static_cast<To*>(to);
  for (int64_t i = 0; i < n; i++) y[i] = convert_one<To, From>(x[i]);
}
template <class From>
void to_bool(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const From* x = static_cast<const From*>(a);
  uint8_t* y = static_cast<uint8_t*>(to);
  for (int64_t i = 0; i < n; i++) y[i] = x[i] != 0;
}
#define ROW(F) \
  { &convert<F, float>, &convert<F, double>, &convert<F, int32_t>, &convert<F, int64_t>, &to_bool<F> }
Leaf find_convert(Lane from, Lane to) {
  static constexpr Leaf kTable[5][5] = {ROW(float), ROW(double), ROW(int32_t), ROW(int64_t), ROW(uint8_t)};
  return kTable[int(from)][int(to)];
}

void load_half(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const uint16_t* x = static_cast<const uint16_t*>(a);
  float* y = static_cast<float*>(to);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t h = x[i], sign = (h & 0x8000u) << 16, e = (h >> 10) & 31, m = h & 1023;
    const uint32_t normal = sign | ((e + 112) << 23) | (m << 13), special = sign | 0x7f800000u | (m << 13);
    const float small = float(m) * 0x1p-24f;
    y[i] = e == 31 ? bits_to_float(int32_t(special)) : e ? bits_to_float(int32_t(normal)) : sign ? -small : small;
  }
}
void store_half(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const float* x = static_cast<const float*>(a);
  uint16_t* y = static_cast<uint16_t*>(to);
  for (int64_t i = 0; i < n; i++) {
    uint32_t u = uint32_t(float_to_bits(x[i]));
    const uint32_t sign = (u >> 16) & 0x8000;
    u &= 0x7fffffffu;
    uint32_t r;
    if (u >= 0x7f800000u) r = 0x7c00 | (u > 0x7f800000u ? 0x200 : 0);
    else if (u >= 0x477ff000u) r = 0x7c00;
    else if (u < 0x38800000u) r = uint32_t(float_to_bits(bits_to_float(int32_t(u)) + 0.5f)) - 0x3f000000u;
    else r = (u + 0xc8000fffu + ((u >> 13) & 1)) >> 13;
    y[i] = uint16_t(sign | r);
  }
}
void load_brain(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const uint16_t* x = static_cast<const uint16_t*>(a);
  uint32_t* y = static_cast<uint32_t*>(to);
  for (int64_t i = 0; i < n; i++) y[i] = uint32_t(x[i]) << 16;
}
void store_brain(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const uint32_t* x = static_cast<const uint32_t*>(a);
  uint16_t* y = static_cast<uint16_t*>(to);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t u = x[i];
    y[i] = uint16_t((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40 : (u + 0x7fffu + ((u >> 16) & 1)) >> 16);
  }
}
// DType order: float32, float16, bfloat16, float64, int32, int64, int8, uint8, bool.
Leaf find_load(int dtype) {
  static constexpr Leaf kTable[] = {nullptr,
                                    &load_half,
                                    &load_brain,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    &convert<int8_t, int32_t>,
                                    &convert<uint8_t, int32_t>,
                                    nullptr};
  return kTable[dtype];
}
Leaf find_store(int dtype) {
  static constexpr Leaf kTable[] = {nullptr,
                                    &store_half,
                                    &store_brain,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    &convert<int32_t, int8_t>,
                                    &convert<int32_t, uint8_t>,
                                    nullptr};
  return kTable[dtype];
}

// float32 as another type can hold it, in the same lane.
template <Leaf kStore, Leaf kLoad>
void round_through(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  uint16_t some[256];
  const float* x = static_cast<const float*>(a);
  float* y = static_cast<float*>(to);
  for (int64_t i = 0; i < n; i += 256) {
    const int64_t m = n - i < 256 ? n - i : 256;
    kStore(m, some, x + i, nullptr, nullptr, nullptr);
    kLoad(m, y + i, some, nullptr, nullptr, nullptr);
  }
}
template <class T>
void wrap(int64_t n, void* to, const void* a, const void*, const void*, const double*) {
  const int32_t* x = static_cast<const int32_t*>(a);
  int32_t* y = static_cast<int32_t*>(to);
  for (int64_t i = 0; i < n; i++) y[i] = int32_t(T(x[i]));
}
Leaf find_round(int dtype) {
  static constexpr Leaf kTable[] = {nullptr,
                                    &round_through<&store_half, &load_half>,
                                    &round_through<&store_brain, &load_brain>,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    &wrap<int8_t>,
                                    &wrap<uint8_t>,
                                    nullptr};
  return kTable[dtype];
}

// Bytes of eight registers, which is what hides the latency of an addition.
constexpr int kEightRegisters = 8 * kRegisterBytes;
template <class T>
double sum_of(int64_t n, const T* x) {
  constexpr int kChains = kEightRegisters / sizeof(T);  // independent, for the vector units; in the end pairs are added
  T chains[kChains] = {};
  int64_t i = 0;
  for (; i + kChains <= n; i += kChains)
    for (int k = 0; k < kChains; k++) chains[k] += x[i + k];
  double s = 0;
  for (; i < n; i++) s += double(x[i]);
  for (int width = kChains / 2; width >= 8; width /= 2)
    for (int k = 0; k < width; k++) chains[k] += chains[k + width];
  for (int k = 0; k < 8; k++) s += double(chains[k]);
  return s;
}
// Fewer terms than sum_of has chains.
template <class T>
double short_sum_of(int64_t n, const T* x) {
  constexpr int kChains = 16;
  double s = 0;
  int64_t i = 0;
  if (n >= kChains) {
    T chains[kChains];
    for (int k = 0; k < kChains; k++) chains[k] = x[k];
    for (i = kChains; i + kChains <= n; i += kChains)
      for (int k = 0; k < kChains; k++) chains[k] += x[i + k];
    for (int k = 0; k < 8; k++) s += double(chains[k] + chains[k + 8]);
  }
  for (; i < n; i++) s += double(x[i]);
  return s;
}
template <int kTerms, class T>
void sum_few(int64_t rows, double* R to, const T* R x) {
  for (int64_t r = 0; r < rows; r++) {
    double s = 0;
    for (int k = 0; k < kTerms; k++) s += double(x[r * kTerms + k]);
    to[r] = s;
  }
}
template <class T>
void sum_rows_of(int64_t rows, int64_t n, double* to, const T* x) {
  switch (n) {
    case 2: return sum_few<2>(rows, to, x);
    case 3: return sum_few<3>(rows, to, x);
    case 4: return sum_few<4>(rows, to, x);
    case 8: return sum_few<8>(rows, to, x);
    default:
      for (int64_t r = 0; r < rows; r++) to[r] = n < 128 ? short_sum_of(n, x + r * n) : sum_of(n, x + r * n);
  }
}
void sum_rows(Lane lane, int64_t rows, int64_t n, double* to, const void* a) {
  if (lane == Lane::kF32) sum_rows_of(rows, n, to, static_cast<const float*>(a));
  else sum_rows_of(rows, n, to, static_cast<const double*>(a));
}
double sum(Lane lane, int64_t n, const void* a) {
  switch (lane) {
    case Lane::kF32: return sum_of(n, static_cast<const float*>(a));
    case Lane::kF64: return sum_of(n, static_cast<const double*>(a));
    default: return 0;
  }
}
template <class T, bool kIsMax>
double extreme_of(int64_t n, const T* R x) {
  constexpr int kChains = kEightRegisters / sizeof(T);
  const T worst = T(kIsMax ? -__builtin_inf() : __builtin_inf());
  T chains[kChains];
  int nan = 0;
  for (int k = 0; k < kChains; k++) chains[k] = worst;
  int64_t i = 0;
  for (; i + kChains <= n; i += kChains)
    for (int k = 0; k < kChains; k++) {
      const T v = x[i + k];
      chains[k] = (kIsMax ? v > chains[k] : v < chains[k]) ? v : chains[k];
      nan |= v != v;
    }
  T best = worst;
  for (; i < n; i++) {
    best = (kIsMax ? x[i] > best : x[i] < best) ? x[i] : best;
    nan |= x[i] != x[i];
  }
  for (int width = kChains / 2; width >= 8; width /= 2)
    for (int k = 0; k < width; k++)
      chains[k] =
          (kIsMax ? chains[k + width] > chains[k] : chains[k + width] < chains[k]) ? chains[k + width] : chains[k];
  for (int k = 0; k < 8; k++) best = (kIsMax ? chains[k] > best : chains[k] < best) ? chains[k] : best;
  return nan ? __builtin_nan("") : double(best);
}
double extreme(Lane lane, int64_t n, const void* a, bool is_max) {
  if (lane == Lane::kF32) {
    const float* x = static_cast<const float*>(a);
    return is_max ? extreme_of<float, true>(n, x) : extreme_of<float, false>(n, x);
  }
  const double* x = static_cast<const double*>(a);
  return is_max ? extreme_of<double, true>(n, x) : extreme_of<double, false>(n, x);
}
template <class T>
void accumulate_of(int64_t n, double* R to, const T* R x, int reduce) {
  if (reduce == 0) {
    for (int64_t i = 0; i < n; i++) to[i] += double(x[i]);
  } else {
    for (int64_t i = 0; i < n; i++) {
      const double v = double(x[i]);
      to[i] = v != v || to[i] != to[i] ? v + to[i] : reduce == 1 ? (v > to[i] ? v : to[i]) : (v < to[i] ? v : to[i]);
    }
  }
}
void accumulate(Lane lane, int64_t n, double* to, const void* a, int reduce) {
  if (lane == Lane::kF32) accumulate_of(n, to, static_cast<const float*>(a), reduce);
  else accumulate_of(n, to, static_cast<const double*>(a), reduce);
}
// Sums over at most a tile of rows: first in the lane's type, four rows at a time.
template <class T>
void accumulate_rows_of(int64_t rows, int64_t n, double* R to, const T* R x) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4, x += 4 * n)
    for (int64_t i = 0; i < n; i++) to[i] += double((x[i] + x[n + i]) + (x[2 * n + i] + x[3 * n + i]));
  for (; r < rows; r++, x += n)
    for (int64_t i = 0; i < n; i++) to[i] += double(x[i]);
}
void accumulate_rows(Lane lane, int64_t rows, int64_t n, double* to, const void* a) {
  if (lane == Lane::kF32) accumulate_rows_of(rows, n, to, static_cast<const float*>(a));
  else accumulate_rows_of(rows, n, to, static_cast<const double*>(a));
}

}  // namespace

const LeafTable& leaf_table() {
  static constexpr LeafTable table{&find, &find_convert, &find_load, &find_store, &find_round,
                                   &sum,  &sum_rows,     &extreme,   &accumulate, &accumulate_rows};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
