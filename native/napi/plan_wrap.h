// Plans for JavaScript: single runs that return at once, and whole epochs that run natively.
#pragma once
#include <napi.h>

#include "runtime/plan.h"

namespace trae::napi {

class PlanWrap : public Napi::ObjectWrap<PlanWrap> {
 public:
  static void define(Napi::Env, Napi::Object exports);
  static Napi::Value compile(const Napi::CallbackInfo&);
  explicit PlanWrap(const Napi::CallbackInfo&);

 private:
  Napi::Value run(const Napi::CallbackInfo&);
  Napi::Value run_steps(const Napi::CallbackInfo&);
  Napi::Value explain(const Napi::CallbackInfo&);
  Napi::Value statistics(const Napi::CallbackInfo&);
  void dispose(const Napi::CallbackInfo&);
  const PlanPtr& plan() const;  // RuntimeError once disposed

  PlanPtr plan_;
  std::vector<std::shared_ptr<Tensor>> cells_;  // current tensors of the variables
};

}  // namespace trae::napi
