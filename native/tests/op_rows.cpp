#include "tests/op_rows.h"

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/special.h"

namespace trae::test {
namespace {

using Numbers = std::vector<double>;
using Attrs = std::vector<std::pair<const char*, AttrMap::Value>>;

Tensor ints(const Shape& s, const std::vector<int32_t>& v) { return tensor(s, v, DType::kInt32); }
Tensor seed() { return tensor<int64_t>({2}, {1234, 5}, DType::kInt64); }

class Rows {
 public:
  void add(const char* name, const Attrs& attrs, Tensors inputs, bool is_partly_undefined = false) {
    AttrMap map(name);
    for (const auto& [key, value] : attrs) map.set(key, value);
    rows.push_back({make_op(name, map), std::move(inputs), is_partly_undefined});
  }
  Tensor x(const Shape& s, double low = 0.1, double high = 0.9, DType d = DType::kFloat32) {
    return random_tensor(s, d, random_, low, high);
  }
  std::vector<OpRow> rows;

 private:
  Random random_{77};
};

size_t arity_of(const Op& op) {
  if (const auto* special = dynamic_cast<const Special*>(&op)) return special->is_unary() ? 1 : 2;
  const Code code = static_cast<const ElementwiseOp&>(op).code;
  if (code < Code::kAdd || code == Code::kCast) return 1;
  return code == Code::kWhere ? 3 : 2;
}

// An elementwise op on the first dtype that it takes.
void add_elementwise(Rows& r, const std::string& name) {
  AttrMap map(name);
  map.set("dtype", std::string("int32"));  // of cast
  const OpPtr op = make_op(name, map);
  for (const DType d : {DType::kFloat32, DType::kInt32, DType::kBool}) {
    Tensors in;
    for (size_t i = 0; i < arity_of(*op); i++) in.push_back(ops::cast(r.x({3, i % 2 ? 7 : 1}, 0.2, 3), d));
    if (in.size() == 3) in[0] = ops::cast(in[0], DType::kBool);
    try {
      evaluate(apply(op, in));
    } catch (const Error&) { continue; }
    r.rows.push_back({op, in});
    return;
  }
}

void add_movement(Rows& r) {
  r.add("reshape", {{"shape", Numbers{6, 2}}}, {r.x({3, 4})});
  r.add("view", {{"dtype", std::string("int32")}}, {r.x({3, 4})});
  r.add("broadcast_to", {{"shape", Numbers{5, 3, 4}}}, {r.x({3, 1})});
  r.add("transpose", {{"axes", Numbers{2, 0, 1}}}, {r.x({3, 4, 5})});
  r.add("slice", {{"start", Numbers{1, 3}}, {"size", Numbers{2, 2}}, {"step", Numbers{1, -2}}}, {r.x({3, 4})});
  r.add("place", {{"shape", Numbers{5, 9}}, {"start", Numbers{1, 0}}, {"step", Numbers{1, 2}}, {"value", 0.5}},
        {r.x({3, 4})});
  r.add("concatenate", {{"axis", 1.0}}, {r.x({3, 4}), r.x({3, 2})});
  r.add("take", {{"axis", 0.0}}, {r.x({5, 3}), ints({4}, {4, -5, 0, 2})});
  r.add("scatter_add", {{"shape", Numbers{5, 3}}, {"axis", 0.0}}, {ints({4}, {4, 1, 4, -1}), r.x({4, 3})});
  r.add("scatter_rows", {{"shape", Numbers{5, 3}}}, {ints({4}, {4, 1, 4, -1}), r.x({4, 3})}, true);
  r.add("one_hot", {{"depth", 4.0}, {"dtype", std::string("float32")}}, {ints({3}, {0, 3, 9})});
  r.add("sort", {{"descending", true}}, {r.x({3, 7})});
  r.add("custom_gradient", {{"id", 1.0}, {"inputs", 1.0}}, {r.x({3}), r.x({2, 2})});
  r.add("range", {{"count", 7.0}, {"start", 2.0}, {"dtype", std::string("float32")}}, {});
}

void add_reductions(Rows& r) {
  for (const char* name : {"sum", "mean", "prod", "max", "min"}) r.add(name, {{"axis", Numbers{1}}}, {r.x({4, 70, 3})});
  for (const char* name : {"any", "all"}) r.add(name, {{"axis", Numbers{0}}}, {ops::cast(r.x({4, 7}), DType::kBool)});
  r.add("argmax", {{"axis", 1.0}}, {r.x({4, 7})});
  r.add("cumsum", {{"axis", 1.0}}, {r.x({4, 7})});
  r.add("softmax", {}, {r.x({4, 70})});
  r.add("log_softmax", {{"axis", 0.0}}, {r.x({40, 7})});
}

void add_layers(Rows& r) {
  const Attrs window{
      {"strides", Numbers{1, 1}}, {"dilation", Numbers{1, 1}}, {"before", Numbers{1, 1}}, {"after", Numbers{1, 1}}};
  const auto with_shape = [](Attrs a, Numbers shape) {
    a.push_back({"shape", std::move(shape)});
    return a;
  };
  r.add("conv", window, {r.x({2, 6, 5, 3}), r.x({3, 3, 3, 16}, -1)});
  r.add("conv_backward_data", with_shape(window, {2, 6, 5, 3}), {r.x({2, 6, 5, 16}), r.x({3, 3, 3, 16}, -1)});
  r.add("conv_backward_weights", with_shape(window, {3, 3, 3, 16}), {r.x({2, 6, 5, 3}), r.x({2, 6, 5, 16})});
  const Attrs pool{
      {"size", Numbers{2, 2}}, {"strides", Numbers{2, 2}}, {"before", Numbers{0, 0}}, {"after", Numbers{0, 0}}};
  r.add("max_pool", pool, {r.x({2, 6, 4, 3})});
  const Tensors pooled = apply(r.rows.back().op, r.rows.back().inputs);
  r.add("max_pool_grad", with_shape(pool, {2, 6, 4, 3}), {r.x({2, 3, 2, 3}), pooled[1]});
  r.add("max_pool_pick", pool, {r.x({2, 6, 4, 3}), pooled[1]});
  r.add("average_pool", pool, {r.x({2, 6, 4, 3})});
  r.add("average_pool_grad", with_shape(pool, {2, 6, 4, 3}), {r.x({2, 3, 2, 3})});
  r.add("batch_norm_training", {{"epsilon", 1e-3}}, {r.x({9, 5}), r.x({5}), r.x({5})});
  r.add("batch_norm_training_grad", {{"epsilon", 1e-3}}, {r.x({9, 5}), r.x({5}), r.x({5}), r.x({5}), r.x({9, 5})});
  r.add("layer_norm", {{"epsilon", 1e-3}}, {r.x({4, 33}), r.x({33}), r.x({33})});
  r.add("layer_norm_grad", {}, {r.x({4, 33}), r.x({33}), r.x({4, 1}), r.x({4, 1}), r.x({4, 33})});
  const Tensors heads{r.x({2, 5, 2, 8}), r.x({2, 5, 2, 8}), r.x({2, 5, 2, 8})};
  r.add("attention", {{"scale", 0.3}, {"is_causal", true}}, heads);
  r.add("matmul", {{"transpose_b", true}}, {r.x({2, 5, 7}), r.x({2, 9, 7})});
  r.add("lstm", {}, {r.x({3, 4, 5}), r.x({5, 24}, -1), r.x({6, 24}, -1), r.x({3, 6}), r.x({3, 6}), r.x({24})});
  r.add("gru", {}, {r.x({3, 4, 5}), r.x({5, 18}, -1), r.x({6, 18}, -1), r.x({3, 6}), r.x({2, 18})});
}

void add_decompositions(Rows& r) {
  const Tensor a = r.x({4, 4}, -1, 1);
  const Tensor diagonal = floats({4, 4}, {4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 4});
  const Tensor s = ops::binary("add", ops::matmul(a, a, false, true), diagonal);
  for (const char* name : {"cholesky", "det", "slogdet", "lu_factor", "qr", "svd", "eigh", "eig"}) r.add(name, {}, {s});
  r.add("solve_triangular", {{"lower", true}}, {s, r.x({4, 2})});
  r.add("solve", {}, {s, r.x({4, 2})});
  r.add("svd", {{"vectors", false}}, {r.x({5, 3})});
  r.add("eig", {{"complex", true}}, {r.x({2, 5, 5})});
  r.add("pinv", {{"rcond", 1e-6}}, {r.x({5, 3})});
  r.add("lstsq", {{"rcond", 1e-6}}, {r.x({5, 3}), r.x({5, 2})});
}

void add_sequences(Rows& r) {
  const Tensors given{r.x({2, 6, 5}, -1), ints({2, 3}, {1, 2, 2, 3, 4, 0}), ints({2}, {3, 2}), ints({2}, {6, 5})};
  r.add("ctc_loss", {}, given);
  Tensors more = given;
  more.push_back(r.x({2, 6, 5}));
  r.add("ctc_curvature", {}, more);
  r.add("ctc_decode", {{"beam_width", 4.0}, {"paths", 2.0}}, {given[0], given[3]});
  r.add("search_sorted", {}, {floats({3}, {0.2f, 0.5f, 0.7f}), r.x({6})});
  r.add("segment_reduce", {{"count", 3.0}, {"kind", std::string("max")}}, {ints({4}, {0, 2, 0, -1}), r.x({4, 3})});
  r.add("fft", {}, {r.x({3, 12}), r.x({3, 12})});
}

void add_random(Rows& r) {
  r.add("random",
        {{"shape", Numbers{50}},
         {"dtype", std::string("float32")},
         {"kind", std::string("normal")},
         {"a", 0.0},
         {"b", 1.0}},
        {seed()});
  r.add("random_permutation", {{"n", 20.0}}, {seed()});
  r.add("random_gamma", {}, {seed(), r.x({9}, 0.5, 3)});
  r.add("random_binomial", {}, {seed(), floats({3}, {5, 9, 2}), r.x({3})});
  r.add("dropout", {{"rate", 0.4}}, {r.x({40}), seed()});
}

// The gradients of ops whose gradient is an op that only gradients make.
void add_gradients(Rows& r) {
  for (const char* name : {"lstm", "gru", "attention"}) {
    for (size_t i = 0; i < r.rows.size(); i++) {
      const OpRow row = r.rows[i];
      if (row.op->name() != name) continue;
      const Tensors out = apply(row.op, row.inputs);
      const Tensors grads = gradients({out[0]}, {row.inputs[0]}, {ops::ones_like(out[0])}, {});
      const Call& call = *grads[0].node()->call;
      r.rows.push_back({call.op, call.inputs});
      break;
    }
  }
}

}  // namespace

std::vector<OpRow> op_rows() {
  Rows r;
  add_movement(r);
  add_reductions(r);
  add_layers(r);
  add_decompositions(r);
  add_sequences(r);
  add_random(r);
  add_gradients(r);
  for (const OpInfo& op : registered_ops())
    if (op.kernel_type == typeid(ElementwiseOp) || op.kernel_type == typeid(Special)) add_elementwise(r, op.name);
  return std::move(r.rows);
}

}  // namespace trae::test
