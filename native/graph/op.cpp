#include "graph/op.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <unordered_map>

#include "core/error.h"
#include "core/memory_limit.h"
#include "graph/arithmetic.h"
#include "graph/scope.h"

namespace trae {
namespace {
struct Registry {
  std::vector<OpInfo> list;
  std::unordered_map<std::string_view, size_t> index;  // names are literals
};
Registry& registry() {
  static Registry* r = new Registry;
  return *r;
}
std::atomic<uint64_t> g_next_call{1};
}  // namespace

bool register_op(std::string_view name, OpFactory make, std::type_index kernel_type, bool is_internal) {
  Registry& r = registry();
  if (!r.index.emplace(name, r.list.size()).second) std::abort();  // two ops of one name: a build mistake
  r.list.push_back({std::string(name), make, is_internal, kernel_type});
  return true;
}
const std::vector<OpInfo>& registered_ops() { return registry().list; }

OpPtr make_op(std::string_view name, const AttrMap& attrs) {
  auto it = registry().index.find(name);
  if (it == registry().index.end()) throw InternalError("", "there is no native op '" + std::string(name) + "'.");
  return registry().list[it->second].make(attrs);
}

Tensors Op::vjp(const Tensors&, const Tensors&, const Tensors&) const {
  throw NotImplementedError(std::string(name()), "this operation has no gradient.");
}

namespace {
bool is_half(DType d) { return d == DType::kFloat16 || d == DType::kBFloat16; }
// The op on float32 instead of half types; outputs get the types they would have had.
Tensors apply_widened(const OpPtr& op, Tensors inputs) {
  Specs specs;
  for (const Tensor& t : inputs) specs.push_back(t.spec());
  const Specs out = op->infer(specs);
  for (Tensor& t : inputs)
    if (is_half(t.dtype())) t = arithmetic::cast(t, DType::kFloat32);
  Tensors r = apply(op, std::move(inputs));
  for (size_t i = 0; i < r.size(); i++)
    if (r[i].dtype() != out[i].dtype) r[i] = arithmetic::cast(r[i], out[i].dtype);
  return r;
}
}  // namespace

Tensors apply(OpPtr op, Tensors inputs) {
  inputs = op->prepare(std::move(inputs));
  if (op->widens_half() &&
      std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return is_half(t.dtype()); }))
    return apply_widened(op, std::move(inputs));
  Specs specs;
  specs.reserve(inputs.size());
  const Device device = inputs.empty() ? default_device() : inputs[0].device();
  int depth = 0;
  bool is_symbolic = false;
  for (const Tensor& t : inputs) {
    specs.push_back(t.spec());
    if (t.device() != device) throw ValueError(std::string(op->name()), "the tensors lie on different devices.");
    is_symbolic |= t.node()->is_symbolic;
    if (t.node()->state.load(std::memory_order_relaxed) == State::kLazy) depth = std::max(depth, t.node()->depth);
  }
  Specs out = op->infer(specs);
  for (Spec& s : out) s.device = device;
  auto call = std::make_shared<Call>();
  call->op = std::move(op);
  call->inputs = std::move(inputs);
  call->output_specs = out;
  call->id = g_next_call.fetch_add(1, std::memory_order_relaxed);
  Tensors r;
  r.reserve(out.size());
  for (size_t i = 0; i < out.size(); i++) {
    // Before anything is made. A value of a trace may never be made: fusion reduces it while it is computed.
    if (is_symbolic) size_of(out[i].shape);
    else require_memory(out[i].shape, out[i].dtype);
    auto n = std::make_shared<Node>(out[i], State::kLazy);
    n->call = call;
    n->index = int(i);
    n->depth = depth + 1;
    n->is_symbolic = is_symbolic;
    call->outputs.push_back(n);
    r.emplace_back(std::move(n));
  }
  GradientScope::record(r);
  return r;
}

double elements_of(const Specs& in, const Specs& out) {
  double n = 0;
  for (const Specs* list : {&in, &out})
    for (const Spec& s : *list) n += double(s.size());
  return n;
}
double Op::work(const Specs& in, const Specs& out) const {
  return is_elementwise() || is_view() ? elements_of(in, out) : std::numeric_limits<double>::infinity();
}
bool makes_nothing(const Specs& out) {
  return std::all_of(out.begin(), out.end(), [](const Spec& s) { return s.is_empty(); });
}

void expect_inputs(const Op& op, const Specs& in, size_t count) {
  if (in.size() != count)
    throw ValueError(std::string(op.name()),
                     "takes " + std::to_string(count) + " tensors.\n  Received: " + std::to_string(in.size()));
}

void expect_floating(const Op& op, const Spec& s, std::string_view argument) {
  if (!is_floating(s.dtype))
    throw TypeError(std::string(op.name()), std::string(argument) +
                                                " must be a floating-point tensor.\n  Received: dtype " +
                                                std::string(name_of(s.dtype)) + ", shape " + to_string(s.shape) +
                                                ".\n  Fix: cast it to 'float32' first.");
}

}  // namespace trae
