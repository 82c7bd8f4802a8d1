#include "ops/softmax.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "cpu/parallel.h"
#include "ops/softmax_table.h"

namespace trae {
namespace {

template <class T>
void plain_rows(const T* x, T* y, int64_t begin, int64_t end, int64_t width, bool is_log) {
  for (int64_t r = begin; r < end; r++) {
    const T* from = x + r * width;
    T* to = y + r * width;
    const T m = *std::max_element(from, from + width);
    T s = 0;
    for (int64_t i = 0; i < width; i++) s += std::exp(from[i] - m);
    const T l = std::log(s) + m;
    for (int64_t i = 0; i < width; i++) to[i] = is_log ? from[i] - l : std::exp(from[i] - m) / s;
  }
}

Kernel rows_kernel(const Spec& spec, bool is_log) {
  const int64_t width = spec.shape.back(), rows = width ? spec.size() / width : 0;
  const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, width));
  switch (spec.dtype) {
    case DType::kFloat32:
      return [=](const void* const* in, void* const* out) {
        const auto& t = simd::softmax_table();
        parallel_for(rows, grain, [&](int64_t b, int64_t e) {
          const float* x = static_cast<const float*>(in[0]) + b * width;
          float* y = static_cast<float*>(out[0]) + b * width;
          if (is_log) t.log_softmax(x, y, e - b, width);
          else t.softmax(x, y, e - b, width);
        });
      };
    case DType::kFloat64:
      return [=](const void* const* in, void* const* out) {
        parallel_for(rows, grain, [&](int64_t b, int64_t e) {
          plain_rows(static_cast<const double*>(in[0]), static_cast<double*>(out[0]), b, e, width, is_log);
        });
      };
    default: {
      const bool is_brain = spec.dtype == DType::kBFloat16;
      return [=](const void* const* in, void* const* out) {
        const auto* x = static_cast<const uint16_t*>(in[0]);
        auto* y = static_cast<uint16_t*>(out[0]);
        std::vector<float> row(size_t(width), 0);
        for (int64_t r = 0; r < rows; r++) {
          for (int64_t i = 0; i < width; i++)
            row[size_t(i)] = is_brain ? bfloat16_to_float(x[r * width + i]) : half_to_float(x[r * width + i]);
          plain_rows(row.data(), row.data(), 0, 1, width, is_log);
          for (int64_t i = 0; i < width; i++)
            y[r * width + i] = is_brain ? float_to_bfloat16(row[size_t(i)]) : float_to_half(row[size_t(i)]);
        }
      };
    }
  }
}

}  // namespace

Kernel Softmax::cpu(const Specs& in, const Specs&) const { return rows_kernel(in[0], false); }
Kernel LogSoftmax::cpu(const Specs& in, const Specs&) const { return rows_kernel(in[0], true); }

}  // namespace trae
