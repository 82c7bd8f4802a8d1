// Layer normalization of rows, the last axis:
//   y = (x - mean) * inverse * gamma + beta, inverse = 1 / sqrt(variance + epsilon); mean and (biased) variance of each
//   row.
// Without centering (RMS normalization) the mean counts as 0: inverse = 1 / sqrt(mean(x^2) + epsilon).
#pragma once
#include "graph/op.h"

namespace trae {

struct LayerNorm final : OpOf<LayerNorm> {
  static constexpr std::string_view kName = "layer_norm";
  struct Attrs {
    double epsilon = 1e-3;
    bool is_centered = true;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(
      const Specs& in) const override;  // x (..., n), gamma (n,), beta (n,) -> y, mean (..., 1), inverse (..., 1)
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
  bool widens_half() const override { return true; }
  bool can_overwrite(size_t input, size_t output, const Specs&) const override { return input == 0 && output == 0; }
  std::string describe() const override { return attrs.is_centered ? "layer_norm" : "layer_norm rms"; }
};

// x, gamma, mean, inverse, dy -> dx, dgamma, dbeta
struct LayerNormGrad final : OpOf<LayerNormGrad> {
  static constexpr std::string_view kName = "layer_norm_grad";
  struct Attrs {
    bool is_centered = true;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  bool can_overwrite(size_t input, size_t output, const Specs&) const override { return input == 4 && output == 0; }
  std::string describe() const override { return "layer_norm_grad"; }
};

}  // namespace trae
