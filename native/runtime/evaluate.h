// Evaluation of recorded tensors without a plan: every pending call, in the order it was made. The tracing thread
// collects the work (`schedule`); the compute thread does it (`Evaluation::run`).
#pragma once
#include "graph/op.h"

namespace trae {

class Evaluation {
 public:
  bool empty() const { return calls_.empty(); }
  // Whether any single thread does all of it sooner than another one wakes up.
  bool is_light() const;
  void run();

 private:
  friend Evaluation schedule(const Tensors&);
  std::vector<CallPtr> calls_;
};

// Takes over all calls that `targets` need. Throws RuntimeError when one depends on a placeholder.
Evaluation schedule(const Tensors& targets);
// True when the value depends on a placeholder.
bool is_symbolic(const Tensor&);
// Rethrows what went wrong when the tensor was computed.
void throw_if_failed(const Tensor&);
bool is_ready(const Tensor&);  // its value is there

}  // namespace trae
