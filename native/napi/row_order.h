// Row numbers in the order of use: copied and validated once, then used by any number of runs over rows.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

namespace trae::napi {

struct RowNumbers {
  std::vector<int32_t> values;
  int64_t rows;  // each of the values is below
};
using RowNumbersPtr = std::shared_ptr<const RowNumbers>;

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
