// Float sums, means and extremes run on the tile machine, sums over small windows in a loop of their own; the rest
// walks (outer, reduced, inner) plainly.
#include "ops/reduce.h"

#include <algorithm>
#include <cmath>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/tile_machine/machine.h"
#include "backend/cpu/window_sum.h"
#include "core/error.h"
#include "ops/fused.h"

namespace trae {
namespace {

// For each output element the inputs' offsets: kept and reduced axes apart.
struct Walker {
  std::vector<int64_t> kept, reduced;  // offsets, in order
};
std::vector<int64_t> offsets(const Shape& shape, const Ints& strides, const std::vector<int>& axes) {
  if (std::any_of(axes.begin(), axes.end(), [&](int a) { return shape[size_t(a)] == 0; })) return {};
  std::vector<int64_t> r{0};
  for (int a : axes) {
    std::vector<int64_t> next;
    next.reserve(r.size() * size_t(shape[size_t(a)]));
    for (int64_t o : r)
      for (int64_t i = 0; i < shape[size_t(a)]; i++) next.push_back(o + i * strides[size_t(a)]);
    r = std::move(next);
  }
  return r;
}
Walker walker(const Shape& shape, const std::vector<int>& reduced) {
  std::vector<int> kept;
  for (int i = 0; i < int(shape.size()); i++)
    if (std::find(reduced.begin(), reduced.end(), i) == reduced.end()) kept.push_back(i);
  const Ints strides = strides_of(shape);
  return {offsets(shape, strides, kept), offsets(shape, strides, reduced)};
}

template <class T, class A>
Kernel plain(ReduceKind kind, Walker w) {
  return [kind, w = std::move(w)](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    T* y = static_cast<T*>(out[0]);
    parallel_for(int64_t(w.kept.size()), std::max<int64_t>(1, 16384 / std::max<int64_t>(1, int64_t(w.reduced.size()))),
                 [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) {
        const T* from = x + w.kept[size_t(k)];
        A acc = kind == ReduceKind::kProd || kind == ReduceKind::kAll ? A(1) : A(0);
        bool is_first = true;
        for (int64_t o : w.reduced) {
          const A v = A(from[o]);
          switch (kind) {
            case ReduceKind::kProd: acc *= v; break;
            case ReduceKind::kMax: acc = is_first || v > acc || v != v ? (acc != acc ? acc : v) : acc; break;
            case ReduceKind::kMin: acc = is_first || v < acc || v != v ? (acc != acc ? acc : v) : acc; break;
            case ReduceKind::kAny: acc = acc || v; break;
            case ReduceKind::kAll: acc = acc && v; break;
            default: acc += v;
          }
          is_first = false;
        }
        y[k] = T(acc);
      }
    });
  };
}

template <class T>
Kernel arg_kernel(int64_t outer, int64_t size, int64_t inner, bool is_max) {
  return [=](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    int32_t* y = static_cast<int32_t*>(out[0]);
    parallel_for(outer * inner, std::max<int64_t>(1, 8192 / size), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) {
        const T* from = x + (k / inner) * size * inner + k % inner;
        int32_t best = 0;
        T value = from[0];
        for (int64_t i = 1; i < size && value == value; i++) {
          const T v = from[i * inner];
          if (v != v || (is_max ? v > value : v < value)) {
            best = int32_t(i);
            value = v;
          }
        }
        y[k] = best;
      }
    });
  };
}

template <class T, class A>
Kernel cumulative_kernel(int64_t outer, int64_t size, int64_t inner, bool is_reversed) {
  return [=](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    T* y = static_cast<T*>(out[0]);
    parallel_for(outer * inner, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, size)),
                 [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) {
        const int64_t start = (k / inner) * size * inner + k % inner;
        A sum = 0;
        for (int64_t i = 0; i < size; i++) {
          const int64_t at = start + (is_reversed ? size - 1 - i : i) * inner;
          y[at] = T(sum += A(x[at]));
        }
      }
    });
  };
}

