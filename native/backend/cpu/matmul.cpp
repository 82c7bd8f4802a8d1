// float32 through oneDNN's sgemm or, where that is slow, through loops of our own (small products, b stored transposed,
// large squares); float64 through our own; other types by plain loops, which are its test oracle too.
#include "ops/matmul.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <dnnl.hpp>
#include <memory>

#include "backend/cpu/kernel.h"
#include "backend/cpu/packed_matmul.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/leaves.h"
#include "backend/cpu/simd/small_matmul_table.h"
#include "backend/cpu/workspace.h"
#include "core/error.h"
#include "core/storage.h"

namespace trae {
namespace {

struct Plan2 {
  Product p;
  bool ta, tb;
  std::vector<int64_t> a, b;  // offset of each batch's matrix, in elements
  int64_t count() const { return int64_t(a.size()); }
};

std::vector<int64_t> batch_offsets(const Shape& shape, const Shape& batch) {
  const Shape own(shape.begin(), shape.end() - 2);
  const int64_t matrix = shape[shape.size() - 1] * shape[shape.size() - 2];
  const Ints strides = strides_of(own);
  std::vector<int64_t> r{0};
  const size_t shift = batch.size() - own.size();
  for (size_t i = 0; i < batch.size(); i++) {
    const int64_t step = i < shift || own[i - shift] == 1 ? 0 : strides[i - shift] * matrix;
    std::vector<int64_t> next;
    for (int64_t o : r)
      for (int64_t k = 0; k < batch[i]; k++) next.push_back(o + k * step);
    r = std::move(next);
  }
  return r;
}

Plan2 plan_product(const Specs& in, bool ta, bool tb) {
  Matmul m;
  m.attrs = {ta, tb};
  Plan2 q{m.product(in), ta, tb, {}, {}};
  const bool is_shared = in[1].ndim() == 2 && !ta;
  if (is_shared) {  // fold the batch into the rows
    for (int64_t d : q.p.batch) q.p.rows *= d;
    q.p.batch.clear();
    q.a = {0};
    q.b = {0};
  } else {
    q.a = batch_offsets(in[0].shape, q.p.batch);
    q.b = batch_offsets(in[1].shape, q.p.batch);
  }
  return q;
}

void sgemm(const Plan2& q, const float* a, const float* b, float* c) {
  const auto& p = q.p;
  if (p.rows == 0 || p.columns == 0) return;
  if (p.inner == 0) {
    std::fill_n(c, p.rows * p.columns, 0.0f);
    return;
  }
  dnnl_sgemm(q.ta ? 'T' : 'N', q.tb ? 'T' : 'N', p.rows, p.columns, p.inner, 1.0f, a, q.ta ? p.rows : p.inner, b,
             q.tb ? p.inner : p.columns, 0.0f, c, p.columns);
}

void run_float(const Plan2& q, const float* a, const float* b, float* c) {
  const int64_t size = q.p.rows * q.p.columns;
  if (q.count() >= 2) {  // each product on one thread: oneDNN sees the parallel region
    const int64_t work = std::max<int64_t>(1, q.p.rows * q.p.columns * std::max<int64_t>(1, q.p.inner));
    parallel_for(q.count(), std::max<int64_t>(1, 32768 / work), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) sgemm(q, a + q.a[size_t(k)], b + q.b[size_t(k)], c + k * size);
    });
  } else if (q.count() == 1) {
    sgemm(q, a, b, c);
  }
}

// Operations up to which one thread and a direct loop are faster.
constexpr int64_t kSmallProduct = 300000;

// Operations from which packing pays in double precision.
constexpr int64_t kSmallestPacked = 1000;

Kernel small_kernel(Plan2 q) {
  const int64_t columns = (q.p.columns + 15) / 16 * 16;
  const auto multiply = [q](const void* a, const void* b, void* c) {
    const auto& p = q.p;
    simd::small_matmul_table().multiply(p.rows, p.inner, p.columns, static_cast<const float*>(a), q.ta ? 1 : p.inner,
                                        q.ta ? p.rows : 1, static_cast<const float*>(b), static_cast<float*>(c));
  };
  if (!q.tb && columns == q.p.columns)
    return [=](const void* const* in, void* const* out) { multiply(in[0], in[1], out[0]); };
  const auto packed = std::make_shared<Storage>(size_t(q.p.inner * columns) * sizeof(float));
  const auto pack = [q, packed](const void* const* in) {
    simd::small_matmul_table().pack(q.p.inner, q.p.columns, static_cast<const float*>(in[1]), q.tb,
                                    static_cast<float*>(packed->data()));
  };
  return {{1}, pack, [=](const void* const* in, void* const* out) { multiply(in[0], packed->data(), out[0]); }};
}

// Where packing b ourselves is faster than oneDNN 2.6.3, as measured on each set.
bool is_packed(const Plan2& q) {
  const auto& p = q.p;
  const int64_t least = std::min({p.rows, p.inner, p.columns});
#if defined(__aarch64__)
  return p.rows >= 8;  // oneDNN has plain loops only
#else
  switch (simd::isa()) {
    case simd::Isa::kAvx512: return q.tb ? p.rows >= 8 : least >= 640;
    case simd::Isa::kAvx2:
      if (q.ta) return p.inner >= 512 && std::min(p.rows, p.columns) >= 64;  // as in gradients of kernels
      // oneDNN reads b where it lies: its rows, an even number of KiB apart, then share few lines of the cache.
      return !q.tb && (least >= 640 || (p.columns % 512 == 0 && p.rows >= 64));
    default: return false;
  }
#endif
}

