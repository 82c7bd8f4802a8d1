#include "napi/plan_wrap.h"

#include "core/error.h"
#include "napi/attrs.h"
#include "napi/environment.h"
#include "napi/steps.h"
#include "napi/tensor_wrap.h"
#include "napi/variable_wrap.h"
#include "runtime/plan_run.h"

namespace trae::napi {

void PlanWrap::define(Napi::Env env, Napi::Object) {
  Napi::Function f =
      DefineClass(env, "Plan",
                  {InstanceMethod<&PlanWrap::run>("run"), InstanceMethod<&PlanWrap::run_steps>("runSteps"),
                   InstanceMethod<&PlanWrap::explain>("explain"), InstanceAccessor<&PlanWrap::statistics>("statistics"),
                   InstanceMethod<&PlanWrap::dispose>("dispose")});
  Environment::of(env).plan_class = Napi::Persistent(f);
}

PlanWrap::PlanWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info.Length() != 1 || !info[0].IsExternal())
    throw Napi::TypeError::New(info.Env(), "Plan: use compile() to make a plan.");
  plan_ = *info[0].As<Napi::External<PlanPtr>>().Data();
}

Napi::Value PlanWrap::compile(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    auto options = info[0].As<Napi::Object>();
    PlanRequest request;
    request.inputs = TensorWrap::unwrap_all(options.Get("inputs"), "compile");
    request.reads = TensorWrap::unwrap_all(options.Get("reads"), "compile");
    request.outputs = TensorWrap::unwrap_all(options.Get("outputs"), "compile");
    auto updates = options.Get("updates").As<Napi::Array>();
    for (uint32_t i = 0; i < updates.Length(); i++) {
      const Napi::Value v = updates.Get(i);
      request.updates.push_back(v.IsNull() || v.IsUndefined() ? Tensor() : TensorWrap::unwrap(v, "compile"));
    }
    if (options.Get("name").IsString()) request.name = options.Get("name").ToString().Utf8Value();
    std::vector<std::shared_ptr<Tensor>> cells;
    auto variables = options.Get("variables").As<Napi::Array>();
    for (uint32_t i = 0; i < variables.Length(); i++) cells.push_back(VariableWrap::unwrap(variables.Get(i)).cell());
    if (cells.size() != request.reads.size() || cells.size() != request.updates.size())
      throw trae::InternalError("compile", "variables, reads and updates differ in number.");

    // Primitives belong to the thread that runs them; this thread waits, so the graph stands still.
    PlanPtr plan;
    std::exception_ptr error;
    Environment::of(env).run_sync([&] {
      try {
        plan = Plan::compile(request);
      } catch (...) { error = std::current_exception(); }
    });
    if (error) std::rethrow_exception(error);
    auto object = Environment::of(env).plan_class.New({Napi::External<PlanPtr>::New(env, &plan)});
    Unwrap(object)->cells_ = std::move(cells);
    return object;
  });
}

const PlanPtr& PlanWrap::plan() const {
  if (!plan_) throw trae::Error("RuntimeError", "plan", "this plan has been disposed.");
  return plan_;
}

Napi::Value PlanWrap::run(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    auto call = std::make_shared<PlanCall>(plan(), cells_, TensorWrap::unwrap_all(info[0], "plan"));
    Environment& e = Environment::of(env);
    if (!call->can_run_here() || !e.run_here([&call] { call->work(); }))
      e.submit([call] {
        call->work();
        return true;
      });
    return TensorWrap::wrap_all(env, call->outputs());
  });
}

Napi::Value PlanWrap::run_steps(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto options = info[0].As<Napi::Object>();
    return run_plan_steps(Environment::of(info.Env()), plan(), cells_, options);
  });
}

Napi::Value PlanWrap::explain(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::String::New(info.Env(), plan()->explain()); });
}

Napi::Value PlanWrap::statistics(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const PlanStatistics& s = plan()->statistics();
    auto o = Napi::Object::New(info.Env());
    o.Set("ops", s.ops);
    o.Set("fused", s.fused);
    o.Set("reorders", s.reorders);
    o.Set("arenaBytes", double(s.arena_bytes));
    o.Set("compileMs", s.compile_ms);
    return o;
  });
}

void PlanWrap::dispose(const Napi::CallbackInfo&) {
  plan_.reset();
  cells_.clear();
}

}  // namespace trae::napi
