#include "core/shape.h"

#include <algorithm>

#include "core/error.h"

namespace trae {

int64_t size_of(const Shape& s) {
  int64_t n = 1;
  bool is_empty = false;
  for (int64_t d : s) {
    is_empty |= d == 0;
    if (d != 0 && (__builtin_mul_overflow(n, d, &n) || n > (int64_t(1) << 62)))
      throw OutOfMemoryError("", "shape " + to_string(s) + " has more elements than memory can address.");
  }
  if (is_empty) return 0;
  if (n > (int64_t(1) << 53))
    throw OutOfMemoryError(
        "", "shape " + to_string(s) + " has " + std::to_string(n) + " elements, more than memory can address.");
  return n;
}

int64_t multiply_sizes(std::string_view op, int64_t a, int64_t b) {
  int64_t r;
  if (__builtin_mul_overflow(a, b, &r) || r > (int64_t(1) << 62) || r < -(int64_t(1) << 62))
    throw ValueError(std::string(op),
                     std::to_string(a) + " times " + std::to_string(b) + " is more than a tensor can have.");
  return r;
}

std::string to_string(const Shape& s) {
  std::string r = "(";
  for (size_t i = 0; i < s.size(); i++) r += (i ? ", " : "") + std::to_string(s[i]);
  return r + (s.size() == 1 ? ",)" : ")");
}

Ints strides_of(const Shape& s) {
  Ints r(s.size());
  int64_t step = 1;
  for (size_t i = s.size(); i-- > 0; step *= s[i]) r[i] = step;
  return r;
}

int normalize_axis(std::string_view op, int64_t axis, const Shape& s) {
  const int64_t ndim = int64_t(s.size());
  if (axis < -ndim || axis >= ndim)
    throw ValueError(std::string(op), "axis " + std::to_string(axis) + " is out of range for a tensor of rank " +
                                          std::to_string(ndim) + " and shape " + to_string(s) + ".");
  return int(axis < 0 ? axis + ndim : axis);
}

std::vector<int> normalize_axes(std::string_view op, const Ints& axes, const Shape& s) {
  std::vector<int> r;
  for (int64_t a : axes) r.push_back(normalize_axis(op, a, s));
  std::sort(r.begin(), r.end());
  for (size_t i = 1; i < r.size(); i++)
    if (r[i] == r[i - 1])
      throw ValueError(std::string(op),
                       "axis " + std::to_string(r[i]) + " is given twice for a tensor of shape " + to_string(s) + ".");
  return r;
}

Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b) {
  Shape r(std::max(a.size(), b.size()));
  for (size_t i = 0; i < r.size(); i++) {
    const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      throw ValueError(std::string(op), "shapes " + to_string(a) + " and " + to_string(b) +
                                            " cannot be broadcast together: axis " + std::to_string(-int64_t(i) - 1) +
                                            " has sizes " + std::to_string(x) + " and " + std::to_string(y) + ".");
    r[r.size() - 1 - i] = x == 1 ? y : x;
  }
  return r;
}

bool is_broadcastable_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < from.size(); i++) {
    const int64_t x = from[from.size() - 1 - i];
    if (x != 1 && x != to[to.size() - 1 - i]) return false;
  }
  return true;
}

}  // namespace trae
