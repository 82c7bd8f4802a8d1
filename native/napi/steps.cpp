#include "napi/steps.h"

#include "core/error.h"
#include "napi/row_order.h"
#include "napi/tensor_wrap.h"
#include "runtime/step_loop.h"

namespace trae::napi {
namespace {

int64_t whole(const Napi::Object& o, const char* name) {
  const Napi::Value v = o.Get(name);
  const double d = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : -1;
  if (!(d >= 0 && d < 0x1p53) || d != double(int64_t(d)))
    throw trae::ValueError("runSteps", std::string(name) + " must be an integer >= 0.");
  return int64_t(d);
}

// Reports wait here while the loop runs on the JavaScript thread; else they go through the channel.
struct Progress {
  bool is_here = false;
  std::function<void(Napi::Env)> waiting;
  int function = 0, cancel = 0;  // kept: the function, and the array of the flag; 0 for none
};

std::function<void(Napi::Env)> message_of(Environment& environment, int function, int64_t done,
                                          std::vector<double> values) {
  return [&environment, function, done, values = std::move(values)](Napi::Env env) {
    Napi::Function f = environment.held_function(function);
    if (f.IsEmpty()) return;
    auto array = Napi::Float64Array::New(env, values.size());
    for (size_t i = 0; i < values.size(); i++) array[i] = values[i];
    f.Call({Napi::Number::New(env, double(done)), array});
  };
}

}  // namespace

Napi::Value run_plan_steps(Environment& environment, const PlanPtr& plan,
                           const std::vector<std::shared_ptr<Tensor>>& cells, const Napi::Object& options) {
  StepLoopOptions o;
  o.data = TensorWrap::unwrap_all(options.Get("data"), "plan");
  o.batch_size = whole(options, "batchSize");
  o.start = whole(options, "start");
  o.steps = whole(options, "steps");
  if (options.Get("order").IsObject()) o.order = RowOrder::unwrap(options.Get("order"));
  o.collect = options.Get("collect").ToBoolean();
  o.has_waiting = [&environment] { return environment.has_waiting(); };
  const Napi::Value cancel = options.Get("cancel"), function = options.Get("onProgress");
  if (cancel.IsTypedArray()) o.cancel = cancel.As<Napi::Uint8Array>().Data();
  auto progress = std::make_shared<Progress>();
  if (function.IsFunction()) {
    o.report = [&environment, progress, channel = environment.channel()](int64_t done, std::vector<double> values) {
      auto message = message_of(environment, progress->function, done, std::move(values));
      if (progress->is_here) progress->waiting = std::move(message);
      else channel->post(std::move(message));
    };
  }
  const bool has_cancel = o.cancel != nullptr;
  auto loop = std::make_shared<StepLoop>(plan, cells, std::move(o));
  if (function.IsFunction()) progress->function = environment.hold_object(function.As<Napi::Function>());
  const auto settle = [loop, progress, &environment](Napi::Env env) -> Napi::Value {
    environment.release_object(progress->function);
    environment.release_object(progress->cancel);
    if (loop->error()) std::rethrow_exception(loop->error());
    auto result = Napi::Object::New(env);
    result.Set("done", double(loop->done()));
    result.Set("outputs", TensorWrap::wrap_all(env, loop->collected()));
    return result;
  };
  if (loop->can_run_here()) {
    progress->is_here = true;
    if (environment.run_here([&loop] { loop->slice(); })) {
      if (progress->waiting) environment.deliver(progress->waiting);
      return environment.settled(settle);
    }
    progress->is_here = false;
  }
  if (has_cancel) progress->cancel = environment.hold_object(cancel.As<Napi::Object>());
  return environment.run_slices([loop] { return loop->slice(); }, settle);
}

}  // namespace trae::napi
