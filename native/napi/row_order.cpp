#include "napi/row_order.h"

#include "core/error.h"
#include "napi/environment.h"

namespace trae::napi {
namespace {
constexpr napi_type_tag kTag = {0x74726165726f776f, 0x7264657200000001};
int64_t bytes_of(const RowNumbers& n) { return int64_t(n.values.size() * sizeof(int32_t)); }
}  // namespace

void RowOrder::define(Napi::Env env, Napi::Object exports) {
  exports.Set("RowOrder", DefineClass(env, "RowOrder", {}));
}

RowOrder::RowOrder(const Napi::CallbackInfo& info) : ObjectWrap(info), env_(info.Env()) {
  guarded(info.Env(), [&] {
    if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array)
      throw trae::TypeError("RowOrder", "row numbers are expected as an Int32Array.");
    auto given = info[0].As<Napi::Int32Array>();
    numbers_ = std::make_shared<RowNumbers>(given.Data(), given.ElementLength(), info[1].ToNumber().Int64Value());
    napi_type_tag_object(env_, info.This(), &kTag);
    Napi::MemoryManagement::AdjustExternalMemory(env_, bytes_of(*numbers_));
  });
}

RowOrder::~RowOrder() {
  if (numbers_) Napi::MemoryManagement::AdjustExternalMemory(env_, -bytes_of(*numbers_));
}

RowNumbersPtr RowOrder::unwrap(const Napi::Value& v) {
  bool is_order = false;
  if (v.IsObject()) napi_check_object_type_tag(v.Env(), v, &kTag, &is_order);
  if (!is_order) throw trae::TypeError("runSteps", "order must be a RowOrder.");
  return Unwrap(v.As<Napi::Object>())->numbers_;
}

}  // namespace trae::napi
