// Branch-free float functions that compilers vectorize; double ones call the C library. Errors up to about 2 ulp.
// exp: Cody-Waite reduction and a degree-6 polynomial; log: Cephes' logf; tanh, sigmoid through exp.
#pragma once
#include <math.h>
#include <stdint.h>

namespace trae::simd::TRAE_ISA {
namespace {

inline float bits_to_float(int32_t i) {
  float f;
  __builtin_memcpy(&f, &i, 4);
  return f;
}
inline int32_t float_to_bits(float f) {
  int32_t i;
  __builtin_memcpy(&i, &f, 4);
  return i;
}

// exp(x - k log 2) - 1 where x - k log 2 is at most half of log 2; T: float or a vector of them.
template <class T>
inline T expm1_of_rest(T x, T k) {
  const T r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  T p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return p * r * r + r;
}
template <class T>
inline T exp_of_rest(T x, T k) {
  return expm1_of_rest(x, k) + 1.0f;
}

inline float exp_(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const float shifted = x * 1.44269504088896341f + 12582912.0f;  // rounds to an integer in the low bits
  const int32_t n = float_to_bits(shifted) - 0x4b400000;
  const float k = shifted - 12582912.0f;
  const float p = exp_of_rest(x, k);
  const int32_t half = n >> 1;  // two factors: 2^n alone leaves the range for results near its ends
  return p * bits_to_float((half + 127) << 23) * bits_to_float((n - half + 127) << 23);
}

inline float log_(float x) {
  const int32_t bits = float_to_bits(x);
  int32_t e = ((bits >> 23) & 255) - 126;
  float m = bits_to_float((bits & 0x007fffff) | 0x3f000000);  // [0.5, 1)
  const bool is_low = m < 0.707106781186547524f;
  e = is_low ? e - 1 : e;
  m = (is_low ? m + m : m) - 1.0f;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z;
  const float k = float(e);
  p += k * -2.12194440e-4f;
  p += -0.5f * z;
  float y = m + p + k * 0.693359375f;
  y = x < 1.17549435e-38f ? -__builtin_inff() : y;  // zero, and denormals as zero
  y = x < 0.0f ? __builtin_nanf("") : y;
  y = x == __builtin_inff() ? x : y;
  return x != x ? x : y;
}

inline float sigmoid_(float x) { return 1.0f / (1.0f + exp_(-x)); }
// |y| with the sign of x, -0 included.
inline float with_sign_of(float x, float y) {
  return bits_to_float((float_to_bits(y) & 0x7fffffff) | (float_to_bits(x) & int32_t(0x80000000)));
}
inline float tanh_(float x) {
  const float a = bits_to_float(float_to_bits(x) & 0x7fffffff);
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = p * z * a + a;
  const float big = 1.0f - 2.0f / (exp_(a + a) + 1.0f);
  return with_sign_of(x, a < 0.625f ? small : big);
}
inline float softplus_(float x) {  // max(x, 0) + log1p(exp(-|x|))
  const float a = x < 0.0f ? -x : x;
  const float e = exp_(-a);
  // log1p(e) with e in (0, 1]: correct the rounding of 1 + e.
  const float u = 1.0f + e;
  const float l = log_(u) + (e - (u - 1.0f)) / u;
  return (x > 0.0f ? x : (x == x ? 0.0f : x)) + l;
}

// Below: polynomials fitted to the function (least squares reweighted towards the least largest error).
inline float erf_(float x) {
  const float a = x < 0.0f ? -x : x, z = x * x;
  float p = -9.680126822786406e-06f;
  p = p * z + 1.1270541290286991e-04f;
  p = p * z - 8.484710706397891e-04f;
  p = p * z + 5.221074912697077e-03f;
  p = p * z - 2.686544507741928e-02f;
  p = p * z + 1.1283782869577408e-01f;
  p = p * z - 3.7612637877464294e-01f;
  p = p * z + 1.128379225730896f;
  const float small = p * x;
  const float b = a > 4.0f ? 4.0f : a;  // log(1 - erf)
  float q = -2.1687084881705232e-05f;
  q = q * b + 4.413392744027078e-04f;
  q = q * b - 4.204576835036278e-03f;
  q = q * b + 2.520829811692238e-02f;
  q = q * b - 1.0841864347457886e-01f;
  q = q * b - 6.33219838142395e-01f;
  q = q * b - 1.1295784711837769f;
  q = q * b + 1.8804795399773866e-04f;
  const float big = 1.0f - exp_(q);
  const float y = a < 1.0f ? small : (x < 0.0f ? -big : big);
  return x != x ? x : y;
}
// P(X <= x), X normal; `e` is exp(-x^2 / 2). The smaller side is e times a polynomial without a constant.
inline float normal_below_(float x, float e) {
  const float a = x < 0.0f ? -x : x;
  const float t = 1.0f / (1.0f + a * 0.282842712f);
  float p = 2.062421610e-02f;
  p = p * t - 7.014938264e-02f;
  p = p * t + 4.197435238e-02f;
  p = p * t + 4.400227853e-02f;
  p = p * t + 3.986558667e-02f;
  p = p * t + 9.670152498e-02f;
  p = p * t + 1.009426431e-01f;
  p = p * t + 1.132217040e-01f;
  p = p * t + 1.128171075e-01f;
  const float side = p * t * e;
  return x < 0.0f ? side : 1.0f - side;
}
inline float expm1_(float x) {
  float p = 2.4957018467830494e-05f;
  p = p * x + 1.996218488784507e-04f;
  p = p * x + 1.3888607500120997e-03f;
  p = p * x + 8.333181962370872e-03f;
  p = p * x + 4.16666679084301e-02f;
  p = p * x + 1.666666716337204e-01f;
  p = p * x + 0.5f;
  const float small = p * x * x + x, big = exp_(x) - 1.0f;
  return with_sign_of(x, (x < 0.0f ? -x : x) < 0.5f ? small : big);
}
inline float log1p_(float x) {
  const float u = 1.0f + x;
  const float c = u - 1.0f == x ? 0.0f : (x - (u - 1.0f)) / u;  // what 1 + x lost
  return u == 1.0f ? x : u == __builtin_inff() ? u : log_(u) + c;
}
// sin(r + n * pi / 2) for |r| <= pi / 4.
inline float sine_of_rest(float r, int32_t n) {
  const float z = r * r;
  float s = 2.7245057481195545e-06f;
  s = s * z - 1.9840049208141863e-04f;
  s = s * z + 8.333331905305386e-03f;
  s = s * z - 1.666666716337204e-01f;
  s = s * z * r + r;
  float c = -2.6919414608528314e-07f;
  c = c * z + 2.4797305741230957e-05f;
  c = c * z - 1.388888107612729e-03f;
  c = c * z + 4.16666679084301e-02f;
  c = c * z * z - 0.5f * z + 1.0f;
  const float y = n & 1 ? c : s;
  return n & 2 ? -y : y;
}
// sin(x + quarter * pi / 2) for |x| <= kLargestAngle; the reduction is exact to double precision.
constexpr float kLargestAngle = 3e4f;
inline float sine(float x, int quarter) {
  const float shifted = x * 0.63661977236758134f + 12582912.0f;  // rounds to an integer in the low bits
  const float k = shifted - 12582912.0f;
  return sine_of_rest(float(double(x) - double(k) * 1.5707963267948966),
                      (float_to_bits(shifted) - 0x4b400000) + quarter);
}
// sin(2 pi turns + quarter * pi / 2); the reduction is exact.
inline float sine_of_turns(float turns, int quarter) {
  const float x = 4.0f * turns, shifted = x + 12582912.0f;
  return sine_of_rest((x - (shifted - 12582912.0f)) * 1.5707963267948966f,
                      (float_to_bits(shifted) - 0x4b400000) + quarter);
}
// erfinv(y) / y where w = -log(1 - y^2) - 2.5 lies below 2.5 (Giles 2012).
template <class T>
inline T erfinv_center(T w) {
  T p = T(2.81022636e-08);
  p = T(3.43273939e-07) + p * w;
  p = T(-3.5233877e-06) + p * w;
  p = T(-4.39150654e-06) + p * w;
  p = T(0.00021858087) + p * w;
  p = T(-0.00125372503) + p * w;
  p = T(-0.00417768164) + p * w;
  p = T(0.246640727) + p * w;
  return T(1.50140941) + p * w;
}
// Inverse of erf for |y| <= 0.99.
inline float erfinv_of_center(float y) { return y * erfinv_center(-log_((1.0f - y) * (1.0f + y)) - 2.5f); }

inline double exp_(double x) { return exp(x); }
inline double log_(double x) { return log(x); }
inline double expm1_(double x) { return expm1(x); }
inline double log1p_(double x) { return log1p(x); }
inline double erf_(double x) { return erf(x); }
inline double normal_below_(double x, double) { return 0.5 * erfc(x * -0.70710678118654752); }
inline double tanh_(double x) { return tanh(x); }
inline double sigmoid_(double x) { return 1.0 / (1.0 + exp(-x)); }
inline double softplus_(double x) { return (x > 0 ? x : (x == x ? 0 : x)) + log1p(exp(-fabs(x))); }

// Inverse of erf: Giles' approximation, then two Newton steps (which double needs and float gets for free).
inline double erfinv_(double y) {
  if (y == 0) return 0;  // of -0 too, as Keras has it
  if (!(y > -1.0 && y < 1.0)) return y == 1.0 ? __builtin_inf() : y == -1.0 ? -__builtin_inf() : __builtin_nan("");
  double w = -log((1.0 - y) * (1.0 + y)), p;
  if (w < 5.0) {
    p = erfinv_center(w - 2.5);
  } else {
    w = sqrt(w) - 3.0;
    p = -0.000200214257;
    p = 0.000100950558 + p * w;
    p = 0.00134934322 + p * w;
    p = -0.00367342844 + p * w;
    p = 0.00573950773 + p * w;
    p = -0.0076224613 + p * w;
    p = 0.00943887047 + p * w;
    p = 1.00167406 + p * w;
    p = 2.83297682 + p * w;
  }
  double x = p * y;
  for (int i = 0; i < 2; i++) x -= (erf(x) - y) / (1.12837916709551257390 * exp(-x * x));
  return x;
}

}  // namespace
}  // namespace trae::simd::TRAE_ISA
