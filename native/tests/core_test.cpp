#include <thread>

#include "backend/cpu/parallel.h"
#include "core/crc32c.h"
#include "core/error.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;

TEST_CASE("shapes print as Python tuples") {
  CHECK(to_string(Shape{}) == "()");
  CHECK(to_string(Shape{3}) == "(3,)");
  CHECK(to_string(Shape{2, 0, 5}) == "(2, 0, 5)");
  CHECK(size_of(Shape{2, 0, 5}) == 0);
  CHECK(strides_of(Shape{2, 3, 4}) == Ints{12, 4, 1});
}
TEST_CASE("a size that overflows is refused") {
  CHECK_THROWS_AS(size_of(Shape{int64_t(1) << 40, int64_t(1) << 40}), Error);
}
TEST_CASE("axes") {
  CHECK(normalize_axis("sum", -1, {2, 3}) == 1);
  CHECK_THROWS_WITH_AS(normalize_axis("sum", 2, {2, 3}),
                       "sum: axis 2 is out of range for a tensor of rank 2 and shape (2, 3).", ValueError);
  CHECK(normalize_axes("sum", {1, -3}, {2, 3, 4}) == std::vector<int>{0, 1});
  CHECK_THROWS_AS(normalize_axes("sum", {0, -2}, {2, 3}), ValueError);
}
TEST_CASE("broadcasting") {
  CHECK(broadcast_shapes("add", {4, 1, 3}, {5, 1}) == Shape{4, 5, 3});
  CHECK(broadcast_shapes("add", {}, {0, 2}) == Shape{0, 2});
  CHECK_THROWS_AS(broadcast_shapes("add", {2}, {3}), ValueError);
}
TEST_CASE("half types round to nearest even and keep what is special") {
  for (float v : {0.0f, -0.0f, 1.0f, 65504.0f, 6.1035156e-5f, 5.9604645e-8f, INFINITY, -INFINITY})
    CHECK(half_to_float(float_to_half(v)) == v);
  CHECK(half_to_float(float_to_half(65520.0f)) == INFINITY);
  CHECK(half_to_float(float_to_half(1.00048828125f)) == 1.0f);
  CHECK(std::isnan(half_to_float(float_to_half(NAN))));
  CHECK(bfloat16_to_float(float_to_bfloat16(1.00390625f)) == 1.0f);
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(NAN))));
}
TEST_CASE("storage is aligned, counted and given back") {
  const MemoryStatistics before = host_allocator().statistics();
  {
    Storage a(1000), b(0), c(1 << 20);
    CHECK(reinterpret_cast<uintptr_t>(a.data()) % 64 == 0);
    CHECK(reinterpret_cast<uintptr_t>(c.data()) % 64 == 0);
    std::memset(a.data(), 1, 1000);
    std::memset(c.data(), 1, 1 << 20);
    CHECK(host_allocator().statistics().bytes_in_use >= before.bytes_in_use + 1000 + (1 << 20));
  }
  CHECK(host_allocator().statistics().bytes_in_use == before.bytes_in_use);
  CHECK(host_allocator().statistics().buffers == before.buffers);
}
TEST_CASE("memory that cannot be had is an error with the number of bytes") {
  CHECK_THROWS_AS(Storage(size_t(1) << 60), Error);
}
TEST_CASE("storage from several threads") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([t] {
      Random r{uint64_t(t)};
      std::vector<std::unique_ptr<Storage>> held;
      for (int i = 0; i < 2000; i++) {
        held.push_back(std::make_unique<Storage>(size_t(r.below(5000))));
        if (held.back()->bytes()) std::memset(held.back()->data(), t, held.back()->bytes());
        if (held.size() > 20) held.erase(held.begin() + r.below(20));
      }
    });
  for (auto& t : threads) t.join();
  CHECK(true);
}
TEST_CASE("CRC-32C: the vectors of RFC 3720, and the instruction as the tables, at any place and length") {
  const std::vector<uint8_t> zeros(32, 0);
  const std::string digits = "123456789";
  CHECK(crc32c(zeros.data(), 32) == 0x8a9136aau);
  CHECK(crc32c(reinterpret_cast<const uint8_t*>(digits.data()), digits.size()) == 0xe3069283u);
  Random r{5};
  std::vector<uint8_t> bytes(300);
  for (auto& b : bytes) b = uint8_t(r.below(256));
  for (size_t from = 0; from < 9; from++)
    for (size_t size = 0; from + size < bytes.size(); size += 7) {
      const uint32_t all = crc32c_by_tables(bytes.data() + from, size);
      CHECK(crc32c(bytes.data() + from, size) == all);
      CHECK(crc32c(bytes.data() + from + size / 2, size - size / 2, crc32c(bytes.data() + from, size / 2)) == all);
    }
}
TEST_CASE("parallel_for visits everything once") {
  for (int64_t n : {0, 1, 7, 1000}) {
    std::vector<int> seen(size_t(n), 0);
    parallel_for(n, 3, [&](int64_t b, int64_t e) {
      for (int64_t i = b; i < e; i++) seen[size_t(i)]++;
    });
    for (int s : seen) CHECK(s == 1);
  }
}
