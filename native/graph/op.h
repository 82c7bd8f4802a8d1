// What an op is. Nothing anywhere lists ops: each registers itself by name, and everything else asks the op.
#pragma once
#include <memory>
#include <string>
#include <optional>
#include <string_view>
#include <typeindex>
#include <vector>

#include "graph/attrs.h"
#include "graph/tensor.h"

namespace trae {

enum class Gradient : uint8_t {
  kDefined,  // vjp is implemented
  kZero,     // constant almost everywhere, or of integers: the gradient is zero
  kNone,     // asking for it is an error
};

class Op {
 public:
  virtual ~Op() = default;
  virtual std::string_view name() const = 0;
  // Shapes and dtypes of the outputs. Every mistake of the user is found here (throw ValueError / TypeError).
  virtual Specs infer(const Specs& in) const = 0;
  // Gradients of the inputs from those of the outputs, written in ops. dy[i] is null where output i is unused; a null
  // result means zero.
  virtual Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const;
  virtual bool equals(const Op&) const = 0;

  // Run on the inputs before `infer`: casts both operands of a binary op to their common dtype, for example.
  virtual Tensors prepare(Tensors in) const { return in; }
  virtual Gradient gradient() const { return Gradient::kDefined; }
  // The gradient is a function of the user, which the binding knows by this number.
  virtual std::optional<int64_t> user_gradient() const { return std::nullopt; }
  // The type that kernels are registered for: ops that differ in a code alone share one.
  virtual std::type_index kernel_type() const { return typeid(*this); }
  // There is no kernel for half types: such inputs are computed with in float32 and the results rounded.
  virtual bool widens_half() const { return false; }
  // The output has the bytes of input 0: no kernel runs.
  virtual bool is_view() const { return false; }
  // Output element i depends on the inputs' elements i (after broadcasting) alone: can be fused.
  virtual bool is_elementwise() const { return false; }
  // Draws on something besides its inputs: never folded, merged or dropped.
  virtual bool has_state() const { return false; }
  // A kernel may serve later calls of an equal op too: nobody waits for the end of what this op holds.
  virtual bool is_reusable() const { return !has_state(); }
  // The kernel stays correct when `output` has the memory of `input` (same bytes, read before written).
  virtual bool can_overwrite(size_t input, size_t output, const Specs& in) const { return false; }
  // Operations of one run, roughly, where any single thread may do them; infinite for kernels that want the compute
  // thread or all threads.
  virtual double work(const Specs& in, const Specs& out) const;
  // Options as text, for plan.explain() and profiles.
  virtual std::string describe() const { return std::string(name()); }
};

// Base of every op: `struct Softmax final : OpOf<Softmax>` with kName, Attrs (compared whole) and make(AttrMap).
template <class D>
class OpOf : public Op {
 public:
  std::string_view name() const override { return D::kName; }
  bool equals(const Op& o) const override {
    return typeid(o) == typeid(D) && static_cast<const D&>(o).attrs == static_cast<const D&>(*this).attrs;
  }
};
// An op of these attributes.
template <class D>
OpPtr with(decltype(D::attrs) attrs) {
  auto op = std::make_shared<D>();
  op->attrs = std::move(attrs);
  return op;
}
struct NoAttrs {
  bool operator==(const NoAttrs&) const = default;
};

// ---- registry
using OpFactory = OpPtr (*)(const AttrMap&);
struct OpInfo {
  std::string name;
  OpFactory make;
  bool is_internal;  // used by gradients and passes only: has no TypeScript function
  std::type_index kernel_type;
};
bool register_op(std::string_view name, OpFactory, std::type_index kernel_type, bool is_internal = false);
const std::vector<OpInfo>& registered_ops();
OpPtr make_op(std::string_view name, const AttrMap&);  // ValueError for an unknown name
#define TRAE_REGISTER_OP(Type) \
  [[maybe_unused]] static const bool registered_##Type = ::trae::register_op(Type::kName, &Type::make, typeid(Type))
#define TRAE_REGISTER_INTERNAL_OP(Type)                  \
  [[maybe_unused]] static const bool registered_##Type = \
      ::trae::register_op(Type::kName, &Type::make, typeid(Type), true)

// ---- use
// prepare, infer, record. The only way a call comes into being.
Tensors apply(OpPtr op, Tensors inputs);
inline Tensor apply1(OpPtr op, Tensors inputs) { return std::move(apply(std::move(op), std::move(inputs))[0]); }

// Work is light below so many operations, a few microseconds: less than handing it to another thread takes. A kernel of
// so little work uses no other thread. A call counts as some of them, beside what its kernel does with elements.
constexpr double kMaxLightWork = 300000, kWorkOfCall = 500;

// Elements read and written.
double elements_of(const Specs& in, const Specs& out);
// Whether a call's results hold no element: then its kernel has nothing to do, whatever the other sizes are.
bool makes_nothing(const Specs& out);

// Checks used by every infer.
void expect_inputs(const Op&, const Specs&, size_t count);
void expect_floating(const Op&, const Spec&, std::string_view argument);

}  // namespace trae
