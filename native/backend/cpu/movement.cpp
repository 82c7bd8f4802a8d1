// Copies. One strided copy serves transpose, slice and flip: axes are merged, runs are copied whole.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "backend/cpu/axes.h"
#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "core/error.h"
#include "ops/custom_gradient.h"
#include "ops/movement.h"

namespace trae {
namespace {

struct Strided {
  int count = 0;
  int64_t size[kMaxAxes];
  int64_t from[kMaxAxes], to[kMaxAxes];  // strides in elements
  int64_t from_start = 0, to_start = 0;
};

Strided merged(const Shape& shape, const Ints& from, const Ints& to, int64_t from_start, int64_t to_start) {
  if (shape.size() > size_t(kMaxAxes))
    throw ValueError("", "tensors of more than 12 axes cannot be moved.\n  Received: shape " + to_string(shape));
  Strided s;
  s.from_start = from_start;
  s.to_start = to_start;
  for (size_t a = 0; a < shape.size(); a++) {
    if (shape[a] == 1) continue;
    const int last = s.count - 1;
    if (last >= 0 && s.from[last] == from[a] * shape[a] && s.to[last] == to[a] * shape[a]) {
      s.size[last] *= shape[a];
      s.from[last] = from[a];
      s.to[last] = to[a];
    } else {
      s.size[s.count] = shape[a];
      s.from[s.count] = from[a];
      s.to[s.count++] = to[a];
    }
  }
  if (s.count == 0) {
    s.count = 1;
    s.size[0] = std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
    s.from[0] = s.to[0] = 1;
  }
  return s;
}

template <class T>
void copy_row(T* to, int64_t to_step, const T* from, int64_t from_step, int64_t n) {
  if (to_step == 1 && from_step == 1) std::memcpy(to, from, size_t(n) * sizeof(T));
  else
    for (int64_t i = 0; i < n; i++) to[i * to_step] = from[i * from_step];
}

// Two innermost axes swapped: in blocks, so that both sides use whole cache lines.
template <class T>
void copy_block(T* to, const T* from, int64_t rows, int64_t columns, int64_t to_row, int64_t from_column) {
  constexpr int64_t kBlock = 16;
  for (int64_t r0 = 0; r0 < rows; r0 += kBlock)
    for (int64_t c0 = 0; c0 < columns; c0 += kBlock) {
      const int64_t r1 = std::min(rows, r0 + kBlock), c1 = std::min(columns, c0 + kBlock);
      for (int64_t r = r0; r < r1; r++)
        for (int64_t c = c0; c < c1; c++) to[r * to_row + c] = from[r + c * from_column];
    }
}

template <class T>
void strided_copy(const Strided& s, T* to, const T* from) {
  from += s.from_start;
  to += s.to_start;
  const int inner = s.count - 1;
  const bool is_swapped = s.count >= 2 && s.to[inner] == 1 && s.from[inner - 1] == 1;
  const int outer = is_swapped ? s.count - 2 : inner;
  int64_t rows = 1;
  for (int a = 0; a < outer; a++) rows *= s.size[a];
  const int64_t row = s.size[inner] * (is_swapped ? s.size[inner - 1] : 1);
  if (rows * row == 0) return;
  parallel_for(rows, std::max<int64_t>(1, 32768 / row), [&](int64_t begin, int64_t end) {
    int64_t index[kMaxAxes];
    int64_t rest = begin, f = 0, t = 0;
    for (int a = outer; a-- > 0;) {
      index[a] = rest % s.size[a];
      rest /= s.size[a];
      f += index[a] * s.from[a];
      t += index[a] * s.to[a];
    }
    for (int64_t r = begin; r < end; r++) {
      if (is_swapped) copy_block(to + t, from + f, s.size[inner - 1], s.size[inner], s.to[inner - 1], s.from[inner]);
      else copy_row(to + t, s.to[inner], from + f, s.from[inner], s.size[inner]);
      for (int a = outer - 1; a >= 0; a--) {
        f += s.from[a];
        t += s.to[a];
        if (++index[a] < s.size[a]) break;
        f -= s.from[a] * s.size[a];
        t -= s.to[a] * s.size[a];
        index[a] = 0;
      }
    }
  });
}

Kernel strided_kernel(DType d, Strided s) {
  return dispatch_storage(d, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [s](const void* const* in, void* const* out) {
      strided_copy(s, static_cast<T*>(out[0]), static_cast<const T*>(in[0]));
    };
  });
}

template <class T>
T element(double value, DType d) {
  T r;
  switch (d) {
    case DType::kFloat32: {
      const float f = float(value);
      std::memcpy(&r, &f, std::min(sizeof r, sizeof f));
      break;
    }
    case DType::kFloat64: std::memcpy(&r, &value, sizeof r); break;
    case DType::kFloat16: r = T(float_to_half(float(value))); break;
    case DType::kBFloat16: r = T(float_to_bfloat16(float(value))); break;
    default: r = T(int64_t(value));
  }
  return r;
}

int64_t index_at(const void* p, DType d, int64_t i) {
  return d == DType::kInt32 ? static_cast<const int32_t*>(p)[i] : static_cast<const int64_t*>(p)[i];
}
// Whether n indices lie in [-size, size); reports the first that does not.
bool are_indices(const void* p, DType d, int64_t n, int64_t size, DataError error) {
  for (int64_t k = 0; k < n; k++)
    if (const int64_t i = index_at(p, d, k); i < -size || i >= size) {
      cpu_errors().report(error, i, size);
      return false;
    }
  return true;
}

}  // namespace

