// Batch normalization takes the ReLU behind it into its pass, and where max pooling follows that too.
#include <algorithm>
#include <memory>

#include "backend/cpu/rewrites/rewrites.h"
#include "compiler/ir.h"
#include "ops/normalization.h"
#include "ops/normalized_pooling.h"
#include "ops/ops.h"
#include "ops/reduce.h"

namespace trae {
namespace {

int only_user(const Graph& g, int value, std::string_view op) {
  if (!g.has_one_user(value)) return -1;
  const int user = g.values[size_t(value)].users[0];
  return g.steps[size_t(user)].op->name() == op ? user : -1;
}

// What is behind a batch normalization in training: relu, its gradient, the gradient of the normalization.
struct Block {
  int norm, relu, relu_grad = -1, norm_grad = -1;
  int relu_out;
  NormActivation activation = NormActivation::kRelu;
};

// The backward half, or -1s when there is none. False when the values are used otherwise.
bool find_backward(const Graph& g, Block& b, int relu_grad) {
  const Step& s = g.steps[size_t(relu_grad)];
  if (s.op->name() != (b.activation == NormActivation::kRelu ? "relu_grad" : "relu6_grad") || s.in[0] != b.relu_out ||
      s.in[1] == b.relu_out)
    return false;
  const int grad = only_user(g, s.out[0], "batch_norm_training_grad");
  if (grad < 0) return false;
  const Step &n = g.steps[size_t(b.norm)], &d = g.steps[size_t(grad)];
  if (d.in.size() != 5 || d.in[0] != n.in[0] || d.in[1] != n.in[1] || d.in[2] != n.out[1] || d.in[3] != n.out[2] ||
      d.in[4] != s.out[0])
    return false;
  b.relu_grad = relu_grad;
  b.norm_grad = grad;
  return true;
}

bool find_block(const Graph& g, int number, Block& b) {
  const Step& s = g.steps[size_t(number)];
  const auto* norm = dynamic_cast<const BatchNormTraining*>(s.op.get());
  if (!s.is_alive || !norm || norm->attrs.activation != NormActivation::kLinear ||
      g.values[size_t(s.in[0])].spec.dtype != DType::kFloat32)
    return false;
  b.norm = number;
  b.relu = only_user(g, s.out[0], "relu");
  b.activation = b.relu >= 0 ? NormActivation::kRelu : NormActivation::kRelu6;
  if (b.relu < 0) b.relu = only_user(g, s.out[0], "relu6");
  if (b.relu < 0) return false;
  b.relu_out = g.steps[size_t(b.relu)].out[0];
  return !g.is_result(b.relu_out);
}

}  // namespace

void normalization_into_pooling(Graph& g) {
  for (int number : g.ordered_steps()) {
    Block b{};
    if (!find_block(g, number, b) || b.activation != NormActivation::kRelu) continue;
    const std::vector<int> users = g.values[size_t(b.relu_out)].users;
    int pool = -1, other = -1;
    for (int u : users) (g.steps[size_t(u)].op->name() == "max_pool" ? pool : other) = u;
    if (pool < 0 || users.size() > 2 || (users.size() == 2 && other < 0)) continue;
    const Step norm = g.steps[size_t(b.norm)], pooling = g.steps[size_t(pool)];
    const PoolAttrs& attrs = static_cast<const MaxPool&>(*pooling.op).attrs;
    const int winners = pooling.out[1];
    if (!tiles_exactly(attrs, g.values[size_t(b.relu_out)].spec.shape) ||
        g.values[size_t(winners)].spec.dtype != DType::kUInt8)
      continue;
    int pool_grad = -1;
    if (other >= 0) {
      pool_grad = only_user(g, winners, "max_pool_grad");
      if (pool_grad < 0 || !find_backward(g, b, other)) continue;
      const Step& p = g.steps[size_t(pool_grad)];
      if (p.in[1] != winners || !g.has_one_user(p.out[0]) || g.steps[size_t(b.relu_grad)].in[1] != p.out[0]) continue;
    } else if (!g.values[size_t(winners)].users.empty() || g.is_result(winners)) {
      continue;
    }
    auto op = std::make_shared<NormalizedPool>();
    op->attrs = {static_cast<const BatchNormTraining&>(*norm.op).attrs.epsilon, attrs};
    const int first = g.add_step(op, norm.in, norm.order);
    const std::vector<int> made = g.steps[size_t(g.values[size_t(first)].producer)].out;
    if (pool_grad >= 0) {
      auto grad = std::make_shared<NormalizedPoolGrad>();
      grad->attrs = op->attrs;
      const Step old = g.steps[size_t(b.norm_grad)];
      const int dpooled = g.steps[size_t(pool_grad)].in[0];
      const int dx =
          g.add_step(grad, {norm.in[0], norm.in[1], made[2], made[3], dpooled, made[1], made[0], made[4]}, old.order);
      const std::vector<int> results = g.steps[size_t(g.values[size_t(dx)].producer)].out;
      for (size_t i = 0; i < 3; i++) g.replace_uses(old.out[i], results[i]);
      for (int step : {b.norm_grad, b.relu_grad, pool_grad}) g.remove_step(step);
    }
    g.replace_uses(pooling.out[0], made[0]);
    g.replace_uses(norm.out[1], made[2]);
    g.replace_uses(norm.out[2], made[3]);
    for (int step : {pool, b.relu, b.norm}) g.remove_step(step);
  }
}

void activation_into_normalization(Graph& g) {
  for (int number : g.ordered_steps()) {
    Block b{};
    if (!find_block(g, number, b)) continue;
    // The gradient computes its mask from x again, which it reads anyway; other readers of the result do not matter.
    for (int u : g.values[size_t(b.relu_out)].users)
      if (b.norm_grad < 0) find_backward(g, b, u);
    const Step norm = g.steps[size_t(b.norm)];
    auto op = std::make_shared<BatchNormTraining>(static_cast<const BatchNormTraining&>(*norm.op));
    op->attrs.activation = b.activation;
    const int y = g.add_step(op, norm.in, norm.order);
    const std::vector<int> made = g.steps[size_t(g.values[size_t(y)].producer)].out;
    g.replace_uses(b.relu_out, made[0]);
    g.replace_uses(norm.out[1], made[1]);
    g.replace_uses(norm.out[2], made[2]);
    if (b.norm_grad >= 0) {
      const Step old = g.steps[size_t(b.norm_grad)];
      auto grad = std::make_shared<BatchNormTrainingGrad>(static_cast<const BatchNormTrainingGrad&>(*old.op));
      grad->attrs.activation = b.activation;
      std::vector<int> in = old.in;
      in[2] = made[1];
      in[3] = made[2];
      in[4] = g.steps[size_t(b.relu_grad)].in[1];
      in.push_back(norm.in[2]);
      const int dx = g.add_step(grad, in, old.order);
      const std::vector<int> results = g.steps[size_t(g.values[size_t(dx)].producer)].out;
      for (size_t i = 0; i < 3; i++) g.replace_uses(old.out[i], results[i]);
      for (int step : {b.norm_grad, b.relu_grad}) g.remove_step(step);
    }
    for (int step : {b.relu, b.norm}) g.remove_step(step);
  }
}

}  // namespace trae
