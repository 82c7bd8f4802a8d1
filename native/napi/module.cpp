// The addon's functions: see binding.d.ts. Generic, so that a new op changes nothing here.
#include <napi.h>

#include <algorithm>

#include "backend/backend.h"
#include "core/crc32c.h"
#include "core/error.h"
#include "graph/gradients.h"
#include "graph/host.h"
#include "graph/scope.h"
#include "napi/attrs.h"
#include "napi/environment.h"
#include "napi/plan_wrap.h"
#include "napi/row_order.h"
#include "napi/tensor_wrap.h"
#include "napi/variable_wrap.h"
#include "ops/custom_gradient.h"
#include "runtime/evaluate.h"

namespace trae::napi {
namespace {

// Chains of calls longer than this are evaluated while the program goes on, so that loops which never read a value
// do not grow without bound.
constexpr int kLongestChain = 256;

void initialize(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  environment.make_error = Napi::Persistent(info[0].As<Napi::Function>());
  environment.set_immediate = Napi::Persistent(info[1].As<Napi::Function>());
  environment.allocate_buffer = Napi::Persistent(info[2].As<Napi::Function>());
  environment.turned = Napi::Persistent(
      Napi::Function::New(info.Env(), [](const Napi::CallbackInfo& i) { Environment::of(i.Env()).turn(); }));
}

Napi::Value from_data(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsTypedArray()) throw trae::TypeError("tensor", "a typed array is expected.");
    auto data = info[0].As<Napi::TypedArray>();
    Spec spec{read_shape(info[1], "tensor"), parse_dtype(info[2].ToString().Utf8Value())};
    const size_t count = data.ElementLength();
    if (int64_t(count) != spec.size())
      throw trae::ValueError("tensor", "shape " + to_string(spec.shape) + " holds " + std::to_string(spec.size()) +
                                           " values but " + std::to_string(count) + " are given.");
    const auto* bytes = static_cast<const uint8_t*>(data.ArrayBuffer().Data()) + data.ByteOffset();
    Tensor made;
    if (spec.dtype == DType::kFloat16 || spec.dtype == DType::kBFloat16) {
      if (data.TypedArrayType() != napi_float32_array)
        throw trae::TypeError("tensor", "half types are made from a Float32Array.");
      made = from_host(spec, [&](void* to) {
        const auto* from = reinterpret_cast<const float*>(bytes);
        auto* half = static_cast<uint16_t*>(to);
        for (size_t i = 0; i < count; i++)
          half[i] = spec.dtype == DType::kFloat16 ? float_to_half(from[i]) : float_to_bfloat16(from[i]);
      });
    } else if (data.ElementSize() != size_of(spec.dtype)) {
      throw trae::TypeError("tensor", "the typed array has elements of " + std::to_string(data.ElementSize()) +
                                          " bytes but dtype " + std::string(name_of(spec.dtype)) + " has " +
                                          std::to_string(size_of(spec.dtype)) + ".");
    } else {
      made = from_host(spec, bytes);
    }
    return TensorWrap::wrap(info.Env(), made);
  });
}

Napi::Value placeholder(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Spec spec{read_shape(info[0], "placeholder"), parse_dtype(info[1].ToString().Utf8Value())};
    return TensorWrap::wrap(info.Env(), Tensor::placeholder(std::move(spec)));
  });
}

void evaluate_long_chains(Environment& environment, const Tensors& made) {
  if (made.empty() || made[0].node()->depth < kLongestChain || is_symbolic(made[0])) return;
  auto work = std::make_shared<Evaluation>(schedule(made));
  environment.submit([work] {
    work->run();
    return true;
  });
}

Tensors applied(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const std::string name = info[0].ToString();
  AttrMap attrs = read_attrs(name, info[2]);
  if (name == CustomGradient::kName) attrs.set("environment", double(environment.id));
  Tensors out = apply(make_op(name, attrs), TensorWrap::unwrap_all(info[1], name.c_str()));
  evaluate_long_chains(environment, out);
  return out;
}
Napi::Value run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&]() -> Napi::Value { return TensorWrap::wrap(info.Env(), std::move(applied(info)[0])); });
}
Napi::Value run_many(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return TensorWrap::wrap_all(info.Env(), applied(info)); });
}

Napi::Value js_gradients(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    auto custom = info[3].As<Napi::Function>();
    auto call = [&](int64_t id, const Tensors& dy) {
      Napi::Value list = custom.Call({Napi::Number::New(env, double(id)), TensorWrap::wrap_all(env, dy)});
      Tensors dx;
      auto array = list.As<Napi::Array>();
      for (uint32_t i = 0; i < array.Length(); i++) {
        const Napi::Value v = array.Get(i);
        dx.push_back(v.IsNull() || v.IsUndefined() ? Tensor() : TensorWrap::unwrap(v, "customGradient"));
      }
      return dx;
    };
    return TensorWrap::wrap_all(
        env, gradients(TensorWrap::unwrap_all(info[0], "gradients"), TensorWrap::unwrap_all(info[1], "gradients"),
                       TensorWrap::unwrap_all(info[2], "gradients"), call));
  });
}

Napi::Value released_custom_gradients(const Napi::CallbackInfo& info) {
  auto ids = CustomGradientToken::take_released(Environment::of(info.Env()).id);
  auto list = Napi::Array::New(info.Env(), ids.size());
  for (size_t i = 0; i < ids.size(); i++) list.Set(uint32_t(i), double(ids[i]));
  return list;
}

