// While a gradient is being recorded, evaluating a tensor (printing a loss inside the function, for example) must not
// forget how it was made. The scope keeps the calls and lets them go when the outermost one ends.
#pragma once
#include "graph/tensor.h"

namespace trae {

class GradientScope {
 public:
  static void enter();
  static void exit();
  static bool is_active();
  static void record(const Tensors&);
};

}  // namespace trae
