// A tensor is either a buffer or the op and inputs that will make it. Making one checks and infers; nothing computes
// until a value is asked for. Graph fields (`call`) belong to the thread that traces; `storage` is written by the
// compute thread before `state` becomes kReady.
#pragma once
#include <atomic>
#include <exception>
#include <memory>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "core/storage.h"

namespace trae {

struct Spec {
  Shape shape;
  DType dtype = DType::kFloat32;
  Device device = default_device();
  int64_t size() const { return size_of(shape); }
  size_t bytes() const { return size_t(size()) * size_of(dtype); }
  int ndim() const { return int(shape.size()); }
  bool is_empty() const { return size() == 0; }
  bool operator==(const Spec&) const = default;
};
using Specs = std::vector<Spec>;

class Op;
struct Call;
using OpPtr = std::shared_ptr<const Op>;
using CallPtr = std::shared_ptr<Call>;

enum class State : uint8_t { kLazy, kScheduled, kReady, kFailed, kPlaceholder };

struct Node {
  explicit Node(Spec s, State st) : spec(std::move(s)), state(st) {}
  ~Node();
  Spec spec;
  CallPtr call;              // null for data and placeholders, and once evaluated outside of a gradient scope
  int index = 0;             // which output of `call`
  int depth = 0;             // longest chain of unevaluated calls above; long ones are evaluated early
  bool is_symbolic = false;  // a placeholder, or made from one
  std::atomic<State> state;
  StoragePtr storage;
  std::exception_ptr error;
};
using NodePtr = std::shared_ptr<Node>;

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(NodePtr n) : node_(std::move(n)) {}
  static Tensor placeholder(Spec);
  static Tensor from_storage(Spec, StoragePtr);  // state kReady; the device is the storage's

  explicit operator bool() const { return bool(node_); }
  const Spec& spec() const { return node_->spec; }
  const Shape& shape() const { return node_->spec.shape; }
  DType dtype() const { return node_->spec.dtype; }
  Device device() const { return node_->spec.device; }
  int ndim() const { return node_->spec.ndim(); }
  int64_t size() const { return node_->spec.size(); }
  int64_t dim(int axis) const { return node_->spec.shape[size_t(axis < 0 ? axis + ndim() : axis)]; }
  Node* node() const { return node_.get(); }
  const NodePtr& node_ptr() const { return node_; }
  bool operator==(const Tensor& o) const { return node_ == o.node_; }

 private:
  NodePtr node_;
};
using Tensors = std::vector<Tensor>;

// One application of an op. Ids grow, so sorting by id is a topological order.
struct Call {
  OpPtr op;
  Tensors inputs;
  Specs output_specs;
  std::vector<std::weak_ptr<Node>> outputs;
  uint64_t id;
  uint64_t visit = 0;  // the last search of the graph that came by
  ~Call();
};

}  // namespace trae
