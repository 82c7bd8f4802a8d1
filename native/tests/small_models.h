// Five small models with their training steps, built of ops: what plans of real models are made of.
#pragma once
#include <functional>

#include "runtime/step_loop.h"
#include "tests/support.h"

namespace trae::test {

struct SmallModel {
  std::string name;
  Spec x;           // of one batch
  int64_t most_id;  // x holds integers below it; 0: numbers from -1 to 1
  Shape y;          // of one batch
  std::vector<Shape> variables;
  // What the loss compares with y.
  std::function<Tensor(const Tensor& x, const Tensors& variables)> predict;
};
std::vector<SmallModel> small_models();

struct Trained {
  int64_t done = 0;
  std::vector<double> losses;  // as reported
  std::vector<std::vector<float>> variables;
};
// Some steps with momentum, of batches in a random order, on the default device.
Trained train(const SmallModel&, int64_t steps = 12);

}  // namespace trae::test
