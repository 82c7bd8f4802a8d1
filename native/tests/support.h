// Tensors from numbers and back, and a fixed stream of random numbers.
#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "backend/backend.h"
#include "graph/gradients.h"
#include "graph/host.h"
#include "ops/ops.h"
#include "runtime/evaluate.h"
#include "runtime/plan.h"

namespace trae::test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435769u + 1) {}
  uint32_t bits() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return uint32_t(state_ >> 33);
  }
  double uniform(double low = 0, double high = 1) { return low + (high - low) * (bits() & 0xffffff) / 0x1000000; }
  int64_t below(int64_t n) { return int64_t(bits() % uint64_t(n)); }

 private:
  uint64_t state_;
};

template <class T>
Tensor tensor(const Shape& shape, const std::vector<T>& values, DType d) {
  return from_host({shape, d}, static_cast<const void*>(values.data()));
}
inline Tensor floats(const Shape& s, const std::vector<float>& v) { return tensor(s, v, DType::kFloat32); }
inline Tensor doubles(const Shape& s, const std::vector<double>& v) { return tensor(s, v, DType::kFloat64); }
inline Tensor random_tensor(const Shape& s, DType d, Random& r, double low = -1, double high = 1) {
  const auto n = size_t(size_of(s));
  if (d == DType::kFloat64) {
    std::vector<double> v(n);
    for (double& x : v) x = r.uniform(low, high);
    return tensor(s, v, d);
  }
  std::vector<float> v(n);
  for (float& x : v) x = float(r.uniform(low, high));
  return tensor(s, v, d);
}

inline void evaluate(const Tensors& ts) {
  schedule(ts).run();
  for (const Tensor& t : ts) throw_if_failed(t);
}
inline std::vector<double> values(const Tensor& given) {
  const Tensor t = given.dtype() == DType::kFloat64 ? given : ops::cast(given, DType::kFloat64);
  evaluate({t});
  const HostView view = to_host(t);
  return {view.as<double>(), view.as<double>() + t.size()};
}
// Runs a traced function as a plan on these inputs.
template <class F>
std::vector<std::vector<double>> run_plan(const Tensors& inputs, F&& trace) {
  PlanRequest request;
  for (const Tensor& t : inputs) request.inputs.push_back(Tensor::placeholder(t.spec()));
  request.outputs = trace(request.inputs);
  request.name = "test";
  PlanPtr plan = Plan::compile(request);
  std::vector<const void*> in;
  for (const Tensor& t : inputs) in.push_back(t.node()->storage->data());
  Tensors results;
  std::vector<void*> out;
  for (const Spec& s : plan->output_specs()) {
    results.push_back(Tensor::from_storage(s, allocate(s)));
    out.push_back(results.back().node()->storage->data());
  }
  plan->run(in.data(), nullptr, out.data());
  plan->run(in.data(), nullptr, out.data());  // a second run must not see what the first one left
  backend_of(plan->device()).stream().check();
  std::vector<std::vector<double>> r;
  for (const Tensor& t : results) r.push_back(values(t));
  return r;
}
inline void check_close(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  double scale = 1e-3;
  for (double w : want)
    if (std::isfinite(w)) scale = std::max(scale, std::fabs(w));
  for (size_t i = 0; i < got.size(); i++) {
    INFO("element ", i, ": ", got[i], " instead of ", want[i]);
    CHECK((got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i])) ||
           std::fabs(got[i] - want[i]) <= tolerance * scale));
  }
}

}  // namespace trae::test
