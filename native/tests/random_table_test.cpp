// The random numbers of every instruction set: the same words, and numbers made of them as the formulas in double
// precision say.
#include "backend/cpu/simd/random_table.h"

#include "special_floats.h"
#include "support.h"

namespace trae::test {
namespace {

// Philox4x32-7, one counter at a time (Salmon et al. 2011).
void philox(uint64_t key, uint64_t counter, uint64_t block, uint32_t* to) {
  for (uint64_t l = 0; l < 16; l++) {
    const uint64_t i = block * 16 + l;
    uint32_t c[4] = {uint32_t(i), uint32_t(i >> 32), uint32_t(counter), uint32_t(counter >> 32)}, k0 = uint32_t(key),
             k1 = uint32_t(key >> 32);
    for (int round = 0; round < 7; round++) {
      const uint64_t p0 = uint64_t(0xD2511F53u) * c[0], p1 = uint64_t(0xCD9E8D57u) * c[2];
      const uint32_t next[4] = {uint32_t(p1 >> 32) ^ c[1] ^ k0, uint32_t(p1), uint32_t(p0 >> 32) ^ c[3] ^ k1,
                                uint32_t(p0)};
      std::copy(next, next + 4, c);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (size_t w = 0; w < 4; w++) to[w * 16 + l] = c[w];
  }
}
double unit(uint32_t u) { return double((float(u >> 8) + 0.5f) * 0x1p-24f); }

}  // namespace

TEST_CASE("random words of every instruction set are Philox's") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(RandomTable, random_table))
    for (uint64_t key : {uint64_t(0), uint64_t(1), uint64_t(0xfedcba9876543210)})
      for (uint64_t block :
           {uint64_t(0), uint64_t(5), uint64_t(0x0fffffff), uint64_t(0x10000000), uint64_t(0x123456789a)}) {
        uint32_t want[64], got[64];
        philox(key, 3, block, want);
        table->words(key, 3, block, got);
        INFO(name, ", key ", key, ", block ", block);
        CHECK(std::equal(want, want + 64, got));
      }
}

TEST_CASE("random numbers of every instruction set follow their formulas") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(RandomTable, random_table))
    for (uint64_t block = 0; block < 500; block++) {
      uint32_t w[64];
      float u[64], z[64], t[64];
      philox(9, 2, block, w);
      table->uniform(9, 2, block, -3, 5, u);
      table->normal(9, 2, block, 1, 2, z);
      table->truncated_normal(9, 2, block, 0, 1, t);
      for (size_t i = 0; i < 64; i++) {
        INFO(name, ", block ", block, ", number ", i);
        CHECK(std::fabs(double(u[i]) - (-3 + 8 * unit(w[i]))) < 1e-6);
        CHECK(u[i] < 5);
        const size_t pair = i % 32;
        const double r = std::sqrt(-2 * std::log(unit(w[pair]))), angle = 2 * M_PI * unit(w[pair + 32]);
        CHECK(std::fabs(double(z[i]) - (1 + 2 * r * (i < 32 ? std::cos(angle) : std::sin(angle)))) < 3e-6);
        // Back through the distribution function.
        CHECK(std::fabs(std::erf(double(t[i]) / M_SQRT2) - (2 * unit(w[i]) - 1) * std::erf(M_SQRT2)) < 5e-7);
        CHECK(std::fabs(t[i]) <= 2);
      }
    }
}

TEST_CASE("dropout of every instruction set keeps what the halves of words say") {
  for (const auto& [name, table] : TRAE_TABLES_OF_THIS_MACHINE(RandomTable, random_table))
    for (uint32_t threshold : {0u, 1u, 32768u, 65535u, 65536u})
      for (int n : {1, 63, 64, 65, 127, 128}) {
        uint32_t w[64];
        philox(4, 1, 7, w);
        std::vector<float> x(size_t(n), 3), y(size_t(n) + 1, 7);
        table->dropout(4, 1, 7, x.data(), y.data(), n, threshold, 2);
        for (size_t i = 0; i < size_t(n); i++) {
          INFO(name, ", threshold ", threshold, ", element ", i, " of ", n);
          CHECK(y[i] == ((i < 64 ? w[i] & 0xffff : w[i - 64] >> 16) >= threshold ? 6 : 0));
        }
        CHECK(y[size_t(n)] == 7);
      }
}

}  // namespace trae::test
