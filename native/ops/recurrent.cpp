#include "ops/recurrent.h"

#include "core/error.h"
#include "graph/gradients.h"
#include "graph/saved_layout.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

namespace {
std::string_view name_of_cell(Cell c) { return c == Cell::kLstm ? Lstm::kName : Gru::kName; }
int64_t gates_of(Cell c) { return c == Cell::kLstm ? 4 : 3; }

Tensors common_type(Tensors in) {
  if (in.empty()) return in;
  DType d = to_floating(in[0].dtype());
  for (const Tensor& t : in) d = promote(d, t.dtype());
  if (d != DType::kFloat64) d = DType::kFloat32;
  for (Tensor& t : in) t = cast(t, d);
  return in;
}

void expect_shape(Cell cell, const char* what, const Shape& got, const Shape& want, const RecurrentSizes& s) {
  if (got != want)
    throw ValueError(std::string(name_of_cell(cell)),
                     std::string(what) + " must have shape " + to_string(want) + " for inputs of shape " +
                         to_string({s.batch, s.steps, s.inputs}) + " and " + std::to_string(s.units) +
                         " units.\n  Received: " + what + " of shape " + to_string(got));
}

Specs infer_recurrent(const Op& op, const RecurrentAttrs& attrs, const Specs& in) {
  const Cell cell = attrs.cell;
  const size_t states = cell == Cell::kLstm ? 2 : 1;
  const size_t masks = attrs.is_masked ? 1 : 0;
  if (in.size() != 3 + states + masks) expect_inputs(op, in, 4 + states + masks);
  const std::string name(op.name());
  if (in[0].ndim() != 3)
    throw ValueError(name, "inputs must have shape (batch, steps, features).\n  Received: inputs of shape " +
                               to_string(in[0].shape));
  if (in[1].ndim() != 2 || in[2].ndim() != 2 || in[2].shape[0] < 1)
    throw ValueError(name, "kernel and recurrentKernel must be matrices.\n  Received: kernel of shape " +
                               to_string(in[1].shape) + ", recurrentKernel of shape " + to_string(in[2].shape));
  const RecurrentSizes s = recurrent_sizes(in);
  const int64_t width = gates_of(cell) * s.units;
  expect_shape(cell, "recurrentKernel", in[2].shape, {s.units, width}, s);
  expect_shape(cell, "kernel", in[1].shape, {s.inputs, width}, s);
  expect_shape(cell, "h0", in[3].shape, {s.batch, s.units}, s);
  if (states == 2) expect_shape(cell, "c0", in[4].shape, {s.batch, s.units}, s);
  if (in.size() == 4 + states + masks)
    expect_shape(cell, "bias", in[3 + states].shape, cell == Cell::kGru ? Shape{2, width} : Shape{width}, s);
  if (attrs.is_masked) expect_shape(cell, "mask", in.back().shape, {s.batch, s.steps}, s);
  const DType d = in[0].dtype;
  Specs out{{{s.batch, s.steps, s.units}, d}};
  for (size_t i = 0; i < states; i++) out.push_back({{s.batch, s.units}, d});
  out.push_back(attrs.keeps_states ? saved_spec(op, in) : Spec{{0}, d});
  return out;
}

Tensors vjp_recurrent(const RecurrentAttrs& attrs, const Tensors& in, const Tensors& out, const Tensors& dy) {
  auto op = std::make_shared<RecurrentGrad>();
  const size_t states = attrs.cell == Cell::kLstm ? 2 : 1;
  op->attrs.call = attrs;
  op->attrs.has_bias = in.size() == 4 + states + (attrs.is_masked ? 1 : 0);
  Tensors inputs = in;
  inputs.push_back(out[0]);
  inputs.push_back(out.back());
  for (size_t i = 0; i <= states; i++)
    if (dy[i]) {
      op->attrs.has_dy[i] = true;
      inputs.push_back(dy[i]);
    }
  Tensors grads = trae::apply(op, inputs);
  if (attrs.is_masked) grads.emplace_back();
  return grads;
}
}  // namespace

RecurrentSizes recurrent_sizes(const Specs& in) {
  return {in[0].shape[0], in[0].shape[1], in[0].shape[2], in[2].shape[0]};
}

// ---- lstm
OpPtr Lstm::make(const AttrMap& a) {
  auto op = std::make_shared<Lstm>();
  op->attrs = {Cell::kLstm, a.boolean("go_backwards", false)};
  op->attrs.is_masked = a.boolean("masked", false);
  return op;
}
Tensors Lstm::prepare(Tensors in) const { return common_type(std::move(in)); }
Specs Lstm::infer(const Specs& in) const { return infer_recurrent(*this, attrs, in); }
Tensors Lstm::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  return vjp_recurrent(attrs, in, out, dy);
}
TRAE_REGISTER_OP(Lstm);

