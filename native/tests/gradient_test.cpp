// Every op's gradient against central differences in float64.
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

Tensor call(const char* name, const Tensors& in,
            const std::vector<std::pair<const char*, AttrMap::Value>>& options = {}) {
  AttrMap a(name);
  for (auto& [key, value] : options) a.set(key, value);
  return apply(make_op(name, a), in)[0];
}
using Function = Tensor (*)(const Tensors&);
struct Row {
  const char* name;
  std::vector<Shape> inputs;
  double low, high;
  Function f;
};
using V = std::vector<double>;

const Row kRows[] =
    {
        {"exp", {{2, 3}}, -1, 1, [](const Tensors& x) { return unary("exp", x[0]); }},
        {"log", {{5}}, 0.5, 2, [](const Tensors& x) { return unary("log", x[0]); }},
        {"tanh", {{5}}, -2, 2, [](const Tensors& x) { return unary("tanh", x[0]); }},
        {"sigmoid", {{5}}, -2, 2, [](const Tensors& x) { return unary("sigmoid", x[0]); }},
        {"erf", {{5}}, -2, 2, [](const Tensors& x) { return unary("erf", x[0]); }},
        {"arctanh", {{5}}, -0.8, 0.8, [](const Tensors& x) { return unary("arctanh", x[0]); }},
        {"softplus", {{5}}, -2, 2, [](const Tensors& x) { return unary("softplus", x[0]); }},
        {"broadcast multiply", {{4, 1, 3}, {5, 1}}, -1, 1, [](const Tensors& x) { return x[0] * x[1]; }},
        {"divide", {{4, 3}, {3}}, 0.5, 2, [](const Tensors& x) { return x[0] / x[1]; }},
        {"power", {{4}, {4}}, 0.5, 2, [](const Tensors& x) { return binary("power", x[0], x[1]); }},
        {"arctan2", {{4}, {4}}, 0.5, 2, [](const Tensors& x) { return binary("arctan2", x[0], x[1]); }},
        {"where",
         {{4}, {4}},
         -1,
         1,
         [](const Tensors& x) { return where(binary("greater", x[0], x[1]), x[0] * x[0], x[1]); }},
        {"sum",
         {{2, 3, 4}},
         -1,
         1,
         [](const Tensors& x) {
  return sum(x[0] * x[0], {0, 2});
         }},
        {"mean", {{2, 3, 4}}, -1, 1, [](const Tensors& x) { return mean(x[0] * x[0], {1}, true); }},
        {"prod", {{2, 3}}, 0.5, 2, [](const Tensors& x) { return reduce("prod", x[0], {1}, false); }},
        {"max", {{2, 5}}, -1, 1, [](const Tensors& x) { return reduce("max", x[0], {1}, false); }},
        {"matmul", {{2, 3, 4}, {4, 5}}, -1, 1, [](const Tensors& x) { return matmul(x[0], x[1]); }},
        {"matmul transposed", {{4, 3}, {5, 4}}, -1, 1, [](const Tensors& x) { return matmul(x[0], x[1], true, true); }},
        {"softmax", {{3, 4}}, -1, 1, [](const Tensors& x) { return call("softmax", {x[0]}); }},
        {"log_softmax", {{3, 4}}, -1, 1, [](const Tensors& x) { return call("log_softmax", {x[0]}); }},
        {"transpose",
         {{2, 3, 4}},
         -1,
         1,
         [](const Tensors& x) {
  return transpose(x[0], {2, 0, 1}) * 3;
         }},
          {"concatenate",
           {{2, 3}, {2, 1}},
           -1,
           1,
           [](const Tensors& x) {
  return concatenate({x[0], x[1], x[0]}, 1);
           }},
    {"slice",
     {{5, 4}},
     -1,
     1,
     [](const Tensors& x) {
  return slice(x[0], {4, 0}, {-1, 4}, {-2, 3});
     }},
    {"pad",
     {{2, 3}},
     -1,
     1,
     [](const Tensors& x) {
  return pad(x[0], {1, 0}, {0, 2}, 7);
     }},
    {"cumsum",
     {{2, 4}},
     -1,
     1,
     [](const Tensors& x) {
  return call("cumsum", {x[0]}, {{"axis", 1.0}});
     }},
    {"conv2d",
     {{2, 5, 5, 4}, {3, 3, 2, 6}},
     -1,
     1,
     [](const Tensors& x) {
  return call("conv", x,
              {{"strides", V{2, 1}},
               {"dilation", V{1, 1}},
               {"before", V{1, 0}},
               {"after", V{1, 1}},
               {"groups", 2.0},
               {"label", std::string("conv2d")}});
     }},
    {"max_pool",
     {{2, 5, 4, 3}},
     -1,
     1,
     [](const Tensors& x) {
  return call("max_pool", x,
              {{"size", V{2, 2}},
               {"strides", V{2, 1}},
               {"before", V{0, 0}},
               {"after", V{1, 0}},
               {"label", std::string("maxPool")}});
     }},
    {"average_pool",
     {{2, 5, 4, 3}},
     -1,
     1,
     [](const Tensors& x) {
  return call("average_pool", x,
              {{"size", V{2, 3}},
               {"strides", V{2, 1}},
               {"before", V{0, 1}},
               {"after", V{1, 1}},
               {"label", std::string("averagePool")}});
     }},
    {"batch_norm_training",
     {{4, 3, 2}, {2}, {2}},
     -1,
     1,
     [](const Tensors& x) {
  return call("batch_norm_training", x, {{"epsilon", 1e-3}});
     }},
    };

