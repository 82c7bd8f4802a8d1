// Batch normalization, ReLU and max pooling in one: what a convolution block ends in. The normalized image is never
// written; memory sees the input twice and the pooled result once. Made by a rewrite, never differentiated.
#pragma once
#include "ops/pooling.h"

namespace trae {

struct NormalizedPoolAttrs {
  double epsilon = 1e-3;
  PoolAttrs pool;
  bool operator==(const NormalizedPoolAttrs&) const = default;
};

// x, gamma, beta -> pooled, winners (uint8), mean, variance, x at the winners
struct NormalizedPool final : OpOf<NormalizedPool> {
  static constexpr std::string_view kName = "batch_norm_relu_max_pool";
  NormalizedPoolAttrs attrs;
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kNone; }
};
// x, gamma, mean, variance, dpooled, winners, pooled, x at the winners -> dx, dgamma, dbeta
struct NormalizedPoolGrad final : OpOf<NormalizedPoolGrad> {
  static constexpr std::string_view kName = "batch_norm_relu_max_pool_grad";
  NormalizedPoolAttrs attrs;
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kNone; }
  bool can_overwrite(size_t input, size_t output, const Specs&) const override { return input == 0 && output == 0; }
};

// Windows lie side by side and cover the input: every element belongs to exactly one.
bool tiles_exactly(const PoolAttrs&, const Shape& x);

}  // namespace trae
