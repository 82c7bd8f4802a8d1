// Softmax of columns on every instruction set: any number of them, with special values, beside one column at a time.
#include "backend/cpu/simd/column_softmax_table.h"

#include "special_floats.h"
#include "support.h"

namespace trae::test {

TEST_CASE("softmax of columns of every instruction set: special values take their own column") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(ColumnSoftmaxTable, column_softmax_table))
    for (long columns : {1L, 2L, 5L, 15L, 16L, 17L, 33L, 100L, table->most})
      for (long n : {1, 2, 15, 16, 17, 50})
        for (bool is_log : {false, true})
          for (float odd : {0.0f, kNan, kInf, -kInf, -0.0f, kDenormal, -kMaxFloat}) {
            const long stride = columns + 3;
            std::vector<float> x(size_t(n * stride), 0), y(size_t(n * stride), 7);
            for (long i = 0; i < n * stride; i++) x[size_t(i)] = float((i * 37) % 19) - 9;
            for (long i = 0; i < n; i++)
              if (odd != -kInf || i < 20) x[size_t(i * stride + i % columns)] = odd;
            table->columns(x.data(), y.data(), n, stride, columns, is_log);
            for (long j = 0; j < stride; j++) {
              double most = -INFINITY, sum = 0;
              for (long i = 0; i < n; i++) {
                const double v = double(x[size_t(i * stride + j)]);
                most = std::isnan(v) || std::isnan(most) ? NAN : std::max(most, v);
              }
              for (long i = 0; i < n; i++) sum += std::exp(double(x[size_t(i * stride + j)]) - most);
              for (long i = 0; i < n; i++) {
                const double got = double(y[size_t(i * stride + j)]),
                             shifted = double(x[size_t(i * stride + j)]) - most;
                INFO(name, ", ", columns, " columns of ", n, ", ", odd, ", row ", i, ", column ", j, ": ", got);
                if (j >= columns) CHECK(got == 7);
                else if (is_log)
                  CHECK(
                      (agree(got, shifted - std::log(sum), 1e-5) || std::fabs(got - (shifted - std::log(sum))) < 1e-5));
                else
                  CHECK(
                      (agree(got, std::exp(shifted) / sum, 1e-5) || std::fabs(got - std::exp(shifted) / sum) < 1e-30));
              }
            }
          }
}

}  // namespace trae::test
