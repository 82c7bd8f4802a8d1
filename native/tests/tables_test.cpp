// Vector loops of reductions, pooling, normalization, softmax and small products on every instruction set, with NaN,
// infinities, zeros of both signs and denormals, beside one number at a time.
#include "backend/cpu/simd/layer_norm_table.h"
#include "backend/cpu/simd/leaves.h"
#include "backend/cpu/simd/normalization_table.h"
#include "backend/cpu/simd/normalized_pooling_table.h"
#include "backend/cpu/simd/pooling_table.h"
#include "backend/cpu/simd/random_table.h"
#include "backend/cpu/simd/small_matmul_table.h"
#include "backend/cpu/simd/softmax_table.h"
#include "special_floats.h"
#include "support.h"

namespace trae::test {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;
Floats filled(int64_t n, float value) { return Floats(size_t(n), value); }

// Largest and NaN-keeping: the first NaN wins, of equal ones the first.
size_t winner(const Floats& taps) {
  size_t won = 0;
  for (size_t t = 1; t < taps.size(); t++)
    if (!std::isnan(taps[won]) && (taps[t] > taps[won] || std::isnan(taps[t]))) won = t;
  return won;
}
constexpr int kTaps = 3;
Floats column(const std::vector<Floats>& taps, size_t c) { return {taps[0][c], taps[1][c], taps[2][c]}; }

}  // namespace

TEST_CASE("sums and extremes of every instruction set see NaN and infinity wherever they stand") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table))
    for (int64_t n : kLengths)
      for (int64_t at = 0; at < n; at++)
        for (float odd : {kNan, kInf, -kInf, kDenormal}) {
          Floats x = filled(n, -1.5f);
          x[size_t(at)] = odd;
          const Doubles wide(x.begin(), x.end());
          double sum = 0, most = wide[0], least = wide[0];
          for (double v : wide) {
            sum += v;
            most = std::isnan(v) || std::isnan(most) ? NAN : std::fmax(most, v);
            least = std::isnan(v) || std::isnan(least) ? NAN : std::fmin(least, v);
          }
          INFO(name, ", ", odd, " at ", at, " of ", n);
          for (Lane lane : {Lane::kF32, Lane::kF64}) {
            const void* values = lane == Lane::kF32 ? (const void*)x.data() : wide.data();
            CHECK(agree(table->extreme(lane, n, values, true), most, 0));
            CHECK(agree(table->extreme(lane, n, values, false), least, 0));
            CHECK(agree(table->sum(lane, n, values), sum, 1e-6));
            double row[2] = {7, 7};
            table->sum_rows(lane, 1, n, row, values);
            CHECK(agree(row[0], sum, 1e-6));
            CHECK(row[1] == 7);
          }
        }
}

TEST_CASE("sums and extremes over rows of every instruction set keep special values in their column") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(LeafTable, leaf_table))
    for (int64_t n : kLengths)
      for (int64_t rows : {1, 3, 4, 7}) {
        Floats x;
        for (int64_t r = 0; r < rows; r++)
          for (float v : special_mixture(n, size_t(3 * r))) x.push_back(v == -kMaxFloat ? -1.0f : v);
        Doubles sums(size_t(n), 0), together(size_t(n), 0), most(size_t(n), -INFINITY), least(size_t(n), INFINITY);
        for (int64_t r = 0; r < rows; r++) {
          table->accumulate(Lane::kF32, n, together.data(), x.data() + r * n, 0);
          table->accumulate(Lane::kF32, n, most.data(), x.data() + r * n, 1);
          table->accumulate(Lane::kF32, n, least.data(), x.data() + r * n, 2);
        }
        table->accumulate_rows(Lane::kF32, rows, n, sums.data(), x.data());
        for (int64_t i = 0; i < n; i++) {
          double sum = 0, high = -INFINITY, low = INFINITY, magnitude = 0;
          for (int64_t r = 0; r < rows; r++) {
            const double v = double(x[size_t(r * n + i)]);
            sum += v;
            magnitude += std::fabs(v);
            high = std::isnan(v) || std::isnan(high) ? NAN : std::max(high, v);
            low = std::isnan(v) || std::isnan(low) ? NAN : std::min(low, v);
          }
          const auto near = [&](double got) {
            return agree(got, sum, 1e-6) || std::fabs(got - sum) <= 1e-6 * magnitude;
          };
          INFO(name, ", ", rows, " rows, column ", i, " of ", n);
          CHECK(near(sums[size_t(i)]));
          CHECK(near(together[size_t(i)]));
          CHECK((agree(most[size_t(i)], high, 0) || most[size_t(i)] == high));
          CHECK((agree(least[size_t(i)], low, 0) || least[size_t(i)] == low));
        }
      }
}

