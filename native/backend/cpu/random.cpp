#include "ops/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/leaves.h"
#include "backend/cpu/simd/random_table.h"
#include "core/error.h"
#include "core/storage.h"
#include "ops/elementwise_codes.h"

namespace trae {
namespace {

struct Seed {
  uint64_t key, counter;
};
Seed read_seed(const void* p) {
  const int64_t* s = static_cast<const int64_t*>(p);
  return {uint64_t(s[0]), uint64_t(s[1])};
}

// (0, 1], 24 bits and a half; the largest of 2^24 rounds to 1.
float unit(uint32_t u) { return (float(u >> 8) + 0.5f) * 0x1p-24f; }

// One block of 64 words becomes 64 values in double precision of the type's needs.
void fill_block(const Random::Attrs& a, const Seed& s, uint64_t block, double* to) {
  uint32_t w[64];
  simd::random_table().words(s.key, s.counter, block, w);
  const bool is_double = a.dtype == DType::kFloat64;
  uint32_t low[64];
  if (is_double) simd::random_table().words(s.key ^ 0x5851f42d4c957f2dull, s.counter, block, low);
  auto uniform = [&](int i) {
    return is_double ? (double((uint64_t(w[i]) << 20) | (low[i] >> 12)) + 0.5) * 0x1p-52 : double(unit(w[i]));
  };
  switch (a.kind) {
    case Random::kUniform:
      for (int i = 0; i < 64; i++) to[i] = uniform(i);
      break;
    case Random::kNormal:  // Box-Muller on pairs (i, i + 32)
      for (int i = 0; i < 32; i++) {
        const double r = std::sqrt(-2 * std::log(uniform(i))), t = 2 * std::numbers::pi * uniform(i + 32);
        to[i] = a.a + a.b * r * std::cos(t);
        to[i + 32] = a.a + a.b * r * std::sin(t);
      }
      break;
    case Random::kTruncatedNormal: {  // inverse of the distribution function between -2 and 2 standard deviations
      const double edge = std::erf(std::numbers::sqrt2);
      double u[64], e[64];
      for (int i = 0; i < 64; i++) u[i] = (2 * uniform(i) - 1) * edge;
      simd::leaf_table().find(int(Code::kErfinv), Lane::kF64)(64, e, u, nullptr, nullptr, nullptr);
      for (int i = 0; i < 64; i++) to[i] = a.a + a.b * std::numbers::sqrt2 * e[i];
      break;
    }
    case Random::kInteger:
      for (int i = 0; i < 64; i++) to[i] = a.a + std::floor(double(w[i]) * 0x1p-32 * (a.b - a.a));
      break;
  }
}

template <class T>
Kernel random_kernel(Random::Attrs a, int64_t n) {
  return [a = std::move(a), n](const void* const* in, void* const* out) {
    const Seed s = read_seed(in[0]);
    T* y = static_cast<T*>(out[0]);
    parallel_for((n + 63) / 64, 64, [&](int64_t begin, int64_t end) {
      double v[64];
      for (int64_t block = begin; block < end; block++) {
        fill_block(a, s, uint64_t(block), v);
        const int64_t count = std::min<int64_t>(64, n - block * 64);
        for (int64_t i = 0; i < count; i++) {
          if (a.kind == Random::kUniform) {
            // Rounding must not reach the open end.
            const T low = T(a.a), high = T(a.b);
            const T value = T(low + (high - low) * T(v[i]));
            y[block * 64 + i] = value >= high && high > low ? low : value;
          } else {
            y[block * 64 + i] = T(v[i]);
          }
        }
      }
    });
  };
}

// Fractions in float32: 64 numbers at a time as vectors.
Kernel vector_kernel(const Random::Attrs& a, int64_t n) {
  const RandomTable& table = simd::random_table();
  const auto fill = a.kind == Random::kUniform  ? table.uniform
                    : a.kind == Random::kNormal ? table.normal
                                                : table.truncated_normal;
  return [fill, n, first = float(a.a), second = float(a.b)](const void* const* in, void* const* out) {
    const Seed s = read_seed(in[0]);
    float* y = static_cast<float*>(out[0]);
    parallel_for((n + 63) / 64, 64, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; block++) {
        if (n - block * 64 >= 64) {
          fill(s.key, s.counter, uint64_t(block), first, second, y + block * 64);
          continue;
        }
        float last[64];
        fill(s.key, s.counter, uint64_t(block), first, second, last);
        std::copy_n(last, n - block * 64, y + block * 64);
      }
    });
  };
}

// The largest number of a 16-bit type below `high`, or what `high` is there where that is less.
float largest_below(float high, Leaf load, Leaf store) {
  uint16_t bits;
  float value;
  store(1, &bits, &high, nullptr, nullptr, nullptr);
  load(1, &value, &bits, nullptr, nullptr, nullptr);
  if (value < high) return value;
  if (value == 0) bits = 0x8001;
  else bits = uint16_t(bits + (bits & 0x8000 ? 1 : -1));
  load(1, &value, &bits, nullptr, nullptr, nullptr);
  return value;
}

}  // namespace

