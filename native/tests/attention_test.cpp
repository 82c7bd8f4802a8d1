// Attention in one pass: float32 gives what the plain form gives in float64, forward, backward and backward again.
#include "backend/cpu/parallel.h"
#include "core/error.h"
#include "ops/attention.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

// Lengths off every block, heads that share keys, sizes that no register divides.
constexpr AttentionSizes kSizes[] = {
    {1, 1, 1, 1, 1, 1, 1},      {2, 3, 5, 2, 2, 4, 3},       {1, 7, 13, 6, 2, 5, 9},     {2, 33, 65, 2, 1, 16, 24},
    {1, 100, 97, 4, 4, 32, 32}, {1, 130, 257, 1, 1, 17, 40}, {3, 65, 128, 3, 3, 33, 16}, {1, 13, 1500, 2, 2, 8, 8}};

struct Mask {
  const char* name;
  bool is_causal;
  std::vector<bool> axes;  // which of batch, head, target, source the mask tells apart; none: there is no mask
  bool is_all_false = false;
};
const Mask kMasks[] = {{"none", false, {}},
                       {"causal", true, {}},
                       {"sources", false, {1, 0, 0, 1}},
                       {"targets", false, {1, 0, 1, 0}},
                       {"all axes, causal", true, {1, 1, 1, 1}},
                       {"of rank 2", false, {1, 1}},
                       {"nothing allowed", false, {0, 0, 1, 1}, true}};

Tensors inputs_of(const AttentionSizes& s, const Mask& m, DType d) {
  Random random(uint64_t(s.targets * 7 + s.sources));
  Tensors in{random_tensor({s.batch, s.targets, s.heads, s.size}, DType::kFloat32, random, -2, 2),
             random_tensor({s.batch, s.sources, s.groups, s.size}, DType::kFloat32, random, -2, 2),
             random_tensor({s.batch, s.sources, s.groups, s.value_size}, DType::kFloat32, random)};
  for (Tensor& t : in) t = cast(t, d);
  if (!m.axes.empty()) {
    const Shape whole{s.batch, s.heads, s.targets, s.sources};
    Shape shape(whole.end() - int64_t(m.axes.size()), whole.end());
    for (size_t i = 0; i < shape.size(); i++)
      if (!m.axes[i]) shape[i] = 1;
    std::vector<uint8_t> allowed(size_t(size_of(shape)), 0);
    if (!m.is_all_false)
      for (auto& a : allowed) a = random.below(4) != 0;
    in.push_back(tensor(shape, allowed, DType::kBool));
  }
  return in;
}
AttentionAttrs attrs_of(const Mask& m, double scale) { return {scale, m.is_causal, !m.axes.empty()}; }
Tensor fused(const Tensors& in, const AttentionAttrs& attrs) {
  auto op = std::make_shared<Attention>();
  op->attrs = attrs;
  return trae::apply(op, in)[0];
}
// The result and the gradients of a weighted sum of it.
template <class F>
Tensors with_gradients(const Tensors& in, F&& attention) {
  const Tensor y = attention(in);
  Tensors all{y};
  for (const Tensor& g : gradients({y}, {in[0], in[1], in[2]}, {unary("cos", y)}, {})) all.push_back(g);
  return all;
}

}  // namespace