TEST_CASE("pooling of every instruction set keeps NaN, alone and with normalization and ReLU") {
  const auto all = TRAE_TABLES_OF_THIS_MACHINE(PoolingTable, pooling_table);
  const auto normalized = TRAE_TABLES_OF_THIS_MACHINE(NormalizedPoolingTable, normalized_pooling_table);
  for (size_t k = 0; k < all.size(); k++)
    for (int64_t n : kLengths) {
      const std::vector<Floats> taps{special_mixture(n, 0), special_mixture(n, 3), special_mixture(n, 8)};
      const float* from[kTaps] = {taps[0].data(), taps[1].data(), taps[2].data()};
      const unsigned char ids[kTaps] = {4, 5, 9};
      Floats y = filled(n, 7), won = filled(n, 7), pooled = filled(n, 7);
      std::vector<unsigned char> winners(size_t(n), 77), numbers(size_t(n), 77);
      all[k].table->max_taps(n, kTaps, from, ids, y.data(), winners.data());
      const Floats scale = filled(n, -0.5f), offset = filled(n, 0.25f), dy = special_mixture(n, 2);
      normalized[k].table->forward(1, n, n, kTaps, from, scale.data(), offset.data(), pooled.data(), won.data(),
                                   numbers.data());
      std::vector<Floats> spread(kTaps, filled(n, 7)), dx(kTaps, filled(n, 7));
      float *to[kTaps] = {spread[0].data(), spread[1].data(), spread[2].data()},
            *back[kTaps] = {dx[0].data(), dx[1].data(), dx[2].data()};
      all[k].table->spread(n, kTaps, to, ids, dy.data(), winners.data(), false);
      const Floats a = filled(n, 2), b = filled(n, 0), c = filled(n, 3);
      normalized[k].table->backward(1, n, n, kTaps, from, back, dy.data(), pooled.data(), numbers.data(), a.data(),
                                    b.data(), c.data());
      for (size_t i = 0; i < size_t(n); i++) {
        INFO(all[k].name, ", channel ", i, " of ", n);
        const Floats column_of_x = column(taps, i);
        Floats moved;
        for (float x : column_of_x) moved.push_back(x * -0.5f + 0.25f);
        // NaN wins, whichever of several.
        const bool is_nan = std::isnan(column_of_x[winner(column_of_x)]);
        if (is_nan) CHECK(std::isnan(y[i]));
        else CHECK(winners[i] == ids[winner(column_of_x)]);
        if (!is_nan) CHECK(agree(double(y[i]), double(column_of_x[winner(column_of_x)]), 0));
        const float best = moved[winner(moved)];
        CHECK(agree(double(pooled[i]), double(best < 0 ? 0.0f : best), 1e-6));
        CHECK((std::isnan(won[i]) ? std::isnan(best) : won[i] == column_of_x[numbers[i]]));
        for (size_t t = 0; t < kTaps; t++) {
          CHECK(agree(double(spread[t][i]), winners[i] == ids[t] ? double(dy[i]) : 0, 0));
          const float d = numbers[i] == t && pooled[i] > 0 ? dy[i] * 2 : 0.0f, rest = column_of_x[t] * 0.0f + 3;
          CHECK(agree(double(dx[t][i]), numbers[i] == t ? double(rest + d) : double(rest), 1e-6));
        }
      }
    }
}

