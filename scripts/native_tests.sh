#!/usr/bin/env bash
# Builds and runs the C++ tests of the engine, plain or under a sanitizer:
#   scripts/native_tests.sh [plain|asan|ubsan]...     (default: asan ubsan)
set -euo pipefail
cd "$(dirname "$0")/.."

if ! [ -f /usr/include/doctest/doctest.h ] && command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then apt-get install -y doctest-dev >/dev/null
  elif sudo -n true 2>/dev/null; then sudo apt-get install -y doctest-dev >/dev/null
  else echo "The native tests need doctest: apt-get install doctest-dev" >&2; exit 1; fi
fi

bash scripts/check_vector_code.sh
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
for kind in "${@:-asan ubsan}"; do
  for mode in $kind; do
    options=()
    case "$mode" in
      plain) ;;
      asan) options=(-DTRAE_ASAN=ON) ;;
      ubsan) options=(-DTRAE_UBSAN=ON) ;;
      *) echo "unknown mode '$mode': plain, asan or ubsan" >&2; exit 2 ;;
    esac
    folder="build-$mode"
    cmake -S . -B "$folder" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTRAE_TESTS=ON "${options[@]}" "${launcher[@]}" >/dev/null
    cmake --build "$folder" --parallel 2 >"$folder/build.log" 2>&1 || { tail -40 "$folder/build.log"; exit 1; }
    echo "== native tests, $mode"
    # oneDNN keeps its primitives and OpenMP its threads until the process ends: not leaks of ours.
    ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 LSAN_OPTIONS="suppressions=scripts/leaks.supp:print_suppressions=0" \
      UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "$folder/trae_tests"
    if [ -f "$folder/trae_team_tests" ]; then
      echo "== tests of the team of threads, $mode"
      ASAN_OPTIONS=detect_leaks=0 "$folder/trae_team_tests"
    fi
  done
done
