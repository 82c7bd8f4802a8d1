// LSTM and GRU: the vector loops give what the plain ones give, at sizes off every block; scattered rows.
#include "ops/recurrent.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

struct Sizes {
  int64_t batch, steps, inputs, units;
};
constexpr Sizes kSizes[] = {{1, 1, 1, 1},    {1, 3, 5, 7},   {2, 4, 16, 16}, {7, 3, 2, 33},
                            {13, 5, 19, 20}, {67, 2, 3, 17}, {33, 9, 66, 65}};

Tensors inputs_of(const Sizes& s, Cell cell, DType d) {
  Random random(uint64_t(s.batch * 7 + s.units));
  const int64_t width = (cell == Cell::kLstm ? 4 : 3) * s.units;
  const double scale = 1 / std::sqrt(double(s.units + s.inputs));
  Tensors in{random_tensor({s.batch, s.steps, s.inputs}, DType::kFloat32, random),
             random_tensor({s.inputs, width}, DType::kFloat32, random, -scale, scale),
             random_tensor({s.units, width}, DType::kFloat32, random, -scale, scale),
             random_tensor({s.batch, s.units}, DType::kFloat32, random)};
  if (cell == Cell::kLstm) in.push_back(random_tensor({s.batch, s.units}, DType::kFloat32, random));
  in.push_back(random_tensor(cell == Cell::kGru ? Shape{2, width} : Shape{width}, DType::kFloat32, random));
  for (Tensor& t : in) t = cast(t, d);
  return in;
}
Tensors call(const Tensors& in, Cell cell, bool goes_backwards) {
  AttrMap a("recurrent");
  a.set("masked", in.size() == (cell == Cell::kLstm ? 7u : 6u));
  a.set("go_backwards", goes_backwards);
  if (cell != Cell::kLstm) a.set("reset_after", cell == Cell::kGru);
  Tensors out = apply(make_op(cell == Cell::kLstm ? "lstm" : "gru", a), in);
  out.pop_back();  // the states
  return out;
}
// The results, and the gradients of a weighted sum of those that `used` names by bits.
Tensors with_gradients(const Tensors& in, Cell cell, bool goes_backwards, int used) {
  Tensors out = call(in, cell, goes_backwards), outputs, weights;
  for (size_t i = 0; i < out.size(); i++)
    if (used >> i & 1) {
      outputs.push_back(out[i]);
      weights.push_back(unary("cos", out[i]));
    }
  for (const Tensor& g : gradients(outputs, in, weights, {})) out.push_back(g);
  return out;
}

}  // namespace