TRAE_CPU_KERNEL(Reshape) {
  return [bytes = in[0].bytes()](const void* const* from, void* const* to) {
    if (bytes) std::memcpy(to[0], from[0], bytes);
  };
}

TRAE_CPU_KERNEL(CustomGradient) {
  std::vector<size_t> bytes;
  for (const Spec& s : out) bytes.push_back(s.bytes());
  return [bytes, first = size_t(op.attrs.inputs)](const void* const* from, void* const* to) {
    for (size_t i = 0; i < bytes.size(); i++)
      if (bytes[i]) std::memcpy(to[i], from[first + i], bytes[i]);
  };
}

TRAE_CPU_KERNEL(Bitcast) {
  return [bytes = in[0].bytes()](const void* const* from, void* const* to) {
    if (bytes) std::memcpy(to[0], from[0], bytes);
  };
}

TRAE_CPU_KERNEL(Transpose) {
  const Ints own = strides_of(in[0].shape);
  Ints from;
  for (int64_t a : op.permutation(in[0].shape)) from.push_back(own[size_t(a)]);
  return strided_kernel(in[0].dtype, merged(out[0].shape, from, strides_of(out[0].shape), 0, 0));
}

TRAE_CPU_KERNEL(Slice) {
  Ints from = strides_of(in[0].shape);
  int64_t start = 0;
  for (size_t i = 0; i < from.size(); i++) {
    start += from[i] * op.attrs.start[i];
    from[i] *= op.attrs.step[i];
  }
  return strided_kernel(in[0].dtype, merged(out[0].shape, from, strides_of(out[0].shape), start, 0));
}

TRAE_CPU_KERNEL(Place) {
  Ints to = strides_of(out[0].shape);
  int64_t start = 0;
  for (size_t i = 0; i < to.size(); i++) {
    start += to[i] * op.attrs.start[i];
    to[i] *= op.attrs.step[i];
  }
  const Strided s = merged(in[0].shape, strides_of(in[0].shape), to, 0, start);
  return dispatch_storage(in[0].dtype, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [s, n = out[0].size(), is_empty = in[0].size() == 0, value = element<T>(op.attrs.value, in[0].dtype)](
               const void* const* from, void* const* o) {
      T* y = static_cast<T*>(o[0]);
      parallel_for(n, 65536, [&](int64_t begin, int64_t end) { std::fill(y + begin, y + end, value); });
      if (!is_empty) strided_copy(s, y, static_cast<const T*>(from[0]));
    };
  });
}

TRAE_CPU_KERNEL(Concatenate) {
  const size_t axis = size_t(normalize_axis("concatenate", op.attrs.axis, in[0].shape));
  int64_t outer = 1;
  for (size_t i = 0; i < axis; i++) outer *= out[0].shape[i];
  std::vector<size_t> bytes;
  size_t total = 0;
  for (const Spec& s : in) {
    bytes.push_back(outer ? s.bytes() / size_t(outer) : 0);
    total += bytes.back();
  }
  return [outer, bytes, total](const void* const* from, void* const* to) {
    char* y = static_cast<char*>(to[0]);
    parallel_for(outer, std::max<int64_t>(1, int64_t(131072 / std::max<size_t>(1, total))),
                 [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++) {
        char* at = y + size_t(r) * total;
        for (size_t k = 0; k < bytes.size(); at += bytes[k++])
          if (bytes[k]) std::memcpy(at, static_cast<const char*>(from[k]) + size_t(r) * bytes[k], bytes[k]);
      }
    });
  };
}

