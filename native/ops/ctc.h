// Connectionist temporal classification (Graves et al. 2006): the loss of sequences without a known alignment, its
// gradient, its curvature, and the decoding of predictions.
//   logits (batch, frames, classes), labels (batch, count) int32, label lengths (batch,) int32, frame lengths (batch,)
//   int32
#pragma once
#include "graph/op.h"

namespace trae {

struct CtcAttrs {
  int64_t blank = 0;  // the class that stands for no label
  bool operator==(const CtcAttrs&) const = default;
};

// -> loss (batch,) = -log p(labels | logits), and its gradient by the logits (batch, frames, classes). Where no
// alignment exists the loss is infinite and the gradient 0.
struct CtcLoss final : OpOf<CtcLoss> {
  static constexpr std::string_view kName = "ctc_loss";
  using Attrs = CtcAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};
// The same inputs and v, shaped as the logits -> H v, H the second derivative of each loss by its logits.
struct CtcCurvature final : OpOf<CtcCurvature> {
  static constexpr std::string_view kName = "ctc_curvature";
  using Attrs = CtcAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override { return {in[4]}; }
  Gradient gradient() const override { return Gradient::kNone; }
};
// logits, frame lengths -> labels (paths, batch, frames) int32, -1 behind the last, and scores (batch, paths).
// With a beam of width 0 the likeliest class of each frame is taken; its score is minus the sum of their logits. Else
// the `paths` likeliest label sequences of a search with that beam; their scores are logarithms of probabilities.
struct CtcDecode final : OpOf<CtcDecode> {
  static constexpr std::string_view kName = "ctc_decode";
  struct Attrs {
    int64_t blank = 0, beam_width = 0, paths = 1;
    bool merges_repeated = true;  // without a beam
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kNone; }
};

}  // namespace trae
