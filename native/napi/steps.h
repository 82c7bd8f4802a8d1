// Many steps of a plan over rows of data: an epoch of training, an evaluation, a prediction. No JavaScript runs per
// step.
#pragma once
#include "napi/environment.h"
#include "runtime/plan_run.h"

namespace trae::napi {

// `options` as StepsOptions in binding.d.ts. Resolves to { done, outputs }.
Napi::Value run_plan_steps(Environment&, PlanPtr, const std::vector<std::shared_ptr<Tensor>>& cells, Tensors data,
                           const Napi::Object& options);

}  // namespace trae::napi