TEST_CASE("softmax of every instruction set: a NaN or infinity takes its row, minus infinity has no share") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(SoftmaxTable, softmax_table))
    for (int64_t n : kLengths)
      for (float odd : {kNan, kInf, -kInf, -0.0f, kDenormal, -kMaxFloat})
        for (int64_t at : {int64_t(0), n / 2, n - 1}) {
          Floats x = filled(2 * n, 0.25f), p = filled(2 * n, 7), l = filled(2 * n, 7);
          x[size_t(n + at)] = odd;
          table->softmax(x.data(), p.data(), 2, n);
          table->log_softmax(x.data(), l.data(), 2, n);
          double most = -INFINITY, total = 0;
          for (int64_t i = 0; i < n; i++)
            most = std::isnan(x[size_t(n + i)]) ? NAN : std::max(most, double(x[size_t(n + i)]));
          for (int64_t i = 0; i < n; i++) total += std::exp(double(x[size_t(n + i)]) - most);
          for (size_t i = 0; i < size_t(n); i++) {
            const double shifted = double(x[size_t(n) + i]) - most;
            INFO(name, ", ", odd, " at ", at, " of ", n, ", element ", i, ": ", p[size_t(n) + i], ", ",
                 l[size_t(n) + i]);
            CHECK(agree(double(p[i]), 1 / double(n), 1e-5));  // the row before
            CHECK(agree(double(p[size_t(n) + i]), std::exp(shifted) / total, 1e-5));
            const double logarithm = shifted - std::log(total);
            CHECK((agree(double(l[size_t(n) + i]), logarithm, 1e-5) ||
                   std::fabs(double(l[size_t(n) + i]) - logarithm) < 1e-6));
          }
        }
}

TEST_CASE("normalization of every instruction set keeps special values") {
  const auto batch = TRAE_TABLES_OF_THIS_MACHINE(NormalizationTable, normalization_table);
  const auto layer = TRAE_TABLES_OF_THIS_MACHINE(LayerNormTable, layer_norm_table);
  for (size_t k = 0; k < batch.size(); k++)
    for (int64_t n : kLengths) {
      INFO(batch[k].name, ", ", n, " channels");
      const Floats x = special_mixture(n, 0), dy = special_mixture(n, 5), ones = filled(n, 1), zeros = filled(n, 0);
      for (const auto activation : {NormActivation::kLinear, NormActivation::kRelu, NormActivation::kRelu6})
        for (const bool is_given : {true, false}) {
          Floats y = filled(n, 7), dx = filled(n, 7), scratch = filled(2 * n, 7);
          Doubles sum(size_t(n), 0), products(size_t(n), 0);
          const NormMask mask{activation, is_given ? y.data() : nullptr, ones.data(), ones.data()};
          batch[k].table->apply(x.data(), y.data(), 1, n, ones.data(), ones.data(), activation);
          batch[k].table->gradient_sums(x.data(), dy.data(), mask, 1, n, zeros.data(), sum.data(), products.data(),
                                        scratch.data());
          batch[k].table->gradient(x.data(), dy.data(), mask, dx.data(), 1, n, ones.data(), zeros.data(), ones.data());
          for (size_t i = 0; i < size_t(n); i++) {
            const float moved = x[i] + 1, least = activation == NormActivation::kLinear ? -kInf : 0.0f,
                        most = activation == NormActivation::kRelu6 ? 6.0f : kInf;
            const bool passes = activation == NormActivation::kLinear || (moved > 0 && (most > 6 || moved < most));
            const float kept = passes ? dy[i] : 0.0f;
            INFO("channel ", i, ": ", x[i], ", ", dy[i]);
            CHECK(agree(double(y[i]), double(moved < least ? least : moved > most ? most : moved), 0));
            CHECK((agree(sum[i], double(kept), 0) || (sum[i] == 0 && kept == 0)));
            CHECK((agree(products[i], double(kept * x[i]), 1e-6) || (products[i] == 0 && kept * x[i] == 0)));
            CHECK(agree(double(dx[i]), double(kept + x[i] * 0.0f + 1), 1e-6));
          }
        }
      for (float odd : {kNan, kInf, -kInf})
        for (int64_t at : {int64_t(0), n / 2, n - 1})
          for (bool is_centered : {true, false}) {
            Floats row = filled(n, 0.25f), normalized = filled(n, 7), mean(1), inverse(1);
            row[size_t(at)] = odd;
            layer[k].table->forward(row.data(), ones.data(), zeros.data(), normalized.data(), mean.data(),
                                    inverse.data(), 1, n, 1e-3, is_centered);
            for (size_t i = 0; i < size_t(n); i++) {
              INFO(odd, " at ", at, ", element ", i, is_centered ? ", centered: " : ": ", normalized[i]);
              // Without a mean, a finite number over an infinite length is 0.
              const bool is_zero = !is_centered && std::isinf(odd) && int64_t(i) != at;
              CHECK((is_zero ? normalized[i] == 0 : std::isnan(normalized[i])));
            }
          }
    }
}

