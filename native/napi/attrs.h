// Options of an op from a JavaScript record: numbers, booleans, strings and lists of numbers; undefined is left out.
#pragma once
#include <napi.h>

#include "graph/attrs.h"

namespace trae::napi {
AttrMap read_attrs(const std::string& op, const Napi::Value&);
Shape read_shape(const Napi::Value&, const char* where);
}  // namespace trae::napi
