#!/usr/bin/env bash
# Runs the tests as machines with less would: every instruction set this processor has, and 1, 2 and 3 threads.
#   scripts/test_isa.sh [--numeric] [--other] [PATTERN...]
# --numeric: only the suites that compute numbers; --other: only the first instruction set below this machine's best.
# PATTERN: test files instead of all. The last line is `N passed, N failed` over all runs.
set -uo pipefail
cd "$(dirname "$0")/.."

is_other=0
files=()
while [ $# -gt 0 ]; do
  case $1 in
    --numeric) files+=('test/ops/**/*.test.ts' 'test/golden/**/*.test.ts' 'test/keras/layers/**/*.test.ts' 'test/keras/*.test.ts') ;;
    --other) is_other=1 ;;
    -*) echo "unknown option '$1': --numeric, --other" >&2; exit 2 ;;
    *) files+=("$1") ;;
  esac
  shift
done
[ "${#files[@]}" -gt 0 ] || files=('test/**/*.test.ts')

has() { grep -qwm1 "$1" /proc/cpuinfo 2>/dev/null; }
# ours, oneDNN's name for it, threads
runs=()
has avx512f && runs+=("avx512 AVX512_CORE 2")
has avx2 && runs+=("avx2 AVX2 2")
runs+=("base SSE41 2")
if [ "$is_other" = 1 ]; then
  runs=("${runs[1]:-${runs[0]}}")
else
  best=${runs[0]% *}
  runs+=("$best 1" "$best 3")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 status=0 table=
for run in "${runs[@]}"; do
  read -r isa onednn threads <<<"$run"
  TRAE_MAX_ISA=$isa ONEDNN_MAX_CPU_ISA=$onednn OMP_NUM_THREADS=$threads node_modules/.bin/mocha "${files[@]}" >"$log" 2>&1 || status=1
  count=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
  [ -n "$count" ] || count='0 passed, 1 failed'
  case $count in *' 0 failed') ;; *) sed -n '/ failing$/,$p' "$log" ;; esac
  table+="$(printf '%-8s %s threads: %s' "$isa" "$threads" "$count")"$'\n'
  read -r p _ f _ <<<"$count"
  passed=$((passed + p)) failed=$((failed + f))
done
printf '%s' "$table"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] && exit "$status"
exit 1
