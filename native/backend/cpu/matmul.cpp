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

// A product for each matrix of a batch.
struct BatchedProduct {
  Product sizes;
  bool transposes_a, transposes_b;
  std::vector<int64_t> a_offsets, b_offsets;  // of each matrix of the batch, in elements
  int64_t count() const { return int64_t(a_offsets.size()); }
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

BatchedProduct batched_product(const Specs& in, const Matmul& op) {
  const auto [transposes_a, transposes_b] = op.attrs;
  BatchedProduct product{op.product(in), transposes_a, transposes_b, {}, {}};
  const bool is_shared = in[1].ndim() == 2 && !transposes_a;
  if (is_shared) {  // fold the batch into the rows
    for (int64_t d : product.sizes.batch) product.sizes.rows *= d;
    product.sizes.batch.clear();
    product.a_offsets = {0};
    product.b_offsets = {0};
  } else {
    product.a_offsets = batch_offsets(in[0].shape, product.sizes.batch);
    product.b_offsets = batch_offsets(in[1].shape, product.sizes.batch);
  }
  return product;
}

void sgemm(const BatchedProduct& product, const float* a, const float* b, float* c) {
  const Product& sizes = product.sizes;
  if (sizes.rows == 0 || sizes.columns == 0) return;
  if (sizes.inner == 0) {
    std::fill_n(c, sizes.rows * sizes.columns, 0.0f);
    return;
  }
  dnnl_sgemm(product.transposes_a ? 'T' : 'N', product.transposes_b ? 'T' : 'N', sizes.rows, sizes.columns, sizes.inner,
             1.0f, a, product.transposes_a ? sizes.rows : sizes.inner, b,
             product.transposes_b ? sizes.inner : sizes.columns, 0.0f, c, sizes.columns);
}

void run_float(const BatchedProduct& product, const float* a, const float* b, float* c) {
  const int64_t size = product.sizes.rows * product.sizes.columns;
  if (product.count() >= 2) {  // each product on one thread: oneDNN sees the parallel region
    const int64_t work =
        std::max<int64_t>(1, product.sizes.rows * product.sizes.columns * std::max<int64_t>(1, product.sizes.inner));
    parallel_for(product.count(), std::max<int64_t>(1, 32768 / work), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++)
        sgemm(product, a + product.a_offsets[size_t(k)], b + product.b_offsets[size_t(k)], c + k * size);
    });
  } else if (product.count() == 1) {
    sgemm(product, a, b, c);
  }
}

// Operations up to which one thread and a direct loop are faster.
constexpr int64_t kSmallProduct = 300000;

// Operations from which packing pays in double precision.
constexpr int64_t kSmallestPacked = 1000;

Kernel small_kernel(BatchedProduct product) {
  const int64_t columns = (product.sizes.columns + 15) / 16 * 16;
  const auto multiply = [product](const void* a, const void* b, void* c) {
    const Product& sizes = product.sizes;
    simd::small_matmul_table().multiply(sizes.rows, sizes.inner, sizes.columns, static_cast<const float*>(a),
                                        product.transposes_a ? 1 : sizes.inner, product.transposes_a ? sizes.rows : 1,
                                        static_cast<const float*>(b), static_cast<float*>(c));
  };
  if (!product.transposes_b && columns == product.sizes.columns)
    return [=](const void* const* in, void* const* out) { multiply(in[0], in[1], out[0]); };
  const auto packed = std::make_shared<Storage>(size_t(product.sizes.inner * columns) * sizeof(float));
  const auto pack = [product, packed](const void* const* in) {
    simd::small_matmul_table().pack(product.sizes.inner, product.sizes.columns, static_cast<const float*>(in[1]),
                                    product.transposes_b, static_cast<float*>(packed->data()));
  };
  return {{1}, pack, [=](const void* const* in, void* const* out) { multiply(in[0], packed->data(), out[0]); }};
}

// Where packing b ourselves is faster than oneDNN 2.6.3, as measured on each set.
bool is_packed(const BatchedProduct& product) {
  const Product& sizes = product.sizes;
  const int64_t least = std::min({sizes.rows, sizes.inner, sizes.columns});
#if defined(__aarch64__)
  return sizes.rows >= 8;  // oneDNN has plain loops only
#else
  switch (simd::isa()) {
    case simd::Isa::kAvx512: return product.transposes_b ? sizes.rows >= 8 : least >= 640;
    case simd::Isa::kAvx2:
      if (product.transposes_a)
        return sizes.inner >= 512 && std::min(sizes.rows, sizes.columns) >= 64;  // as in gradients of kernels
      // oneDNN reads b where it lies: its rows, an even number of KiB apart, then share few lines of the cache.
      return !product.transposes_b && (least >= 640 || (sizes.columns % 512 == 0 && sizes.rows >= 64));
    default: return false;
  }
#endif
}

