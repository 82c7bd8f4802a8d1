// What the compiler works on: values and steps by number. Built from recorded calls, changed by passes, turned into a
// plan. A value is an input, a variable's read, a constant or the result of a step.
#pragma once
#include "compiler/plan_request.h"
#include "graph/op.h"

namespace trae {

class Backend;

struct Value {
  enum Kind : uint8_t { kTemporary, kInput, kRead, kConstant };
  Spec spec;
  Kind kind = kTemporary;
  int index = 0;           // which input or variable
  Tensor constant;         // kConstant: its data
  int producer = -1;       // step, for temporaries
  int output = 0;          // which output of the step
  std::vector<int> users;  // steps, one entry per use; kept up to date by Graph
};

struct Step {
  OpPtr op;
  std::vector<int> in, out;
  uint64_t order = 0;  // position in time; steps run in this order
  bool is_alive = true;
};

struct Graph {
  Device device = default_device();  // of all values
  std::vector<Value> values;
  std::vector<Step> steps;
  std::vector<int> outputs;  // values
  std::vector<int> updates;  // value per variable, -1 where it is only read
  std::vector<int> reads;    // value per variable

  static Graph from(const PlanRequest&);

  // A new step at `order`; infers its outputs. Returns the first output.
  int add_step(OpPtr op, std::vector<int> in, uint64_t order);
  int add_constant(Tensor t);
  // Every use of `from` reads `to` instead.
  void replace_uses(int from, int to);
  // Removes a step whose outputs have no users.
  void remove_step(int step);
  // Replaces the inputs of a step.
  void set_inputs(int step, std::vector<int> in);
  bool is_result(int value) const;  // an output or an update of the plan
  bool has_one_user(int value) const { return values[value].users.size() == 1 && !is_result(value); }
  std::vector<int> ordered_steps() const;  // alive ones by order
  Specs specs_of(const std::vector<int>& values) const;
};

// ---- passes (native/compiler/passes/, native/compiler/rewrites/); their order stands in optimize.cpp
void remove_dead(Graph&);
void fold_constants(Graph&, Backend&);  // steps on constants are computed now
void merge_equal(Graph&);               // common subexpressions
void simplify(Graph&);                  // identities, double transposes, views of views
void fuse_elementwise(Graph&);          // chains into one pass over memory
void take_scattered_rows(Graph&);       // scatter_add into the elementwise passes that read it
void no_gradient_of_constants(Graph&);  // of a bias in front of a batch normalization
void compute_what_is_read(Graph&);      // states and gradients that recurrent ops need not leave
// Everything above, and the rewrites of the backend (bias and activation into convolutions...), in its order.
void optimize(Graph&, Backend&);

// ---- memory plan
struct Location {
  enum Kind : uint8_t { kArena, kInput, kVariable, kOutput, kConstant };
  Kind kind = kArena;
  size_t offset = 0;  // in the arena
  int index = 0;      // input, variable, output; value for constants
};
struct MemoryPlan {
  std::vector<Location> locations;  // per value
  size_t arena_bytes = 0;
  struct Copy {  // after all steps
    int value;
    Location to;
  };
  std::vector<Copy> copies;
};
MemoryPlan plan_memory(Graph&, const std::vector<int>& order);

}  // namespace trae
