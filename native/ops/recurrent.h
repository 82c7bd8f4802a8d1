// LSTM and GRU over whole sequences, with tanh and sigmoid (Hochreiter & Schmidhuber 1997; Cho et al. 2014; gate order
// and biases are Keras'):
//   x (batch, steps, n), kernel (n, 4u | 3u), recurrent kernel (u, 4u | 3u), h0 and c0 (batch, u), bias (4u,), (3u,)
//   or, for a GRU that resets after the product, (2, 3u)
// and, with `is_masked`, a mask (batch, steps) as the last input: where it is 0, a row of the batch keeps h and c as
// they are. Results: the sequence of h (batch, steps, u) in the order of processing, the last h (and c), and the states
// that the gradient needs, in a layout of the device.
#pragma once
#include "graph/op.h"

namespace trae {

enum class Cell : uint8_t {
  kLstm,            // i, f, o = sigmoid, g = tanh of x K + h R + b; c = f c + i g; h = o tanh(c)
  kGru,             // z, r = sigmoid, g = tanh(x K + b + r * (h R + b')); h = z h + (1 - z) g
  kGruResetBefore,  // g = tanh(x K + b + (r * h) R)
};
struct RecurrentAttrs {
  Cell cell = Cell::kLstm;
  bool goes_backwards = false;  // from the last step to the first
  bool keeps_states = true;     // false: set by a rewrite where nobody differentiates
  bool is_masked = false;
  bool operator==(const RecurrentAttrs&) const = default;
};
// Sizes of a call.
struct RecurrentSizes {
  int64_t batch, steps, inputs, units;
};

struct Lstm final : OpOf<Lstm> {
  static constexpr std::string_view kName = "lstm";
  using Attrs = RecurrentAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in)
      const override;  // x, kernel, recurrent kernel, h0, c0 [, bias] [, mask] -> sequence, h, c, states
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};
struct Gru final : OpOf<Gru> {
  static constexpr std::string_view kName = "gru";
  using Attrs = RecurrentAttrs;
  Attrs attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(
      const Specs& in) const override;  // x, kernel, recurrent kernel, h0 [, bias] [, mask] -> sequence, h, states
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// The gradients of all inputs: the call's inputs, its sequence and states, and the gradients of sequence, h and c as
// far as there are any -> one output for each of the call's inputs but the mask.
struct RecurrentGrad final : OpOf<RecurrentGrad> {
  static constexpr std::string_view kName = "recurrent_grad";
  struct Attrs {
    RecurrentAttrs call;
    bool has_bias = false;
    bool has_dy[3] = {};   // of sequence, h, c
    bool needs_dx = true;  // false: set by a rewrite where nobody reads it
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  size_t differentiable_inputs() const { return 4 + (attrs.call.cell == Cell::kLstm) + attrs.has_bias; }
  size_t call_inputs() const { return differentiable_inputs() + attrs.call.is_masked; }
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  std::string describe() const override { return attrs.call.cell == Cell::kLstm ? "lstm_grad" : "gru_grad"; }
};

RecurrentSizes recurrent_sizes(const Specs& in);
// The same results by ordinary ops, step after step: sequence, h (, c).
Tensors unrolled_recurrent(const Tensors& in, const RecurrentAttrs&);

}  // namespace trae