// On `team` threads.
template <class T>
Kernel packed_kernel(BatchedProduct product, int team = num_threads()) {
  const Product& sizes = product.sizes;
  const bool is_split = product.count() < team || team == 1;  // few products: each on the whole team
  const PackedMatmul<T> packed(sizes.rows, sizes.inner, sizes.columns, product.transposes_a, product.transposes_b,
                               is_split ? team : 1);
  const size_t bytes = packed.scratch_size() * size_t(is_split ? 1 : team) * sizeof(T);
  return [=, product = std::move(product)](const void* const* in, void* const* out) {
    const auto products = [&](int64_t begin, int64_t end, T* own) {
      for (int64_t k = begin; k < end; k++)
        packed.run(static_cast<const T*>(in[0]) + product.a_offsets[size_t(k)],
                   static_cast<const T*>(in[1]) + product.b_offsets[size_t(k)],
                   static_cast<T*>(out[0]) + k * product.sizes.rows * product.sizes.columns, own);
    };
    T* all = static_cast<T*>(workspace(bytes));
    if (is_split) return products(0, product.count(), all);
    parallel_for(team, 1, [&](int64_t begin, int64_t end) {  // each part with its own scratch
      for (int64_t t = begin; t < end; t++)
        products(product.count() * t / team, product.count() * (t + 1) / team, all + size_t(t) * packed.scratch_size());
    });
  };
}

// Plain: rows in parallel, the inner loop over columns.
template <class T>
void run_plain(const BatchedProduct& product, const T* a, const T* b, T* c) {
  const Product& sizes = product.sizes;
  const int64_t size = sizes.rows * sizes.columns;
  parallel_for(product.count() * sizes.rows,
               std::max<int64_t>(1, 16384 / std::max<int64_t>(1, sizes.inner * sizes.columns)),
               [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const int64_t k = r / sizes.rows, i = r % sizes.rows;
      const T *x = a + product.a_offsets[size_t(k)], *y = b + product.b_offsets[size_t(k)];
      T* to = c + k * size + i * sizes.columns;
      std::fill_n(to, sizes.columns, T(0));
      for (int64_t j = 0; j < sizes.inner; j++) {
        const T v = product.transposes_a ? x[j * sizes.rows + i] : x[i * sizes.inner + j];
        if (product.transposes_b)
          for (int64_t l = 0; l < sizes.columns; l++) to[l] += v * y[l * sizes.inner + j];
        else
          for (int64_t l = 0; l < sizes.columns; l++) to[l] += v * y[j * sizes.columns + l];
      }
    }
  });
}

Kernel half_kernel(const Specs& in, const Spec& out, const BatchedProduct& product) {
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
    run_float(product, a, b, c);
    convert(store, nc, to[0], 2, c, 4);
  };
}

template <class T>
Kernel plain_kernel(BatchedProduct product) {
  return [product = std::move(product)](const void* const* in, void* const* out) {
    run_plain(product, static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), static_cast<T*>(out[0]));
  };
}

}  // namespace

TRAE_CPU_KERNEL(Matmul) {
  BatchedProduct product = batched_product(in, op);
  switch (in[0].dtype) {
    case DType::kFloat32:
      if (product.count() == 1 && product.sizes.rows * product.sizes.inner * product.sizes.columns <= kSmallProduct &&
          product.sizes.columns && product.sizes.inner)
        return small_kernel(std::move(product));
      if (product.sizes.rows && product.sizes.inner && product.sizes.columns && is_packed(product))
        return packed_kernel<float>(std::move(product));
      return [product = std::move(product)](const void* const* from, void* const* to) {
        run_float(product, static_cast<const float*>(from[0]), static_cast<const float*>(from[1]),
                  static_cast<float*>(to[0]));
      };
    case DType::kFloat64: {
      const int64_t work = product.count() * product.sizes.rows * product.sizes.inner * product.sizes.columns;
      if (work < kSmallestPacked) return plain_kernel<double>(std::move(product));
      return packed_kernel<double>(std::move(product), work <= kSmallProduct ? 1 : num_threads());
    }
    case DType::kInt32: return plain_kernel<int32_t>(std::move(product));
    case DType::kInt64: return plain_kernel<int64_t>(std::move(product));
    default: return half_kernel(in, out[0], product);
  }
}

}  // namespace trae
