// Whether what a kernel has packed of its inputs is still what they hold.
#pragma once
#include <cstdint>
#include <vector>

#include "backend/kernel.h"

namespace trae {

class PackedInputs {
 public:
  // Packs unless each of the packed inputs has the version that it had the last time. `version_of(input)` is 0 where it
  // is not known.
  template <class F>
  void pack(const Kernel& kernel, const void* const* in, F&& version_of) {
    bool is_same = !versions_.empty();
    versions_.resize(kernel.packed.size());
    for (size_t i = 0; i < versions_.size(); i++) {
      const uint64_t version = version_of(kernel.packed[i]);
      is_same &= version != 0 && version == versions_[i];
      versions_[i] = version;
    }
    if (!is_same) kernel.pack(in);
  }

 private:
  std::vector<uint64_t> versions_;
};

}  // namespace trae
