// Copies, repeated runs and sums over windows on every instruction set, beside one byte or number at a time: every
// length around the widths of vectors, and nothing written beyond the end.
#include "backend/cpu/simd/copies_table.h"

#include "special_floats.h"
#include "support.h"

namespace trae::test {
namespace {
using Bytes = std::vector<unsigned char>;
Bytes counted(int64_t n) {
  Bytes b;
  for (int64_t i = 0; i < n; i++) b.push_back(static_cast<unsigned char>(i * 7 + i / 251));
  return b;
}
constexpr unsigned char kUntouched = 0xa5;
}  // namespace

TEST_CASE("copies of every instruction set keep to their bytes") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(CopiesTable, copies_table))
    for (int64_t n : {0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000, 4099})
      for (int64_t shift : {0, 1, 13}) {
        const Bytes x = counted(n + shift);
        Bytes y(size_t(n + shift + 1), kUntouched);
        table->copy(y.data() + shift, x.data() + shift, n);
        INFO(name, ", ", n, " bytes from ", shift);
        CHECK((n == 0 || std::memcmp(y.data() + shift, x.data() + shift, size_t(n)) == 0));
        CHECK(y.back() == kUntouched);
      }
}

TEST_CASE("repeated runs of every instruction set keep to their bytes") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(CopiesTable, copies_table))
    for (int64_t run : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40, 64, 100})
      for (int64_t times : {0, 1, 2, 3, 4, 7, 8, 16, 33, 100})
        for (int64_t count : {0, 1, 2, 5, 40}) {
          const Bytes x = counted(run * count);
          Bytes want, y(size_t(run * times * count + 1), kUntouched);
          for (int64_t i = 0; i < count; i++)
            for (int64_t k = 0; k < times; k++) want.insert(want.end(), x.begin() + i * run, x.begin() + (i + 1) * run);
          want.push_back(kUntouched);
          table->repeat(y.data(), x.data(), count, run, times);
          INFO(name, ", ", count, " runs of ", run, ", ", times, " times");
          CHECK(y == want);
        }
}

TEST_CASE("sums over windows of every instruction set are those in double precision, special values too") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(CopiesTable, copies_table))
    for (int64_t n : kLengths)
      for (long window : {1, 2, 3, 4, 5}) {
        const std::vector<long> offsets{0, long(n * window), long(n * window) + 3};
        const std::vector<float> x = special_mixture(2 * n * window + 3, 2);
        std::vector<float> y(size_t(n) + 1, 7);
        if (window == 1) table->sum_runs(y.data(), x.data(), offsets.data(), long(offsets.size()), n);
        else table->sum_windows(y.data(), x.data(), offsets.data(), long(offsets.size()), n, window);
        for (int64_t j = 0; j < n; j++) {
          double sum = 0;
          for (long o : offsets)
            for (long i = 0; i < window; i++) sum += double(x[size_t(o + j * window + i)]);
          INFO(name, ", ", n, " windows of ", window, ", window ", j);
          CHECK(agree(double(y[size_t(j)]), double(float(sum)), 1e-6));
        }
        CHECK(y[size_t(n)] == 7);
      }
}

}  // namespace trae::test