TRAE_CPU_KERNEL(Take) {
  const size_t axis = size_t(normalize_axis("take", op.attrs.axis, in[0].shape));
  int64_t outer = 1;
  size_t row = size_of(in[0].dtype);
  for (size_t i = 0; i < axis; i++) outer *= in[0].shape[i];
  for (size_t i = axis + 1; i < in[0].shape.size(); i++) row *= size_t(in[0].shape[i]);
  return [outer, row, size = in[0].shape[axis], n = in[1].size(), d = in[1].dtype](const void* const* from,
                                                                                   void* const* to) {
    if (!are_indices(from[1], d, n, size, DataError::kTakeIndex)) return;
    const char* x = static_cast<const char*>(from[0]);
    char* y = static_cast<char*>(to[0]);
    parallel_for(outer * n, std::max<int64_t>(1, int64_t(65536 / std::max<size_t>(1, row))),
                 [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) {
        const int64_t o = k / n;
        int64_t i = index_at(from[1], d, k % n);
        if (i < 0) i += size;
        std::memcpy(y + size_t(k) * row, x + size_t(o * size + i) * row, row);
      }
    });
  };
}

namespace {
template <class T>
Kernel scatter_kernel(int64_t outer, int64_t size, int64_t inner, int64_t n, DType d) {
  return [=](const void* const* from, void* const* to) {
    if (!are_indices(from[0], d, n, size, DataError::kScatterIndex)) return;
    const T* updates = static_cast<const T*>(from[1]);
    T* y = static_cast<T*>(to[0]);
    parallel_for(outer * size * inner, 65536, [&](int64_t begin, int64_t end) { std::fill(y + begin, y + end, T(0)); });
    // Each thread owns a range of the result's columns, so that sums are in the same order whatever the team.
    const bool by_outer = outer > 1;
    parallel_for(by_outer ? outer : inner,
                 by_outer ? std::max<int64_t>(1, 16384 / std::max<int64_t>(1, n * inner))
                          : std::max<int64_t>(16, 32768 / std::max<int64_t>(1, n)),
                 [&](int64_t begin, int64_t end) {
      const int64_t o0 = by_outer ? begin : 0, o1 = by_outer ? end : outer, c0 = by_outer ? 0 : begin,
                    c1 = by_outer ? inner : end;
      for (int64_t o = o0; o < o1; o++)
        for (int64_t k = 0; k < n; k++) {
          int64_t i = index_at(from[0], d, k);
          if (i < 0) i += size;
          const T* u = updates + (o * n + k) * inner;
          T* at = y + (o * size + i) * inner;
          for (int64_t c = c0; c < c1; c++) at[c] += u[c];
        }
    });
  };
}
}  // namespace

TRAE_CPU_KERNEL(ScatterAdd) {
  const size_t axis = size_t(normalize_axis("scatter_add", op.attrs.axis, op.attrs.shape));
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < axis; i++) outer *= op.attrs.shape[i];
  for (size_t i = axis + 1; i < op.attrs.shape.size(); i++) inner *= op.attrs.shape[i];
  const int64_t size = op.attrs.shape[axis], n = in[0].size();
  switch (out[0].dtype) {
    case DType::kFloat32: return scatter_kernel<float>(outer, size, inner, n, in[0].dtype);
    case DType::kFloat64: return scatter_kernel<double>(outer, size, inner, n, in[0].dtype);
    case DType::kInt32: return scatter_kernel<int32_t>(outer, size, inner, n, in[0].dtype);
    case DType::kInt64: return scatter_kernel<int64_t>(outer, size, inner, n, in[0].dtype);
    default:
      throw NotImplementedError("scatter_add", "is not defined for dtype " + std::string(name_of(out[0].dtype)) + ".");
  }
}

