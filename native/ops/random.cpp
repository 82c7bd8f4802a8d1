#include "ops/random.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
namespace {
void expect_seed(const Op& op, const Spec& s) {
  if (s.dtype != DType::kInt64 || s.shape != Shape{2})
    throw TypeError(std::string(op.name()), "the seed must be an int64 tensor of shape (2,).\n  Received: dtype " +
                                                std::string(name_of(s.dtype)) + ", shape " + to_string(s.shape));
}
void expect_single_or_double(const Op& op, const Spec& s) {
  if (s.dtype != DType::kFloat32 && s.dtype != DType::kFloat64)
    throw TypeError(std::string(op.name()),
                    "parameters must be float32 or float64.\n  Received: dtype " + std::string(name_of(s.dtype)));
}
}  // namespace

OpPtr Random::make(const AttrMap& a) {
  auto op = std::make_shared<Random>();
  const std::string kind = a.string("kind");
  op->attrs = {a.integers("shape"), a.dtype("dtype"),
               kind == "normal"             ? kNormal
               : kind == "truncated_normal" ? kTruncatedNormal
               : kind == "integer"          ? kInteger
                                            : kUniform,
               a.number("a"), a.number("b")};
  return op;
}
Specs Random::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_seed(*this, in[0]);
  for (int64_t d : attrs.shape)
    if (d < 0) throw ValueError("random", "sizes must be >= 0.\n  Received: shape " + to_string(attrs.shape));
  if (attrs.kind == kInteger ? is_floating(attrs.dtype) : !is_floating(attrs.dtype))
    throw TypeError("random", "dtype " + std::string(name_of(attrs.dtype)) + " does not fit this distribution.");
  return {{attrs.shape, attrs.dtype}};
}
TRAE_REGISTER_OP(Random);

OpPtr Permutation::make(const AttrMap& a) {
  auto op = std::make_shared<Permutation>();
  op->attrs = {a.integer("n")};
  return op;
}
Specs Permutation::infer(const Specs& in) const {
  expect_inputs(*this, in, 1);
  expect_seed(*this, in[0]);
  return {{{attrs.n}, DType::kInt32}};
}
TRAE_REGISTER_OP(Permutation);

OpPtr RandomGamma::make(const AttrMap&) { return std::make_shared<RandomGamma>(); }
Specs RandomGamma::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_seed(*this, in[0]);
  expect_single_or_double(*this, in[1]);
  return {in[1]};
}
TRAE_REGISTER_OP(RandomGamma);

OpPtr RandomBinomial::make(const AttrMap&) { return std::make_shared<RandomBinomial>(); }
Specs RandomBinomial::infer(const Specs& in) const {
  expect_inputs(*this, in, 3);
  expect_seed(*this, in[0]);
  expect_single_or_double(*this, in[1]);
  if (in[1] != in[2])
    throw ValueError("random_binomial", "counts and probabilities must have one shape and dtype.\n  Received: shapes " +
                                            to_string(in[1].shape) + " and " + to_string(in[2].shape));
  return {in[1]};
}
TRAE_REGISTER_OP(RandomBinomial);

OpPtr Dropout::make(const AttrMap& a) {
  auto op = std::make_shared<Dropout>();
  op->attrs = {a.number("rate")};
  return op;
}
Specs Dropout::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_floating(*this, in[0], "x");
  expect_seed(*this, in[1]);
  if (!(attrs.rate >= 0 && attrs.rate <= 1))
    throw ValueError("dropout", "rate must lie between 0 and 1.\n  Received: " + std::to_string(attrs.rate));
  return {in[0]};
}
Tensors Dropout::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  auto op = std::make_shared<Dropout>();
  op->attrs = attrs;
  return {apply1(op, {dy[0], in[1]}), Tensor()};
}
TRAE_REGISTER_OP(Dropout);

}  // namespace trae
