// Runs over rows for JavaScript: options in, progress and results out. The loop itself is runtime/step_loop.h.
#pragma once
#include "napi/environment.h"
#include "runtime/plan.h"

namespace trae::napi {

// `options` as StepsOptions in binding.d.ts. Resolves to { done, outputs }.
Napi::Value run_plan_steps(Environment&, const PlanPtr&, const std::vector<std::shared_ptr<Tensor>>& cells,
                           const Napi::Object& options);

}  // namespace trae::napi
