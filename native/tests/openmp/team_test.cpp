// The team of threads that the prebuilt addon brings in place of libgomp: compiled with -fopenmp, linked with it alone.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <omp.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>
#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace {
std::vector<int> numbers_of_a_region(int size) {
  std::vector<int> seen(size_t(size), 0);
#pragma omp parallel num_threads(size)
  {
    REQUIRE(omp_get_num_threads() == size);
    seen[size_t(omp_get_thread_num())]++;
  }
  return seen;
}
}  // namespace

TEST_CASE("a region runs once with each number, whatever size the last one had") {
  for (int size : {1, 2, 5, 3, 8, 2, 1, 7})
    for (int round = 0; round < 50; round++) CHECK(numbers_of_a_region(size) == std::vector<int>(size_t(size), 1));
}

TEST_CASE("outside of regions there is one thread, of as many as are allowed") {
  CHECK(omp_get_thread_num() == 0);
  CHECK(omp_get_num_threads() == 1);
  CHECK(!omp_in_parallel());
  const int before = omp_get_max_threads();
  CHECK(before >= 1);
  omp_set_num_threads(3);
  CHECK(omp_get_max_threads() == 3);
  int size = 0;
#pragma omp parallel
#pragma omp atomic write
  size = omp_get_num_threads();
  CHECK(size == 3);
  std::thread([before] { CHECK(omp_get_max_threads() == before); }).join();  // a limit is its thread's own
  omp_set_num_threads(before);
}

TEST_CASE("a region inside of a region runs on its thread alone") {
  std::atomic<int> inner{0};
#pragma omp parallel num_threads(3)
  {
    const int outer = omp_get_thread_num();
    CHECK(omp_in_parallel());
#pragma omp parallel num_threads(4)
    {
      CHECK(omp_get_num_threads() == 1);
      CHECK(omp_get_thread_num() == 0);
      CHECK(omp_in_parallel());
      inner++;
#pragma omp parallel num_threads(2)
      inner += 100;
    }
    CHECK(omp_get_thread_num() == outer);
    CHECK(omp_get_num_threads() == 3);
  }
  CHECK(inner == 303);
}

TEST_CASE("nobody passes a barrier before all have come") {
  for (int size : {2, 4, 3}) {
    std::vector<int> phases(size_t(size), 0);
    std::atomic<int> wrong{0};
#pragma omp parallel num_threads(size)
    for (int phase = 1; phase <= 200; phase++) {
      phases[size_t(omp_get_thread_num())] = phase;
#pragma omp barrier
      for (int p : phases) wrong += p != phase;
#pragma omp barrier
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("threads outside of any region take turns") {
  std::atomic<int> in_regions{0}, wrong{0}, sum{0};
  auto work = [&](int size) {
    for (int round = 0; round < 300; round++) {
      std::atomic<int> members{0};
#pragma omp parallel num_threads(size)
      {
        if (omp_get_thread_num() == 0) wrong += in_regions.fetch_add(1) != 0;
        members++;
#pragma omp barrier
        if (omp_get_thread_num() == 0) in_regions--;
      }
      wrong += members != size;
      sum += members;
    }
  };
  std::thread a(work, 2), b(work, 3), c(work, 4);
  a.join();
  b.join();
  c.join();
  CHECK(wrong == 0);
  CHECK(sum == 300 * 9);
}

#if defined(__SSE__)
TEST_CASE("denormals count as zero in the team exactly where they do for the caller") {
  const unsigned before = _mm_getcsr();
  for (unsigned flags : {before | 0x8040u, before & ~0x8040u, before | 0x8040u}) {
    _mm_setcsr(flags);
    std::atomic<int> wrong{0};
#pragma omp parallel num_threads(4)
    wrong += (_mm_getcsr() & 0x8040u) != (flags & 0x8040u);
    CHECK(wrong == 0);
  }
  _mm_setcsr(before);
}
#endif
