// A cell that holds the current tensor of a variable. A plan takes the tensor out, updates its buffer in place when
// nobody else holds it, and puts in a new tensor that is ready when the plan has run.
#pragma once
#include <napi.h>

#include "graph/tensor.h"

namespace trae::napi {

class VariableWrap : public Napi::ObjectWrap<VariableWrap> {
 public:
  static void define(Napi::Env, Napi::Object exports);
  static VariableWrap& unwrap(const Napi::Value&);
  explicit VariableWrap(const Napi::CallbackInfo&);
  ~VariableWrap() override;

  const std::shared_ptr<Tensor>& cell() const { return cell_; }

 private:
  Napi::Value get(const Napi::CallbackInfo&);
  void set(const Napi::CallbackInfo&);
  std::shared_ptr<Tensor> cell_;  // touched by the JavaScript thread only; plans hold it too
  Napi::Env env_;
  int64_t bytes_;
};

}  // namespace trae::napi
