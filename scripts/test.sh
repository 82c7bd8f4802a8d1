#!/usr/bin/env bash
# All tests, and the linters beside them; the last line counts both: `N passed, N failed`. Arguments go to mocha.
set -uo pipefail
cd "$(dirname "$0")/.."
lint=$(mktemp)
tests=$(mktemp)
trap 'rm -f "$lint" "$tests"' EXIT

nice bash scripts/lint.sh --beside-tests >"$lint" 2>&1 &
linters=$!
colors=--no-color
[ -t 1 ] && colors=--color
node_modules/.bin/mocha "$colors" 'test/**/*.test.ts' "$@" 2>&1 | tee "$tests"
status=${PIPESTATUS[0]}
wait "$linters" || status=1

# Without a count, what was counted broke.
count_of() {
  local count
  count=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
  echo "${count:-0 passed, 1 failed}"
}
echo
sed '$d' "$lint"
echo "linters: $(count_of "$lint")"
read -r passed _ failed _ <<<"$(count_of "$tests")"
read -r p _ f _ <<<"$(count_of "$lint")"
failed=$((failed + f))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$((passed + p)) passed, $failed failed"
[ "$failed" -eq 0 ]