TEST_CASE("LSTM and GRU: float32 agrees with float64, forward and backward, evaluated and planned") {
  for (Cell cell : {Cell::kLstm, Cell::kGru, Cell::kGruResetBefore})
    for (const Sizes& s : kSizes) {
      const int used = int(1 + s.units % 3);
      INFO("cell ", int(cell), ", batch ", s.batch, ", steps ", s.steps, ", inputs ", s.inputs, ", units ", s.units);
      const Tensors in = inputs_of(s, cell, DType::kFloat32), wide = inputs_of(s, cell, DType::kFloat64);
      const Tensors got = with_gradients(in, cell, s.batch % 2 == 0, used),
                    want = with_gradients(wide, cell, s.batch % 2 == 0, used);
      REQUIRE(got.size() == want.size());
      evaluate(in);
      const auto planned =
          run_plan(in, [&](const Tensors& x) { return with_gradients(x, cell, s.batch % 2 == 0, used); });
      for (size_t i = 0; i < got.size(); i++) {
        INFO("result ", i);
        check_close(values(got[i]), values(want[i]), 2e-5);
        check_close(planned[i], values(want[i]), 2e-5);
      }
    }
}
TEST_CASE("masked steps: float32 agrees with float64 and with the form written out, forward and backward") {
  for (Cell cell : {Cell::kLstm, Cell::kGru, Cell::kGruResetBefore})
    for (const Sizes& s : kSizes)
      for (int kind = 0; kind < 4; kind++) {  // holes, padding behind, padding before, nothing but padding
        INFO("cell ", int(cell), ", batch ", s.batch, ", steps ", s.steps, ", inputs ", s.inputs, ", units ", s.units,
             ", mask ", kind);
        std::vector<float> mask;
        for (int64_t b = 0; b < s.batch; b++)
          for (int64_t t = 0; t < s.steps; t++) {
            const int64_t length = b % (s.steps + 1);
            mask.push_back(kind == 0   ? (b * 5 + t * 3) % 4 != 0
                           : kind == 1 ? t < length
                           : kind == 2 ? t >= s.steps - length
                                       : 0);
          }
        const bool back = s.units % 2 == 0;
        const int used = int(1 + s.units % 3);
        Tensors in = inputs_of(s, cell, DType::kFloat32), wide = inputs_of(s, cell, DType::kFloat64);
        in.push_back(tensor<float>({s.batch, s.steps}, mask, DType::kFloat32));
        wide.push_back(cast(in.back(), DType::kFloat64));
        auto differentiated = [&](const Tensors& x, const Tensors& out) {
          Tensors all = out, outputs, weights, leaves(x.begin(), x.end() - 1);
          for (size_t i = 0; i < out.size(); i++)
            if (used >> i & 1) {
              outputs.push_back(out[i]);
              weights.push_back(unary("cos", out[i]));
            }
          for (const Tensor& g : gradients(outputs, leaves, weights, {})) all.push_back(g);
          return all;
        };
        const Tensors got = differentiated(in, call(in, cell, back)),
                      plain = differentiated(wide, call(wide, cell, back));
        RecurrentAttrs attrs{cell, back};
        attrs.is_masked = true;
        const Tensors want = differentiated(wide, unrolled_recurrent(wide, attrs));
        REQUIRE(got.size() == want.size());
        evaluate(in);
        const auto planned = run_plan(in, [&](const Tensors& x) { return differentiated(x, call(x, cell, back)); });
        for (size_t i = 0; i < want.size(); i++) {
          INFO("result ", i);
          const auto expected = want[i] ? values(want[i]) : std::vector<double>(size_t(got[i].spec().size()), 0.0);
          check_close(values(plain[i]), expected, 1e-10);
          check_close(values(got[i]), expected, 2e-5);
          check_close(planned[i], expected, 2e-5);
        }
      }
}
TEST_CASE("a batch of none, a sequence of no steps") {
  for (Cell cell : {Cell::kLstm, Cell::kGru}) {
    for (const Tensor& t : with_gradients(inputs_of({0, 3, 2, 5}, cell, DType::kFloat32), cell, false, 3)) values(t);
    const Tensors in = inputs_of({2, 0, 3, 5}, cell, DType::kFloat32);
    check_close(values(call(in, cell, false)[1]), values(in[3]), 0);
  }
}
TEST_CASE("a plan keeps no states that nobody reads, and its results are the same") {
  const Tensors in = inputs_of({5, 4, 3, 9}, Cell::kLstm, DType::kFloat32);
  evaluate(in);
  const auto planned = run_plan(in, [](const Tensors& x) { return call(x, Cell::kLstm, false); });
  const Tensors eager = call(in, Cell::kLstm, false);
  for (size_t i = 0; i < eager.size(); i++) check_close(planned[i], values(eager[i]), 1e-7);
}
TEST_CASE("an update by the gradient of an embedding reads scattered rows") {
  Random random(3);
  const Tensor table = random_tensor({600, 7}, DType::kFloat32, random),
               rows = random_tensor({4, 7}, DType::kFloat32, random),
               ids = tensor<int32_t>({4}, {599, 0, -1, 17}, DType::kInt32);
  auto step = [](const Tensors& x) {
    const Tensor g = scatter_add({600, 7}, x[1], x[2], 0);
    return Tensors{x[0] - g * 0.5, sum_all(g * g)};
  };
  const Tensors in{table, ids, rows}, eager = step(in);
  const auto planned = run_plan(in, step);
  for (size_t i = 0; i < eager.size(); i++) check_close(planned[i], values(eager[i]), 1e-6);
}
