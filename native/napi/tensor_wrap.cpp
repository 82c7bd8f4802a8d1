#include "napi/tensor_wrap.h"

#include <utility>

#include "core/aligned_memory.h"
#include "core/error.h"
#include "core/memory_limit.h"
#include "graph/host.h"
#include "napi/environment.h"
#include "runtime/evaluate.h"

namespace trae::napi {
namespace {

// About what a call costs: its node, op, attributes and sizes.
constexpr size_t kGraphBytes = 2048;

// A typed array, not filled where it is large. Node ends the process where one of N-API's cannot be had; the function
// of JavaScript throws.
template <class T>
T make_array(Napi::Env env, const Tensor& t, size_t element_size) {
  constexpr size_t kLarge = size_t(1) << 20;
  const size_t count = size_t(t.size()), bytes = count * element_size;
  if (bytes < kLarge) return T::New(env, count);
  require_available(bytes);
  try {
    auto buffer = Environment::of(env).allocate_buffer.Call({Napi::Number::New(env, double(bytes))});
    auto array = T::New(env, count, buffer.template As<Napi::ArrayBuffer>(), 0);
    prefer_huge_pages(array.Data(), bytes);
    return array;
  } catch (const Napi::Error&) {
    throw OutOfMemoryError("", "a typed array of " + std::to_string(bytes) +
                                   " bytes cannot be made: the tensor of shape " + to_string(t.shape()) +
                                   " is too large to be read as a whole.\n  Fix: read slices of it.");
  }
}

template <class T>
Napi::Value copy_out(Napi::Env env, const Tensor& t) {
  auto array = make_array<T>(env, t, size_of(t.dtype()));
  to_host(t, array.Data());
  return array;
}

Napi::Value to_typed_array(Napi::Env env, const Tensor& t) {
  throw_if_failed(t);
  switch (t.dtype()) {
    case DType::kFloat32: return copy_out<Napi::Float32Array>(env, t);
    case DType::kFloat64: return copy_out<Napi::Float64Array>(env, t);
    case DType::kInt32: return copy_out<Napi::Int32Array>(env, t);
    case DType::kInt64: return copy_out<Napi::BigInt64Array>(env, t);
    case DType::kInt8: return copy_out<Napi::Int8Array>(env, t);
    case DType::kUInt8:
    case DType::kBool: return copy_out<Napi::Uint8Array>(env, t);
    default: break;
  }
  auto array = make_array<Napi::Float32Array>(env, t, sizeof(float));
  const HostView view = to_host(t);
  const auto* half = view.as<uint16_t>();
  const bool is_brain = t.dtype() == DType::kBFloat16;
  for (int64_t i = 0; i < t.size(); i++)
    array[size_t(i)] = is_brain ? bfloat16_to_float(half[i]) : half_to_float(half[i]);
  return array;
}

}  // namespace

void TensorWrap::define(Napi::Env env, Napi::Object exports) {
  Napi::Function f = DefineClass(
      env, "Tensor",
      {InstanceAccessor<&TensorWrap::shape>("shape", napi_configurable), InstanceAccessor<&TensorWrap::dtype>("dtype"),
       InstanceAccessor<&TensorWrap::ndim>("ndim"), InstanceAccessor<&TensorWrap::size>("size"),
       InstanceAccessor<&TensorWrap::is_disposed>("isDisposed"), InstanceMethod<&TensorWrap::read>("read"),
       InstanceMethod<&TensorWrap::read_sync>("readSync"), InstanceMethod<&TensorWrap::dispose>("dispose")});
  Environment::of(env).tensor_class = Napi::Persistent(f);
  exports.Set("Tensor", f);
}

TensorWrap::TensorWrap(const Napi::CallbackInfo& info) : ObjectWrap(info), env_(info.Env()) {
  Environment& environment = Environment::of(env_);
  if (!environment.made_tensor) throw Napi::TypeError::New(info.Env(), "Tensor: use tensor(values) to make a tensor.");
  tensor_ = std::move(*std::exchange(environment.made_tensor, nullptr));
  spec_ = tensor_.spec();
  // What is made from a placeholder is never computed: the collector must not hurry for bytes that are not there, but
  // for those of the graph that the wrapper keeps.
  bytes_ = tensor_.node()->is_symbolic ? kGraphBytes : spec_.bytes();
  Napi::MemoryManagement::AdjustExternalMemory(env_, int64_t(bytes_));
  environment_ = &environment;
  environment.add(this);
}

TensorWrap::~TensorWrap() {
  release();
  if (environment_) environment_->remove(this);
}

void TensorWrap::release() {
  if (!tensor_) return;
  tensor_ = Tensor();
  if (environment_) environment_->release(this);
  Napi::MemoryManagement::AdjustExternalMemory(env_, -int64_t(bytes_));
}

Napi::Object TensorWrap::wrap(Napi::Env env, Tensor t) {
  Environment& e = Environment::of(env);
  e.sweep_if_due();
  e.made_tensor = &t;
  try {
    return e.tensor_class.New({});
  } catch (...) {  // the environment is being ended
    e.made_tensor = nullptr;
    throw;
  }
}

// What is wrapped by others is told from tensors by its address.
const Tensor& TensorWrap::unwrap(const Napi::Value& v, const char* where) {
  void* wrapped = nullptr;
  const bool is_wrapper = napi_unwrap(v.Env(), v, &wrapped) == napi_ok;
  auto* wrap = static_cast<TensorWrap*>(wrapped);
  if (is_wrapper && Environment::of(v.Env()).has(wrap)) return wrap->checked(where);
  const std::string text = v.ToString().Utf8Value();
  throw trae::TypeError(where, "a tensor is expected.\n  Received: " + text.substr(0, 80));
}

Tensors TensorWrap::unwrap_all(const Napi::Value& v, const char* where) {
  if (!v.IsArray()) throw trae::TypeError(where, "an array of tensors is expected.");
  auto list = v.As<Napi::Array>();
  Tensors r;
  const uint32_t n = list.Length();
  r.reserve(n);
  for (uint32_t i = 0; i < n; i++) r.push_back(unwrap(list.Get(i), where));
  return r;
}

Napi::Array TensorWrap::wrap_all(Napi::Env env, const Tensors& ts) {
  auto list = Napi::Array::New(env, ts.size());
  for (size_t i = 0; i < ts.size(); i++) list.Set(uint32_t(i), ts[i] ? wrap(env, ts[i]) : env.Null());
  return list;
}

const Tensor& TensorWrap::checked(const char* where) {
  if (!tensor_)
    throw trae::Error("RuntimeError", where, "this tensor of shape " + to_string(spec_.shape) + " has been disposed.");
  return tensor_;
}

Napi::Value TensorWrap::shape(const Napi::CallbackInfo& info) {
  auto list = Napi::Array::New(info.Env(), spec_.shape.size());
  for (size_t i = 0; i < spec_.shape.size(); i++) list.Set(uint32_t(i), double(spec_.shape[i]));
  return list;
}
Napi::Value TensorWrap::dtype(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), std::string(name_of(spec_.dtype)));
}
Napi::Value TensorWrap::ndim(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), spec_.ndim()); }
Napi::Value TensorWrap::size(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), double(spec_.size()));
}
Napi::Value TensorWrap::is_disposed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), !tensor_); }

