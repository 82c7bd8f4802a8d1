#include "ops/custom_gradient.h"

#include <map>
#include <mutex>

#include "core/error.h"

namespace trae {
namespace {
struct Released {
  std::mutex mutex;
  std::map<int64_t, std::vector<int64_t>> ids;
};
Released& released() {
  static Released* r = new Released;  // tensors may die after static destructors have run
  return *r;
}
}  // namespace

CustomGradientToken::~CustomGradientToken() {
  std::lock_guard lock(released().mutex);
  released().ids[environment_].push_back(id_);
}

std::vector<int64_t> CustomGradientToken::take_released(int64_t environment) {
  std::lock_guard lock(released().mutex);
  auto it = released().ids.find(environment);
  if (it == released().ids.end()) return {};
  auto ids = std::move(it->second);
  released().ids.erase(it);
  return ids;
}

OpPtr CustomGradient::make(const AttrMap& a) {
  auto op = std::make_shared<CustomGradient>();
  op->attrs = {a.integer("id"), a.integer("environment", 0), a.integer("inputs")};
  op->token = std::make_shared<CustomGradientToken>(op->attrs.environment, op->attrs.id);
  return op;
}

TRAE_REGISTER_INTERNAL_OP(CustomGradient);

}  // namespace trae
