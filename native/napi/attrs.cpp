#include "napi/attrs.h"

#include "core/error.h"

namespace trae::napi {

AttrMap read_attrs(const std::string& op, const Napi::Value& value) {
  AttrMap attrs(op);
  if (!value.IsObject()) return attrs;
  auto record = value.As<Napi::Object>();
  auto names = record.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).ToString();
    const Napi::Value v = record.Get(name);
    if (v.IsUndefined() || v.IsNull()) continue;
    if (v.IsNumber()) attrs.set(name, v.As<Napi::Number>().DoubleValue());
    else if (v.IsBoolean()) attrs.set(name, v.As<Napi::Boolean>().Value());
    else if (v.IsString()) attrs.set(name, v.As<Napi::String>().Utf8Value());
    else if (v.IsArray()) {
      auto list = v.As<Napi::Array>();
      std::vector<double> numbers;
      for (uint32_t k = 0; k < list.Length(); k++) {
        const Napi::Value e = list.Get(k);
        if (!e.IsNumber())
          throw trae::TypeError(op,
                                "option '" + name + "' must hold numbers.\n  Received: " + e.ToString().Utf8Value());
        numbers.push_back(e.As<Napi::Number>().DoubleValue());
      }
      attrs.set(name, std::move(numbers));
    } else {
      throw trae::TypeError(op, "option '" + name +
                                    "' must be a number, a string, a boolean or a list of numbers.\n  Received: " +
                                    v.ToString().Utf8Value());
    }
  }
  return attrs;
}

Shape read_shape(const Napi::Value& v, const char* where) {
  if (!v.IsArray()) throw trae::TypeError(where, "the shape must be an array of integers.");
  auto list = v.As<Napi::Array>();
  Shape shape;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value e = list.Get(i);
    const double d = e.IsNumber() ? e.As<Napi::Number>().DoubleValue() : -1;
    if (!(d >= 0 && d < 0x1p53) || d != double(int64_t(d)))
      throw trae::ValueError(where, "sizes of a shape must be integers >= 0.\n  Received: " + e.ToString().Utf8Value());
    shape.push_back(int64_t(d));
  }
  size_of(shape);
  return shape;
}

}  // namespace trae::napi
