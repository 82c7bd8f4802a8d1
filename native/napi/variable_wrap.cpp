#include "napi/variable_wrap.h"

#include "core/error.h"
#include "napi/environment.h"
#include "napi/tensor_wrap.h"

namespace trae::napi {
namespace {
constexpr napi_type_tag kTag = {0x7472616576617269, 0x61626c6500000001};
}

void VariableWrap::define(Napi::Env env, Napi::Object exports) {
  Napi::Function f = DefineClass(
      env, "Variable", {InstanceMethod<&VariableWrap::get>("get"), InstanceMethod<&VariableWrap::set>("set")});
  Environment::of(env).variable_class = Napi::Persistent(f);
  exports.Set("Variable", f);
}

VariableWrap::VariableWrap(const Napi::CallbackInfo& info) : ObjectWrap(info), env_(info.Env()) {
  guarded(info.Env(), [&] {
    cell_ = std::make_shared<Tensor>(TensorWrap::unwrap(info[0], "variable"));
    bytes_ = int64_t(cell_->spec().bytes());
    napi_type_tag_object(env_, info.This(), &kTag);
    Napi::MemoryManagement::AdjustExternalMemory(env_, bytes_);
  });
}

VariableWrap::~VariableWrap() {
  if (cell_) Napi::MemoryManagement::AdjustExternalMemory(env_, -bytes_);
}

VariableWrap& VariableWrap::unwrap(const Napi::Value& v) {
  bool is_variable = false;
  if (v.IsObject()) napi_check_object_type_tag(v.Env(), v, &kTag, &is_variable);
  if (!is_variable) throw trae::TypeError("compile", "a variable is expected.");
  return *Unwrap(v.As<Napi::Object>());
}

Napi::Value VariableWrap::get(const Napi::CallbackInfo& info) { return TensorWrap::wrap(info.Env(), *cell_); }

void VariableWrap::set(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const Tensor& t = TensorWrap::unwrap(info[0], "assign");
    if (t.spec() != cell_->spec())
      throw trae::ValueError("assign", "the variable has shape " + to_string(cell_->shape()) +
                                           " but the new value has shape " + to_string(t.shape()) + ".");
    *cell_ = t;
  });
}

}  // namespace trae::napi
