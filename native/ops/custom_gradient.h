// A function with a gradient of its own: inputs xs and ys, outputs ys. Forward it is the identity on ys; backward the
// binding calls the user's function known by `id` instead of differentiating how the ys were made.
#pragma once
#include "graph/op.h"

namespace trae {

// Tells the binding, when the last tensor made by a custom gradient is gone, that its function can be forgotten.
class CustomGradientToken {
 public:
  CustomGradientToken(int64_t environment, int64_t id) : environment_(environment), id_(id) {}
  ~CustomGradientToken();
  static std::vector<int64_t> take_released(int64_t environment);

 private:
  int64_t environment_, id_;
};

struct CustomGradient final : OpOf<CustomGradient> {
  static constexpr std::string_view kName = "custom_gradient";
  struct Attrs {
    int64_t id = 0, environment = 0, inputs = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  std::shared_ptr<CustomGradientToken> token;

  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override { return Specs(in.begin() + attrs.inputs, in.end()); }
  std::optional<int64_t> user_gradient() const override { return attrs.id; }
  bool is_reusable() const override { return false; }
};

}  // namespace trae
