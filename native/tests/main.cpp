// Tests of the engine without Node, for sanitizers: scripts/native_tests.sh builds and runs them.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
