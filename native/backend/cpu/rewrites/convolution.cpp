// Bias, the normalization of inference, ReLU and ReLU6 go into the convolution, the bias' gradient into that of the
// kernel: they touch what is touched anyway.
#include <algorithm>
#include <memory>

#include "backend/cpu/direct_convolution.h"
#include "backend/cpu/rewrites/rewrites.h"
#include "compiler/ir.h"
#include "ops/convolution.h"
#include "ops/reduce.h"

namespace trae {
namespace {

// The step that makes `value`, when it is an op of this type.
template <class Op>
const Op* made_by(const Graph& g, int value) {
  const int p = g.values[size_t(value)].producer;
  return p >= 0 && g.steps[size_t(p)].is_alive ? dynamic_cast<const Op*>(g.steps[size_t(p)].op.get()) : nullptr;
}

// The other operand of a step that has `value` as one.
int other_operand(const Step& s, int value) { return s.in[0] == value ? s.in[1] : s.in[0]; }

}  // namespace

// y = conv(x, w) + b, b one value per channel
void bias_into_convolution(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    if (s.op->name() != "add") continue;
    for (size_t side = 0; side < 2; side++) {
      const int y = s.in[side], b = s.in[1 - side];
      const auto* conv = made_by<Conv>(g, y);
      const Shape& bias = g.values[size_t(b)].spec.shape;
      if (!conv || !g.has_one_user(y) || bias.size() != 1 || g.values[size_t(y)].spec.shape.back() != bias[0] ||
          g.values[size_t(y)].spec != g.values[size_t(s.out[0])].spec)
        continue;
      const Step producer = g.steps[size_t(g.values[size_t(y)].producer)];
      if (producer.in.size() != 2 || g.values[size_t(y)].spec.dtype != DType::kFloat32) continue;
      auto op = std::make_shared<Conv>(*conv);
      const int made = g.add_step(op, {producer.in[0], producer.in[1], b}, s.order);
      g.replace_uses(s.out[0], made);
      const int old = g.values[size_t(y)].producer;
      g.remove_step(number);
      g.remove_step(old);
      break;
    }
  }
}

// dw = conv_backward_weights(x, dy) and db = sum of dy over all axes but the last
void bias_gradient_into_weights(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    const auto* weights = dynamic_cast<const ConvBackwardWeights*>(s.op.get());
    if (!weights || weights->attrs.has_bias) continue;
    const int dy = s.in[1];
    const Spec spec = g.values[size_t(dy)].spec;
    if (spec.dtype != DType::kFloat32) continue;
    for (int user : std::vector<int>(g.values[size_t(dy)].users)) {
      const Step r = g.steps[size_t(user)];
      const auto* sum = dynamic_cast<const Reduce*>(r.op.get());
      if (!sum || sum->kind != ReduceKind::kSum || int(sum->axes_of(spec.shape).size()) != spec.ndim() - 1 ||
          sum->axes_of(spec.shape).back() == spec.ndim() - 1)
        continue;
      auto op = std::make_shared<ConvBackwardWeights>(*weights);
      op->attrs.has_bias = true;
      const uint64_t order = std::min(s.order, r.order);
      const int dw = g.add_step(op, s.in, order);
      int db = g.steps[size_t(g.values[size_t(dw)].producer)].out[1];
      const Shape wanted = g.values[size_t(r.out[0])].spec.shape;
      if (g.values[size_t(db)].spec.shape != wanted) {
        AttrMap a("reshape");
        a.set("shape", std::vector<double>(wanted.begin(), wanted.end()));
        db = g.add_step(make_op("reshape", a), {db}, order + 1);
      }
      g.replace_uses(s.out[0], dw);
      g.replace_uses(r.out[0], db);
      g.remove_step(number);
      g.remove_step(user);
      break;
    }
  }
}

// y = conv(x, w) * scale + offset, one value per channel each: what a batch normalization is in inference. Where the
// convolution leaves that to a pass of its own, the pass of what follows is as good, unless a mere activation does.
void normalization_into_convolution(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    const auto* conv = dynamic_cast<const Conv*>(s.op.get());
    const int y = s.out[0];
    const Spec spec = g.values[size_t(y)].spec;
    if (!conv || conv->attrs.activation != ConvActivation::kLinear || conv->attrs.is_scaled ||
        spec.dtype != DType::kFloat32)
      continue;
    const auto only_user = [&](int value, std::string_view name) {
      if (!g.has_one_user(value)) return -1;
      const int user = g.values[size_t(value)].users[0];
      const Step& u = g.steps[size_t(user)];
      if (u.op->name() != name || g.values[size_t(u.out[0])].spec != spec) return -1;
      const Spec& factor = g.values[size_t(other_operand(u, value))].spec;
      return factor.size() == spec.shape.back() && !factor.shape.empty() && factor.shape.back() == spec.shape.back()
                 ? user
                 : -1;
    };
    const int product = only_user(y, "multiply");
    if (product < 0) continue;
    const int scaled = g.steps[size_t(product)].out[0], sum = only_user(scaled, "add");
    if (sum < 0) continue;
    const Step last = g.steps[size_t(sum)];
    const std::vector<int>& users = g.values[size_t(last.out[0])].users;
    const std::string_view next = users.size() == 1 ? g.steps[size_t(users[0])].op->name() : "";
    const auto shape_of = [&](int value) { return g.values[size_t(value)].spec.shape; };
    if (next != "relu" && next != "relu6" &&
        !direct::computes_forward(conv->attrs, shape_of(s.in[0]), shape_of(s.in[1]), spec.shape))
      continue;
    const int scale = other_operand(g.steps[size_t(product)], y);
    int offset = other_operand(last, scaled);
    if (s.in.size() == 3) {  // (conv + bias) * scale + offset
      const int moved = g.add_step(make_op("multiply", AttrMap("multiply")), {s.in[2], scale}, last.order);
      offset = g.add_step(make_op("add", AttrMap("add")), {moved, offset}, last.order);
    }
    auto op = std::make_shared<Conv>(*conv);
    op->attrs.is_scaled = true;
    // Behind what makes the offset, however that is fused.
    g.replace_uses(last.out[0], g.add_step(op, {s.in[0], s.in[1], offset, scale}, last.order + 1));
    for (int step : {sum, product, number}) g.remove_step(step);
  }
}

// y = relu(conv(...)), or relu6: done while the result is in registers.
void relu_into_convolution(Graph& g) {
  for (int number : g.ordered_steps()) {
    const Step s = g.steps[size_t(number)];
    const bool is_relu6 = s.op->name() == "relu6";
    if (s.op->name() != "relu" && !is_relu6) continue;
    const auto* conv = made_by<Conv>(g, s.in[0]);
    if (!conv || conv->attrs.activation != ConvActivation::kLinear || !g.has_one_user(s.in[0]) ||
        g.values[size_t(s.in[0])].spec.dtype != DType::kFloat32)
      continue;
    const int old = g.values[size_t(s.in[0])].producer;
    auto op = std::make_shared<Conv>(*conv);
    op->attrs.activation = is_relu6 ? ConvActivation::kRelu6 : ConvActivation::kRelu;
    const Step producer = g.steps[size_t(old)];
    g.replace_uses(s.out[0], g.add_step(op, producer.in, producer.order));
    g.remove_step(number);
    g.remove_step(old);
  }
}

}  // namespace trae
