#include <algorithm>
#include <vector>

#include "compiler/ir.h"

namespace trae {
namespace {
std::vector<std::pair<int, Rewrite>>& rewrites() {
  static auto* r = new std::vector<std::pair<int, Rewrite>>;
  return *r;
}
}  // namespace

bool register_rewrite(int priority, Rewrite rewrite) {
  rewrites().emplace_back(priority, rewrite);
  std::stable_sort(rewrites().begin(), rewrites().end(), [](auto& a, auto& b) { return a.first < b.first; });
  return true;
}

void apply_rewrites(Graph& g) {
  for (auto& [priority, rewrite] : rewrites()) rewrite(g);
}

}  // namespace trae