// A scalar whose gradient is not constant: weights that differ by element.
Tensor weighted_sum(const Tensor& y) {
  std::vector<double> w(size_t(y.size()));
  for (size_t i = 0; i < w.size(); i++) w[i] = std::sin(1.0 + 0.7 * double(i));
  return sum_all(y * doubles(y.shape(), w));
}
double scalar(const Tensor& t) { return values(t)[0]; }

}  // namespace

TEST_CASE("gradients agree with central differences, and so do their gradients") {
  for (const Row& row : kRows) {
    INFO(std::string(row.name));
    Random random(uint64_t(row.name[0]) * 31 + row.inputs[0].size());
    Tensors xs;
    for (const Shape& s : row.inputs) xs.push_back(random_tensor(s, DType::kFloat64, random, row.low, row.high));
    auto loss = [&](const Tensors& in) { return weighted_sum(row.f(in)); };
    auto first = [&](const Tensors& in) {
      Tensors leaves;
      for (const Tensor& t : in) leaves.push_back(unary("identity", t));
      return gradients({loss(leaves)}, leaves, {constant(1, DType::kFloat64)}, {});
    };
    auto second = [&](const Tensors& in) {  // gradient of the sum of squares of the gradient
      Tensors leaves;
      for (const Tensor& t : in) leaves.push_back(unary("identity", t));
      const Tensors g = gradients({loss(leaves)}, leaves, {constant(1, DType::kFloat64)}, {});
      Tensor total = constant(0, DType::kFloat64);
      for (const Tensor& t : g)
        if (t) total = total + sum_all(t * t);
      return total;
    };
    const Tensors g = first(xs);
    Tensors leaves;
    for (const Tensor& t : xs) leaves.push_back(unary("identity", t));
    const Tensors gg = gradients({second(leaves)}, leaves, {constant(1, DType::kFloat64)}, {});
    for (size_t i = 0; i < xs.size(); i++) {
      std::vector<double> numeric, numeric2;
      const std::vector<double> x = values(xs[i]);
      for (size_t e = 0; e < x.size(); e++) {
        const double h = 1e-5;
        auto at = [&](double d) {
          std::vector<double> moved = x;
          moved[e] += d;
          Tensors in = xs;
          in[i] = doubles(xs[i].shape(), moved);
          return in;
        };
        numeric.push_back((scalar(loss(at(h))) - scalar(loss(at(-h)))) / (2 * h));
        numeric2.push_back((scalar(second(at(h))) - scalar(second(at(-h)))) / (2 * h));
      }
      check_close(values(g[i]), numeric, 1e-6);
      if (gg[i]) check_close(values(gg[i]), numeric2, 1e-5);
    }
  }
}
