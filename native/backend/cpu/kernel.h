// How the CPU's kernels are registered.
//   TRAE_CPU_KERNEL(Softmax) { return softmax_kernel(in[0], op.attrs.axis, false); }
// is a function of `op` (the op, by its type), `in` and `out` (specs) that returns the kernel.
#pragma once
#include "backend/error_word.h"
#include "backend/kernel.h"

namespace trae {

#define TRAE_CPU_KERNEL(Type)                                                         \
  static Kernel cpu_kernel_##Type(const Type& op, const Specs& in, const Specs& out); \
  [[maybe_unused]] static const bool has_cpu_kernel_##Type =                          \
      ::trae::register_kernel_of<Type, &cpu_kernel_##Type>(kCpu);                     \
  static Kernel cpu_kernel_##Type(const Type& op, const Specs& in, const Specs& out)

// What the CPU's kernels find wrong with their data goes here.
ErrorWord& cpu_errors();

}  // namespace trae