Napi::Value TensorWrap::read(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Tensor t = checked("data");
    if (is_ready(t)) return Environment::of(env).settled([t](Napi::Env env) { return to_typed_array(env, t); });
    return evaluate(Environment::of(env), {t}, [t](Napi::Env env) { return to_typed_array(env, t); });
  });
}

Napi::Value TensorWrap::read_sync(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Tensor t = checked("dataSync");
    const State state = t.node()->state.load(std::memory_order_acquire);
    if (state != State::kReady && state != State::kFailed) evaluate_now(Environment::of(env), {t});
    return to_typed_array(env, t);
  });
}

void TensorWrap::dispose(const Napi::CallbackInfo&) { release(); }

Napi::Promise evaluate(Environment& environment, const Tensors& tensors, Environment::Settle settle) {
  auto work = std::make_shared<Evaluation>(schedule(tensors));
  if (work->is_light() && environment.run_here([&] { work->run(); })) return environment.settled(std::move(settle));
  return environment.run_async([work] { work->run(); }, std::move(settle));
}
void evaluate_now(Environment& environment, const Tensors& tensors) {
  Evaluation work = schedule(tensors);
  const auto run = [&work] { work.run(); };
  if (!work.is_light() || !environment.run_here(run)) environment.run_sync(run);
}

}  // namespace trae::napi
