# Sourced by a finding: Eigen 3.4.0 in a temporary folder; `seen` compares what a C++ program prints.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
eigen=$(XDG_CACHE_HOME=$work bash "$(dirname "$0")/../scripts/fetch_eigen.sh" 2>"$work/fetch.log") || {
  cat "$work/fetch.log"
  exit 1
}

# seen EXPECTED: compiles and runs the program on standard input; fails when it prints something else than when the finding was written down.
seen() {
  local got
  "${CXX:-c++}" -std=c++17 -O2 -x c++ -I "$eigen" -o "$work/program" -
  got=$("$work/program")
  printf '%s\n' "$got"
  if [ "$got" != "$1" ]; then
    printf 'This is no longer what was seen:\n%s\n' "$1"
    exit 1
  fi
}
