// The options of an op as they come from the binding: a small typed map. Every getter names the option when it is
// missing or of another type.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace trae {

class AttrMap {
 public:
  using Value = std::variant<double, bool, std::string, std::vector<double>>;
  explicit AttrMap(std::string op) : op_(std::move(op)) {}
  void set(std::string name, Value v) { values_[std::move(name)] = std::move(v); }
  bool has(std::string_view name) const;

  int64_t integer(std::string_view name) const;  // an error if it is not whole
  int64_t integer(std::string_view name, int64_t fallback) const;
  double number(std::string_view name) const;
  double number(std::string_view name, double fallback) const;
  bool boolean(std::string_view name, bool fallback) const;
  std::string string(std::string_view name) const;
  std::string string(std::string_view name, std::string_view fallback) const;
  Ints integers(std::string_view name) const;
  Ints integers(std::string_view name, Ints fallback) const;
  std::vector<double> numbers(std::string_view name) const;
  DType dtype(std::string_view name) const;
  const std::string& op() const { return op_; }

 private:
  const Value* find(std::string_view name) const;
  const Value& need(std::string_view name) const;
  std::string op_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace trae
