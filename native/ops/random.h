// Random numbers from a counter-based generator: a seed tensor (int64 [2]: key, counter) decides all values, whatever
// the number of threads. Philox4x32-7 (Salmon et al. 2011: the fewest rounds that pass BigCrush).
#pragma once
#include "graph/op.h"

namespace trae {

struct Random final : OpOf<Random> {
  static constexpr std::string_view kName = "random";
  enum Kind : uint8_t { kUniform, kNormal, kTruncatedNormal, kInteger };
  struct Attrs {
    Shape shape;
    DType dtype = DType::kFloat32;
    Kind kind = kUniform;
    double a = 0, b = 1;  // low, high; or mean, standard deviation
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};

// A random order of 0..n-1 (int32).
struct Permutation final : OpOf<Permutation> {
  static constexpr std::string_view kName = "random_permutation";
  struct Attrs {
    int64_t n = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};

// Gamma distribution of scale 1: seed, alpha (its shape is that of the result).
struct RandomGamma final : OpOf<RandomGamma> {
  static constexpr std::string_view kName = "random_gamma";
  using Attrs = NoAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};
// Successes of `counts` trials of `probabilities` each: seed, counts, probabilities (of one shape and dtype).
struct RandomBinomial final : OpOf<RandomBinomial> {
  static constexpr std::string_view kName = "random_binomial";
  using Attrs = NoAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};

// y = x / (1 - rate) with probability 1 - rate, else 0. The mask is made again from the seed in the gradient.
struct Dropout final : OpOf<Dropout> {
  static constexpr std::string_view kName = "dropout";
  struct Attrs {
    double rate = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;  // x, seed
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool can_overwrite(size_t input, size_t, const Specs&) const override { return input == 0; }
};

}  // namespace trae
