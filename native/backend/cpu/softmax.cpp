#include "ops/softmax.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/column_softmax_table.h"
#include "backend/cpu/simd/softmax_table.h"
#include "core/error.h"

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

Kernel rows_kernel(DType dtype, int64_t rows, int64_t width, bool is_log) {
  const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(1, width));
  switch (dtype) {
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
      const bool is_brain = dtype == DType::kBFloat16;
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

// [outer, n, inner] in float32: columns of any number side by side.
Kernel columns_kernel(int64_t outer, int64_t n, int64_t inner, bool is_log) {
  // Enough blocks of columns for all threads, each of whole cache lines.
  const int64_t most = simd::column_softmax_table().most, wanted = std::max<int64_t>(1, num_threads() / outer);
  const int64_t width = std::min(most, std::max<int64_t>(16, (inner / wanted + 15) / 16 * 16)),
                blocks = (inner + width - 1) / width;
  return [=](const void* const* in, void* const* out) {
    const auto& t = simd::column_softmax_table();
    parallel_for(outer * blocks, std::max<int64_t>(1, 8192 / (n * std::min(width, inner))),
                 [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; b++) {
        const int64_t first = b % blocks * width, at = b / blocks * n * inner + first;
        t.columns(static_cast<const float*>(in[0]) + at, static_cast<float*>(out[0]) + at, n, inner,
                  std::min(width, inner - first), is_log);
      }
    });
  };
}
// Other types: some columns at a time become rows.
template <class T, class Load, class Store>
void plain_columns(int64_t outer, int64_t n, int64_t inner, bool is_log, Load&& load, Store&& store) {
  constexpr int64_t kColumns = 8;
  const int64_t blocks = (inner + kColumns - 1) / kColumns;
  parallel_for(outer * blocks, std::max<int64_t>(1, 4096 / (n * kColumns)), [&](int64_t begin, int64_t end) {
    std::vector<T> rows(size_t(kColumns * n));
    for (int64_t b = begin; b < end; b++) {
      const int64_t first = b % blocks * kColumns, at = b / blocks * n * inner + first,
                    count = std::min(kColumns, inner - first);
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < count; j++) rows[size_t(j * n + i)] = load(at + i * inner + j);
      plain_rows(rows.data(), rows.data(), 0, count, n, is_log);
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < count; j++) store(at + i * inner + j, rows[size_t(j * n + i)]);
    }
  });
}

Kernel softmax_kernel(const Spec& spec, int64_t given, bool is_log) {
  const size_t axis = size_t(normalize_axis("softmax", given, spec.shape));
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; i++) outer *= spec.shape[i];
  for (size_t i = axis + 1; i < spec.shape.size(); i++) inner *= spec.shape[i];
  const int64_t n = spec.shape[axis];
  if (spec.size() == 0) return [](const void* const*, void* const*) {};
  if (inner == 1) return rows_kernel(spec.dtype, outer, n, is_log);
  switch (spec.dtype) {
    case DType::kFloat32: return columns_kernel(outer, n, inner, is_log);
    case DType::kFloat64:
      return [=](const void* const* in, void* const* out) {
        const auto* x = static_cast<const double*>(in[0]);
        auto* y = static_cast<double*>(out[0]);
        plain_columns<double>(
            outer, n, inner, is_log, [x](int64_t i) { return x[i]; }, [y](int64_t i, double v) { y[i] = v; });
      };
    default:
      return [=, is_brain = spec.dtype == DType::kBFloat16](const void* const* in, void* const* out) {
        const auto* x = static_cast<const uint16_t*>(in[0]);
        auto* y = static_cast<uint16_t*>(out[0]);
        plain_columns<float>(
            outer, n, inner, is_log,
            [=](int64_t i) { return is_brain ? bfloat16_to_float(x[i]) : half_to_float(x[i]); },
            [=](int64_t i, float v) { y[i] = is_brain ? float_to_bfloat16(v) : float_to_half(v); });
      };
  }
}

}  // namespace

TRAE_CPU_KERNEL(Softmax) { return softmax_kernel(in[0], op.attrs.axis, false); }
TRAE_CPU_KERNEL(LogSoftmax) { return softmax_kernel(in[0], op.attrs.axis, true); }

}  // namespace trae
