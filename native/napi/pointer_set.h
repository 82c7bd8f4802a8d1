// A set of pointers in one block of memory: what enters and leaves it at every call asks for none.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace trae::napi {

template <class T>
class PointerSet {
 public:
  size_t size() const { return size_; }
  bool contains(const T* p) const { return places_[place_of(p)] == p && p; }
  void insert(T* p) {
    if (2 * (size_ + 1) > places_.size()) grow();
    T*& place = places_[place_of(p)];
    size_ += place == nullptr;
    place = p;
  }
  // Whether it was there.
  bool erase(const T* p) {
    size_t gap = place_of(p);
    if (!p || places_[gap] != p) return false;
    size_--;
    // What was put behind the gap because its own place was taken moves up.
    for (size_t i = next(gap); places_[i]; i = next(i))
      if (distance(home_of(places_[i]), i) >= distance(gap, i)) {
        places_[gap] = places_[i];
        gap = i;
      }
    places_[gap] = nullptr;
    return true;
  }
  template <class F>
  void each(F&& f) const {
    for (T* p : places_)
      if (p) f(p);
  }

 private:
  size_t home_of(const T* p) const {
    return size_t(uint64_t(reinterpret_cast<uintptr_t>(p)) * 0x9e3779b97f4a7c15u >> 20) & (places_.size() - 1);
  }
  size_t next(size_t i) const { return (i + 1) & (places_.size() - 1); }
  size_t distance(size_t from, size_t to) const { return (to - from) & (places_.size() - 1); }
  // Where it is, or where it would be put.
  size_t place_of(const T* p) const {
    size_t i = home_of(p);
    while (places_[i] && places_[i] != p) i = next(i);
    return i;
  }
  void grow() {
    std::vector<T*> before(2 * places_.size());
    before.swap(places_);
    for (T* p : before)
      if (p) places_[place_of(p)] = p;
  }

  std::vector<T*> places_ = std::vector<T*>(64);  // a power of two, at most half of them used
  size_t size_ = 0;
};

}  // namespace trae::napi
