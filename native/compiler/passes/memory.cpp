// Where every value lives. Views share their source; an updated variable's new value is written straight into the
// variable when nobody reads the old one later; outputs are written where the caller wants them; the rest lies in one
// arena, placed by lifetime, largest first, at the lowest free offset.
#include <algorithm>
#include <unordered_map>

#include "compiler/ir.h"

namespace trae {
namespace {

constexpr size_t kAlignment = 64;
size_t aligned(size_t n) { return (n + kAlignment - 1) / kAlignment * kAlignment; }

struct Lifetime {
  int value;        // the root: the value whose buffer this is
  int first, last;  // positions in the order
  size_t bytes, offset = 0;
};

class Planner {
 public:
  Planner(Graph& g, const std::vector<int>& order) : g_(g), order_(order) {
    position_.assign(g.steps.size(), -1);
    for (size_t i = 0; i < order.size(); i++) position_[order[i]] = int(i);
    root_.resize(g.values.size());
    for (size_t v = 0; v < root_.size(); v++) root_[v] = int(v);
    for (int number : order) {
      const Step& s = g.steps[number];
      if (s.op->is_view()) root_[s.out[0]] = root_[s.in[0]];
    }
    last_use_.assign(g.values.size(), -1);
    for (size_t v = 0; v < g.values.size(); v++) {
      if (!is_alive(int(v))) continue;
      int& last = last_use_[root_[v]];
      for (int user : g.values[v].users) last = std::max(last, position_[user]);
      if (g.values[v].producer >= 0) last = std::max(last, position_[g.values[v].producer]);
      if (g.is_result(int(v))) last = std::max(last, int(order.size()));
    }
  }

  MemoryPlan run() {
    plan_.locations.resize(g_.values.size());
    placed_.assign(g_.values.size(), false);
    for (size_t v = 0; v < g_.values.size(); v++) place_leaf(int(v));
    place_updates();
    place_outputs();
    place_in_arena();
    for (size_t v = 0; v < g_.values.size(); v++)
      if (root_[v] != int(v)) plan_.locations[v] = plan_.locations[root_[v]];
    return std::move(plan_);
  }

 private:
  bool is_alive(int v) const { return g_.values[v].producer < 0 || g_.steps[g_.values[v].producer].is_alive; }
  bool is_temporary(int v) const { return g_.values[v].kind == Value::kTemporary && is_alive(v); }

  void place(int v, Location l) {
    plan_.locations[v] = l;
    placed_[v] = true;
  }
  void place_leaf(int v) {
    const Value& value = g_.values[v];
    if (value.kind == Value::kInput) place(v, {Location::kInput, 0, value.index});
    if (value.kind == Value::kRead) place(v, {Location::kVariable, 0, value.index});
    if (value.kind == Value::kConstant) place(v, {Location::kConstant, 0, v});
  }

  // May the new value of a variable be written over the old one while its producer runs?
  bool can_update_in_place(int update, int read) {
    if (!is_temporary(update) || root_[update] != update || placed_[update]) return false;
    const int producer = g_.values[update].producer;
    const Step& s = g_.steps[producer];
    for (size_t v = 0; v < g_.values.size(); v++) {
      if (root_[v] != read || !is_alive(int(v))) continue;
      if (g_.is_result(int(v))) return false;
      for (int user : g_.values[v].users) {
        if (position_[user] > position_[producer]) return false;
        if (user != producer) continue;
        for (size_t i = 0; i < s.in.size(); i++)
          if (s.in[i] == int(v) && !s.op->can_overwrite(i, size_t(g_.values[update].output), g_.specs_of(s.in)))
            return false;
      }
    }
    return true;
  }

  void place_updates() {
    for (size_t i = 0; i < g_.updates.size(); i++) {
      const int u = g_.updates[i];
      if (u < 0 || u == g_.reads[i]) continue;
      const Location target{Location::kVariable, 0, int(i)};
      if (can_update_in_place(u, g_.reads[i])) place(u, target);
      else plan_.copies.push_back({u, target});
    }
  }

  void place_outputs() {
    for (size_t i = 0; i < g_.outputs.size(); i++) {
      const int v = root_[g_.outputs[i]];  // of a view: what it shows
      const Location target{Location::kOutput, 0, int(i)};
      if (is_temporary(v) && !placed_[v]) place(v, target);
      else plan_.copies.push_back({g_.outputs[i], target});
    }
  }

  void place_in_arena() {
    std::vector<Lifetime> all;
    for (int number : order_) {
      const Step& s = g_.steps[number];
      std::vector<int> taken;  // buffers that outputs of this step have taken over
      for (size_t o = 0; o < s.out.size(); o++) {
        const int v = s.out[o];
        if (placed_[v] || root_[v] != v) continue;
        const int now = position_[number];
        // Reuse the buffer of an input that dies here, when the kernel allows it.
        int owner = -1;
        for (size_t i = 0; i < s.in.size() && owner < 0; i++) {
          const int r = root_[s.in[i]];
          const int entry = lifetime_of(r);
          if (entry < 0 || last_use_[r] != now || all[size_t(entry)].last != now) continue;
          if (g_.values[r].spec.bytes() != g_.values[v].spec.bytes() || !s.op->can_overwrite(i, o, g_.specs_of(s.in)))
            continue;
          bool is_taken = false;
          for (size_t k = 0; k < s.in.size(); k++)
            if (k != i && root_[s.in[k]] == r && !s.op->can_overwrite(k, o, g_.specs_of(s.in))) is_taken = true;
          if (!is_taken && std::find(taken.begin(), taken.end(), entry) == taken.end()) owner = entry;
        }
        const int last = std::max(now, last_use_[v]);
        if (owner >= 0) {
          taken.push_back(owner);
          all[size_t(owner)].last = last;
          entry_[v] = owner;
        } else {
          entry_[v] = int(all.size());
          all.push_back({v, now, last, aligned(g_.values[v].spec.bytes())});
        }
      }
    }
    std::vector<size_t> by_size(all.size());
    for (size_t i = 0; i < all.size(); i++) by_size[i] = i;
    std::stable_sort(by_size.begin(), by_size.end(), [&](size_t a, size_t b) { return all[a].bytes > all[b].bytes; });
    std::vector<size_t> done;  // by offset, so that nothing is sorted again for each: long loops have many thousands
    for (size_t i : by_size) {
      size_t at = 0;
      for (size_t k : done) {
        if (all[k].first > all[i].last || all[i].first > all[k].last) continue;
        if (at + all[i].bytes <= all[k].offset) break;
        at = std::max(at, all[k].offset + all[k].bytes);
      }
      all[i].offset = at;
      plan_.arena_bytes = std::max(plan_.arena_bytes, at + all[i].bytes);
      done.insert(std::upper_bound(done.begin(), done.end(), at, [&](size_t a, size_t k) { return a < all[k].offset; }),
                  i);
    }
    for (size_t v = 0; v < g_.values.size(); v++)
      if (auto it = entry_.find(int(v)); it != entry_.end())
        place(int(v), {Location::kArena, all[size_t(it->second)].offset, 0});
  }

  int lifetime_of(int root) const {
    auto it = entry_.find(root);
    return it == entry_.end() ? -1 : it->second;
  }

  Graph& g_;
  const std::vector<int>& order_;
  std::vector<int> position_, root_, last_use_;
  std::vector<bool> placed_;
  std::unordered_map<int, int> entry_;
  MemoryPlan plan_;
};

}  // namespace

MemoryPlan plan_memory(Graph& g, const std::vector<int>& order) { return Planner(g, order).run(); }

}  // namespace trae
