#include "tests/small_models.h"

namespace trae::test {
namespace {

using namespace ops;
using Numbers = std::vector<double>;

constexpr int64_t kBatch = 8, kRows = 64;

Tensors call(const char* name, const std::vector<std::pair<const char*, AttrMap::Value>>& attrs, const Tensors& in) {
  AttrMap map(name);
  for (const auto& [key, value] : attrs) map.set(key, value);
  return apply(make_op(name, map), in);
}
Tensor dense(const Tensor& x, const Tensor& w, const Tensor& b) { return matmul(x, w) + b; }

Tensor mlp(const Tensor& x, const Tensors& v) { return dense(unary("relu", dense(x, v[0], v[1])), v[2], v[3]); }

Tensor cnn(const Tensor& x, const Tensors& v) {
  const Tensor y = call(
      "conv",
      {{"strides", Numbers{1, 1}}, {"dilation", Numbers{1, 1}}, {"before", Numbers{1, 1}}, {"after", Numbers{1, 1}}},
      {x, v[0]})[0];
  const Tensor n = call("batch_norm_training", {{"epsilon", 1e-3}}, {y, v[1], v[2]})[0];
  const Tensor p =
      call("max_pool",
           {{"size", Numbers{2, 2}}, {"strides", Numbers{2, 2}}, {"before", Numbers{0, 0}}, {"after", Numbers{0, 0}}},
           {unary("relu", n)})[0];
  return dense(reshape(p, {kBatch, 4 * 4 * 8}), v[3], v[4]);
}

Tensor lstm(const Tensor& x, const Tensors& v) {
  const Tensor zero = full({kBatch, 12}, 0, DType::kFloat32);
  return dense(call("lstm", {}, {x, v[0], v[1], zero, zero, v[2]})[1], v[3], v[4]);
}

Tensor embedding_gru(const Tensor& x, const Tensors& v) {
  const Tensor zero = full({kBatch, 10}, 0, DType::kFloat32);
  return dense(call("gru", {}, {take(v[0], x, 0), v[1], v[2], zero, v[3]})[1], v[4], v[5]);
}

Tensor normalized(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
  return call("layer_norm", {{"epsilon", 1e-5}}, {x, gamma, beta})[0];
}
// Attention and a dense block, each with a normalization before and the input added behind.
Tensor transformer(const Tensor& x, const Tensors& v) {
  const int64_t length = 6, size = 16, heads = 2;
  const Tensor n = normalized(x, v[0], v[1]);
  Tensors heads_of;
  for (size_t i = 2; i < 5; i++) heads_of.push_back(reshape(matmul(n, v[i]), {kBatch, length, heads, size / heads}));
  const Tensor a = call("attention", {{"scale", 0.35}, {"is_causal", true}}, heads_of)[0];
  const Tensor h = x + matmul(reshape(a, {kBatch, length, size}), v[5]);
  const Tensor m = normalized(h, v[6], v[7]);
  const Tensor y = h + dense(unary("gelu", dense(m, v[8], v[9])), v[10], v[11]);
  return matmul(mean(y, {1}), v[12]);
}

Tensor start_of(const Shape& s, size_t number) {
  Random random(number + 11);
  // A vector is a scale or an offset; a table or kernel begins with noise.
  return s.size() == 1 ? random_tensor(s, DType::kFloat32, random, 0.5, 1)
                       : random_tensor(s, DType::kFloat32, random, -0.4, 0.4);
}

Tensor x_of(const SmallModel& m, Random& random) {
  Shape shape = m.x.shape;
  shape[0] = kRows;
  if (!m.most_id) return random_tensor(shape, m.x.dtype, random);
  std::vector<int32_t> ids(size_t(size_of(shape)));
  for (int32_t& id : ids) id = int32_t(random.below(m.most_id));
  return tensor(shape, ids, DType::kInt32);
}

// One step: the mean squared error, its gradients, momentum and the new variables.
PlanPtr step_of(const SmallModel& m) {
  PlanRequest request;
  request.name = m.name;
  request.inputs = {Tensor::placeholder({m.x.shape, m.x.dtype}), Tensor::placeholder({m.y, DType::kFloat32})};
  for (int kind = 0; kind < 2; kind++)  // variables, then their momenta
    for (const Shape& s : m.variables) request.reads.push_back(Tensor::placeholder({s, DType::kFloat32}));
  const size_t count = m.variables.size();
  const Tensors variables(request.reads.begin(), request.reads.begin() + long(count));
  const Tensor error = m.predict(request.inputs[0], variables) - request.inputs[1];
  const Tensor loss = mean(error * error, {0, 1});
  const Tensors grads = gradients({loss}, variables, {constant(1, DType::kFloat32)}, {});
  request.updates.resize(2 * count);
  for (size_t i = 0; i < count; i++) {
    const Tensor momentum = request.reads[count + i] * 0.9 + grads[i];
    request.updates[count + i] = momentum;
    request.updates[i] = variables[i] - momentum * 0.02;
  }
  request.outputs = {loss};
  return Plan::compile(request);
}

}  // namespace

std::vector<SmallModel> small_models() {
  const DType f = DType::kFloat32;
  return {
      {"mlp", {{kBatch, 20}, f}, 0, {kBatch, 3}, {{20, 16}, {16}, {16, 3}, {3}}, &mlp},
      {"cnn", {{kBatch, 8, 8, 3}, f}, 0, {kBatch, 3}, {{3, 3, 3, 8}, {8}, {8}, {128, 3}, {3}}, &cnn},
      {"lstm", {{kBatch, 5, 4}, f}, 0, {kBatch, 3}, {{4, 48}, {12, 48}, {48}, {12, 3}, {3}}, &lstm},
      {"embedding and gru",
       {{kBatch, 7}, DType::kInt32},
       900,
       {kBatch, 3},
       {{900, 6}, {6, 30}, {10, 30}, {2, 30}, {10, 3}, {3}},
       &embedding_gru},
      {"transformer",
       {{kBatch, 6, 16}, f},
       0,
       {kBatch, 3},
       {{16}, {16}, {16, 16}, {16, 16}, {16, 16}, {16, 16}, {16}, {16}, {16, 32}, {32}, {32, 16}, {16}, {16, 3}},
       &transformer},
  };
}

Trained train(const SmallModel& m, int64_t steps) {
  Random random(5);
  StepLoopOptions o;
  o.data = {x_of(m, random), random_tensor({kRows, m.y[1]}, DType::kFloat32, random)};
  std::vector<int32_t> order(size_t(steps * kBatch));
  for (int32_t& row : order) row = int32_t(random.below(kRows));
  o.order = std::make_shared<RowNumbers>(order.data(), order.size(), kRows);
  o.batch_size = kBatch;
  std::vector<std::shared_ptr<Tensor>> cells;
  for (int kind = 0; kind < 2; kind++)
    for (size_t i = 0; i < m.variables.size(); i++)
      cells.push_back(
          std::make_shared<Tensor>(kind == 0 ? start_of(m.variables[i], i) : full(m.variables[i], 0, DType::kFloat32)));

  Trained result;
  o.report = [&result](int64_t, std::vector<double> values) { result.losses.push_back(values.at(0)); };
  const PlanPtr plan = step_of(m);
  const auto run = [&](int64_t from, int64_t count) {
    StepLoopOptions part = o;
    part.start = from * kBatch;
    part.steps = count;
    StepLoop loop(plan, cells, part);
    while (!loop.slice()) {}
    if (loop.error()) std::rethrow_exception(loop.error());
    result.done += loop.done();
  };
  run(0, 1);
  run(1, steps - 1);
  for (size_t i = 0; i < m.variables.size(); i++) {
    std::vector<float> v(size_t(cells[i]->size()));
    to_host(*cells[i], v.data());
    result.variables.push_back(std::move(v));
  }
  return result;
}

}  // namespace trae::test
