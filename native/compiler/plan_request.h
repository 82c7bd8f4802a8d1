// A traced function as the compiler takes it: what goes in, what comes out, which variables it reads and updates.
#pragma once
#include <string>

#include "graph/tensor.h"

namespace trae {

struct PlanRequest {
  Tensors inputs;   // placeholders
  Tensors reads;    // placeholder of each variable
  Tensors updates;  // new value of each variable; null where it is only read
  Tensors outputs;
  std::string name;
};

}  // namespace trae
