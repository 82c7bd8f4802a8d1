// What is said of processors that are too old.
#include "backend/cpu/processor.h"
#include <doctest/doctest.h>

TEST_CASE("a processor without x86-64-v2 is refused with the names of what it lacks") {
  CHECK(trae::processor_problem({{"SSSE3", true}, {"SSE4.1", false}, {"POPCNT", false}}) ==
        "this processor is too old, or the emulator or virtual machine hides what it can: it lacks SSE4.1, POPCNT. "
        "x86-64-v2 is needed, as "
        "in "
        "Intel processors since 2009 and AMD processors since 2011");
  CHECK(trae::processor_problem({{"SSSE3", true}, {"POPCNT", true}}) == "");
  CHECK(trae::processor_problem() == "");  // the loops of this test are compiled for it
}
