// Batch normalization over all axes but the last:
//   y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the batch's own mean and (biased) variance.
#pragma once
#include "graph/op.h"
#include "ops/norm_activation.h"

namespace trae {

inline const char* name_of(NormActivation a) {
  return a == NormActivation::kRelu ? " relu" : a == NormActivation::kRelu6 ? " relu6" : "";
}

struct BatchNormTraining final : OpOf<BatchNormTraining> {
  static constexpr std::string_view kName = "batch_norm_training";
  struct Attrs {
    double epsilon = 1e-3;
    NormActivation activation = NormActivation::kLinear;  // on y: set by a rewrite
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;  // x, gamma, beta -> y, mean, variance
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  std::string describe() const override { return std::string(kName) + name_of(attrs.activation); }
};

// x, gamma, mean, variance, dy [, beta where an activation followed] -> dx, dgamma, dbeta
struct BatchNormTrainingGrad final : OpOf<BatchNormTrainingGrad> {
  static constexpr std::string_view kName = "batch_norm_training_grad";
  struct Attrs {
    double epsilon = 1e-3;
    NormActivation activation = NormActivation::kLinear;  // what follows y, dy being behind it: set by a rewrite
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
  bool can_overwrite(size_t input, size_t output, const Specs&) const override { return input == 4 && output == 0; }
  std::string describe() const override { return std::string(kName) + name_of(attrs.activation); }
};

}  // namespace trae
