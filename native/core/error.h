// Errors that reach the user: kind (the JavaScript class), op, text. napi/ turns them into exceptions.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace trae {

class Error : public std::runtime_error {
 public:
  // `op` prefixes the text ("conv2d: ..."); empty for none.
  Error(const char* kind, std::string op, const std::string& text)
      : std::runtime_error(op.empty() ? text : op + ": " + text), kind(kind), op(std::move(op)) {}
  const char* kind;  // "ValueError", "TypeError", "NotImplementedError", "IndexError", "AbortError",
                     // "OutOfMemoryError", "InternalError"
  std::string op;
};

struct ValueError : Error {
  ValueError(std::string op, const std::string& text) : Error("ValueError", std::move(op), text) {}
};
struct TypeError : Error {
  TypeError(std::string op, const std::string& text) : Error("TypeError", std::move(op), text) {}
};
struct IndexError : Error {
  IndexError(std::string op, const std::string& text) : Error("IndexError", std::move(op), text) {}
};
struct NotImplementedError : Error {
  NotImplementedError(std::string op, const std::string& text) : Error("NotImplementedError", std::move(op), text) {}
};
struct OutOfMemoryError : Error {
  OutOfMemoryError(std::string op, const std::string& text) : Error("OutOfMemoryError", std::move(op), text) {}
};
struct InternalError : Error {
  InternalError(std::string op, const std::string& text) : Error("InternalError", std::move(op), text) {}
};

}  // namespace trae
