#include "compiler/ir.h"

#include <algorithm>
#include <unordered_map>

#include "core/error.h"

namespace trae {

Graph Graph::from(const PlanRequest& request) {
  Graph g;
  for (const Tensors* list : {&request.inputs, &request.reads, &request.outputs})
    if (!list->empty()) g.device = list->front().device();
  std::unordered_map<const Node*, int> value_of;
  auto add_leaf = [&](const Tensor& t, Value::Kind kind, int index) {
    Value v;
    v.spec = t.spec();
    v.kind = kind;
    v.index = index;
    if (kind == Value::kConstant) v.constant = t;
    g.values.push_back(std::move(v));
    return value_of[t.node()] = int(g.values.size()) - 1;
  };
  for (size_t i = 0; i < request.inputs.size(); i++) add_leaf(request.inputs[i], Value::kInput, int(i));
  for (size_t i = 0; i < request.reads.size(); i++) g.reads.push_back(add_leaf(request.reads[i], Value::kRead, int(i)));

  // Lazy calls above the results; data that exists already is a constant.
  std::vector<const Call*> calls;
  std::unordered_map<const Call*, bool> seen;
  std::vector<const Tensor*> stack;
  for (const Tensor& t : request.outputs) stack.push_back(&t);
  for (const Tensor& t : request.updates)
    if (t) stack.push_back(&t);
  while (!stack.empty()) {
    const Tensor& t = *stack.back();
    stack.pop_back();
    if (value_of.count(t.node())) continue;
    const State state = t.node()->state.load();
    if (state == State::kPlaceholder)
      throw Error("RuntimeError", "compile",
                  "a tensor of shape " + to_string(t.shape()) +
                      " comes from another traced function.\n"
                      "  Fix: pass it as an argument.");
    if (state != State::kLazy) {
      add_leaf(t, Value::kConstant, 0);
      continue;
    }
    const Call* c = t.node()->call.get();
    if (!seen.emplace(c, true).second) continue;
    calls.push_back(c);
    for (const Tensor& i : c->inputs) stack.push_back(&i);
  }
  std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) { return a->id < b->id; });
  for (const Call* c : calls) {
    Step s;
    s.op = c->op;
    s.order = c->id << 8;  // room for steps that passes put in between
    const int number = int(g.steps.size());
    for (const Tensor& i : c->inputs) {
      const int v = value_of.at(i.node());
      s.in.push_back(v);
      g.values[v].users.push_back(number);
    }
    for (size_t i = 0; i < c->output_specs.size(); i++) {
      Value v;
      v.spec = c->output_specs[i];
      v.producer = number;
      v.output = int(i);
      s.out.push_back(int(g.values.size()));
      if (NodePtr n = c->outputs[i].lock()) value_of[n.get()] = int(g.values.size());
      g.values.push_back(std::move(v));
    }
    g.steps.push_back(std::move(s));
  }
  for (const Tensor& t : request.outputs) g.outputs.push_back(value_of.at(t.node()));
  for (const Tensor& t : request.updates) g.updates.push_back(t ? value_of.at(t.node()) : -1);
  return g;
}

int Graph::add_step(OpPtr op, std::vector<int> in, uint64_t order) {
  Specs out = op->infer(specs_of(in));
  for (Spec& spec : out) spec.device = device;
  const int number = int(steps.size());
  Step s;
  s.op = std::move(op);
  s.order = order;
  for (int v : in) values[v].users.push_back(number);
  s.in = std::move(in);
  for (size_t i = 0; i < out.size(); i++) {
    Value v;
    v.spec = std::move(out[i]);
    v.producer = number;
    v.output = int(i);
    s.out.push_back(int(values.size()));
    values.push_back(std::move(v));
  }
  steps.push_back(std::move(s));
  return steps.back().out[0];
}

int Graph::add_constant(Tensor t) {
  Value v;
  v.spec = t.spec();
  v.kind = Value::kConstant;
  v.constant = std::move(t);
  values.push_back(std::move(v));
  return int(values.size()) - 1;
}

void Graph::replace_uses(int from, int to) {
  for (int step : values[from].users) {
    for (int& v : steps[step].in)
      if (v == from) {
        v = to;
        values[to].users.push_back(step);
        break;  // one entry in users per use
      }
  }
  values[from].users.clear();
  for (int& v : outputs)
    if (v == from) v = to;
  for (int& v : updates)
    if (v == from) v = to;
}

void Graph::remove_step(int number) {
  Step& s = steps[number];
  if (!s.is_alive) return;
  s.is_alive = false;
  for (int v : s.in) {
    auto& users = values[v].users;
    users.erase(std::find(users.begin(), users.end(), number));
  }
  s.in.clear();
}

void Graph::set_inputs(int number, std::vector<int> in) {
  Step& s = steps[number];
  for (int v : s.in) {
    auto& users = values[v].users;
    users.erase(std::find(users.begin(), users.end(), number));
  }
  s.in = std::move(in);
  for (int v : s.in) values[v].users.push_back(number);
}

bool Graph::is_result(int value) const {
  return std::find(outputs.begin(), outputs.end(), value) != outputs.end() ||
         std::find(updates.begin(), updates.end(), value) != updates.end();
}

std::vector<int> Graph::ordered_steps() const {
  std::vector<int> r;
  for (size_t i = 0; i < steps.size(); i++)
    if (steps[i].is_alive) r.push_back(int(i));
  std::stable_sort(r.begin(), r.end(), [this](int a, int b) { return steps[a].order < steps[b].order; });
  return r;
}

Specs Graph::specs_of(const std::vector<int>& list) const {
  Specs r;
  for (int v : list) r.push_back(values[v].spec);
  return r;
}

}  // namespace trae
