// Common subexpressions: equal ops on equal inputs are computed once, equal small constants kept once.
#include <cstring>
#include <map>
#include <string>

#include "compiler/ir.h"
#include "graph/host.h"

namespace trae {

void merge_equal(Graph& g) {
  std::map<std::string, int> constants;
  const size_t count = g.values.size();
  for (size_t v = 0; v < count; v++) {
    Value& value = g.values[v];
    if (value.kind != Value::kConstant || value.spec.bytes() > 64 || value.users.empty()) continue;
    if (value.constant.node()->state.load(std::memory_order_acquire) != State::kReady) continue;
    std::string key = std::string(name_of(value.spec.dtype)) + to_string(value.spec.shape) +
                      std::string(to_host(value.constant).as<char>(), value.spec.bytes());
    auto [it, is_new] = constants.emplace(std::move(key), int(v));
    if (!is_new) g.replace_uses(int(v), it->second);
  }
  std::multimap<std::pair<std::string_view, std::vector<int>>, int> known;
  for (int number : g.ordered_steps()) {
    Step& s = g.steps[number];
    if (s.op->has_state()) continue;
    const auto key = std::make_pair(s.op->name(), s.in);
    auto [begin, end] = known.equal_range(key);
    int same = -1;
    for (auto it = begin; it != end && same < 0; ++it)
      if (g.steps[it->second].op->equals(*s.op)) same = it->second;
    if (same < 0) {
      known.emplace(key, number);
      continue;
    }
    const std::vector<int> mine = s.out, theirs = g.steps[same].out;
    for (size_t i = 0; i < mine.size(); i++) g.replace_uses(mine[i], theirs[i]);
    g.remove_step(number);
  }
}

}  // namespace trae
