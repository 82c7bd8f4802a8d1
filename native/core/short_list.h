// A list of integers as std::vector has it, whose first few lie in the list itself: shapes, strides and axes are copied
// at every call of an op, and none of them then asks for memory.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace trae {

class ShortList {
 public:
  using value_type = int64_t;
  using size_type = size_t;
  using iterator = int64_t*;
  using const_iterator = const int64_t*;

  ShortList() noexcept = default;
  explicit ShortList(size_t size, int64_t value = 0) { resize(size, value); }
  ShortList(std::initializer_list<int64_t> values) { assign(values.begin(), values.end()); }
  template <class Iterator, class = typename std::iterator_traits<Iterator>::iterator_category>
  ShortList(Iterator first, Iterator last) {
    assign(first, last);
  }
  ShortList(const ShortList& other) { assign(other.begin(), other.end()); }
  ShortList(ShortList&& other) noexcept { take(other); }
  ShortList& operator=(const ShortList& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  ShortList& operator=(ShortList&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ShortList& operator=(std::initializer_list<int64_t> values) {
    assign(values.begin(), values.end());
    return *this;
  }
  ~ShortList() { release(); }

  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  int64_t* data() noexcept { return data_; }
  const int64_t* data() const noexcept { return data_; }
  iterator begin() noexcept { return data_; }
  iterator end() noexcept { return data_ + size_; }
  const_iterator begin() const noexcept { return data_; }
  const_iterator end() const noexcept { return data_ + size_; }
  auto rbegin() noexcept { return std::reverse_iterator(end()); }
  auto rend() noexcept { return std::reverse_iterator(begin()); }
  auto rbegin() const noexcept { return std::reverse_iterator(end()); }
  auto rend() const noexcept { return std::reverse_iterator(begin()); }
  int64_t& operator[](size_t i) { return data_[i]; }
  int64_t operator[](size_t i) const { return data_[i]; }
  int64_t& front() { return data_[0]; }
  int64_t front() const { return data_[0]; }
  int64_t& back() { return data_[size_ - 1]; }
  int64_t back() const { return data_[size_ - 1]; }

  void reserve(size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  void clear() noexcept { size_ = 0; }
  void resize(size_t size, int64_t value = 0) {
    reserve(size);
    if (size > size_) std::fill(data_ + size_, data_ + size, value);
    size_ = size;
  }
  void push_back(int64_t value) {
    if (size_ == capacity_) grow(2 * capacity_);
    data_[size_++] = value;
  }
  void pop_back() { size_--; }
  void assign(size_t size, int64_t value) {
    clear();
    resize(size, value);
  }
  template <class Iterator, class = typename std::iterator_traits<Iterator>::iterator_category>
  void assign(Iterator first, Iterator last) {
    clear();
    reserve(size_t(std::distance(first, last)));
    for (; first != last; ++first) data_[size_++] = *first;
  }
  iterator insert(const_iterator at, int64_t value) { return insert(at, 1, value); }
  iterator insert(const_iterator at, size_t count, int64_t value) {
    int64_t* const gap = open(at, count);
    std::fill(gap, gap + count, value);
    return gap;
  }
  // From another list: not a part of this one.
  template <class Iterator, class = typename std::iterator_traits<Iterator>::iterator_category>
  iterator insert(const_iterator at, Iterator first, Iterator last) {
    int64_t* const gap = open(at, size_t(std::distance(first, last)));
    std::copy(first, last, gap);
    return gap;
  }
  iterator erase(const_iterator at) { return erase(at, at + 1); }
  iterator erase(const_iterator first, const_iterator last) {
    int64_t* const from = data_ + (first - data_);
    std::copy(last, const_iterator(end()), from);
    size_ -= size_t(last - first);
    return from;
  }
  bool operator==(const ShortList& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  static constexpr size_t kOwn = 6;

  // Room for `count` values before `at`.
  int64_t* open(const_iterator at, size_t count) {
    const ptrdiff_t place = at - data_;
    if (size_ + count > capacity_) grow(std::max(size_ + count, 2 * capacity_));
    std::move_backward(data_ + place, data_ + size_, data_ + size_ + count);
    size_ += count;
    return data_ + place;
  }
  void grow(size_t capacity) {
    auto* larger = new int64_t[capacity];
    std::copy(begin(), end(), larger);
    release();
    data_ = larger;
    capacity_ = capacity;
  }
  void take(ShortList& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    if (other.data_ == other.own_) {
      std::copy(other.own_, other.own_ + size_, own_);
      return;
    }
    data_ = std::exchange(other.data_, other.own_);
    capacity_ = std::exchange(other.capacity_, kOwn);
  }
  void release() noexcept {
    if (data_ != own_) delete[] data_;
    data_ = own_;
    capacity_ = kOwn;
  }

  int64_t* data_ = own_;
  size_t size_ = 0, capacity_ = kOwn;
  int64_t own_[kOwn];
};

}  // namespace trae
