#include "ops/elementwise.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <unordered_map>

#include "core/error.h"
#include "graph/arithmetic.h"
#include "graph/host.h"
#include "ops/ops.h"

namespace trae {
namespace {

using namespace ops;

enum class Flow : uint8_t { kSame, kFloat, kBool, kLogical, kInteger };  // what the inputs become, and the result
using UnaryVjp = Tensor (*)(const Tensor& x, const Tensor& y, const Tensor& dy);
using BinaryVjp = Tensors (*)(const Tensor& a, const Tensor& b, const Tensor& y, const Tensor& dy);

Tensor cast_if(const Tensor& t, DType d) { return t.dtype() == d ? t : cast(t, d); }

struct UnaryRule {
  const char* name;
  Code code;
  Flow flow;
  UnaryVjp vjp;  // null: zero gradient
  bool is_internal = false;
};

#define VJP [](const Tensor& x, const Tensor& y, const Tensor& dy) -> Tensor
// clang-format off
const UnaryRule kUnary[] = {
  {"identity", Code::kIdentity, Flow::kSame, VJP { return dy; }},
  {"stop_gradient", Code::kIdentity, Flow::kSame, nullptr},
  {"negative", Code::kNegative, Flow::kSame, VJP { return -dy; }},
  {"abs", Code::kAbs, Flow::kSame, VJP { return dy * unary("sign", x); }},
  {"sign", Code::kSign, Flow::kSame, nullptr},
  {"exp", Code::kExp, Flow::kFloat, VJP { return dy * y; }},
  {"exp2", Code::kExp2, Flow::kFloat, VJP { return dy * y * std::numbers::ln2; }},
  {"expm1", Code::kExpm1, Flow::kFloat, VJP { return dy * (y + 1); }},
  {"log", Code::kLog, Flow::kFloat, VJP { return dy / x; }},
  {"log1p", Code::kLog1p, Flow::kFloat, VJP { return dy / (x + 1); }},
  {"log2", Code::kLog2, Flow::kFloat, VJP { return dy / (x * std::numbers::ln2); }},
  {"log10", Code::kLog10, Flow::kFloat, VJP { return dy / (x * std::numbers::ln10); }},
  {"sqrt", Code::kSqrt, Flow::kFloat, VJP { return dy * 0.5 / y; }},
  {"rsqrt", Code::kRsqrt, Flow::kFloat, VJP { return dy * -0.5 * y * y * y; }},
  {"square", Code::kSquare, Flow::kSame, VJP { return dy * x * 2; }},
  {"reciprocal", Code::kReciprocal, Flow::kFloat, VJP { return -(dy * y * y); }},
  {"sin", Code::kSin, Flow::kFloat, VJP { return dy * unary("cos", x); }},
  {"cos", Code::kCos, Flow::kFloat, VJP { return -(dy * unary("sin", x)); }},
  {"tan", Code::kTan, Flow::kFloat, VJP { return dy * (y * y + 1); }},
  {"arcsin", Code::kArcsin, Flow::kFloat, VJP { return dy * unary("rsqrt", 1 - x * x); }},
  {"arccos", Code::kArccos, Flow::kFloat, VJP { return -(dy * unary("rsqrt", 1 - x * x)); }},
  {"arctan", Code::kArctan, Flow::kFloat, VJP { return dy / (x * x + 1); }},
  {"sinh", Code::kSinh, Flow::kFloat, VJP { return dy * unary("cosh", x); }},
  {"cosh", Code::kCosh, Flow::kFloat, VJP { return dy * unary("sinh", x); }},
  {"tanh", Code::kTanh, Flow::kFloat, VJP { return binary("tanh_grad", y, dy); }},
  {"arcsinh", Code::kArcsinh, Flow::kFloat, VJP { return dy * unary("rsqrt", x * x + 1); }},
  {"arccosh", Code::kArccosh, Flow::kFloat, VJP { return dy * unary("rsqrt", x * x - 1); }},
  {"arctanh", Code::kArctanh, Flow::kFloat, VJP { return dy / (1 - x * x); }},
  {"sigmoid", Code::kSigmoid, Flow::kFloat, VJP { return binary("sigmoid_grad", y, dy); }},
  {"relu", Code::kRelu, Flow::kSame, VJP { return binary("relu_grad", y, dy); }},
  {"relu6", Code::kRelu6, Flow::kSame, VJP { return binary("relu6_grad", y, dy); }},
  {"softplus", Code::kSoftplus, Flow::kFloat, VJP { return dy * unary("sigmoid", x); }},
  {"erf", Code::kErf, Flow::kFloat, VJP { return dy * unary("exp", -(x * x)) * (2 * std::numbers::inv_sqrtpi); }},
  {"erfinv", Code::kErfinv, Flow::kFloat, VJP { return dy * unary("exp", y * y) * (1 / (2 * std::numbers::inv_sqrtpi)); }},
  {"gelu", Code::kGelu, Flow::kFloat, VJP { return binary("gelu_grad", x, dy); }},
  {"floor", Code::kFloor, Flow::kSame, nullptr},
  {"ceil", Code::kCeil, Flow::kSame, nullptr},
  {"round", Code::kRound, Flow::kSame, nullptr},
  {"trunc", Code::kTrunc, Flow::kSame, nullptr},
  {"isnan", Code::kIsnan, Flow::kBool, nullptr},
  {"isinf", Code::kIsinf, Flow::kBool, nullptr},
  {"isfinite", Code::kIsfinite, Flow::kBool, nullptr},
  {"logical_not", Code::kLogicalNot, Flow::kLogical, nullptr},
  {"bitwise_not", Code::kBitwiseNot, Flow::kInteger, nullptr},
};
#undef VJP

struct BinaryRule {
  const char* name;
  Code code;
  Flow flow;
  BinaryVjp vjp;
  bool is_internal = false;
};
#define VJP [](const Tensor& a, const Tensor& b, const Tensor& y, const Tensor& dy) -> Tensors
Tensor zero_unless(const Tensor& condition, const Tensor& dy) { return where(condition, dy, scalar_like(dy, 0)); }
const BinaryRule kBinary[] = {
  {"add", Code::kAdd, Flow::kSame, VJP { return {dy, dy}; }},
  {"subtract", Code::kSubtract, Flow::kSame, VJP { return {dy, -dy}; }},
  {"multiply", Code::kMultiply, Flow::kSame, VJP { return {dy * b, dy * a}; }},
  {"divide", Code::kDivide, Flow::kFloat, VJP { Tensor q = dy / b; return {q, -(q * y)}; }},
  {"floor_divide", Code::kFloorDivide, Flow::kSame, nullptr},
  {"mod", Code::kMod, Flow::kSame, VJP { return {dy, -(dy * binary("floor_divide", a, b))}; }},
  {"power", Code::kPower, Flow::kSame, VJP {
    // d/da = b a^(b-1), 0 where b = 0; d/db = y log a, 0 where a = 0 (as TensorFlow).
    Tensor da = dy * where(binary("equal", b, scalar_like(b, 0)), scalar_like(b, 0), b * binary("power", a, b - 1));
    Tensor is_positive = binary("greater", a, scalar_like(a, 0));
    Tensor db = dy * where(is_positive, y * unary("log", where(is_positive, a, scalar_like(a, 1))), scalar_like(a, 0));
    return {da, db};
  }},
  {"maximum", Code::kMaximum, Flow::kSame, VJP { Tensor c = binary("greater_equal", a, b); return {zero_unless(c, dy), zero_unless(unary("logical_not", c), dy)}; }},
  {"minimum", Code::kMinimum, Flow::kSame, VJP { Tensor c = binary("less_equal", a, b); return {zero_unless(c, dy), zero_unless(unary("logical_not", c), dy)}; }},
  {"arctan2", Code::kArctan2, Flow::kFloat, VJP { Tensor q = dy / (a * a + b * b); return {q * b, -(q * a)}; }},
  {"greater", Code::kGreater, Flow::kBool, nullptr},
  {"greater_equal", Code::kGreaterEqual, Flow::kBool, nullptr},
  {"less", Code::kLess, Flow::kBool, nullptr},
  {"less_equal", Code::kLessEqual, Flow::kBool, nullptr},
  {"equal", Code::kEqual, Flow::kBool, nullptr},
  {"not_equal", Code::kNotEqual, Flow::kBool, nullptr},
  {"logical_and", Code::kLogicalAnd, Flow::kLogical, nullptr},
  {"logical_or", Code::kLogicalOr, Flow::kLogical, nullptr},
  {"logical_xor", Code::kLogicalXor, Flow::kLogical, nullptr},
  {"bitwise_and", Code::kBitwiseAnd, Flow::kInteger, nullptr},
  {"bitwise_or", Code::kBitwiseOr, Flow::kInteger, nullptr},
  {"bitwise_xor", Code::kBitwiseXor, Flow::kInteger, nullptr},
  {"left_shift", Code::kLeftShift, Flow::kInteger, nullptr},
  {"right_shift", Code::kRightShift, Flow::kInteger, nullptr},
  // dx from the result y: cheaper than from x, and one pass.
  {"relu_grad", Code::kReluGrad, Flow::kSame, VJP { return {Tensor(), binary("relu_grad", a, dy)}; }, true},
  {"relu6_grad", Code::kRelu6Grad, Flow::kSame, VJP { return {Tensor(), binary("relu6_grad", a, dy)}; }, true},
  {"sigmoid_grad", Code::kSigmoidGrad, Flow::kSame, VJP { return {dy * b * (1 - a * 2), binary("sigmoid_grad", a, dy)}; }, true},
  {"tanh_grad", Code::kTanhGrad, Flow::kSame, VJP { return {dy * b * a * -2, binary("tanh_grad", a, dy)}; }, true},
  // b (P(X <= a) + a p(a)), X normal with density p, of which the derivative is b p(a) (2 - a^2).
  {"gelu_grad", Code::kGeluGrad, Flow::kSame, VJP {
    const Tensor density = unary("exp", a * a * -0.5) * (std::numbers::sqrt2 / 2 * std::numbers::inv_sqrtpi);
    return {dy * b * density * (2 - a * a), binary("gelu_grad", a, dy)};
  }, true},
};
#undef VJP
// clang-format on

DType operand_dtype(std::string_view name, Flow flow, DType d) {
  switch (flow) {
    case Flow::kFloat: return to_floating(d);
    case Flow::kLogical: return DType::kBool;
    case Flow::kInteger:
      if (is_floating(d))
        throw TypeError(std::string(name),
                        "operands must be integers or bool.\n  Received: dtype " + std::string(name_of(d)));
      return d;
    default: return d;
  }
}
DType result_dtype(Flow flow, DType operand) {
  return flow == Flow::kBool || flow == Flow::kLogical ? DType::kBool : operand;
}

class Unary final : public ElementwiseOp {
 public:
  explicit Unary(const UnaryRule& r) : ElementwiseOp(r.code), rule_(r) {}
  std::string_view name() const override { return rule_.name; }
  Gradient gradient() const override { return rule_.vjp ? Gradient::kDefined : Gradient::kZero; }
  Tensors prepare(Tensors in) const override {
    if (in.size() == 1) {
      DType d = operand_dtype(rule_.name, rule_.flow, in[0].dtype());
      // The sign of a truth value means nothing: arithmetic on bool is arithmetic on 0 and 1.
      if (d == DType::kBool && rule_.flow == Flow::kSame && code != Code::kIdentity) d = DType::kInt32;
      in[0] = cast_if(in[0], d);
    }
    return in;
  }
  Specs infer(const Specs& in) const override {
    expect_inputs(*this, in, 1);
    return {{in[0].shape, result_dtype(rule_.flow, in[0].dtype)}};
  }
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override {
    return {rule_.vjp(in[0], out[0], dy[0])};
  }

