#include "graph/attrs.h"

#include <cmath>

#include "core/error.h"

namespace trae {
namespace {
std::string print(const AttrMap::Value& v) {
  if (auto* d = std::get_if<double>(&v)) {
    std::string s = std::to_string(*d);
    return s;
  }
  if (auto* b = std::get_if<bool>(&v)) return *b ? "true" : "false";
  if (auto* s = std::get_if<std::string>(&v)) return "'" + *s + "'";
  std::string r = "[";
  for (double d : std::get<std::vector<double>>(v)) r += (r.size() > 1 ? ", " : "") + std::to_string(d);
  return r + "]";
}
int64_t whole(const std::string& op, std::string_view name, double d) {
  if (!(std::abs(d) < 0x1p53) || d != std::floor(d))
    throw ValueError(op, "option '" + std::string(name) + "' must be an integer.\n  Received: " + std::to_string(d));
  return int64_t(d);
}
}  // namespace

const AttrMap::Value* AttrMap::find(std::string_view name) const {
  auto it = values_.find(name);
  return it == values_.end() ? nullptr : &it->second;
}
const AttrMap::Value& AttrMap::need(std::string_view name) const {
  if (auto* v = find(name)) return *v;
  throw ValueError(op_, "option '" + std::string(name) + "' is missing.");
}
bool AttrMap::has(std::string_view name) const { return find(name) != nullptr; }

#define TRAE_GET(T, v, name, expected)                                         \
  std::get_if<T>(&(v)) ? *std::get_if<T>(&(v))                                 \
                       : throw TypeError(op_, "option '" + std::string(name) + \
                                                  "' must be " expected        \
                                                  ".\n"                        \
                                                  "  Received: " +             \
                                                  print(v))

double AttrMap::number(std::string_view name) const { return TRAE_GET(double, need(name), name, "a number"); }
double AttrMap::number(std::string_view name, double fallback) const { return has(name) ? number(name) : fallback; }
int64_t AttrMap::integer(std::string_view name) const { return whole(op_, name, number(name)); }
int64_t AttrMap::integer(std::string_view name, int64_t fallback) const { return has(name) ? integer(name) : fallback; }
bool AttrMap::boolean(std::string_view name, bool fallback) const {
  if (!has(name)) return fallback;
  return TRAE_GET(bool, need(name), name, "true or false");
}
std::string AttrMap::string(std::string_view name) const { return TRAE_GET(std::string, need(name), name, "a string"); }
std::string AttrMap::string(std::string_view name, std::string_view fallback) const {
  return has(name) ? string(name) : std::string(fallback);
}
std::vector<double> AttrMap::numbers(std::string_view name) const {
  const Value& v = need(name);
  if (auto* d = std::get_if<double>(&v)) return {*d};
  return TRAE_GET(std::vector<double>, v, name, "a list of numbers");
}
Ints AttrMap::integers(std::string_view name) const {
  Ints r;
  for (double d : numbers(name)) r.push_back(whole(op_, name, d));
  return r;
}
Ints AttrMap::integers(std::string_view name, Ints fallback) const { return has(name) ? integers(name) : fallback; }
DType AttrMap::dtype(std::string_view name) const { return parse_dtype(string(name)); }

}  // namespace trae
