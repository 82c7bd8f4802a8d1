// Elementwise fusion. Steps are visited in order; each starts a group of its own and takes in the groups that made its
// inputs, when the iteration space is the same and nothing outside of the group waits for a value of it: then the whole
// group can run where its last step stands. Broadcasts of inputs are absorbed; a reduction may end a group.
#include <algorithm>
#include <unordered_map>

#include "compiler/ir.h"
#include "ops/fused.h"
#include "ops/reduce.h"

namespace trae {
namespace {

constexpr size_t kMaxSteps = 48, kMaxOperands = 24, kMaxFusedAxes = 10;

struct Group {
  Shape shape;
  std::vector<int> steps;       // elementwise, in order
  std::vector<int> reductions;  // terminal
};

class Fuser {
 public:
  explicit Fuser(Graph& g)
      : g_(g), order_(g.ordered_steps()), group_of_(g.steps.size(), -1), position_(g.steps.size(), -1) {
    for (size_t i = 0; i < order_.size(); i++) position_[order_[i]] = int(i);
  }

  void run() {
    for (int number : order_) {
      const Step& s = g_.steps[number];
      if (s.op->is_elementwise()) join_elementwise(number);
      else if (auto* r = dynamic_cast<const Reduce*>(s.op.get())) join_reduction(number, *r);
    }
    for (Group& group : groups_)
      if (!group.steps.empty()) build(group);
  }

 private:
  // Does anything that has been placed already, outside of groups `a` and `b`, read a value of group `a`?
  bool is_awaited(const Group& a, int a_index, int b_index, int now) const {
    for (const auto* list : {&a.steps, &a.reductions})
      for (int member : *list)
        for (int v : g_.steps[member].out)
          for (int user : g_.values[v].users) {
            const int owner = group_of_[user];
            if ((owner == a_index || owner == b_index) && owner >= 0) continue;
            if (position_[user] <= now && user != order_[size_t(now)]) return true;
          }
    return false;
  }

  bool reads_reduction(const Group& from, const Group& by) const {
    for (int r : from.reductions)
      for (int v : g_.steps[r].out)
        for (int user : g_.values[v].users)
          if (std::find(by.steps.begin(), by.steps.end(), user) != by.steps.end() ||
              std::find(by.reductions.begin(), by.reductions.end(), user) != by.reductions.end())
            return true;
    return false;
  }

  size_t operand_count(const Group& a, const Group& b) const {
    std::vector<int> operands;
    for (const Group* group : {&a, &b})
      for (int member : group->steps)
        for (int v : g_.steps[member].in)
          if (std::find(operands.begin(), operands.end(), v) == operands.end()) operands.push_back(v);
    size_t outside = 0;
    for (int v : operands) {
      const int p = g_.values[v].producer;
      const bool is_inside = p >= 0 && (std::find(a.steps.begin(), a.steps.end(), p) != a.steps.end() ||
                                        std::find(b.steps.begin(), b.steps.end(), p) != b.steps.end());
      outside += !is_inside;
    }
    return outside;
  }

  void join_elementwise(int number) {
    const Step& s = g_.steps[number];
    const Shape& shape = g_.values[s.out[0]].spec.shape;
    if (shape.size() > kMaxFusedAxes) return;
    const int mine = int(groups_.size());
    groups_.push_back({shape, {number}, {}});
    group_of_[number] = mine;
    for (int v : s.in) {
      const int producer = g_.values[v].producer;
      if (producer < 0) continue;
      const int other = group_of_[producer];
      if (other < 0 || other == mine || groups_[size_t(other)].shape != shape) continue;
      Group &a = groups_[size_t(other)], &b = groups_[size_t(mine)];
      if (std::find(a.reductions.begin(), a.reductions.end(), producer) != a.reductions.end()) continue;
      if (a.steps.size() + b.steps.size() > kMaxSteps || operand_count(a, b) > kMaxOperands) continue;
      if (is_awaited(a, other, mine, position_[number]) || reads_reduction(a, b) || reads_reduction(b, a)) continue;
      for (int member : a.steps) group_of_[member] = mine;
      for (int member : a.reductions) group_of_[member] = mine;
      b.steps.insert(b.steps.end(), a.steps.begin(), a.steps.end());
      b.reductions.insert(b.reductions.end(), a.reductions.begin(), a.reductions.end());
      std::sort(b.steps.begin(), b.steps.end(), [this](int x, int y) { return position_[x] < position_[y]; });
      a.steps.clear();
      a.reductions.clear();
    }
  }