[[noreturn]] void no_dtype(std::string_view op, DType d) {
  throw NotImplementedError(
      std::string(op), "is not defined for dtype " + std::string(name_of(d)) + ".\n  Fix: cast to 'float32' first.");
}

}  // namespace

TRAE_CPU_KERNEL(Reduce) {
  const std::vector<int> r = op.axes_of(in[0].shape);
  const DType d = in[0].dtype;
  const bool is_machine = is_floating(d) && (op.kind == ReduceKind::kSum || op.kind == ReduceKind::kMean ||
                                             op.kind == ReduceKind::kMax || op.kind == ReduceKind::kMin);
  if (d == DType::kFloat32 && op.kind == ReduceKind::kSum)
    if (Kernel windows = window_sum_kernel(in[0].shape, r)) return windows;
  if (is_machine) {
    FusedProgram p;
    p.shape = in[0].shape;
    p.inputs = in;
    p.outputs.push_back({0, std::string(op.name()), Ints(r.begin(), r.end()), op.keepdims});
    return compile_fused(p, {d});
  }
  Walker w = walker(in[0].shape, r);
  switch (d) {
    case DType::kFloat32: return plain<float, double>(op.kind, std::move(w));
    case DType::kFloat64: return plain<double, double>(op.kind, std::move(w));
    case DType::kInt32: return plain<int32_t, int64_t>(op.kind, std::move(w));
    case DType::kInt64: return plain<int64_t, int64_t>(op.kind, std::move(w));
    case DType::kInt8: return plain<int8_t, int64_t>(op.kind, std::move(w));
    case DType::kUInt8:
    case DType::kBool: return plain<uint8_t, int64_t>(op.kind, std::move(w));
    default: no_dtype(op.name(), d);
  }
}

TRAE_CPU_KERNEL(ArgExtreme) {
  const size_t axis = size_t(normalize_axis("argmax", op.attrs.axis, in[0].shape));
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; i++) outer *= in[0].shape[i];
  for (size_t i = axis + 1; i < in[0].shape.size(); i++) inner *= in[0].shape[i];
  const int64_t size = in[0].shape[axis];
  switch (in[0].dtype) {
    case DType::kFloat32: return arg_kernel<float>(outer, size, inner, op.attrs.is_max);
    case DType::kFloat64: return arg_kernel<double>(outer, size, inner, op.attrs.is_max);
    case DType::kInt32: return arg_kernel<int32_t>(outer, size, inner, op.attrs.is_max);
    case DType::kInt64: return arg_kernel<int64_t>(outer, size, inner, op.attrs.is_max);
    case DType::kInt8: return arg_kernel<int8_t>(outer, size, inner, op.attrs.is_max);
    case DType::kUInt8:
    case DType::kBool: return arg_kernel<uint8_t>(outer, size, inner, op.attrs.is_max);
    default: no_dtype("argmax", in[0].dtype);
  }
}

TRAE_CPU_KERNEL(Cumulative) {
  const size_t axis = size_t(normalize_axis("cumsum", op.attrs.axis, in[0].shape));
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; i++) outer *= in[0].shape[i];
  for (size_t i = axis + 1; i < in[0].shape.size(); i++) inner *= in[0].shape[i];
  const int64_t size = in[0].shape[axis];
  switch (in[0].dtype) {
    case DType::kFloat32: return cumulative_kernel<float, double>(outer, size, inner, op.attrs.is_reversed);
    case DType::kFloat64: return cumulative_kernel<double, double>(outer, size, inner, op.attrs.is_reversed);
    case DType::kInt32: return cumulative_kernel<int32_t, int32_t>(outer, size, inner, op.attrs.is_reversed);
    case DType::kInt64: return cumulative_kernel<int64_t, int64_t>(outer, size, inner, op.attrs.is_reversed);
    default: no_dtype("cumsum", in[0].dtype);
  }
}

}  // namespace trae
