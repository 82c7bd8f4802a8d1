// Plain loops in double: special functions, binary search, segments, Fourier transforms of any length.
#include "ops/special.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "core/error.h"

namespace trae {
namespace {

// The standard library throws where the result is beyond double.
double bessel_i(double order, double x) { return x > 713.9 ? HUGE_VAL : std::cyl_bessel_i(order, x); }
double unary_of(SpecialKind k, double x) {
  switch (k) {
    case SpecialKind::kErfc: return std::erfc(x);
    case SpecialKind::kBesselI0: return bessel_i(0, std::abs(x));
    default: return std::copysign(bessel_i(1, std::abs(x)), x);
  }
}
template <class Read, class Write>
Kernel unary_kernel(SpecialKind kind, int64_t n, Read read, Write write) {
  return [=](const void* const* in, void* const* out) {
    parallel_for(n, 1024, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) write(out[0], i, unary_of(kind, read(in[0], i)));
    });
  };
}
// Where element i of the broadcast result lies in each operand.
std::vector<int64_t> positions(const Shape& from, const Shape& to) {
  const Ints own = strides_of(from);
  const size_t lead = to.size() - from.size();
  std::vector<int64_t> r{0};
  for (size_t a = 0; a < to.size(); a++) {
    const int64_t step = a < lead || from[a - lead] == 1 ? 0 : own[a - lead];
    std::vector<int64_t> next;
    next.reserve(r.size() * size_t(to[a]));
    for (int64_t o : r)
      for (int64_t i = 0; i < to[a]; i++) next.push_back(o + i * step);
    r = std::move(next);
  }
  return r;
}
template <class T, class F>
Kernel binary_kernel(const Specs& in, const Specs& out, F f) {
  return [a = positions(in[0].shape, out[0].shape), b = positions(in[1].shape, out[0].shape), f](
             const void* const* from, void* const* to) {
    for (size_t i = 0; i < a.size(); i++)
      static_cast<T*>(to[0])[i] = f(static_cast<const T*>(from[0])[a[i]], static_cast<const T*>(from[1])[b[i]]);
  };
}
template <class T>
Kernel divisor_kernel(SpecialKind kind, const Specs& in, const Specs& out) {
  return binary_kernel<T>(in, out, [kind](T a, T b) {
    return T(kind == SpecialKind::kGcd ? std::gcd(int64_t(a), int64_t(b)) : std::lcm(int64_t(a), int64_t(b)));
  });
}

}  // namespace

TRAE_CPU_KERNEL(Special) {
  const DType d = in[0].dtype;
  if (op.is_unary()) {
    const int64_t n = in[0].size();
    switch (d) {
      case DType::kFloat64:
        return unary_kernel(
            op.kind, n, [](const void* p, int64_t i) { return static_cast<const double*>(p)[i]; },
            [](void* p, int64_t i, double v) { static_cast<double*>(p)[i] = v; });
      case DType::kFloat16:
        return unary_kernel(
            op.kind, n,
            [](const void* p, int64_t i) { return double(half_to_float(static_cast<const uint16_t*>(p)[i])); },
            [](void* p, int64_t i, double v) { static_cast<uint16_t*>(p)[i] = float_to_half(float(v)); });
      case DType::kBFloat16:
        return unary_kernel(
            op.kind, n,
            [](const void* p, int64_t i) { return double(bfloat16_to_float(static_cast<const uint16_t*>(p)[i])); },
            [](void* p, int64_t i, double v) { static_cast<uint16_t*>(p)[i] = float_to_bfloat16(float(v)); });
      default:
        return unary_kernel(
            op.kind, n, [](const void* p, int64_t i) { return double(static_cast<const float*>(p)[i]); },
            [](void* p, int64_t i, double v) { static_cast<float*>(p)[i] = float(v); });
    }
  }
  if (op.kind == SpecialKind::kNextAfter) {
    if (d == DType::kFloat64)
      return binary_kernel<double>(in, out, [](double a, double b) { return std::nextafter(a, b); });
    if (d == DType::kFloat32)
      return binary_kernel<float>(in, out, [](float a, float b) { return std::nextafter(a, b); });
    throw NotImplementedError(
        "next_after", "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
  }
  switch (d) {
    case DType::kInt64: return divisor_kernel<int64_t>(op.kind, in, out);
    case DType::kInt8: return divisor_kernel<int8_t>(op.kind, in, out);
    case DType::kUInt8: return divisor_kernel<uint8_t>(op.kind, in, out);
    default: return divisor_kernel<int32_t>(op.kind, in, out);
  }
}

namespace {
template <class T>
Kernel search_kernel(int64_t count, int64_t n, bool is_right) {
  return [=](const void* const* in, void* const* out) {
    const T *sorted = static_cast<const T*>(in[0]), *values = static_cast<const T*>(in[1]);
    parallel_for(n, 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        const T* at = is_right ? std::upper_bound(sorted, sorted + count, values[i])
                               : std::lower_bound(sorted, sorted + count, values[i]);
        static_cast<int32_t*>(out[0])[i] = int32_t(values[i] != values[i] ? count : at - sorted);
      }
    });
  };
}
template <class T>
Kernel segment_kernel(SegmentKind kind, int64_t count, int64_t rows, int64_t width, DType index) {
  return [=](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[1]);
    T* y = static_cast<T*>(out[0]);
    const T start = kind == SegmentKind::kMax   ? std::numeric_limits<T>::lowest()
                    : kind == SegmentKind::kMin ? std::numeric_limits<T>::max()
                                                : T(1);
    std::fill_n(y, count * width, start);
    for (int64_t r = 0; r < rows; r++) {
      const int64_t s =
          index == DType::kInt64 ? static_cast<const int64_t*>(in[0])[r] : static_cast<const int32_t*>(in[0])[r];
      if (s < 0) continue;
      if (s >= count) return cpu_errors().report(DataError::kSegmentNumber, s, count);
      for (int64_t i = 0; i < width; i++) {
        T& to = y[s * width + i];
        const T v = x[r * width + i];
        if (kind == SegmentKind::kProd) to *= v;
        else if (kind == SegmentKind::kMax ? v > to : v < to) to = v;
      }
    }
  };
}
[[noreturn]] void no_dtype(std::string_view op, DType d) {
  throw NotImplementedError(
      std::string(op), "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
}
}  // namespace