Napi::Value evaluate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Tensors ts = TensorWrap::unwrap_all(info[0], "evaluate");
    if (std::all_of(ts.begin(), ts.end(), is_ready))
      return Environment::of(info.Env()).settled([](Napi::Env env) { return env.Undefined(); });
    return evaluate(Environment::of(info.Env()), ts, [ts](Napi::Env env) {
      for (const Tensor& t : ts) throw_if_failed(t);
      return env.Undefined();
    });
  });
}

void evaluate_sync(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    Tensors ts = TensorWrap::unwrap_all(info[0], "evaluate");
    evaluate_now(Environment::of(info.Env()), ts);
    for (const Tensor& t : ts) throw_if_failed(t);
  });
}

Napi::Value js_is_symbolic(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(), is_symbolic(TensorWrap::unwrap(info[0], "isSymbolic")));
  });
}

Napi::Value ops(const Napi::CallbackInfo& info) {
  const auto& all = registered_ops();
  auto list = Napi::Array::New(info.Env(), all.size());
  for (size_t i = 0; i < all.size(); i++) {
    auto o = Napi::Object::New(info.Env());
    o.Set("name", all[i].name);
    o.Set("internal", all[i].is_internal);
    list.Set(uint32_t(i), o);
  }
  return list;
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  const MemoryStatistics m = allocator_of(default_device()).statistics();
  auto o = Napi::Object::New(info.Env());
  o.Set("tensors", double(Environment::of(info.Env()).live_tensors()));
  o.Set("bytesInUse", double(m.bytes_in_use));
  o.Set("peakBytes", double(m.peak_bytes));
  o.Set("pooledBytes", double(m.pooled_bytes));
  o.Set("buffers", double(m.buffers));
  return o;
}

Napi::Value get_num_threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), default_backend().threads());
}

void js_set_num_threads(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const double n = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
    if (!(n >= 1 && n <= 1024) || n != int(n))
      throw trae::ValueError("config.numThreads",
                             "must be an integer from 1 to 1024.\n  Received: " + info[0].ToString().Utf8Value());
    Environment::of(info.Env()).run_sync([n] { default_backend().set_threads(int(n)); });
  });
}

Napi::Value devices(const Napi::CallbackInfo& info) {
  auto o = Napi::Object::New(info.Env());
  const Backend& backend = default_backend();
  o.Set("name", backend.name() + ":" + std::to_string(backend.device().index));
  o.Set("kind", backend.name());
  o.Set("description", backend.description());
  auto list = Napi::Array::New(info.Env(), 1);
  list.Set(0u, o);
  return list;
}

Napi::Value js_crc32c(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsTypedArray()) throw trae::TypeError("crc32c", "a typed array is expected.");
    auto data = info[0].As<Napi::TypedArray>();
    const auto* bytes = static_cast<const uint8_t*>(data.ArrayBuffer().Data()) + data.ByteOffset();
    return Napi::Number::New(info.Env(), crc32c(bytes, data.ByteLength(), info[1].ToNumber().Uint32Value()));
  });
}

Napi::Value measure_peak(const Napi::CallbackInfo& info) {
  auto peak = std::make_shared<Peak>();
  return Environment::of(info.Env())
      .run_async([peak] { *peak = default_backend().measure_peak(); },
                 [peak](Napi::Env env) -> Napi::Value {
                   auto o = Napi::Object::New(env);
                   o.Set("gflops", peak->gflops);
                   o.Set("copyGBs", peak->copy_gbs);
                   return o;
                 });
}

Napi::Value version(const Napi::CallbackInfo& info) {
  auto o = Napi::Object::New(info.Env());
  for (const auto& [name, text] : default_backend().versions()) o.Set(name, text);
  return o;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  if (const std::string problem = default_backend().problem(); !problem.empty()) throw Napi::Error::New(env, problem);
  env.SetInstanceData(new Environment(env));
  TensorWrap::define(env, exports);
  VariableWrap::define(env, exports);
  PlanWrap::define(env, exports);
  RowOrder::define(env, exports);
  auto define = [&](const char* name, auto f) { exports.Set(name, Napi::Function::New(env, f, name)); };
  define("initialize", initialize);
  define("fromData", from_data);
  define("placeholder", placeholder);
  define("run", run);
  define("runMany", run_many);
  define("gradients", js_gradients);
  define("enterGradientScope", [](const Napi::CallbackInfo&) { GradientScope::enter(); });
  define("exitGradientScope", [](const Napi::CallbackInfo&) { GradientScope::exit(); });
  define("releasedCustomGradients", released_custom_gradients);
  define("evaluate", evaluate);
  define("evaluateSync", evaluate_sync);
  define("isSymbolic", js_is_symbolic);
  define("compile", PlanWrap::compile);
  define("ops", ops);
  define("memory", memory);
  define("getNumThreads", get_num_threads);
  define("setNumThreads", js_set_num_threads);
  define("devices", devices);
  define("measurePeak", measure_peak);
  define("crc32c", js_crc32c);
  define("version", version);
  return exports;
}

}  // namespace

NODE_API_MODULE(trae, init)

}  // namespace trae::napi
