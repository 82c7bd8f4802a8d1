// The containers of our own, beside the standard library's: the same after any calls.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

#include "core/short_list.h"
#include "napi/pointer_set.h"

using namespace trae;

TEST_CASE("a short list holds what std::vector holds, after any calls") {
  std::mt19937 random(1);
  const auto below = [&random](size_t n) { return n ? size_t(random() % n) : 0; };
  ShortList list;
  std::vector<int64_t> want;
  for (int round = 0; round < 20000; round++) {
    const auto value = int64_t(random());
    const size_t at = below(want.size() + 1), count = below(5);
    switch (below(12)) {
      case 0:
        list.push_back(value);
        want.push_back(value);
        break;
      case 1:
        list.insert(list.begin() + at, value);
        want.insert(want.begin() + ptrdiff_t(at), value);
        break;
      case 2:
        list.insert(list.begin() + at, count, value);
        want.insert(want.begin() + ptrdiff_t(at), count, value);
        break;
      case 3: {
        const int64_t some[] = {value, 1, 2};
        list.insert(list.begin() + at, std::begin(some), std::end(some));
        want.insert(want.begin() + ptrdiff_t(at), std::begin(some), std::end(some));
        break;
      }
      case 4:
      case 5:
        if (want.empty()) break;
        list.erase(list.begin() + below(want.size()));
        want = {list.begin(), list.end()};
        break;
      case 6: {
        const size_t end = at + below(want.size() - at + 1);
        list.erase(list.begin() + at, list.begin() + end);
        want.erase(want.begin() + ptrdiff_t(at), want.begin() + ptrdiff_t(end));
        break;
      }
      case 7:
        list.resize(below(12), value);
        want.resize(list.size(), value);
        break;
      case 8: {
        ShortList other = list;
        list = std::move(other);
        break;
      }
      case 9: {
        ShortList other(below(9), 7);
        const std::vector<int64_t> values(other.begin(), other.end());
        std::swap(list, other);
        CHECK(std::vector<int64_t>(other.begin(), other.end()) == want);
        want = values;
        break;
      }
      case 10:
        list.assign(count, value);
        want.assign(count, value);
        break;
      default:
        if (want.empty()) break;
        list.pop_back();
        want.pop_back();
    }
    REQUIRE(std::vector<int64_t>(list.begin(), list.end()) == want);
    REQUIRE(list == ShortList(want.begin(), want.end()));
  }
}

TEST_CASE("a set of pointers holds what std::set holds, after any calls") {
  std::mt19937 random(2);
  std::vector<std::unique_ptr<int>> all;
  for (int i = 0; i < 3000; i++) all.push_back(std::make_unique<int>(i));
  napi::PointerSet<int> set;
  std::set<int*> want;
  CHECK(!set.contains(nullptr));
  CHECK(!set.erase(nullptr));
  for (int round = 0; round < 60000; round++) {
    // Grows, shrinks and grows again.
    int* p = all[random() % all.size()].get();
    if (random() % 100 < (round / 15000 % 2 ? 30u : 70u)) {
      set.insert(p);
      want.insert(p);
    } else {
      CHECK(set.erase(p) == (want.erase(p) == 1));
    }
    REQUIRE(set.size() == want.size());
    REQUIRE(set.contains(p) == (want.count(p) == 1));
  }
  for (const auto& p : all) REQUIRE(set.contains(p.get()) == (want.count(p.get()) == 1));
  std::set<int*> got;
  set.each([&got](int* p) { got.insert(p); });
  CHECK(got == want);
}