// On `team` threads.
template <class T>
Kernel packed_kernel(Plan2 q, int team = num_threads()) {
  const auto& p = q.p;
  const bool is_split = q.count() < team || team == 1;  // few products: each on the whole team
  const PackedMatmul<T> product(p.rows, p.inner, p.columns, q.ta, q.tb, is_split ? team : 1);
  const size_t bytes = product.scratch_size() * size_t(is_split ? 1 : team) * sizeof(T);
  return [=, q = std::move(q)](const void* const* in, void* const* out) {
    const auto products = [&](int64_t begin, int64_t end, T* own) {
      for (int64_t k = begin; k < end; k++)
        product.run(static_cast<const T*>(in[0]) + q.a[size_t(k)], static_cast<const T*>(in[1]) + q.b[size_t(k)],
                    static_cast<T*>(out[0]) + k * q.p.rows * q.p.columns, own);
    };
    T* all = static_cast<T*>(workspace(bytes));
    if (is_split) return products(0, q.count(), all);
    parallel_for(team, 1, [&](int64_t begin, int64_t end) {  // each part with its own scratch
      for (int64_t t = begin; t < end; t++)
        products(q.count() * t / team, q.count() * (t + 1) / team, all + size_t(t) * product.scratch_size());
    });
  };
}

// Plain: rows in parallel, the inner loop over columns.
template <class T>
void run_plain(const Plan2& q, const T* a, const T* b, T* c) {
  const auto& p = q.p;
  const int64_t size = p.rows * p.columns;
  parallel_for(q.count() * p.rows, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, p.inner * p.columns)),
               [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const int64_t k = r / p.rows, i = r % p.rows;
      const T *x = a + q.a[size_t(k)], *y = b + q.b[size_t(k)];
      T* to = c + k * size + i * p.columns;
      std::fill_n(to, p.columns, T(0));
      for (int64_t j = 0; j < p.inner; j++) {
        const T v = q.ta ? x[j * p.rows + i] : x[i * p.inner + j];
        if (q.tb)
          for (int64_t l = 0; l < p.columns; l++) to[l] += v * y[l * p.inner + j];
        else
          for (int64_t l = 0; l < p.columns; l++) to[l] += v * y[j * p.columns + l];
      }
    }
  });
}

Kernel half_kernel(const Specs& in, const Spec& out, const Plan2& q) {
  WorkspaceLayout layout;
  const size_t a_at = layout.add(in[0].size()), b_at = layout.add(in[1].size()), c_at = layout.add(out.size());
  const Leaf load = simd::leaf_table().load(int(out.dtype)), store = simd::leaf_table().store(int(out.dtype));
  return [=, na = in[0].size(), nb = in[1].size(), nc = out.size()](const void* const* from, void* const* to) {
    const auto convert = [](Leaf leaf, int64_t n, void* y, size_t y_bytes, const void* x, size_t x_bytes) {
      parallel_for(n, kElementwiseGrain, [&](int64_t begin, int64_t end) {
        leaf(end - begin, static_cast<char*>(y) + size_t(begin) * y_bytes,
             static_cast<const char*>(x) + size_t(begin) * x_bytes, nullptr, nullptr, nullptr);
      });
    };
    char* memory = static_cast<char*>(workspace(layout.bytes()));
    float *a = reinterpret_cast<float*>(memory + a_at), *b = reinterpret_cast<float*>(memory + b_at),
          *c = reinterpret_cast<float*>(memory + c_at);
    convert(load, na, a, 4, from[0], 2);
    convert(load, nb, b, 4, from[1], 2);
    run_float(q, a, b, c);
    convert(store, nc, to[0], 2, c, 4);
  };
}

template <class T>
Kernel plain_kernel(Plan2 q) {
  return [q = std::move(q)](const void* const* in, void* const* out) {
    run_plain(q, static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), static_cast<T*>(out[0]));
  };
}

}  // namespace

TRAE_CPU_KERNEL(Matmul) {
  Plan2 q = plan_product(in, op.attrs.transpose_a, op.attrs.transpose_b);
  switch (in[0].dtype) {
    case DType::kFloat32:
      if (q.count() == 1 && q.p.rows * q.p.inner * q.p.columns <= kSmallProduct && q.p.columns && q.p.inner)
        return small_kernel(std::move(q));
      if (q.p.rows && q.p.inner && q.p.columns && is_packed(q)) return packed_kernel<float>(std::move(q));
      return [q = std::move(q)](const void* const* from, void* const* to) {
        run_float(q, static_cast<const float*>(from[0]), static_cast<const float*>(from[1]),
                  static_cast<float*>(to[0]));
      };
    case DType::kFloat64: {
      const int64_t work = q.count() * q.p.rows * q.p.inner * q.p.columns;
      if (work < kSmallestPacked) return plain_kernel<double>(std::move(q));
      return packed_kernel<double>(std::move(q), work <= kSmallProduct ? 1 : num_threads());
    }
    case DType::kInt32: return plain_kernel<int32_t>(std::move(q));
    case DType::kInt64: return plain_kernel<int64_t>(std::move(q));
    default: return half_kernel(in, out[0], q);
  }
}

}  // namespace trae