TEST_CASE("small products of every instruction set keep special values in their column") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(SmallMatmulTable, small_matmul_table))
    for (int64_t n : kLengths)
      for (long rows : {1, 4, 5})
        for (bool is_transposed : {false, true}) {
          constexpr long kInner = 3;
          Floats left, right = filled(kInner * n, 0), result = filled(rows * n, 7),
                       packed = filled(kInner * (n + 16), 0);
          for (long i = 0; i < rows * kInner; i++) left.push_back(float(i % 4) - 1);
          for (long j = 0; j < kInner; j++) {
            const Floats row = special_mixture(n, size_t(j));
            for (int64_t c = 0; c < n; c++)
              right[size_t(is_transposed ? c * kInner + j : j * n + c)] =
                  row[size_t(c)] == -kMaxFloat ? 2 : row[size_t(c)];
          }
          table->pack(kInner, n, right.data(), is_transposed, packed.data());
          table->multiply(rows, kInner, n, left.data(), kInner, 1, packed.data(), result.data());
          for (long r = 0; r < rows; r++)
            for (int64_t c = 0; c < n; c++) {
              double want = 0, magnitude = 0;
              for (long j = 0; j < kInner; j++) {
                const double term = double(left[size_t(r * kInner + j)]) *
                                    double(right[size_t(is_transposed ? c * kInner + j : j * n + c)]);
                want += term;
                magnitude += std::fabs(term);
              }
              const double got = double(result[size_t(r * n + c)]);
              INFO(name, ", row ", r, ", column ", c, " of ", n, is_transposed ? ", transposed: " : ": ", got,
                   " instead of ", want);
              CHECK((agree(got, want, 1e-6) || std::fabs(got - want) <= 1e-6 * magnitude || (got == 0 && want == 0)));
            }
        }
}

TEST_CASE("random words and dropout are the same on every instruction set, and dropout keeps NaN") {
  const auto all = TRAE_TABLES_OF_THIS_MACHINE(RandomTable, random_table);
  for (const auto& [name, table] : all)
    for (uint64_t block : {0, 1, 77}) {
      uint32_t got[64], want[64];
      table->words(1234567, 3, block, got);
      all[0].table->words(1234567, 3, block, want);
      INFO(name, ", block ", block);
      CHECK(std::memcmp(got, want, sizeof got) == 0);
      for (int64_t n : kLengths) {
        if (n > 128) continue;
        const Floats x = special_mixture(n, size_t(block));
        Floats y = filled(n, 7), plain = filled(n, 7);
        table->dropout(1234567, 3, block, x.data(), y.data(), int(n), 32768, 2);
        all[0].table->dropout(1234567, 3, block, x.data(), plain.data(), int(n), 32768, 2);
        for (size_t i = 0; i < size_t(n); i++) {
          INFO(n, " elements, element ", i, ": ", x[i]);
          CHECK(agree(double(y[i]), double(plain[i]), 0));
          CHECK((y[i] == 0 || agree(double(y[i]), double(x[i] * 2), 0)));
        }
      }
    }
}

}  // namespace trae::test
