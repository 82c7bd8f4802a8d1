// Kernels of eager calls are found again, within bounds.
#include "runtime/kernel_cache.h"

#include "backend/cpu/parallel.h"
#include "ops/convolution.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

std::shared_ptr<KeptKernel> find(KernelCache& cache, const Tensor& t) {
  Specs in;
  for (const Tensor& i : t.node()->call->inputs) in.push_back(i.spec());
  return cache.get(*t.node()->call, in);
}
Tensor zeros(const Shape& s) { return floats(s, std::vector<float>(size_t(size_of(s)), 0.0f)); }

}  // namespace

TEST_CASE("an equal call finds the kernel, another one does not") {
  KernelCache cache;
  const Tensor x = zeros({3, 4}), y = zeros({4, 5});
  const auto first = find(cache, matmul(x, y));
  CHECK(cache.made() == 1);
  CHECK(find(cache, matmul(zeros({3, 4}), y)) == first);
  CHECK(cache.made() == 1);
  CHECK(find(cache, matmul(zeros({2, 4}), y)) != first);
  CHECK(find(cache, matmul(zeros({4, 3}), y, true)) != first);
  CHECK(cache.made() == 3);
  find(cache, pad(x, {1, 0}, {0, 0}, 0.0));
  find(cache, pad(x, {1, 0}, {0, 0}, -0.0));
  CHECK(cache.made() == 5);
  find(cache, pad(x, {1, 0}, {0, 0}, NAN));
  find(cache, pad(x, {1, 0}, {0, 0}, NAN));
  CHECK(cache.made() == 6);
  find(cache, unary("exp", x));
  find(cache, unary("exp", doubles({3, 4}, std::vector<double>(12, 0.0))));
  find(cache, unary("log", x));
  CHECK(cache.made() == 9);
  CHECK(cache.size() == 9);
  cache.clear();
  CHECK(cache.size() == 0);
  CHECK(cache.bytes() == 0);
}

TEST_CASE("the kernels used last stay, up to a count") {
  const auto product = [](int64_t rows) { return matmul(zeros({rows, 10}), zeros({10, 10})); };
  KernelCache few(2, KernelCache::kMaxBytes);
  find(few, product(1));
  find(few, product(2));
  find(few, product(1));
  find(few, product(3));  // 2 goes
  CHECK(few.size() == 2);
  CHECK(few.made() == 3);
  find(few, product(1));
  CHECK(few.made() == 3);
  find(few, product(2));
  CHECK(few.made() == 4);
}

TEST_CASE("the kernels used last stay, up to bytes of what they own") {
  const auto product = [](int64_t rows) { return matmul(zeros({rows, 10}), zeros({10, 10})); };
  KernelCache one;
  find(one, product(1));
  const size_t bytes = one.bytes();
  REQUIRE(bytes > 0);
  KernelCache small(100, 2 * bytes + bytes / 2);
  for (int64_t rows = 1; rows <= 5; rows++) find(small, product(rows));
  CHECK(small.size() == 2);
  CHECK(small.bytes() == 2 * bytes);
  KernelCache none(100, bytes - 1);
  CHECK(find(none, product(1)));
  CHECK(none.size() == 0);
  CHECK(none.bytes() == 0);
}

TEST_CASE("attributes that differ at every call do not fill the cache") {
  KernelCache cache;
  const Tensor x = zeros({1000});
  for (int64_t i = 0; i < 100; i++) find(cache, slice(x, {i}, {i + 3}, {1}));
  CHECK(cache.made() == 100);
  CHECK(cache.size() == KernelCache::kMaxAlike);
  find(cache, slice(x, {99}, {102}, {1}));
  find(cache, slice(x, {92}, {95}, {1}));
  CHECK(cache.made() == 100);
  find(cache, slice(x, {91}, {94}, {1}));
  CHECK(cache.made() == 101);
}

TEST_CASE("another number of threads needs other kernels") {
  KernelCache cache;
  const Tensor x = zeros({3, 4});
  find(cache, unary("exp", x));
  const int before = num_threads();
  set_num_threads(before + 1);
  find(cache, unary("exp", x));
  CHECK(cache.made() == 2);
  set_num_threads(before);
  find(cache, unary("exp", x));
  CHECK(cache.made() == 2);
}

TEST_CASE("repeated evaluation gives what the first one gave, for other values too") {
  Random r(5);
  const Tensor w = random_tensor({3, 3, 2, 4}, DType::kFloat32, r);
  for (int i = 0; i < 3; i++) {
    const Tensor x = random_tensor({2, 5, 5, 2}, DType::kFloat32, r), a = random_tensor({6, 7}, DType::kFloat32, r);
    const Tensor b = random_tensor({7, 5}, DType::kFloat32, r);
    // Of doubles each has loops of its own.
    const auto wide = [](const Tensor& t) { return cast(t, DType::kFloat64); };
    check_close(values(matmul(a, b)), values(matmul(wide(a), wide(b))), 1e-5);
    ConvAttrs attrs;
    attrs.strides = attrs.dilation = {1, 1};
    attrs.before = attrs.after = {1, 1};
    const auto convolve = [&](const Tensor& image, const Tensor& kernel) {
      auto op = std::make_shared<Conv>();
      op->attrs = attrs;
      return apply1(op, {image, kernel});
    };
    check_close(values(convolve(x, w)), values(convolve(wide(x), wide(w))), 1e-5);
  }
}
