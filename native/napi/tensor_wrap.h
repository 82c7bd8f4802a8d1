// The JavaScript side of a tensor: a handle that counts its bytes and lets go of them once.
#pragma once
#include <napi.h>

#include "graph/tensor.h"
#include "napi/environment.h"

namespace trae::napi {

class TensorWrap : public Napi::ObjectWrap<TensorWrap> {
 public:
  static void define(Napi::Env, Napi::Object exports);
  static Napi::Object wrap(Napi::Env, Tensor);
  // TypeError for anything that is no tensor; RuntimeError for a disposed one.
  static const Tensor& unwrap(const Napi::Value&, const char* where);
  static Tensors unwrap_all(const Napi::Value&, const char* where);
  static Napi::Array wrap_all(Napi::Env, const Tensors&);

  explicit TensorWrap(const Napi::CallbackInfo&);
  ~TensorWrap() override;
  void release();
  bool is_collected() { return Value().IsEmpty(); }
  size_t reported_bytes() const { return bytes_; }
  void detach() { environment_ = nullptr; }  // the environment ends before its last objects

 private:
  const Tensor& checked(const char* where);
  Napi::Value shape(const Napi::CallbackInfo&);
  Napi::Value dtype(const Napi::CallbackInfo&);
  Napi::Value ndim(const Napi::CallbackInfo&);
  Napi::Value size(const Napi::CallbackInfo&);
  Napi::Value is_disposed(const Napi::CallbackInfo&);
  Napi::Value read(const Napi::CallbackInfo&);
  Napi::Value read_sync(const Napi::CallbackInfo&);
  void dispose(const Napi::CallbackInfo&);

  Napi::Env env_;
  Environment* environment_;
  Tensor tensor_;
  Spec spec_;  // shape and dtype stay readable after dispose
  size_t bytes_ = 0;
};

// Promise settled by `settle` once the tensors have been computed: on this thread, where that is light work.
Napi::Promise evaluate(Environment&, const Tensors&, Environment::Settle settle);
// As above, waiting for it.
void evaluate_now(Environment&, const Tensors&);

}  // namespace trae::napi
