#include "ops/ctc.h"

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;
namespace {

DType computed(DType d) { return d == DType::kFloat64 ? d : DType::kFloat32; }
void expect_logits(std::string_view op, const Spec& logits, int64_t blank) {
  if (logits.ndim() != 3)
    throw ValueError(std::string(op), "logits of shape (batch, frames, classes) are expected.\n  Received: shape " +
                                          to_string(logits.shape));
  if (blank < 0 || blank >= logits.shape[2])
    throw ValueError(std::string(op), "the blank must be one of the " + std::to_string(logits.shape[2]) +
                                          " classes.\n  Received: " + std::to_string(blank));
}
void expect_lengths(std::string_view op, const Spec& lengths, const Spec& logits, const char* what) {
  if (lengths.shape != Shape{logits.shape[0]})
    throw ValueError(std::string(op), std::string("one ") + what + " for each of the " +
                                          std::to_string(logits.shape[0]) +
                                          " examples is expected.\n  Received: shape " + to_string(lengths.shape));
}

}  // namespace

// ---- ctc_loss
OpPtr CtcLoss::make(const AttrMap& a) {
  auto op = std::make_shared<CtcLoss>();
  op->attrs = {a.integer("blank", 0)};
  return op;
}
Tensors CtcLoss::prepare(Tensors in) const {
  if (in.size() != 4) return in;
  for (size_t i = 1; i < 4; i++) in[i] = cast(in[i], DType::kInt32);
  in[0] = cast(in[0], computed(in[0].dtype()));
  return in;
}
Specs CtcLoss::infer(const Specs& in) const {
  expect_inputs(*this, in, 4);
  const Spec &logits = in[0], &labels = in[1];
  expect_logits(kName, logits, attrs.blank);
  if (labels.ndim() != 2)
    throw ValueError("ctc_loss",
                     "labels of shape (batch, labels) are expected.\n  Received: shape " + to_string(labels.shape));
  if (labels.shape[0] != logits.shape[0])
    throw ValueError("ctc_loss", "there are labels for " + std::to_string(labels.shape[0]) +
                                     " examples but logits for " + std::to_string(logits.shape[0]) +
                                     ".\n  Received: labels " + to_string(labels.shape) + ", logits " +
                                     to_string(logits.shape));
  expect_lengths(kName, in[2], logits, "number of labels");
  expect_lengths(kName, in[3], logits, "number of frames");
  return {{{logits.shape[0]}, logits.dtype}, logits};
}
Tensors CtcLoss::vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const {
  Tensor dx;
  if (dy[0]) dx = out[1] * reshape(dy[0], {in[0].shape()[0], 1, 1});
  if (dy[1]) {
    auto op = std::make_shared<CtcCurvature>();
    op->attrs = attrs;
    const Tensor bent = apply1(op, {in[0], in[1], in[2], in[3], dy[1]});
    dx = dx ? dx + bent : bent;
  }
  return {dx, Tensor(), Tensor(), Tensor()};
}
TRAE_REGISTER_OP(CtcLoss);

OpPtr CtcCurvature::make(const AttrMap& a) {
  auto op = std::make_shared<CtcCurvature>();
  op->attrs = {a.integer("blank", 0)};
  return op;
}
TRAE_REGISTER_INTERNAL_OP(CtcCurvature);

// ---- ctc_decode
OpPtr CtcDecode::make(const AttrMap& a) {
  auto op = std::make_shared<CtcDecode>();
  op->attrs = {a.integer("blank", 0), a.integer("beam_width", 0), a.integer("paths", 1),
               a.boolean("merges_repeated", true)};
  return op;
}
Tensors CtcDecode::prepare(Tensors in) const {
  if (in.size() != 2) return in;
  return {cast(in[0], computed(in[0].dtype())), cast(in[1], DType::kInt32)};
}
Specs CtcDecode::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  expect_logits(kName, in[0], attrs.blank);
  expect_lengths(kName, in[1], in[0], "number of frames");
  const int64_t batch = in[0].shape[0];
  if (attrs.beam_width && (attrs.paths < 1 || attrs.paths > attrs.beam_width))
    throw ValueError("ctc_decode", "a beam gives 1 to " + std::to_string(attrs.beam_width) +
                                       " paths, its width.\n  Received: " + std::to_string(attrs.paths));
  return {{{attrs.paths, batch, in[0].shape[1]}, DType::kInt32}, {{batch, attrs.paths}, in[0].dtype}};
}
TRAE_REGISTER_OP(CtcDecode);

}  // namespace trae
