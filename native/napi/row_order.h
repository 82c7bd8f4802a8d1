// An order of rows as an object of JavaScript (runtime/row_numbers.h).
#pragma once
#include <napi.h>

#include "runtime/row_numbers.h"

namespace trae::napi {

class RowOrder : public Napi::ObjectWrap<RowOrder> {
 public:
  static void define(Napi::Env, Napi::Object exports);
  static RowNumbersPtr unwrap(const Napi::Value&);
  explicit RowOrder(const Napi::CallbackInfo&);  // (indices: Int32Array, rows: number)
  ~RowOrder() override;

 private:
  RowNumbersPtr numbers_;
  Napi::Env env_;
};

}  // namespace trae::napi