// ---- gru
OpPtr Gru::make(const AttrMap& a) {
  auto op = std::make_shared<Gru>();
  op->attrs = {a.boolean("reset_after", true) ? Cell::kGru : Cell::kGruResetBefore, a.boolean("go_backwards", false)};
  op->attrs.is_masked = a.boolean("masked", false);
  return op;
}
Tensors Gru::prepare(Tensors in) const { return common_type(std::move(in)); }
Specs Gru::infer(const Specs& in) const { return infer_recurrent(*this, attrs, in); }
Tensors Gru::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  return vjp_recurrent(attrs, in, out, dy);
}
TRAE_REGISTER_OP(Gru);

// ---- their gradient
OpPtr RecurrentGrad::make(const AttrMap& a) { throw NotImplementedError(a.op(), "is made by gradients alone."); }
Specs RecurrentGrad::infer(const Specs& in) const {
  Specs out(in.begin(), in.begin() + long(differentiable_inputs()));
  if (!attrs.needs_dx) out[0].shape = {0};
  return out;
}
// Second derivatives: the same gradients written in ordinary ops are differentiated again.
Tensors RecurrentGrad::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const size_t count = call_inputs(), differentiable = differentiable_inputs();
  Tensors leaves;
  for (const Tensor& t : in) leaves.push_back(unary("identity", t));
  const Tensors call(leaves.begin(), leaves.begin() + long(count));
  const Tensors results = unrolled_recurrent(call, attrs.call);
  Tensors outputs, cotangents, wanted, weights;
  for (size_t i = 0, at = count + 2; i < results.size(); i++)
    if (attrs.has_dy[i]) {
      outputs.push_back(results[i]);
      cotangents.push_back(leaves[at++]);
    }
  const Tensors first = gradients(outputs, call, cotangents, {});
  for (size_t i = 0; i < differentiable; i++)
    if (dy[i] && first[i]) {
      wanted.push_back(first[i]);
      weights.push_back(dy[i]);
    }
  // What sequence and states owe to the call's inputs is in the unrolled form already.
  return gradients(wanted, leaves, weights, {});
}
TRAE_REGISTER_INTERNAL_OP(RecurrentGrad);

// ---- the plain twin in ops
Tensors unrolled_recurrent(const Tensors& in, const RecurrentAttrs& attrs) {
  const bool is_lstm = attrs.cell == Cell::kLstm;
  const size_t states = is_lstm ? 2 : 1;
  const int64_t batch = in[0].dim(0), steps = in[0].dim(1), inputs = in[0].dim(2), units = in[2].dim(0);
  Tensor input_bias, recurrent_bias, h = in[3], c = is_lstm ? in[4] : Tensor();
  if (in.size() == 4 + states + (attrs.is_masked ? 1 : 0)) {
    const Tensor& bias = in[3 + states];
    input_bias = bias;
    if (attrs.cell == Cell::kGru) {
      recurrent_bias = slice(bias, {1, 0}, {2, 3 * units}, {1, 1});
      input_bias = slice(bias, {0, 0}, {1, 3 * units}, {1, 1});
    }
  }
  auto columns = [&](const Tensor& t, int64_t from, int64_t to) {
    return slice(t, {0, from * units}, {t.dim(0), to * units}, {1, 1});
  };
  Tensors sequence;
  for (int64_t s = 0; s < steps; s++) {
    const int64_t t = attrs.goes_backwards ? steps - 1 - s : s;
    const Tensor h_before = h, c_before = c;
    Tensor a = matmul(reshape(slice(in[0], {0, t, 0}, {batch, t + 1, inputs}, {1, 1, 1}), {batch, inputs}), in[1]);
    if (input_bias) a = a + input_bias;
    if (is_lstm) {
      a = a + matmul(h, in[2]);
      const Tensor i = unary("sigmoid", columns(a, 0, 1)), f = unary("sigmoid", columns(a, 1, 2)),
                   g = unary("tanh", columns(a, 2, 3)), o = unary("sigmoid", columns(a, 3, 4));
      c = f * c + i * g;
      h = o * unary("tanh", c);
    } else {
      const bool is_after = attrs.cell == Cell::kGru;
      Tensor b = matmul(h, is_after ? in[2] : columns(in[2], 0, 2));
      if (recurrent_bias) b = b + recurrent_bias;
      const Tensor z = unary("sigmoid", columns(a, 0, 1) + columns(b, 0, 1)),
                   r = unary("sigmoid", columns(a, 1, 2) + columns(b, 1, 2));
      const Tensor part = is_after ? r * columns(b, 2, 3) : matmul(r * h, columns(in[2], 2, 3));
      h = z * h + (1 - z) * unary("tanh", columns(a, 2, 3) + part);
    }
    if (attrs.is_masked) {
      const Tensor is_on = cast(slice(in.back(), {0, t}, {batch, t + 1}, {1, 1}), DType::kBool);
      h = where(is_on, h, h_before);
      if (is_lstm) c = where(is_on, c, c_before);
    }
    sequence.push_back(reshape(h, {batch, 1, units}));
  }
  Tensors out{sequence.empty() ? zeros_like(full({batch, 0, units}, 0, h.dtype())) : concatenate(sequence, 1), h};
  if (is_lstm) out.push_back(c);
  return out;
}

}  // namespace trae
