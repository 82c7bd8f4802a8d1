// float32 convolutions, which oneDNN computes, beside the plain loops, which compute float64; on every number of
// threads.
#include "backend/cpu/parallel.h"
#include "ops/convolution.h"
#include "support.h"

namespace trae::test {
namespace {

ConvAttrs attrs(int64_t stride, int64_t groups = 1) {
  ConvAttrs a;
  a.strides = {stride, stride};
  a.dilation = a.before = a.after = {0, 0};
  a.dilation = {1, 1};
  a.groups = groups;
  return a;
}
template <class Op>
Tensor run(const ConvAttrs& a, const Tensors& in) {
  auto op = std::make_shared<Op>();
  op->attrs = a;
  return apply1(op, in);
}
Tensor widened(const Tensor& t) { return ops::cast(t, DType::kFloat64); }

void check_passes(int64_t channels, int64_t filters, int64_t kernel, int64_t stride, int64_t batch, int64_t size,
                  int64_t groups) {
  INFO("channels ", channels, ", filters ", filters, ", kernel ", kernel, ", stride ", stride, ", batch ", batch,
       ", size ", size, ", groups ", groups, ", threads ", num_threads());
  Random r(uint64_t(channels * 1000 + filters * 100 + kernel * 10 + stride));
  const int64_t result = (size - kernel) / stride + 1;
  const Tensor x = random_tensor({batch, size, size, channels}, DType::kFloat32, r),
               w = random_tensor({kernel, kernel, channels / groups, filters}, DType::kFloat32, r),
               dy = random_tensor({batch, result, result, filters}, DType::kFloat32, r);
  ConvAttrs a = attrs(stride, groups);
  check_close(values(run<Conv>(a, {x, w})), values(run<Conv>(a, {widened(x), widened(w)})), 1e-5);
  a.shape = x.shape();
  check_close(values(run<ConvBackwardData>(a, {dy, w})), values(run<ConvBackwardData>(a, {widened(dy), widened(w)})),
              1e-5);
  a.shape = w.shape();
  check_close(values(run<ConvBackwardWeights>(a, {x, dy})),
              values(run<ConvBackwardWeights>(a, {widened(x), widened(dy)})), 1e-5);
}

}  // namespace

TEST_CASE("convolutions and their gradients agree with the plain loops, whatever the channels, strides and threads") {
  const int before = num_threads();
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    for (int64_t channels : {1, 3, 8, 17})
      for (int64_t filters : {1, 5, 16})
        for (int64_t kernel : {1, 3})
          for (int64_t stride : {1, 2})
            for (int64_t size : {5, 8}) check_passes(channels, filters, kernel, stride, threads == 3 ? 8 : 2, size, 1);
    // As wide as the products of pixel rows take: bands, remainders, panels that are not full.
    for (int64_t channels : {16, 17})
      for (int64_t filters : {8, 21})
        for (int64_t stride : {1, 2})
          for (int64_t size : {12, 25}) check_passes(channels, filters, 3, stride, 3, size, 1);
    for (int64_t stride : {1, 2})
      for (int64_t kernel : {1, 3}) {
        check_passes(4, 4, kernel, stride, 3, 12, 4);
        check_passes(6, 4, kernel, stride, 3, 12, 2);
        for (int64_t channels : {16, 21, 40}) check_passes(channels, channels, kernel, stride, 3, 12, channels);
      }
  }
  set_num_threads(before);
}

TEST_CASE("a convolution followed by ReLU keeps NaN and infinity in a plan") {
  Random r(7);
  const double huge = 3e38;
  for (double odd : {std::nan(""), double(INFINITY), -double(INFINITY), huge, -huge}) {
    for (int place = 0; place < 3; place++) {
      Tensors in{random_tensor({2, 6, 6, 3}, DType::kFloat32, r), random_tensor({3, 3, 3, 5}, DType::kFloat32, r),
                 random_tensor({5}, DType::kFloat32, r)};
      std::vector<float> changed(size_t(in[size_t(place)].size()));
      const auto old = values(in[size_t(place)]);
      std::copy(old.begin(), old.end(), changed.begin());
      changed[changed.size() / 2] = float(odd);
      changed[0] = float(-odd);
      in[size_t(place)] = floats(in[size_t(place)].shape(), changed);
      const auto f = [](const Tensors& t) -> Tensors {
        return {ops::unary("relu", ops::binary("add", run<Conv>(attrs(1), {t[0], t[1]}), t[2]))};
      };
      check_close(run_plan(in, f)[0], values(f(in)[0]), 1e-5);
    }
  }
}

}  // namespace trae::test