TRAE_CPU_KERNEL(ScatterRows) {
  const int64_t size = op.attrs.shape[0], n = in[0].size(), inner = out[1].shape[1];
  const DType d = in[0].dtype;
  if (out[1].dtype != DType::kFloat32) throw NotImplementedError("scatter_rows", "is for float32.");
  return [=](const void* const* from, void* const* to) {
    if (!are_indices(from[0], d, n, size, DataError::kScatterIndex)) return;
    int32_t* slots = static_cast<int32_t*>(to[0]);
    std::fill_n(slots, size, -1);
    auto row_of = [&](int64_t k) {
      const int64_t i = index_at(from[0], d, k);
      return i < 0 ? i + size : i;
    };
    int32_t count = 0;
    for (int64_t k = 0; k < n; k++) {
      int32_t& slot = slots[row_of(k)];
      if (slot < 0) slot = count++;
    }
    const float* updates = static_cast<const float*>(from[1]);
    float* sums = static_cast<float*>(to[1]);
    // Each thread owns a range of columns, so that sums are in the same order whatever the team.
    parallel_for(inner, std::max<int64_t>(16, 32768 / std::max<int64_t>(1, n)), [&](int64_t begin, int64_t end) {
      int32_t next = 0;
      for (int64_t k = 0; k < n; k++) {
        const int32_t slot = slots[row_of(k)];
        const float* u = updates + k * inner;
        float* at = sums + slot * inner;
        if (slot == next) {  // the first of its row
          std::copy(u + begin, u + end, at + begin);
          next++;
        } else {
          for (int64_t c = begin; c < end; c++) at[c] += u[c];
        }
      }
    });
  };
}

TRAE_CPU_KERNEL(OneHot) {
  return dispatch_storage(op.attrs.dtype, [&](auto zero) -> Kernel {
    using T = decltype(zero);
    return [n = in[0].size(), depth = op.attrs.depth, d = in[0].dtype, one = element<T>(1, op.attrs.dtype)](
               const void* const* from, void* const* to) {
      T* y = static_cast<T*>(to[0]);
      std::fill_n(y, n * depth, T(0));
      for (int64_t i = 0; i < n; i++) {
        const int64_t k = index_at(from[0], d, i);
        if (k >= 0 && k < depth) y[i * depth + k] = one;  // others give a row of zeros, as Keras
      }
    };
  });
}

namespace {
template <class T>
Kernel sort_kernel(int64_t rows, int64_t width, bool is_descending, int64_t count) {
  // Positions are sorted apart when only some of them are wanted.
  auto all = std::make_shared<std::vector<int32_t>>(count < width ? size_t(rows * width) : 0);
  return [=](const void* const* from, void* const* to) {
    const T* x = static_cast<const T*>(from[0]);
    T* y = static_cast<T*>(to[0]);
    int32_t* positions = static_cast<int32_t*>(to[1]);
    parallel_for(rows, std::max<int64_t>(1, 4096 / std::max<int64_t>(1, width)), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++) {
        const T* row = x + r * width;
        int32_t* p = count < width ? all->data() + r * width : positions + r * width;
        std::iota(p, p + width, 0);
        // NaN sorts last, as NumPy's; equals by position.
        const auto comes_first = [&](int32_t a, int32_t b) {
          const T u = row[a], v = row[b];
          if (u == v || (u != u && v != v)) return a < b;
          return v != v || (u == u && (is_descending ? u > v : u < v));
        };
        if (count < width) std::partial_sort(p, p + count, p + width, comes_first);
        else std::sort(p, p + width, comes_first);
        for (int64_t i = 0; i < count; i++) y[r * count + i] = row[p[i]];
        if (count < width) std::copy_n(p, count, positions + r * count);
      }
    });
  };
}
}  // namespace

TRAE_CPU_KERNEL(Sort) {
  const int64_t width = in[0].shape.back(), rows = width ? in[0].size() / width : 0,
                count = op.attrs.count < 0 ? width : op.attrs.count;
  switch (in[0].dtype) {
    case DType::kFloat32: return sort_kernel<float>(rows, width, op.attrs.is_descending, count);
    case DType::kFloat64: return sort_kernel<double>(rows, width, op.attrs.is_descending, count);
    case DType::kInt32: return sort_kernel<int32_t>(rows, width, op.attrs.is_descending, count);
    case DType::kInt64: return sort_kernel<int64_t>(rows, width, op.attrs.is_descending, count);
    case DType::kInt8: return sort_kernel<int8_t>(rows, width, op.attrs.is_descending, count);
    case DType::kUInt8:
    case DType::kBool: return sort_kernel<uint8_t>(rows, width, op.attrs.is_descending, count);
    default:
      throw NotImplementedError(
          "sort", "is not defined for dtype " + std::string(name_of(in[0].dtype)) + ".\n  Fix: cast to float32 first.");
  }
}

}  // namespace trae