 private:
  const UnaryRule& rule_;
};

class Binary final : public ElementwiseOp {
 public:
  explicit Binary(const BinaryRule& r) : ElementwiseOp(r.code), rule_(r) {}
  std::string_view name() const override { return rule_.name; }
  Gradient gradient() const override { return rule_.vjp ? Gradient::kDefined : Gradient::kZero; }
  Tensors prepare(Tensors in) const override {
    if (in.size() != 2) return in;
    DType d = operand_dtype(rule_.name, rule_.flow, promote(in[0].dtype(), in[1].dtype()));
    if (d == DType::kBool && rule_.flow == Flow::kSame) d = DType::kInt32;
    return {cast_if(in[0], d), cast_if(in[1], d)};
  }
  Specs infer(const Specs& in) const override {
    expect_inputs(*this, in, 2);
    return {{broadcast_shapes(rule_.name, in[0].shape, in[1].shape), result_dtype(rule_.flow, in[0].dtype)}};
  }
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override {
    Tensors d = rule_.vjp(in[0], in[1], out[0], dy[0]);
    for (size_t i = 0; i < 2; i++)
      if (d[i]) d[i] = sum_to(d[i], in[i].shape());
    return d;
  }

 private:
  const BinaryRule& rule_;
};

struct Where final : ElementwiseOp {
  Where() : ElementwiseOp(Code::kWhere) {}
  std::string_view name() const override { return "where"; }
  Tensors prepare(Tensors in) const override {
    if (in.size() != 3) return in;
    const DType d = promote(in[1].dtype(), in[2].dtype());
    return {cast_if(in[0], DType::kBool), cast_if(in[1], d), cast_if(in[2], d)};
  }
  Specs infer(const Specs& in) const override {
    expect_inputs(*this, in, 3);
    return {{broadcast_shapes("where", in[0].shape, broadcast_shapes("where", in[1].shape, in[2].shape)), in[1].dtype}};
  }
  Tensors vjp(const Tensors& in, const Tensors&, const Tensors& dy) const override {
    Tensor zero = scalar_like(dy[0], 0);
    return {Tensor(), sum_to(where(in[0], dy[0], zero), in[1].shape()),
            sum_to(where(in[0], zero, dy[0]), in[2].shape())};
  }
};

struct Clip final : ElementwiseOp {
  Clip(double low, double high) : ElementwiseOp(Code::kClip, low, high) {}
  std::string_view name() const override { return "clip"; }
  Specs infer(const Specs& in) const override {
    expect_inputs(*this, in, 1);
    return {in[0]};
  }
  Tensors vjp(const Tensors& in, const Tensors&, const Tensors& dy) const override {
    Tensor inside = binary("logical_and", binary("greater_equal", in[0], scalar_like(in[0], params[0])),
                           binary("less_equal", in[0], scalar_like(in[0], params[1])));
    return {where(inside, dy[0], scalar_like(dy[0], 0))};
  }
};

struct Cast final : ElementwiseOp {
  explicit Cast(DType to) : ElementwiseOp(Code::kCast, double(to)), to(to) {}
  std::string_view name() const override { return "cast"; }
  std::string describe() const override { return "cast " + std::string(name_of(to)); }
  Gradient gradient() const override { return is_floating(to) ? Gradient::kDefined : Gradient::kZero; }
  Specs infer(const Specs& in) const override {
    expect_inputs(*this, in, 1);
    return {{in[0].shape, to}};
  }
  Tensors vjp(const Tensors& in, const Tensors&, const Tensors& dy) const override {
    return {cast(dy[0], in[0].dtype())};
  }
  const DType to;
};

// Made once: an op without options is the same for everybody.
OpPtr named(std::string_view name) {
  static const auto* all = [] {
    auto* m = new std::unordered_map<std::string_view, OpPtr>;
    for (const auto& r : kUnary) (*m)[r.name] = std::make_shared<Unary>(r);
    for (const auto& r : kBinary) (*m)[r.name] = std::make_shared<Binary>(r);
    return m;
  }();
  return all->at(name);
}
OpPtr make_named(const AttrMap& a) { return named(a.op()); }

const bool registered = [] {
  for (const auto& r : kUnary) register_op(r.name, &make_named, typeid(ElementwiseOp), r.is_internal);
  for (const auto& r : kBinary) register_op(r.name, &make_named, typeid(ElementwiseOp), r.is_internal);
  const std::type_index type = typeid(ElementwiseOp);
  register_op(
      "where", [](const AttrMap&) -> OpPtr { return std::make_shared<Where>(); }, type);
  register_op(
      "clip",
      [](const AttrMap& a) -> OpPtr {
        return std::make_shared<Clip>(a.number("min", -INFINITY), a.number("max", INFINITY));
      },
      type);
  register_op(
      "cast", [](const AttrMap& a) -> OpPtr { return std::make_shared<Cast>(a.dtype("dtype")); }, type);
  return true;
}();

}  // namespace

bool ElementwiseOp::equals(const Op& o) const {
  if (typeid(o) != typeid(*this)) return false;
  const auto& other = static_cast<const ElementwiseOp&>(o);
  return code == other.code && !std::memcmp(params, other.params, sizeof params);
}
bool ElementwiseOp::can_overwrite(size_t input, size_t, const Specs& in) const {
  if (in[input].dtype != infer(in)[0].dtype) return false;
  return in[input].shape == infer(in)[0].shape;
}

namespace ops {
Tensor unary(std::string_view name, const Tensor& x) { return apply1(named(name), {x}); }
Tensor binary(std::string_view name, const Tensor& a, const Tensor& b) { return apply1(named(name), {a, b}); }
Tensor where(const Tensor& c, const Tensor& x, const Tensor& y) {
  static const OpPtr op = std::make_shared<Where>();
  return apply1(op, {c, x, y});
}
Tensor cast(const Tensor& x, DType d) { return x.dtype() == d ? x : apply1(std::make_shared<Cast>(d), {x}); }

Tensor constant(double value, DType d) {
  return from_host({{}, d}, [=](void* p) {
    switch (d) {
      case DType::kFloat32: *static_cast<float*>(p) = float(value); break;
      case DType::kFloat64: *static_cast<double*>(p) = value; break;
      case DType::kFloat16: *static_cast<uint16_t*>(p) = float_to_half(float(value)); break;
      case DType::kBFloat16: *static_cast<uint16_t*>(p) = float_to_bfloat16(float(value)); break;
      case DType::kInt32: *static_cast<int32_t*>(p) = int32_t(value); break;
      case DType::kInt64: *static_cast<int64_t*>(p) = int64_t(value); break;
      case DType::kInt8: *static_cast<int8_t*>(p) = int8_t(value); break;
      case DType::kUInt8: *static_cast<uint8_t*>(p) = uint8_t(value); break;
      case DType::kBool: *static_cast<uint8_t*>(p) = value != 0; break;
    }
  });
}
Tensor scalar_like(const Tensor& x, double value) { return constant(value, x.dtype()); }
}  // namespace ops

Tensor arithmetic::add(const Tensor& a, const Tensor& b) { return binary("add", a, b); }
Tensor arithmetic::cast(const Tensor& x, DType d) { return ops::cast(x, d); }

}  // namespace trae
