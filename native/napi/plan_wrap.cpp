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

Plan& PlanWrap::plan() const {
  if (!plan_) throw trae::Error("RuntimeError", "plan", "this plan has been disposed.");
  return *plan_;
}

void PlanWrap::check_inputs(const Tensors& inputs, bool rows_only) const {
  const Specs& want = plan().input_specs();
  if (inputs.size() != want.size())
    throw trae::ValueError("plan", "takes " + std::to_string(want.size()) + " tensors but " +
                                       std::to_string(inputs.size()) + " are given.");
  for (size_t i = 0; i < want.size(); i++) {
    const Spec& got = inputs[i].spec();
    bool is_same = got.dtype == want[i].dtype && got.ndim() == want[i].ndim();
    for (int a = rows_only ? 1 : 0; is_same && a < got.ndim(); a++)
      is_same = got.shape[size_t(a)] == want[i].shape[size_t(a)];
    if (!is_same)
      throw trae::ValueError("plan", "input " + std::to_string(i) + " must have shape " + to_string(want[i].shape) +
                                         " and dtype " + std::string(name_of(want[i].dtype)) + ".\n  Received: shape " +
                                         to_string(got.shape) + ", dtype " + std::string(name_of(got.dtype)));
  }
}

Napi::Value PlanWrap::run(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Tensors inputs = TensorWrap::unwrap_all(info[0], "plan");
    check_inputs(inputs, false);
    auto run = std::make_shared<PlanRun>(plan_, cells_, inputs);
    Tensors outputs;
    for (const Spec& s : plan().output_specs()) outputs.emplace_back(std::make_shared<Node>(s, State::kScheduled));
    const auto work = [run, inputs, outputs] {
      try {
        run->prepare();
        std::vector<const void*> in;
        for (const Tensor& t : inputs) {
          throw_if_failed(t);
          in.push_back(t.node()->storage->data());
        }
        std::vector<void*> out;
        for (const Tensor& t : outputs) {
          t.node()->storage = std::make_shared<Storage>(t.spec().bytes());
          out.push_back(t.node()->storage->data());
        }
        run->plan().run(in.data(), run->variables(), out.data());
        run->finish();
        for (const Tensor& t : outputs) t.node()->state.store(State::kReady, std::memory_order_release);
      } catch (...) {
        run->fail(std::current_exception());
        for (const Tensor& t : outputs) {
          t.node()->error = std::current_exception();
          t.node()->state.store(State::kFailed, std::memory_order_release);
        }
      }
    };
    Environment& e = Environment::of(env);
    if (!run->can_run_here() || !e.run_here(work))
      e.submit([work] {
        work();
        return true;
      });
    return TensorWrap::wrap_all(env, outputs);
  });
}

Napi::Value PlanWrap::run_steps(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto options = info[0].As<Napi::Object>();
    Tensors data = TensorWrap::unwrap_all(options.Get("data"), "plan");
    check_inputs(data, true);
    return run_plan_steps(Environment::of(info.Env()), plan_, cells_, std::move(data), options);
  });
}

Napi::Value PlanWrap::explain(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::String::New(info.Env(), plan().explain()); });
}

Napi::Value PlanWrap::statistics(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const PlanStatistics& s = plan().statistics();
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