TEST_CASE("attention: float32 in one pass agrees with the plain form in float64, evaluated and planned") {
  for (const AttentionSizes& s : kSizes)
    for (const Mask& m : kMasks) {
      INFO("batch ", s.batch, ", targets ", s.targets, ", sources ", s.sources, ", heads ", s.heads, " of ", s.groups,
           " keys, mask: ", m.name);
      const AttentionAttrs attrs = attrs_of(m, 1 / std::sqrt(double(s.size)));
      const Tensors in = inputs_of(s, m, DType::kFloat32), wide = inputs_of(s, m, DType::kFloat64);
      const auto one_pass = [&](const Tensors& x) { return fused(x, attrs); };
      const Tensors got = with_gradients(in, one_pass),
                    want = with_gradients(wide, [&](const Tensors&x) { return plain_attention(x, attrs); });
      REQUIRE(got.size() == want.size());
      evaluate(in);
      const auto planned = run_plan(in, [&](const Tensors& x) { return with_gradients(x, one_pass); });
      for (size_t i = 0; i < got.size(); i++) {
        INFO("result ", i);
        check_close(values(got[i]), values(want[i]), 2e-5);
        check_close(planned[i], values(want[i]), 2e-5);
      }
    }
}
TEST_CASE("attention: gradients of gradients are those of the plain form") {
  const AttentionSizes s = kSizes[2];
  for (const Mask& m : kMasks) {
    INFO("mask: ", std::string(m.name));
    const AttentionAttrs attrs = attrs_of(m, 0.3);
    const auto twice = [&](const Tensors& in, auto&& attention) {
      const Tensors first = with_gradients(in, attention);
      return gradients({first[1], first[2], first[3]}, {in[0], in[1], in[2]},
                       {unary("sin", in[0]), unary("cos", in[1]), in[2]}, {});
    };
    const Tensors got = twice(inputs_of(s, m, DType::kFloat32), [&](const Tensors&x) { return fused(x, attrs); }),
                  want = twice(inputs_of(s, m, DType::kFloat64),
                               [&](const Tensors&x) { return plain_attention(x, attrs); });
    for (size_t i = 0; i < 3; i++) check_close(values(got[i]), values(want[i]), 5e-5);
  }
}
TEST_CASE("attention: the same digits on any number of threads") {
  const AttentionSizes s{1, 100, 70, 3, 1, 20, 20};
  const Mask& m = kMasks[4];
  const int threads = num_threads();
  std::vector<std::vector<double>> first;
  for (int n : {1, 2, 3, 7}) {
    set_num_threads(n);
    const Tensors got =
        with_gradients(inputs_of(s, m, DType::kFloat32), [&](const Tensors& x) { return fused(x, attrs_of(m, 0.2)); });
    for (size_t i = 0; i < got.size(); i++) {
      const auto v = values(got[i]);
      if (first.size() == i) first.push_back(v);
      CHECK(first[i] == v);
    }
  }
  set_num_threads(threads);
}
TEST_CASE("attention: NaN and infinity reach the rows that see them, and no other") {
  const AttentionSizes s{1, 20, 40, 1, 1, 8, 8};
  const AttentionAttrs attrs{0.5, false, true};
  for (double odd : {std::nan(""), double(INFINITY)})
    for (size_t which : {0u, 1u}) {
      Tensors in = inputs_of(s, {"", false, {0, 0, 1, 1}}, DType::kFloat32);
      std::vector<double> changed = values(in[which]);
      changed[3 * 8 + 2] = odd;  // row 3
      in[which] = cast(doubles(in[which].shape(), changed), DType::kFloat32);
      const Tensors got = with_gradients(in, [&](const Tensors&x) { return fused(x, attrs); }),
                    want = with_gradients(in, [&](const Tensors&x) { return plain_attention(x, attrs); });
      for (size_t i = 0; i < got.size(); i++) {
        INFO("input ", which, " holds ", odd, ", result ", i);
        check_close(values(got[i]), values(want[i]), 2e-5);
      }
    }
}
TEST_CASE("attention: shapes that do not fit are refused") {
  auto refused = [](const Shape& q, const Shape& k, const Shape& v, const Shape& mask, const std::string& text) {
    Attention op;
    op.attrs.is_masked = true;
    const DType f = DType::kFloat32;
    try {
      op.infer({{q, f}, {k, f}, {v, f}, {mask, DType::kBool}});
      FAIL("nothing was refused");
    } catch (const ValueError& e) {
      const std::string got = e.what();
      INFO(got);
      CHECK(got.find(text) != std::string::npos);
    }
  };
  refused({2, 3, 4}, {2, 3, 4}, {2, 3, 4}, {1}, "must have shape (batch, length, heads, size)");
  refused({2, 3, 4, 5}, {2, 3, 4, 6}, {2, 3, 4, 5}, {1}, "do not fit");
  refused({2, 3, 4, 5}, {2, 3, 3, 5}, {2, 3, 3, 5}, {1}, "do not fit");
  refused({2, 3, 4, 5}, {2, 0, 4, 5}, {2, 0, 4, 5}, {1}, "must be positive");
  refused({2, 3, 4, 5}, {2, 6, 4, 5}, {2, 6, 4, 5}, {3, 5}, "the mask must broadcast to");
}