  void join_reduction(int number, const Reduce& r) {
    if (r.kind != ReduceKind::kSum && r.kind != ReduceKind::kMean && r.kind != ReduceKind::kMax &&
        r.kind != ReduceKind::kMin)
      return;
    const Step& s = g_.steps[number];
    const Value& x = g_.values[s.in[0]];
    if (!is_floating(x.spec.dtype) || x.producer < 0 || x.spec.size() == 0) return;
    const int other = group_of_[x.producer];
    if (other < 0) return;
    Group& a = groups_[size_t(other)];
    if (a.shape != x.spec.shape || a.steps.empty() || is_awaited(a, other, -2, position_[number])) return;
    // Wide results reduced over few rows cost more in accumulators than a pass of their own.
    a.reductions.push_back(number);
    group_of_[number] = other;
  }

  int skip_broadcast(int v) const {
    while (g_.values[v].producer >= 0) {
      const Step& p = g_.steps[g_.values[v].producer];
      if (!p.is_alive || p.op->name() != "broadcast_to") break;
      v = p.in[0];
    }
    return v;
  }

  void build(Group& group) {
    FusedProgram p;
    p.shape = group.shape;
    std::vector<int> inputs;
    std::unordered_map<int, int> index;  // value -> argument number of the program
    bool absorbs = false;
    for (int member : group.steps)
      for (int v : g_.steps[member].in) {
        const int producer = g_.values[v].producer;
        if (producer >= 0 && std::find(group.steps.begin(), group.steps.end(), producer) != group.steps.end()) continue;
        const int source = skip_broadcast(v);
        absorbs |= source != v;
        if (index.count(v)) continue;
        auto known = std::find(inputs.begin(), inputs.end(), source);
        index[v] = int(known - inputs.begin());
        if (known == inputs.end()) inputs.push_back(source);
      }
    if (group.steps.size() == 1 && group.reductions.empty() && !absorbs) return;  // nothing to gain
    p.inputs = g_.specs_of(inputs);
    for (int member : group.steps) {
      FusedStep step;
      step.op = g_.steps[member].op;
      for (int v : g_.steps[member].in) step.args.push_back(index.at(v));
      index[g_.steps[member].out[0]] = int(inputs.size() + p.steps.size());
      p.steps.push_back(std::move(step));
    }
    std::vector<int> results;
    uint64_t order = 0;
    for (int member : group.steps) {
      const int v = g_.steps[member].out[0];
      order = std::max(order, g_.steps[member].order);
      bool is_needed = g_.is_result(v);
      for (int user : g_.values[v].users)
        is_needed |= std::find(group.steps.begin(), group.steps.end(), user) == group.steps.end() &&
                     std::find(group.reductions.begin(), group.reductions.end(), user) == group.reductions.end();
      if (!is_needed) continue;
      p.outputs.push_back({index.at(v), "", {}, false});
      results.push_back(v);
    }
    for (int member : group.reductions) {
      const auto& r = static_cast<const Reduce&>(*g_.steps[member].op);
      const std::vector<int> axes = r.axes_of(group.shape);
      p.outputs.push_back(
          {index.at(g_.steps[member].in[0]), std::string(r.name()), Ints(axes.begin(), axes.end()), r.keepdims});
      results.push_back(g_.steps[member].out[0]);
      order = std::max(order, g_.steps[member].order);
    }
    const int first = g_.add_step(std::make_shared<Fused>(std::move(p)), inputs, order);
    const std::vector<int> made = g_.steps[g_.values[first].producer].out;
    for (size_t i = 0; i < results.size(); i++) g_.replace_uses(results[i], made[i]);
    for (size_t i = group.reductions.size(); i-- > 0;) g_.remove_step(group.reductions[i]);
    for (size_t i = group.steps.size(); i-- > 0;) g_.remove_step(group.steps[i]);
  }

  Graph& g_;
  const std::vector<int> order_;
  std::vector<int> group_of_, position_;
  std::vector<Group> groups_;
};

}  // namespace

void fuse_elementwise(Graph& g) { Fuser(g).run(); }

}  // namespace trae
