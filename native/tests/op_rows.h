// A call or more of every registered op, on small tensors of the default device.
#pragma once
#include "tests/support.h"

namespace trae::test {

struct OpRow {
  OpPtr op;
  Tensors inputs;
  bool is_partly_undefined = false;  // the last output has room that is not filled
};
// Elementwise ops come with the first dtype and number of inputs that they take.
std::vector<OpRow> op_rows();

}  // namespace trae::test
