// A second device for tests. Its memory is reserved address space that no thread of the host may touch: a read or a
// write that goes around the two functions of graph/host.h ends the program. Its kernels are the CPU's, run on a shadow
// of that memory, and late: the stream keeps what is submitted until somebody waits for it.
#pragma once
#include <map>
#include <string>

#include "backend/backend.h"

namespace trae::test {

constexpr Device kFakeDevice{3, 0};

struct FakeCounts {
  std::map<std::string, int64_t> kernels;  // executed, by the op's name
  int64_t packed = 0;                      // executed packings of kernels' inputs
  int64_t submitted = 0, executed = 0;     // kernels, copies, gathers, writes, frees
  int64_t waits = 0;                       // synchronizations that found something to do
  int64_t longest_queue = 0;
  int64_t reads = 0, writes = 0;  // copies between the host and the device
  int64_t foreign_pointers = 0;   // addresses given to kernels that are not the device's
};
const FakeCounts& fake_counts();

// While it lives, tensors are made on the fake device. Afterwards everything submitted is done.
class OnFakeDevice {
 public:
  OnFakeDevice();
  ~OnFakeDevice();
};

}  // namespace trae::test
