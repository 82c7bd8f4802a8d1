#!/usr/bin/env bash
# eslint, prettier and clang-format 14 over all files, each counted in the last line: `N passed, N failed`.
#   scripts/lint.sh [--fix | --staged | --beside-tests]
# --fix: they write what they can; --staged: only what is about to be committed; --beside-tests: a missing clang-format
# is named and no failure. Files that have not changed are not looked at again: build/lint keeps what was found.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=${1:-}
passed=0 failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# The names of files, one a line; in arrays by a loop: the bash of macOS has no mapfile.
files=() code=() native=()
if [ "$mode" = --staged ]; then list=(git diff --cached --name-only --diff-filter=d); else list=(git ls-files -co --exclude-standard); fi
while IFS= read -r file; do
  [ -f "$file" ] || continue
  files+=("$file")
  case $file in
    native/*.cpp | native/*.h) native+=("$file") ;;
    *.ts | *.mjs | *.cjs | *.js) code+=("$file") ;;
  esac
done < <("${list[@]}")
if [ "${#files[@]}" -eq 0 ] && [ "$mode" != --staged ]; then
  echo 'lint: no files found' >&2
  echo '0 passed, 1 failed'
  exit 1
fi

check_code() {
  [ "${#code[@]}" -gt 0 ] || return 0
  case $mode in
    --staged) check node_modules/.bin/eslint --no-warn-ignored "${code[@]}" ;;
    --fix) check node_modules/.bin/eslint --fix . ;;
    *)
      # Types reach from file to file, so what eslint found holds for one state of all of them.
      local state
      state=$(cat "${code[@]}" package-lock.json tsconfig.json | cksum)
      if [ "$(cat build/lint/eslint 2>/dev/null)" = "$state" ]; then
        passed=$((passed + 1))
        return
      fi
      local before=$failed
      check node_modules/.bin/eslint .
      [ "$failed" -gt "$before" ] || echo "$state" >build/lint/eslint
      ;;
  esac
}
check_format() {
  local cache=(--cache --cache-strategy content --cache-location build/lint/prettier)
  case $mode in
    --staged) check node_modules/.bin/prettier --check --ignore-unknown --log-level warn "${files[@]}" ;;
    --fix) check node_modules/.bin/prettier --write --log-level warn "${cache[@]}" . ;;
    *) check node_modules/.bin/prettier --check --log-level warn "${cache[@]}" . ;;
  esac
}
check_native() {
  [ "${#native[@]}" -gt 0 ] || return 0
  local formatter='' program
  for program in clang-format-14 clang-format; do
    "$program" --version 2>/dev/null | grep -q 'version 14\.' && formatter=$program && break
  done
  if [ -z "$formatter" ]; then
    echo 'lint: clang-format 14 is missing, the format of native/ was not checked: apt-get install clang-format-14' >&2
    [ "$mode" = --beside-tests ] || failed=$((failed + 1))
    return
  fi
  if [ "$mode" = --fix ]; then check "$formatter" -i "${native[@]}"; else check "$formatter" --dry-run -Werror "${native[@]}"; fi
}

mkdir -p build/lint
check_code
[ "${#files[@]}" -eq 0 ] || check_format
check_native
[ "$failed" -eq 0 ] || echo 'lint: `npm run format` writes what can be written'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
