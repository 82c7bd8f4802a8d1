#!/usr/bin/env bash
# eslint, prettier and clang-format; with --fix they write what they can.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0

mapfile -t native < <(git ls-files 'native/*.cpp' 'native/*.h' 'native/**/*.cpp' 'native/**/*.h' | sort -u)
[ "${#native[@]}" -gt 0 ] || { echo 'lint: no native files found' >&2; exit 1; }
formatter=$(command -v clang-format-14 || command -v clang-format) || { echo 'lint: clang-format 14 is missing: apt-get install clang-format' >&2; exit 1; }

if [ "${1:-}" = --fix ]; then
  node_modules/.bin/eslint --fix . || status=1
  node_modules/.bin/prettier --write --log-level warn . || status=1
  "$formatter" -i "${native[@]}" || status=1
else
  node_modules/.bin/eslint . || status=1
  node_modules/.bin/prettier --check --log-level warn . || status=1
  "$formatter" --dry-run -Werror "${native[@]}" || status=1
fi
exit "$status"
