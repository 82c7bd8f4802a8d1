// Plans compute what evaluation computes: passes, fusion, memory.
#include "backend/cpu/parallel.h"
#include "core/error.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

TEST_CASE("constants fold, equal steps merge, dead ones go") {
  PlanRequest request;
  request.inputs = {Tensor::placeholder({{4}, DType::kFloat32})};
  const Tensor x = request.inputs[0];
  const Tensor a = unary("exp", x) * (constant(2, DType::kFloat32) + constant(3, DType::kFloat32));
  const Tensor b = unary("exp", x) * 5.0;
  unary("sin", x);
  request.outputs = {matmul(reshape(a, {1, 4}), reshape(b, {4, 1}))};
  PlanPtr plan = Plan::compile(request);
  CHECK(plan->statistics().fused <= 1);
  CHECK(plan->explain().find("sin") == std::string::npos);
  CHECK(plan->statistics().ops <= 4);
}
TEST_CASE("random graphs: the plan and the evaluation agree") {
  for (uint64_t seed = 0; seed < 150; seed++) {
    INFO("seed ", seed);
    Random random(seed);
    const Shape shapes[] = {{3, 5}, {5}, {3, 1}, {}, {2, 3, 5}, {1, 1, 5}, {40, 37}};
    Tensors inputs;
    for (const Shape& s : shapes) inputs.push_back(random_tensor(s, DType::kFloat32, random));
    auto trace = [seed](const Tensors& in) {
      Random r(seed + 1000);
      Tensors pool(in.begin(), in.end());
      Tensors outputs;
      for (int step = 0; step < 30; step++) {
        const Tensor x = pool[size_t(r.below(int64_t(pool.size())))];
        Tensor y;
        switch (r.below(9)) {
          case 0: y = unary("tanh", x); break;
          case 1: y = unary("sigmoid", x) * 0.5; break;
          case 2: y = unary("relu", x) - 0.1; break;
          case 3:
          case 4:
          case 5: {
            const Tensor z = pool[size_t(r.below(int64_t(pool.size())))];
            try {
              static const char* names[] = {"add", "multiply", "subtract", "maximum"};
              y = binary(names[r.below(4)], x, z);
              if (y.size() > 100000) y = Tensor();
            } catch (const ValueError&) {
              y = Tensor();  // shapes that do not broadcast
            }
            break;
          }
          case 6:
            if (x.ndim()) y = reduce(r.below(2) ? "sum" : "max", x, {r.below(x.ndim())}, r.below(2) != 0) * 0.1;
            break;
          case 7:
            if (x.ndim() >= 2) y = swap_last_axes(x);
            break;
          default:
            if (x.ndim()) y = mean(x, {0}, true);
        }
        if (!y) continue;
        pool.push_back(unary("tanh", y));
        if (r.below(4) == 0) outputs.push_back(pool.back());
      }
      outputs.push_back(pool.back());
      return outputs;
    };
    const Tensors eager = trace(inputs);
    const auto planned = run_plan(inputs, trace);
    REQUIRE(planned.size() == eager.size());
    for (size_t i = 0; i < eager.size(); i++) check_close(planned[i], values(eager[i]), 2e-5);
  }
}
TEST_CASE("a convolution block in training: fused forward and backward agree with the plain ones") {
  for (int64_t channels : {3, 16, 20}) {
    Random random(uint64_t(7 + channels));
    const Tensors in{
        random_tensor({3, 6, 4, 2}, DType::kFloat32, random),
        random_tensor({3, 3, 2, channels}, DType::kFloat32, random), random_tensor({channels}, DType::kFloat32, random),
        random_tensor({channels}, DType::kFloat32, random, -5, 5), random_tensor({channels}, DType::kFloat32, random)};
    for (const auto& [activation, pools] :
         {std::pair("relu", true), {"relu", false}, {"relu6", true}, {"relu6", false}}) {
      auto trace = [activation = activation, pools = pools](const Tensors& x) {
        Tensors leaves;
        for (const Tensor& t : x) leaves.push_back(unary("identity", t));
        AttrMap conv("conv"), norm("batch_norm_training"), pool("max_pool");
        for (const char* name : {"strides", "dilation", "before", "after"}) conv.set(name, std::vector<double>{1, 1});
        conv.set("label", std::string("conv2d"));
        norm.set("epsilon", 1e-3);
        for (const char* name : {"size", "strides"}) pool.set(name, std::vector<double>{2, 2});
        for (const char* name : {"before", "after"}) pool.set(name, std::vector<double>{0, 0});
        pool.set("label", std::string("maxPool"));
        const Tensor c = apply(make_op("conv", conv), {leaves[0], leaves[1]})[0] + leaves[2];
        const Tensors n = apply(make_op("batch_norm_training", norm), {c, leaves[3], leaves[4]});
        Tensor y = unary(activation, n[0]);
        if (pools) y = apply(make_op("max_pool", pool), {y})[0];
        Tensors out{y, n[1], n[2]};
        const Tensors g = gradients({sum_all(y * y * y)}, leaves, {constant(1, DType::kFloat32)}, {});
        // The bias' gradient is zero but for rounding.
        for (size_t i : {0, 1, 3, 4}) out.push_back(g[i]);
        return out;
      };
      const Tensors eager = trace(in);
      const auto planned = run_plan(in, trace);
      for (size_t i = 0; i < eager.size(); i++) {
        INFO("channels ", channels, ", ", activation, ", pools ", pools, " result ", i);
        check_close(planned[i], values(eager[i]), 1e-4);
      }
    }
  }
}
TEST_CASE("a pointwise convolution, normalization and activation in training agree with the plain ones") {
  const int before = num_threads();
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    for (int64_t channels : {8, 19})
      for (int64_t filters : {16, 37})
        for (int64_t rows : {7, 50})
          for (const char* activation : {"identity", "relu", "relu6"}) {
            Random random(uint64_t(channels * filters + rows));
            const Tensors in{random_tensor({3, rows, 9, channels}, DType::kFloat32, random),
                             random_tensor({1, 1, channels, filters}, DType::kFloat32, random),
                             random_tensor({filters}, DType::kFloat32, random, -5, 5),
                             random_tensor({filters}, DType::kFloat32, random),
                             random_tensor({3, rows, 9, filters}, DType::kFloat32, random)};
            auto trace = [=](const Tensors& x) {
              Tensors leaves;
              for (const Tensor& t : x) leaves.push_back(unary("identity", t));
              AttrMap conv("conv"), norm("batch_norm_training");
              for (const char* name : {"strides", "dilation"}) conv.set(name, std::vector<double>{1, 1});
              for (const char* name : {"before", "after"}) conv.set(name, std::vector<double>{0, 0});
              norm.set("epsilon", 1e-3);
              const Tensor c = apply(make_op("conv", conv), {leaves[0], leaves[1]})[0];
              const Tensor y =
                  unary(activation, apply(make_op("batch_norm_training", norm), {c, leaves[2], leaves[3]})[0]);
              Tensors out{y};
              for (const Tensor& g :
                   gradients({sum_all(y * y * leaves[4])}, leaves, {constant(1, DType::kFloat32)}, {}))
                out.push_back(g);
              return out;
            };
            const Tensors eager = trace(in);
            const auto planned = run_plan(in, trace);
            for (size_t i = 0; i < eager.size(); i++) {
              INFO(threads, " threads, ", channels, " channels, ", filters, " filters, ", rows, " rows, ", activation,
                   ", result ", i);
              check_close(planned[i], values(eager[i]), 1e-4);
            }
          }
  }
  set_num_threads(before);
}
TEST_CASE("variables are updated in place and read before") {
  PlanRequest request;
  request.inputs = {Tensor::placeholder({{3}, DType::kFloat32})};
  request.reads = {Tensor::placeholder({{3}, DType::kFloat32}), Tensor::placeholder({{3}, DType::kFloat32})};
  const Tensor x = request.inputs[0], v = request.reads[0], w = request.reads[1];
  // They swap, and the old value of the first is an output.
  request.updates = {w + x, v};
  request.outputs = {v, v * 2.0};
  PlanPtr plan = Plan::compile(request);
  std::vector<float> a{1, 2, 3}, b{10, 20, 30}, in{100, 100, 100}, out0(3), out1(3);
  const void* inputs[] = {in.data()};
  void* variables[] = {a.data(), b.data()};
  void* outputs[] = {out0.data(), out1.data()};
  plan->run(inputs, variables, outputs);
  CHECK(a == std::vector<float>{110, 120, 130});
  CHECK(b == std::vector<float>{1, 2, 3});
  CHECK(out0 == std::vector<float>{1, 2, 3});
  CHECK(out1 == std::vector<float>{2, 4, 6});
}
TEST_CASE("reading a placeholder's value is an error that says why") {
  const Tensor x = Tensor::placeholder({{2}, DType::kFloat32});
  CHECK(is_symbolic(x + 1.0));
  CHECK_THROWS_AS(schedule({x + 1.0}), Error);
}
TEST_CASE("what fails when it runs fails its readers with the same error") {
  const Tensor bad = take(floats({3}, {1, 2, 3}), tensor<int32_t>({1}, {7}, DType::kInt32), 0);
  CHECK_THROWS_AS(evaluate({bad * 2.0}), IndexError);
}