TRAE_CPU_KERNEL(SearchSorted) {
  const int64_t count = in[0].size(), n = in[1].size();
  switch (in[0].dtype) {
    case DType::kFloat32: return search_kernel<float>(count, n, op.attrs.is_right);
    case DType::kFloat64: return search_kernel<double>(count, n, op.attrs.is_right);
    case DType::kInt32: return search_kernel<int32_t>(count, n, op.attrs.is_right);
    case DType::kInt64: return search_kernel<int64_t>(count, n, op.attrs.is_right);
    case DType::kInt8: return search_kernel<int8_t>(count, n, op.attrs.is_right);
    case DType::kUInt8:
    case DType::kBool: return search_kernel<uint8_t>(count, n, op.attrs.is_right);
    default: no_dtype("searchsorted", in[0].dtype);
  }
}

TRAE_CPU_KERNEL(SegmentReduce) {
  const int64_t rows = in[0].size(),
                width = rows ? in[1].size() / rows : size_of(Shape(in[1].shape.begin() + 1, in[1].shape.end()));
  switch (in[1].dtype) {
    case DType::kFloat32: return segment_kernel<float>(op.attrs.kind, op.attrs.count, rows, width, in[0].dtype);
    case DType::kFloat64: return segment_kernel<double>(op.attrs.kind, op.attrs.count, rows, width, in[0].dtype);
    case DType::kInt32: return segment_kernel<int32_t>(op.attrs.kind, op.attrs.count, rows, width, in[0].dtype);
    case DType::kInt64: return segment_kernel<int64_t>(op.attrs.kind, op.attrs.count, rows, width, in[0].dtype);
    default: no_dtype("segment_reduce", in[1].dtype);
  }
}

namespace {
using Complex = std::complex<double>;

// Cooley & Tukey's transform for a power of two, in place.
void transform_power_of_two(std::vector<Complex>& a, bool is_inverse) {
  const size_t n = a.size();
  for (size_t i = 1, j = 0; i < n; i++) {
    size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(a[i], a[j]);
  }
  for (size_t length = 2; length <= n; length <<= 1) {
    const double angle = (is_inverse ? 2 : -2) * std::numbers::pi / double(length);
    std::vector<Complex> root(length / 2);
    for (size_t k = 0; k < root.size(); k++) root[k] = std::polar(1.0, angle * double(k));
    for (size_t i = 0; i < n; i += length)
      for (size_t k = 0; k < length / 2; k++) {
        const Complex u = a[i + k], v = a[i + k + length / 2] * root[k];
        a[i + k] = u + v;
        a[i + k + length / 2] = u - v;
      }
  }
}
// Any length, as a convolution of a power of two (Bluestein 1970).
void transform(std::vector<Complex>& a, bool is_inverse) {
  const size_t n = a.size();
  if ((n & (n - 1)) == 0) return transform_power_of_two(a, is_inverse);
  size_t m = 1;
  while (m < 2 * n - 1) m <<= 1;
  std::vector<Complex> chirp(n), x(m), y(m);
  for (size_t k = 0; k < n; k++)
    chirp[k] = std::polar(1.0, (is_inverse ? 1 : -1) * std::numbers::pi * double((k * k) % (2 * n)) / double(n));
  for (size_t k = 0; k < n; k++) x[k] = a[k] * chirp[k];
  y[0] = std::conj(chirp[0]);
  for (size_t k = 1; k < n; k++) y[k] = y[m - k] = std::conj(chirp[k]);
  transform_power_of_two(x, false);
  transform_power_of_two(y, false);
  for (size_t k = 0; k < m; k++) x[k] *= y[k];
  transform_power_of_two(x, true);
  for (size_t k = 0; k < n; k++) a[k] = x[k] / double(m) * chirp[k];
}
template <class T>
Kernel fourier_kernel(int64_t rows, int64_t n, bool is_inverse) {
  return [=](const void* const* in, void* const* out) {
    parallel_for(rows, std::max<int64_t>(1, 2048 / std::max<int64_t>(1, n)), [&](int64_t begin, int64_t end) {
      std::vector<Complex> a(static_cast<size_t>(n));
      for (int64_t r = begin; r < end; r++) {
        const T *re = static_cast<const T*>(in[0]) + r * n, *im = static_cast<const T*>(in[1]) + r * n;
        for (int64_t i = 0; i < n; i++) a[size_t(i)] = {double(re[i]), double(im[i])};
        transform(a, is_inverse);
        for (int64_t i = 0; i < n; i++) {
          static_cast<T*>(out[0])[r * n + i] = T(a[size_t(i)].real());
          static_cast<T*>(out[1])[r * n + i] = T(a[size_t(i)].imag());
        }
      }
    });
  };
}
}  // namespace

TRAE_CPU_KERNEL(Fourier) {
  const int64_t n = in[0].shape.back(), rows = n ? in[0].size() / n : 0;
  return in[0].dtype == DType::kFloat64 ? fourier_kernel<double>(rows, n, op.attrs.is_inverse)
                                        : fourier_kernel<float>(rows, n, op.attrs.is_inverse);
}

}  // namespace trae
