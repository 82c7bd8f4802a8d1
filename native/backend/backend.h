// What the compiler and the runtime ask of a kind of device. Kernels are looked up by (op, device) in kernel.h, layouts
// of saved states in graph/saved_layout.h, memory in core/allocator.h; the rest is here. The CPU is the first.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backend/kernel.h"
#include "backend/stream.h"

namespace trae {

struct Graph;
// Changes steps of a graph into others that compute the same: bias and activation into a convolution, for example.
using Rewrite = void (*)(Graph&);

// The device's limits, measured: what benchmarks compare with.
struct Peak {
  double gflops = 0;    // float32 fused multiply-adds in registers, all threads
  double copy_gbs = 0;  // bytes read plus written by a copy far larger than the caches, all threads
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual Device device() const = 0;
  virtual Stream& stream() = 0;
  // Towards the kernels of this device, in the order of use.
  virtual std::span<const Rewrite> rewrites() const = 0;

  // ---- threads of the host
  // Called once by the compute thread, before its first job.
  virtual void prepare_thread() {}
  // Runs a light job on the calling thread, which is not the compute thread, without the help of others.
  virtual void run_alone(const std::function<void()>& job) { job(); }
  // Threads that compute.
  virtual int threads() const { return 1; }
  virtual void set_threads(int) {}

  // ---- for the user
  // Why this machine cannot run the backend; empty when it can. Asked before anything else.
  virtual std::string problem() const { return ""; }
  virtual std::string name() const = 0;         // "cpu"
  virtual std::string description() const = 0;  // "2 threads, avx2"
  // Libraries and instruction sets in use, by name.
  virtual std::vector<std::pair<std::string, std::string>> versions() const { return {}; }
  virtual Peak measure_peak() { return {}; }  // on the compute thread; about 0.3 s
};

// Makes a backend known; once, for the life of the process.
bool register_backend(Backend&);
Backend& backend_of(Device);  // InternalError when there is none
inline Backend& default_backend() { return backend_of(default_device()); }

}  // namespace trae