TRAE_CPU_KERNEL(Random) {
  const int64_t n = out[0].size();
  switch (op.attrs.dtype) {
    case DType::kFloat32: return vector_kernel(op.attrs, n);
    case DType::kFloat64: return random_kernel<double>(op.attrs, n);
    case DType::kInt32: return random_kernel<int32_t>(op.attrs, n);
    case DType::kInt64: return random_kernel<int64_t>(op.attrs, n);
    case DType::kUInt8: return random_kernel<uint8_t>(op.attrs, n);
    case DType::kInt8: return random_kernel<int8_t>(op.attrs, n);
    case DType::kFloat16:
    case DType::kBFloat16: {
      const auto storage = std::make_shared<Storage>(size_t(n) * sizeof(float));
      Kernel make = vector_kernel(op.attrs, n);
      const Leaf store = simd::leaf_table().store(int(op.attrs.dtype));
      // Rounding must not reach the open end here either.
      const bool is_limited = op.attrs.kind == Random::kUniform && op.attrs.b > op.attrs.a;
      const float limit =
          is_limited ? std::max(float(op.attrs.a),
                                largest_below(float(op.attrs.b), simd::leaf_table().load(int(op.attrs.dtype)), store))
                     : 0;
      return [=](const void* const* in, void* const* to) {
        float* wide = static_cast<float*>(storage->data());
        void* buffer[] = {wide};
        make(in, buffer);
        if (is_limited)
          for (int64_t i = 0; i < n; i++) wide[i] = std::min(wide[i], limit);
        store(n, to[0], wide, nullptr, nullptr, nullptr);
      };
    }
    default:
      throw NotImplementedError("random", "is not defined for dtype " + std::string(name_of(op.attrs.dtype)) + ".");
  }
}

TRAE_CPU_KERNEL(Permutation) {
  return [n = op.attrs.n](const void* const* in, void* const* out) {
    const Seed s = read_seed(in[0]);
    int32_t* y = static_cast<int32_t*>(out[0]);
    std::iota(y, y + n, 0);
    // Fisher-Yates, 64-bit draws: the bias of the multiplication is below 2^-32 for any n here.
    uint32_t w[64];
    int at = 64;
    uint64_t block = 0;
    for (int64_t i = n - 1; i > 0; i--) {
      if (at >= 63) {
        simd::random_table().words(s.key, s.counter, block++, w);
        at = 0;
      }
      const uint64_t u = (uint64_t(w[at]) << 32) | w[at + 1];
      at += 2;
      const int64_t j = int64_t((unsigned __int128)(u) * (unsigned __int128)(i + 1) >> 64);
      std::swap(y[i], y[j]);
    }
  };
}

TRAE_CPU_KERNEL(Dropout) {
  const int64_t n = in[0].size();
  const uint32_t threshold = uint32_t(std::lround(op.attrs.rate * 65536));
  const double scale = op.attrs.rate < 1 ? 1 / (1 - op.attrs.rate) : 0;
  if (in[0].dtype == DType::kFloat32)
    return [=](const void* const* from, void* const* to) {
      const Seed s = read_seed(from[1]);
      const auto& table = simd::random_table();
      const float* x = static_cast<const float*>(from[0]);
      float* y = static_cast<float*>(to[0]);
      parallel_for((n + 127) / 128, 128, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; b++)
          table.dropout(s.key, s.counter, uint64_t(b), x + b * 128, y + b * 128,
                        int(std::min<int64_t>(128, n - b * 128)), threshold, float(scale));
      });
    };
  const DType d = in[0].dtype;
  return [=](const void* const* from, void* const* to) {
    const Seed s = read_seed(from[1]);
    uint32_t w[64];
    for (int64_t i = 0; i < n; i++) {
      if (i % 128 == 0) simd::random_table().words(s.key, s.counter, uint64_t(i / 128), w);
      const int64_t k = i % 128;
      const bool is_kept = (k < 64 ? w[k] & 0xffff : w[k - 64] >> 16) >= threshold;
      if (d == DType::kFloat64)
        static_cast<double*>(to[0])[i] = is_kept ? static_cast<const double*>(from[0])[i] * scale : 0;
      else {
        const uint16_t h = static_cast<const uint16_t*>(from[0])[i];
        const float v = is_kept ? (d == DType::kFloat16 ? half_to_float(h) : bfloat16_to_float(h)) * float(scale) : 0;
        static_cast<uint16_t*>(to[0])[i] = d == DType::kFloat16 ? float_to_half(v) : float_to_bfloat16(v);
      }
    }
  };
}

}  // namespace trae
